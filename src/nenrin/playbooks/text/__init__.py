"""The journal's sentences of this room, one file for each noun."""

from nenrin.playbooks.text import playbooks  # noqa: F401
