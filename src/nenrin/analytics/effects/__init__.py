"""Measuring what actions change: who is left alone, how much can be seen, what was seen. Pure."""
