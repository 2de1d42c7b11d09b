"""Retention: the page, its words and its picture."""
