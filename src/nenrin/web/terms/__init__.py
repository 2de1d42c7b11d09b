"""Terms of the pages with their meanings: a file for each area, gathered in `nenrin.web.definitions`."""

from __future__ import annotations

from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Definition:
    name: Text
    meaning: Text


NO_NAME = Text("", "")


def means(en: str, ja: str) -> Definition:
    """What the figures under a heading mean; the page has the heading's words itself."""
    return Definition(NO_NAME, Text(en, ja))
