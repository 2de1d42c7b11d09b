"""Slides of the executive dashboard. What makes them is read when the first is asked for: it would cost every start a
third of a second."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Final, Protocol

from nenrin.insight.executive.dashboard import Dashboard

MIME: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class Maker(Protocol):
    def __call__(self, of: Dashboard, language: str, at: datetime) -> bytes: ...


def pptx(of: Dashboard, language: str, at: datetime) -> bytes:
    """In one language, with the figures of the page."""
    return _maker()(of, language, at)


@cache
def _maker() -> Maker:
    made: Maker = import_module("nenrin.insight.prints.slides").pptx
    return made
