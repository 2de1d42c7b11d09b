"""Segments: the list and the editor."""
