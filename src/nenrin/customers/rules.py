"""Conditions by which tiers and touch models are given: few, typed, readable as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nenrin.customers.errors import Fault, Refused
from nenrin.values import Text

Op = Literal["at_least", "below", "in"]

FIELDS: dict[str, Text] = {
    "employees": Text("employees", "従業員数"),
    "mrr_minor": Text("MRR", "MRR"),
    "seats": Text("seats", "ライセンス数"),
    "tier": Text("tier", "企業規模"),
    "industry": Text("industry", "業種"),
    "region": Text("region", "地域"),
    "prefecture": Text("prefecture", "都道府県"),
    "status": Text("status", "状態"),
}
NUMERIC = {"employees", "mrr_minor", "seats"}


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`; a blank never holds."""

    field: str
    op: Op
    value: Any  # int for at_least and below, list of text for in

    def holds(self, row: object) -> bool:
        stands = getattr(row, self.field)
        if stands is None or stands == "":
            return False
        if self.op == "in":
            return stands in self.value
        return bool(stands >= self.value) if self.op == "at_least" else bool(stands < self.value)

    def sentence(self) -> Text:
        name = FIELDS[self.field]
        if self.op == "in":
            listed = ", ".join(map(str, self.value))
            return Text(f"{name.en} is {listed}", f"{name.ja}が{listed}")
        if self.op == "at_least":
            return Text(f"{name.en} at least {self.value:,}", f"{name.ja}が{self.value:,}以上")
        return Text(f"{name.en} below {self.value:,}", f"{name.ja}が{self.value:,}未満")


def parsed(conditions: Iterable[Mapping[str, Any]], rule: int | None = None) -> tuple[Condition, ...]:
    """Conditions as stored; raises Refused for what cannot be one, on `rules.<rule>.conditions.<n>` where rules are many."""
    return tuple(_one(of(rule, f"conditions.{position}"), raw) for position, raw in enumerate(conditions))


def of(rule: int | None, field: str) -> str:
    """The place of a field of a rule in a list of rules.

    >>> of(2, "key"), of(None, "key")
    ('rules.2.key', 'key')
    """
    return field if rule is None else f"rules.{rule}.{field}"


def check_keys(rules: Sequence[Any]) -> None:
    """Raises Refused for no rule at all, or the key of one that an earlier one has."""
    if not rules:
        raise Refused.one("rules", Text("at least one", "1件以上必要"))
    keys = [rule.key for rule in rules]
    twice = [
        Fault(of(n, "key"), Text("this key stands twice", "キーの重複"), k) for n, k in enumerate(keys) if k in keys[:n]
    ]
    if twice:
        raise Refused(twice)


def _one(where: str, raw: Mapping[str, Any]) -> Condition:
    if not isinstance(raw, dict) or set(raw) != {"field", "op", "value"}:
        raise Refused.one(where, Text("needs field, op and value", "field・op・value が必要"), raw)
    field, op, value = raw["field"], raw["op"], raw["value"]
    if field not in FIELDS:
        raise Refused.one(where, Text(f"unknown field; one of {', '.join(FIELDS)}", "使えない項目"), field)
    ops = ("at_least", "below") if field in NUMERIC else ("in",)
    if op not in ops:
        raise Refused([Fault(where, Text(f"expected {' or '.join(ops)}", "使えない比較"), op)])
    right = isinstance(value, list) and all(isinstance(v, str) for v in value) if op == "in" else type(value) is int
    if not right:
        raise Refused.one(where, Text("a number, or a list of texts for 'in'", "数値（in はテキストのリスト）"), value)
    return Condition(field, op, value)


def first_match(row: object, ordered: Sequence[tuple[str, tuple[Condition, ...]]]) -> str:
    """The key of the first rule all of whose conditions hold; empty where none does."""
    return next((key for key, conditions in ordered if all(c.holds(row) for c in conditions)), "")
