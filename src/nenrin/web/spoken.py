"""A Text where Django wants a string: read in the viewer's language when it is shown."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from nenrin.values import Text


def _said(text: Text) -> str:
    return text.in_(get_language() or "ja")


spoken = lazy(_said, str)
