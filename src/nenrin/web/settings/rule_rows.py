"""The form of tiers and touch models: one block a rule, one row a condition; from its fields to a document and back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from nenrin.customers.rule_documents import MOST_RULES, Document
from nenrin.customers.rules import NUMERIC
from nenrin.web.settings.rule_words import CHANNELS

BLANK_CONDITIONS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as typed."""

    field: str = ""
    op: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One rule as the form shows it; `place` counts from 1."""

    place: int
    key: str = ""
    en: str = ""
    ja: str = ""
    rows: tuple[Row, ...] = ()
    channels: tuple[str, ...] = ()
    cadence: str = ""
    minutes: str = ""

    @property
    def own_channels(self) -> tuple[str, ...]:
        """Channels that an organisation named itself, in YAML."""
        return tuple(name for name in self.channels if name not in CHANNELS)


def blocks(document: object) -> list[Block] | None:
    """A block a rule and an empty one for another; None for a document that the form cannot show."""
    if not isinstance(document, list) or not all(_fits(rule) for rule in document):
        return None
    found = [_block(place, rule) for place, rule in enumerate(document, 1)]
    return [*found, Block(len(found) + 1, rows=(Row(),) * BLANK_CONDITIONS)]


def _fits(rule: object) -> bool:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("name"), Mapping):
        return False
    conditions = rule.get("conditions") or []
    return isinstance(conditions, list) and all(isinstance(one, Mapping) for one in conditions)


def _block(place: int, rule: Mapping[str, Any]) -> Block:
    rows = [
        Row(_plain(one.get("field")), _plain(one.get("op")), _plain(one.get("value")))
        for one in rule.get("conditions") or ()
    ]
    name, channels = rule["name"], rule.get("channels")
    return Block(
        place,
        _plain(rule.get("key")),
        _plain(name.get("en")),
        _plain(name.get("ja")),
        (*rows, *(Row(),) * BLANK_CONDITIONS),
        tuple(map(str, channels)) if isinstance(channels, list) else (),
        _plain(rule.get("contact_every_days")),
        _plain(rule.get("minutes_a_month")),
    )


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def document(form: QueryDict, *, has_touch: bool) -> Document:
    """The rules that the form states, in the order of their numbers; a block without key and names is none."""
    found: list[tuple[float, int, dict[str, Any]]] = []
    for place in range(1, MOST_RULES + 3):
        given = {name: form.get(f"r{place}-{name}", "").strip() for name in ("order", "key", "en", "ja")}
        if form.get(f"r{place}-drop") or not (given["key"] or given["en"] or given["ja"]):
            continue
        order = _number(given["order"])
        rule = _rule(form, place, given, has_touch)
        found.append((order if isinstance(order, int) else place, place, rule))
    return [rule for _order, _place, rule in sorted(found, key=lambda each: each[:2])]


def _rule(form: QueryDict, place: int, given: Mapping[str, str], has_touch: bool) -> dict[str, Any]:
    typed = [form.getlist(f"r{place}-{name}") for name in ("field", "op", "value")]
    conditions = [_condition(Row(*row)) for row in zip(*typed, strict=False) if row[0]]
    rule = {"key": given["key"], "name": {"en": given["en"], "ja": given["ja"]}, "conditions": conditions}
    if not has_touch:
        return rule
    return rule | {
        "channels": [name for name in form.getlist(f"r{place}-channel") if name],
        "contact_every_days": _number(form.get(f"r{place}-cadence", "")),
        "minutes_a_month": _number(form.get(f"r{place}-minutes", "")),
    }


def _condition(row: Row) -> dict[str, Any]:
    """Numbers where the field takes one; what is none stays as typed, for the reader to name."""
    words: Sequence[str] = [word.strip() for word in row.value.replace("、", ",").split(",") if word.strip()]
    value = _number(row.value) if row.field in NUMERIC else list(words)
    return {"field": row.field, "op": row.op if row.field in NUMERIC else "in", "value": value}


def _number(text: str) -> int | str | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else plain or None
