"""From the editor's form to a model's document: one measure with its curves, its group, its time to live."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.scores.models import ANY
from nenrin.insight import measures

#: Shown and typed as percentages, kept as shares.
PERCENT_UNITS = ("share", "ratio")
NEW_GROUP = "+"
_MINUS = str.maketrans({"−": "-", "－": "-"})


def scale(measure: str) -> int:
    """What a value is multiplied by on the page."""
    found = measures.named([measure]).get(measure)
    return 100 if found and found.unit in PERCENT_UNITS else 1


def edited(document: Mapping[str, Any], part: str, form: QueryDict) -> dict[str, Any]:
    """The document with what the form says about one measure. What is not a number stays as typed: the reader of
    documents names it by its place."""
    changed = copy.deepcopy(dict(document))
    for group in changed["groups"]:
        for measure in group["measures"]:
            if measure["measure"] == part:
                _measure(measure, part, form)
    if form.get("group"):
        changed = moved(changed, part, form)
    return without_empty_groups(changed)


def _measure(measure: dict[str, Any], key: str, form: QueryDict) -> None:
    measure["weight"] = number(form.get("weight", ""))
    measure["better"] = form.get("better", measure.get("better", "higher"))
    for name in ("ttl_days", "age"):
        if name in form:
            measure.pop(name, None)
    if form.get("ttl_days", "").strip():
        measure["ttl_days"] = number(form.get("ttl_days", ""))
    if form.get("ttl_days", "").strip() and form.get("age"):
        measure["age"] = form["age"]
    if "value" in form:
        curves = by_tier(measure["curve"]) | {form.get("tier") or ANY: _anchors(key, form)}
        measure["curve"] = curves[ANY] if list(curves) == [ANY] else curves


def by_tier(curve: Any) -> dict[str, Any]:
    """A document's curve as anchors by tier."""
    return dict(curve) if isinstance(curve, Mapping) else {ANY: curve}


def _anchors(key: str, form: QueryDict) -> list[list[Any]]:
    """The typed anchors, the lowest value first; empty rows and the dropped one are left out."""
    times, dropped = scale(key), form.get("drop", "")
    anchors: list[list[Any]] = []
    for place, (value, earned) in enumerate(zip(form.getlist("value"), form.getlist("points"), strict=False)):
        if dropped == str(place) or not (value.strip() or earned.strip()):
            continue
        at = number(value)
        anchors.append([round(at / times, 9) if isinstance(at, int | float) else at, number(earned)])
    return sorted(anchors, key=lambda anchor: anchor[0] if isinstance(anchor[0], int | float) else float("inf"))


def with_curve(document: Mapping[str, Any], key: str, tier: str, anchors: Any) -> dict[str, Any]:
    """The document with a measure's curve of a tier set; None takes the tier's own curve away."""
    changed = copy.deepcopy(dict(document))
    for group in changed["groups"]:
        for measure in group["measures"]:
            if measure["measure"] == key:
                curves = by_tier(measure["curve"])
                curves |= {} if anchors is None else {tier: anchors}
                kept = {t: a for t, a in curves.items() if anchors is not None or t != tier or t == ANY}
                measure["curve"] = kept[ANY] if list(kept) == [ANY] else kept
    return changed


def with_tier(document: Mapping[str, Any], key: str, tier: str) -> dict[str, Any]:
    """A tier's own curve, beginning as a copy of the one for all."""
    found = next(m for g in document["groups"] for m in g["measures"] if m["measure"] == key)
    return with_curve(document, key, tier, copy.deepcopy(by_tier(found["curve"])[ANY]))


def moved(document: dict[str, Any], key: str, form: QueryDict) -> dict[str, Any]:
    """The measure in the group that the form names; a new group needs a name in one language at least."""
    group = form.get("group", "")
    if any(one["key"] == group and key in [m["measure"] for m in one["measures"]] for one in document["groups"]):
        return document
    target = _group(document, form)
    if target is None:
        return document
    for one in document["groups"]:
        found = [m for m in one["measures"] if m["measure"] == key]
        if found:
            one["measures"] = [m for m in one["measures"] if m["measure"] != key]
            target["measures"] += found
    return document


def add_measure(document: Mapping[str, Any], form: QueryDict, measure: Measure) -> dict[str, Any]:
    """The document with one more measure, straight from 0 to 100 over a first guess of its values."""
    changed = copy.deepcopy(dict(document))
    lower = measure.direction == "lower"
    top = 1.0 if measure.unit in PERCENT_UNITS else 30.0 if measure.unit == "days" else 10.0
    anchors = [[0, 100], [top, 0]] if lower else [[0, 0], [top, 100]]
    target = _group(changed, form)
    if target is not None:
        fresh = {"measure": measure.key, "weight": 5, "better": "lower" if lower else "higher", "curve": anchors}
        target["measures"].append(fresh)
    return changed


def _group(document: dict[str, Any], form: QueryDict) -> dict[str, Any] | None:
    """The group asked for, made at the end where it is a new one; None where there is none such."""
    wanted = form.get("group", "")
    if wanted != NEW_GROUP:
        return next((one for one in document["groups"] if one["key"] == wanted), None)
    name = names(form.get("group_en", ""), form.get("group_ja", ""))
    taken = {one["key"] for one in document["groups"]}
    made = {"key": key_of(name["en"], taken, "group"), "name": name, "measures": []}
    document["groups"].append(made)
    return made


def drop_measure(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    changed = copy.deepcopy(dict(document))
    for group in changed["groups"]:
        group["measures"] = [measure for measure in group["measures"] if measure["measure"] != key]
    return without_empty_groups(changed)


def without_empty_groups(document: dict[str, Any]) -> dict[str, Any]:
    document["groups"] = [group for group in document["groups"] if group["measures"]]
    return document


def names(en: str, ja: str) -> dict[str, str]:
    """A name in both languages; the one that is missing repeats the other."""
    return {"en": en.strip() or ja.strip(), "ja": ja.strip() or en.strip()}


def key_of(name: str, taken: set[str], otherwise: str) -> str:
    """A key from a name: small letters, digits and underscores, not taken yet.

    >>> key_of("Key features!", {"key_features"}, "group")
    'key_features_2'
    """
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    stem = plain[:40] if plain[:1].isalpha() else otherwise
    wanted, turn = stem, 2
    while wanted in taken:
        wanted, turn = f"{stem}_{turn}", turn + 1
    return wanted


def typed(value: float) -> str:
    """A number as it is typed: every digit, no grouping, no exponent.

    >>> typed(1234567.0), typed(-0.25)
    ('1234567', '-0.25')
    """
    return f"{value:.9f}".rstrip("0").rstrip(".")


def number(text: str) -> int | float | str | None:
    """A number as typed, full-width digits too; else the text itself, for the reader to name."""
    plain = text.strip().translate(_MINUS).replace(",", "").replace("，", "")
    try:
        found = float(plain)
    except ValueError:
        return plain or None
    return int(found) if found.is_integer() else found
