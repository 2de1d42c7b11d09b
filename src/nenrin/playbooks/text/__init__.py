"""The journal's sentences of this room, one file for each noun."""
