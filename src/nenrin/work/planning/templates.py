"""Templates of success plans: those that come with the product, and those kept from plans of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nenrin.values import Text
from nenrin.work.models import PlanTemplate

_LIBRARY = Path(__file__).with_name("library.yaml")


@dataclass(frozen=True, slots=True)
class Objective:
    title: Text
    sort: str
    measure: str
    figure: Text
    unit: Text
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """`after`: business days behind the plan's start; None: without a day."""

    title: Text
    side: str
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """`success` says what to ask the customer for; it is never taken as the customer's words."""

    key: str
    name: Text
    purpose: Text
    success: Text
    objectives: tuple[Objective, ...]
    milestones: tuple[Milestone, ...]
    is_own: bool = False


def every() -> dict[str, Template]:
    """By key: the library's, then our own."""
    own = PlanTemplate.objects.filter(archived_at__isnull=True)
    return {**library(), **{row.key: _own(row) for row in own}}


def find(key: str) -> Template | None:
    if key in library():
        return library()[key]
    row = PlanTemplate.objects.filter(key=key).first()
    return _own(row) if row else None


@cache
def library() -> Mapping[str, Template]:
    told: list[dict[str, Any]] = yaml.safe_load(_LIBRARY.read_text(encoding="utf-8"))
    return {row["key"]: _template(row["key"], _text(row["name"]), row) for row in told}


def _own(row: PlanTemplate) -> Template:
    return _template(row.key, Text(row.name, row.name), row.document, is_own=True)


def _template(key: str, name: Text, told: Mapping[str, Any], *, is_own: bool = False) -> Template:
    return Template(
        key,
        name,
        _text(told.get("purpose")),
        _text(told.get("success")),
        tuple(_objective(each) for each in told.get("objectives", ())),
        tuple(Milestone(_text(each["title"]), each["side"], each.get("after")) for each in told.get("milestones", ())),
        is_own,
    )


def _objective(told: Mapping[str, Any]) -> Objective:
    figure, unit = _text(told.get("figure")), _text(told.get("unit"))
    return Objective(_text(told["title"]), told["sort"], told.get("measure", ""), figure, unit, told.get("target"))


def _text(told: Any) -> Text:  # Any: what YAML or JSON holds; own templates are in one language
    if isinstance(told, Mapping):
        return Text(str(told.get("en", "")), str(told.get("ja", "")))
    return Text(str(told or ""), str(told or ""))
