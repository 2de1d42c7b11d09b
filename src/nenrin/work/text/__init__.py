"""The journal's sentences of this room, one file for each noun."""

from nenrin.work.text import feedback, handoffs, meetings, notices, plans, promises, tasks, touches  # noqa: F401  # noqa: F401
