"""The account comes to another stage."""

from __future__ import annotations

from nenrin.analytics.conditions import Condition, Fields, Is, Op
from nenrin.customers.statuses import Stage, word
from nenrin.playbooks.documents.params import Param, Setting, Values, listed, named
from nenrin.playbooks.triggers import asking
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

STAGES = tuple((one.value, word(one)) for one in Stage if one.value)


def condition(values: Values) -> Condition:
    return Is("stage", Op.IN, tuple(values["to"]))


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    names = listed([named(STAGES, one) for one in values["to"]])
    return Text(f"The stage becomes {names.en}", f"ステージが{names.ja}になる")


KIND = TriggerKind(
    "stage",
    Text("Stage changes", "ステージが変わる"),
    (Param("to", Text("It becomes", "変化後"), "several", STAGES),),
    says,
    finds=lambda values, now: asking.holding(condition(values), now),
    condition=condition,
)
