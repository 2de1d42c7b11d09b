"""How measures are spoken of in sentences about scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nenrin.analytics.kpis.catalogue import MEASURES
from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.scores.sentences import Noun
from nenrin.insight import measures
from nenrin.values import Text

_KINDS = {
    "share": ("ratio", Text("", "")),
    "ratio": ("ratio", Text("", "")),
    "days": ("days", Text("", "")),
    "count": ("count", Text("", "")),
    "points": ("score", Text("", "")),
    "grade": ("score", Text(" of 6", "6段階中")),
    "minor": ("count", Text("", "")),
    "per_week": ("decimal", Text(" a week", "週")),
    "per_user": ("decimal", Text(" per user", "1人あたり")),
}

#: Measures that move with the clock alone: units a day.
CLOCKS: Mapping[str, int] = {
    "days_to_renewal": -1,
    "days_to_notice": -1,
    "days_since_activity": 1,
    "days_since_touch": 1,
    "nps_age": 1,
    "urgent_ticket_age": 1,
    "tenure_days": 1,
}


def _noun(measure: Measure) -> Noun:
    kind, per = _KINDS.get(measure.unit, ("decimal", Text("", "")))
    return Noun(measure.name, kind, per)  # type: ignore[arg-type]  # the table holds only kinds of Noun


NOUNS: Mapping[str, Noun] = {key: _noun(measure) for key, measure in MEASURES.items()}


def of(keys: Iterable[str]) -> Mapping[str, Noun]:
    """The nouns of the catalogue and of the attributes among `keys`; no query without any."""
    own = {key for key in keys if measures.is_attribute(key)}
    if not own:
        return NOUNS
    names = measures.named(own)
    return {**NOUNS, **{key: Noun(names[key].name, "plain") for key in own}}
