"""Segments and health models on the past: who would have been in, which colours would have been shown, what would follow."""
