"""The journal's sentences of this room, one file for each noun."""

from nenrin.work.text import feedback, handoffs, plans, promises, touches  # noqa: F401
