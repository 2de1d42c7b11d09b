"""The panel of the return: its assumptions can be changed in place; the address is the scenario, as on the simulator's page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from nenrin.analytics.roi.companies import INPUTS
from nenrin.foundation import organisation
from nenrin.insight.executive import returns
from nenrin.insight.executive.returns import ASSUMED, Returns
from nenrin.values import Text, minor_digits
from nenrin.web.roi import standing


@dataclass(frozen=True, slots=True)
class Field:
    """An assumption as a field: `value`, ends and step in the unit that people type (per cent, whole money)."""

    key: str
    label: Text
    value: str
    low: str
    high: str


def assumed(given: Mapping[str, str]) -> dict[str, float]:
    """The assumptions of an address within their rooms; what makes no sense is left to the product's own."""
    found = {key: _number(given.get(key, "")) for key in ASSUMED}
    stored = {key: value / _scale(key) for key, value in found.items() if value is not None}
    return {
        key: float(int(value)) if key == "years" else value
        for key, value in stored.items()
        if INPUTS[key].low <= value <= INPUTS[key].high
    }


def tried(given: Mapping[str, str]) -> str:
    """The assumptions that an address tells, for another address."""
    known = assumed(given)
    return urlencode({key: given[key] for key in ASSUMED if key in known})


def _number(typed: str) -> float | None:
    try:
        value = float(typed)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _scale(key: str) -> float:
    """How much one stored unit is in the unit that people type."""
    unit = INPUTS[key].unit
    return (
        100.0 if unit == "share" else 10.0 ** -minor_digits(organisation.current().currency) if unit == "money" else 1.0
    )


def panel(of: Returns, language: str) -> dict[str, Any]:
    """What the template shows."""
    tried = {field.key: field.value for field in _fields(of)}
    return {
        "says": returns.says(of.company, of.currency),
        "inputs": [
            (f"returns_{one.key}", one, returns.figure(of, one.key, language), origin)
            for one, origin in returns.inputs(of)
        ],
        "fields": _fields(of),
        "baseline": of.begun.row,
        "elsewhere": standing.elsewhere(of.begun.start()),
        "simulator": f"{reverse('roi')}?{urlencode({**tried, 'per': 'month'})}",
        "is_assumed": of.is_assumed,
    }


def _fields(of: Returns) -> list[Field]:
    return [_field(key, getattr(of.company, key), of.currency) for key in ASSUMED]


def _field(key: str, value: float, currency: str) -> Field:
    one, scale = INPUTS[key], _scale(key)
    mark = {"share": "%", "money": currency}.get(one.unit, "")
    label = Text(f"{one.name.en} ({mark})", f"{one.name.ja}（{mark}）") if mark else one.name
    return Field(
        key, label, *(f"{number * scale:.4f}".rstrip("0").rstrip(".") for number in (value, one.low, one.high))
    )
