"""The lake of this installation."""

from __future__ import annotations

from django.conf import settings

from nenrin.analytics.lake import Lake
from nenrin.foundation import organisation


def current() -> Lake:
    """The lake in the home, with the organisation's days."""
    return Lake(settings.LAKE, zone=organisation.current().zone)
