"""Words after a deed, with the way back: shown once on the next page, gone after ten seconds where they offer an undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from nenrin.values import Text

_UNDO = "undo:"


def say(request: HttpRequest, words: Text | str, *, undo_url: str = "") -> None:
    """Show `words` (a Text in the reader's language) on the next page; `undo_url` is posted to by its undo button."""
    spoken = words.in_(getattr(request.user, "language", "ja")) if isinstance(words, Text) else words
    messages.success(request, spoken, extra_tags=_UNDO + undo_url if undo_url else "")


def undo_of(tags: str) -> str:
    """The address that a message's tags carry for its undo, or nothing.

    >>> undo_of("undo:/imports/3/undo success")
    '/imports/3/undo'
    """
    return next((tag.removeprefix(_UNDO) for tag in tags.split() if tag.startswith(_UNDO)), "")
