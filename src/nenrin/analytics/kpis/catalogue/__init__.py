"""The measures that Nenrin declares, by key."""

from __future__ import annotations

from difflib import get_close_matches

from nenrin.analytics.kpis.catalogue import billing, contracts, support, touches, usage, users, voices
from nenrin.analytics.kpis.measures import Measure

MEASURES: dict[str, Measure] = {
    measure.key: measure
    for room in (users, usage, support, voices, contracts, touches, billing)
    for measure in room.MEASURES
}


class UnknownMeasure(KeyError):
    """No measure has this key: the message names the nearest one."""


def find(*keys: str) -> tuple[Measure, ...]:
    """The measures with these keys, in this order; all of them without any key.

    >>> [measure.key for measure in find("nps", "mrr")]
    ['nps', 'mrr']
    """
    return tuple(_find(key) for key in keys or MEASURES)


def _find(key: str) -> Measure:
    if key not in MEASURES:
        near = get_close_matches(key, MEASURES, n=1)
        raise UnknownMeasure(f"no measure {key!r}" + (f": did you mean {near[0]!r}?" if near else ""))
    return MEASURES[key]
