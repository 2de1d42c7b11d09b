"""The journal's sentences of this room, one file for each noun."""

from nenrin.work.text import touches  # noqa: F401
