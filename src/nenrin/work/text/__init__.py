"""The journal's sentences of this room, one file for each noun."""

from nenrin.work.text import (  # noqa: F401
    feedback,
    handoffs,
    journeys,
    losses,
    meetings,
    notices,
    onboarding,
    opportunities,
    plans,
    promises,
    queue,
    renewals,
    tasks,
    touches,
)
