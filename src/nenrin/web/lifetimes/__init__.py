"""Lifetime value: the page and its pictures."""
