"""The journal's sentences of this room, one file for each noun."""

from nenrin.engage.text import surveys  # noqa: F401
