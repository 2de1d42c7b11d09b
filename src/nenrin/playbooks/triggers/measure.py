"""A measure goes over or under a threshold."""

from __future__ import annotations

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields, Is, Op
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers import asking
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

OPS = (
    ("<=", Text("at most", "以下")),
    ("<", Text("below", "未満")),
    (">=", Text("at least", "以上")),
    (">", Text("above", "超")),
)


def condition(values: Values) -> Condition:
    return Is(values["measure"], Op(values["op"]), (float(values["value"]),))


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    return conditions.sentence(condition(values), fields)


KIND = TriggerKind(
    "measure",
    Text("A measure passes a threshold", "指標がしきい値を超える・下回る"),
    (
        Param("measure", Text("Measure", "指標"), "choice", source="measures"),
        Param("op", Text("Comparison", "比較"), "choice", OPS, default="<="),
        Param("value", Text("Threshold", "しきい値"), "number", low=-1e12, high=1e12,
              hint=Text("Shares are written as 0.8, not 80.", "割合は 80 ではなく 0.8 と入力。")),
    ),
    says,
    finds=lambda values, now: asking.holding(condition(values), now),
    condition=condition,
)  # fmt: skip
