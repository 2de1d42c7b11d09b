"""Terms of the pages with their meanings: a file for each area, gathered in `nenrin.web.definitions`."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Definition:
    name: Text
    meaning: Text
