"""From the editor's form to a model's document: bands and smoothing, whom it takes, groups, exceptions, hard events."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import QueryDict

from nenrin.analytics.conditions import Field
from nenrin.analytics.scores.models import ANY
from nenrin.insight import segment_fields
from nenrin.insight.modelling import choosing
from nenrin.web.health_models.editing import key_of, names, number, scale
from nenrin.web.segments import editing

RULES, TAKES, GROUPS, EXCEPTIONS, EVENTS = "rules", "takes", "groups", "exceptions", "events"


def edited(document: Mapping[str, Any], part: str, form: QueryDict) -> dict[str, Any]:
    """The document with what the form says about one part of its rules."""
    return _PARTS[part](copy.deepcopy(dict(document)), form)


def fields() -> dict[str, Field]:
    """What a condition of a model may ask: what the lake knows of accounts on any day."""
    return {key: field for key, field in segment_fields.fields().items() if _is_asked(key, field)}


def _is_asked(key: str, field: Field) -> bool:
    return key in choosing.FIELDS or (key.startswith(choosing.ATTRIBUTE) and field.kind == "number")


def _rules(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    document["name"] = names(form.get("name_en", ""), form.get("name_ja", ""))
    for key in ("half_life_days", "grace_days", "position"):
        document[key] = number(form.get(key, ""))
    coverage = number(form.get("min_coverage", ""))
    document["min_coverage"] = coverage / 100 if isinstance(coverage, int | float) else coverage
    document["bands"] = {key: number(form.get(key, "")) for key in ("healthy", "caution", "hysteresis", "dwell_days")}
    rows = zip(form.getlist("typical_tier"), form.getlist("typical_score"), strict=False)
    typical = {tier: number(score) for tier, score in rows if tier and (score.strip() or tier == ANY)}
    document["typical"] = typical or document.get("typical", {ANY: 60})
    return document


def _takes(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    """No line at all: every account."""
    condition = editing.document(form, fields())
    if condition in ({"all": []}, None):
        document.pop("applies_to", None)
    else:
        document["applies_to"] = condition
    return document


def _groups(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    """Names, and the order by the numbers typed."""
    found = {group["key"]: group for group in document["groups"]}
    typed = zip(form.getlist("key"), form.getlist("en"), form.getlist("ja"), form.getlist("order"), strict=False)
    order: dict[str, Any] = {}
    for key, en, ja, place in typed:
        if key in found:
            found[key]["name"], order[key] = names(en, ja), number(place)
    document["groups"].sort(key=lambda group: _place(order.get(group["key"])))
    return document


def _place(order: Any) -> float:
    return float(order) if isinstance(order, int | float) else float("inf")


def _exceptions(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    taken: set[str] = set()
    document["caps"] = []
    for row in _rows(form, ("key", "en", "ja", "measure", "op", "value", "score")):
        if row["measure"] and (row["score"].strip() or row["en"].strip() or row["ja"].strip() or row["value"].strip()):
            name = names(row["en"], row["ja"])
            key = row["key"] or key_of(name["en"], taken, "exception")
            taken.add(key)
            cap = {"key": key, "name": name, "when": _when(row), "score": number(row["score"])}
            document["caps"].append(cap)
    return document


def _events(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    taken: set[str] = set()
    document["hard_events"] = []
    for row in _rows(form, ("key", "en", "ja", "band", "days", "score", "measure", "op", "value")):
        if not (row["en"].strip() or row["ja"].strip()):
            continue
        name = names(row["en"], row["ja"])
        key = row["key"] or key_of(name["en"], taken, "event")
        taken.add(key)
        event: dict[str, Any] = {"key": key, "name": name, "band": row["band"], "days": number(row["days"])}
        event |= {"score": number(row["score"])} if row["score"].strip() else {}
        event |= {"when": _when(row)} if row["measure"] else {}
        document["hard_events"].append(event)
    return document


def _when(row: Mapping[str, str]) -> dict[str, Any]:
    value, times = number(row["value"]), scale(row["measure"])
    return {
        "measure": row["measure"],
        row["op"]: round(value / times, 9) if isinstance(value, int | float) else value,
    }


def _rows(form: QueryDict, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Lines of a table, without those whose box "take out" is ticked."""
    lists = [form.getlist(column) for column in columns]
    dropped = set(form.getlist("drop"))
    for place, values in enumerate(zip(*lists, strict=False)):
        if str(place) not in dropped:
            yield dict(zip(columns, values, strict=True))


_PARTS: Mapping[str, Callable[[dict[str, Any], QueryDict], dict[str, Any]]] = {
    RULES: _rules,
    TAKES: _takes,
    GROUPS: _groups,
    EXCEPTIONS: _exceptions,
    EVENTS: _events,
}
PARTS = tuple(_PARTS)
