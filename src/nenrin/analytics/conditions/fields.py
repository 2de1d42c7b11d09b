"""What conditions can ask about: each field's kind, name, unit and closed set of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nenrin.analytics.conditions.trees import Op
from nenrin.analytics.kpis import MEASURES
from nenrin.values import Text

Kind = Literal["text", "choice", "number", "date", "flag", "tags"]
FieldUnit = Literal["", "days", "share", "money"]
Choices = tuple[tuple[str, Text], ...]

OPS: dict[Kind, tuple[Op, ...]] = {
    "text": (Op.EQ, Op.NE, Op.IN, Op.CONTAINS, Op.MISSING),
    "choice": (Op.EQ, Op.NE, Op.IN, Op.MISSING),
    "number": (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN, Op.IN, Op.MISSING),
    "date": (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN, Op.WITHIN_LAST, Op.WITHIN_NEXT, Op.MISSING),
    "flag": (Op.EQ, Op.MISSING),
    "tags": (Op.CONTAINS, Op.IN, Op.MISSING),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask about; `key` is also the name of its column in the frame.

    - `choices`: the closed set of a choice (empty: any text is accepted).
    - `changes`: for a number, the fields that hold its change over so many days.
    - `currency`: for money, whose values are minor units.
    - `plural`: whether its English name takes a plural verb.
    """

    key: str
    name: Text
    kind: Kind
    unit: FieldUnit = ""
    choices: Choices = ()
    changes: Mapping[int, str] = field(default_factory=dict)
    currency: str = "JPY"
    plural: bool = False

    @property
    def ops(self) -> tuple[Op, ...]:
        return OPS[self.kind] + ((Op.CHANGED_BY,) if self.changes else ())


Fields = Mapping[str, Field]

BANDS: Choices = (
    ("healthy", Text("healthy", "健全")),
    ("caution", Text("caution", "注意")),
    ("at_risk", Text("at risk", "危険")),
    ("unknown", Text("unknown", "データ不足")),
)
_PLURAL = ("Days", "Logins", "Events", "Tickets", "Open", "Paid", "Weekly")  # how plural names begin
_ACCOUNT: tuple[tuple[str, Text, Kind], ...] = (
    ("tier", Text("Tier", "企業規模"), "choice"),
    ("touch_model", Text("Touch model", "タッチモデル"), "choice"),
    ("industry", Text("Industry", "業種"), "text"),
    ("region", Text("Region", "地域"), "text"),
    ("status", Text("Status", "状態"), "choice"),
    ("stage", Text("Stage", "ステージ"), "choice"),
    ("owner", Text("Owner", "担当CSM"), "choice"),
    ("tags", Text("Tags", "タグ"), "tags"),
    ("customer_since", Text("Customer start date", "契約開始日"), "date"),
    ("lost_on", Text("Loss date", "解約日"), "date"),
)
_HEALTH = (
    Field("health.score", Text("Health score", "ヘルススコア"), "number",
          changes={7: "health.delta_7", 30: "health.delta_30"}),
    Field("health.band", Text("Health", "ヘルス"), "choice", choices=BANDS),
    Field("health.coverage", Text("Coverage", "データ充足率"), "number", "share"),
    Field("health.delta_7", Text("Health change in 7 days", "ヘルススコアの7日間の増減"), "number"),
    Field("health.delta_30", Text("Health change in 30 days", "ヘルススコアの30日間の増減"), "number"),
)  # fmt: skip
_UNITS: dict[str, FieldUnit] = {"days": "days", "share": "share", "minor": "money"}


def standard(
    *,
    choices: Mapping[str, Sequence[tuple[str, Text]]] | None = None,
    attributes: Sequence[Field] = (),
    currency: str = "JPY",
) -> dict[str, Field]:
    """The fields of every installation, with its own choices (by field key) and custom attributes.

    >>> fields = standard(attributes=[Field("attribute.contract_form", Text("Form", "形態"), "text")])
    >>> fields["mrr"].unit, fields["health.score"].kind, "attribute.contract_form" in fields
    ('money', 'number', True)
    """
    given = choices or {}
    account = [Field(key, name, kind, choices=tuple(given.get(key, ()))) for key, name, kind in _ACCOUNT]
    measures = [
        Field(
            measure.key,
            measure.name,
            "number",
            _UNITS.get(measure.unit, ""),
            currency=currency,
            plural=measure.name.en.startswith(_PLURAL),
        )
        for measure in MEASURES.values()
    ]
    return {one.key: one for one in (*account, *_HEALTH, *measures, *attributes)}
