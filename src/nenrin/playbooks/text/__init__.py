"""The journal's sentences of this room, one file for each noun."""

from nenrin.playbooks.text import configuration, effects, holdouts, playbooks, rehearsals  # noqa: F401
