"""Replays: what a version would have done on each day of the past, as things were known then."""
