"""From the editor's form to a model's document: one measure, or the rules, of a draft."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from nenrin.analytics.kpis import MEASURES

RULES = "rules"
#: Shown and typed as percentages, kept as shares.
PERCENT_UNITS = ("share", "ratio")


def scale(measure: str) -> int:
    """What a value is multiplied by on the page."""
    return 100 if MEASURES[measure].unit in PERCENT_UNITS else 1


def edited(document: Mapping[str, Any], part: str, form: QueryDict) -> dict[str, Any]:
    """The document with what the form says about one part. What is not a number stays as typed: the reader of
    documents names it by its place."""
    changed = copy.deepcopy(dict(document))
    if part == RULES:
        return _rules(changed, form)
    for group in changed["groups"]:
        for measure in group["measures"]:
            if measure["measure"] == part:
                _measure(measure, part, form)
    return _without_empty_groups(changed)


def _rules(document: dict[str, Any], form: QueryDict) -> dict[str, Any]:
    document["name"] = {"en": form.get("name_en", ""), "ja": form.get("name_ja", "")}
    for key in ("half_life_days", "grace_days", "position"):
        document[key] = _number(form.get(key, ""))
    coverage = _number(form.get("min_coverage", ""))
    document["min_coverage"] = coverage / 100 if isinstance(coverage, int | float) else coverage
    document["bands"] = {key: _number(form.get(key, "")) for key in ("healthy", "caution", "hysteresis", "dwell_days")}
    document["typical"] = {
        tier: _number(form.get(f"typical_{tier}", "")) for tier in document.get("typical", {"default": 60})
    }
    for cap in document.get("caps", []):
        if f"cap_{cap['key']}" in form:
            cap["score"] = _number(form.get(f"cap_{cap['key']}", ""))
    document["caps"] = [cap for cap in document.get("caps", []) if f"drop_cap_{cap['key']}" not in form]
    return document


def _measure(measure: dict[str, Any], key: str, form: QueryDict) -> None:
    measure["weight"] = _number(form.get("weight", ""))
    values, points, dropped = form.getlist("value"), form.getlist("points"), form.get("drop", "")
    times = scale(key)
    anchors: list[list[Any]] = []
    for place, (value, earned) in enumerate(zip(values, points, strict=False)):
        if dropped == str(place) or not (value.strip() or earned.strip()):
            continue
        at = _number(value)
        anchors.append([round(at / times, 9) if isinstance(at, int | float) else at, _number(earned)])
    anchors.sort(key=lambda anchor: anchor[0] if isinstance(anchor[0], int | float) else float("inf"))
    curve = measure["curve"]
    measure["curve"] = {**curve, "default": anchors} if isinstance(curve, Mapping) else anchors


def add_measure(document: Mapping[str, Any], group: str, key: str) -> dict[str, Any]:
    """The document with one more measure, straight from 0 to 100 over a first guess of its values."""
    changed = copy.deepcopy(dict(document))
    lower = MEASURES[key].direction == "lower"
    top = 1.0 if MEASURES[key].unit in PERCENT_UNITS else 30.0 if MEASURES[key].unit == "days" else 10.0
    anchors = [[0, 100], [top, 0]] if lower else [[0, 0], [top, 100]]
    for one in changed["groups"]:
        if one["key"] == group:
            fresh = {"measure": key, "weight": 5, "better": "lower" if lower else "higher", "curve": anchors}
            one["measures"].append(fresh)
    return changed


def drop_measure(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    changed = copy.deepcopy(dict(document))
    for group in changed["groups"]:
        group["measures"] = [measure for measure in group["measures"] if measure["measure"] != key]
    return _without_empty_groups(changed)


def _without_empty_groups(document: dict[str, Any]) -> dict[str, Any]:
    document["groups"] = [group for group in document["groups"] if group["measures"]]
    return document


def _number(text: str) -> int | float | str | None:
    """A number as typed, full-width digits too; else the text itself, for the reader to name."""
    plain = text.strip().replace(",", "").replace("，", "")
    try:
        found = float(plain)
    except ValueError:
        return plain or None
    return int(found) if found.is_integer() else found
