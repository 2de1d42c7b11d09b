"""What the editor shows of a model's rules: bands and typical scores, whom it takes, groups, exceptions, hard events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.models import ANY, Cap, HardEvent, HealthModel, Limit, Op
from nenrin.analytics.scores.sentences import BANDS, NO_WORDS
from nenrin.customers import tiers
from nenrin.insight import measures
from nenrin.insight.previewing import differences
from nenrin.values import Text
from nenrin.web.health_models import rule_forms as forms
from nenrin.web.health_models.editing import scale, typed
from nenrin.web.health_models.pictures import EVERY_TIER
from nenrin.web.segments import editing

#: Empty lines at the end of a table, to fill.
MORE = 1


@dataclass(frozen=True, slots=True)
class Typical:
    """A tier's typical score as typed; empty where it takes the one for all."""

    tier: str
    name: Text
    score: str


@dataclass(frozen=True, slots=True)
class Line:
    """An exception or a hard event as typed."""

    number: int
    key: str = ""
    en: str = ""
    ja: str = ""
    measure: str = ""
    op: str = Op.ABOVE.value
    value: str = ""
    score: str = ""
    band: str = Band.AT_RISK.value
    days: str = ""
    name: Text = NO_WORDS
    said: Text = NO_WORDS

    @property
    def is_new(self) -> bool:
        return not self.key


def of(model: HealthModel, part: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The context of one part."""
    if part == forms.TAKES:
        return _takes(document.get("applies_to"))
    if part == forms.EXCEPTIONS:
        caps = [_cap(n, cap) for n, cap in enumerate(model.caps)]
        return {"rows": _with_more(caps), **_choices()}
    if part == forms.EVENTS:
        events = [_event(n, event) for n, event in enumerate(model.hard_events)]
        bands = [(band.value, BANDS[band]) for band in Band if band is not Band.UNKNOWN]
        return {"rows": _with_more(events), "bands": bands, **_choices()}
    return {"coverage": model.min_coverage * 100, "typicals": _typicals(model)}


def _typicals(model: HealthModel) -> list[Typical]:
    names = {ANY: EVERY_TIER, **tiers.names()}
    keys = dict.fromkeys([ANY, *model.typical, *names])
    return [Typical(key, names.get(key, Text(key, key)), _figure(model.typical.get(key))) for key in keys]


def _takes(document: object) -> dict[str, Any]:
    fields = forms.fields()
    flat = ("all", []) if document is None else editing.rows(document, fields)
    match, rows = flat or ("all", [])
    return {
        "match": match,
        "condition_rows": [*rows, *(editing.Row() for _empty in range(2))],
        "is_yaml": flat is None,
        "condition_yaml": "" if document is None else editing.as_yaml(document),
        "fields": fields.values(),
        "ops": editing.OPS.items(),
        "choices": editing.choices(fields),
    }


def _choices() -> dict[str, Any]:
    named = [(key, one.name) for key, one in measures.usable().items()]
    return {"measures": named, "limit_ops": [(op.value, name) for op, name in differences.OPS.items()]}


def _event(number: int, event: HardEvent) -> Line:
    when = _limit(event.when) if event.when else {}
    return Line(
        number, event.key, event.name.en, event.name.ja, score=_figure(event.score), band=event.band.value,
        days=str(event.days), name=event.name, said=differences.decided(event), **when,
    )  # fmt: skip


def _cap(number: int, cap: Cap) -> Line:
    return Line(
        number, cap.key, cap.name.en, cap.name.ja, score=_figure(cap.score), name=cap.name,
        said=differences.capped(cap), **_limit(cap.when),
    )  # fmt: skip


def _limit(when: Limit) -> dict[str, Any]:
    value = round(when.value * scale(when.measure), 6)
    return {"measure": when.measure, "op": when.op.value, "value": _figure(value)}


def _with_more(lines: list[Line]) -> list[Line]:
    return [*lines, *(Line(len(lines) + more) for more in range(MORE))]


def _figure(value: float | None) -> str:
    return "" if value is None else typed(value)
