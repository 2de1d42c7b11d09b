"""Closed sets that steps ask for: where webhooks go, which templates there are."""

from __future__ import annotations

from nenrin.playbooks.documents.params import Choices, Source


def choices() -> dict[Source, Choices]:
    return {"webhooks": (), "templates": ()}
