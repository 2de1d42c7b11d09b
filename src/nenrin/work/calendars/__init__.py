"""Calendars: those of members that are read in, and what of ours is read from outside."""
