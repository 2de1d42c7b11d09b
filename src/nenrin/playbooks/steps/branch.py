"""Two ways on, by a condition."""

from __future__ import annotations

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps.shape import Go, Outcome, StepKind, Turn
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    return conditions.sentence(values["if"], fields)


def act(turn: Turn) -> Outcome:
    return Go("then" if turn.holds(turn.values["if"]) else "otherwise")


KIND = StepKind(
    "branch",
    Text("Branch", "分岐"),
    (Param("if", Text("Condition", "条件"), "condition"),),
    says,
    act,
    arms=(Text("Yes", "はい"), Text("No", "いいえ")),
    hint=Text("What is not known counts as no.", "データがない場合は「いいえ」。"),
)
