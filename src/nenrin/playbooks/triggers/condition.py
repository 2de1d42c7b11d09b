"""Any condition comes to hold."""

from __future__ import annotations

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers import asking
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    words = conditions.sentence(values["is"], fields)
    return Text(f"It comes to hold: {words.en}", f"条件に該当: {words.ja}")


KIND = TriggerKind(
    "condition",
    Text("A condition comes to hold", "条件に当てはまる"),
    (Param("is", Text("Condition", "条件"), "condition"),),
    says,
    finds=lambda values, now: asking.holding(values["is"], now),
    condition=lambda values: values["is"],
    hint=Text(
        "It fires once, when the condition becomes true.", "当てはまらない状態から当てはまる状態になったときに1回発火。"
    ),
)
