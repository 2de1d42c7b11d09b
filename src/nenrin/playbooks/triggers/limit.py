"""Nearly all of the paid seats are in use."""

from __future__ import annotations

from nenrin.analytics.conditions import Condition, Fields, Is, Op
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers import asking
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

#: Weekly active users as a share of the seats that are paid.
USED = "active_user_share"


def condition(values: Values) -> Condition:
    return Is(USED, Op.GE, (values["percent"] / 100,))


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    percent = values["percent"]
    return Text(f"{percent}% of the paid seats are in use", f"契約ライセンスの{percent}%以上を利用")


KIND = TriggerKind(
    "limit",
    Text("Paid seats nearly all in use", "契約ライセンスの空きが少ない"),
    (Param("percent", Text("Seats in use (%)", "ライセンス利用率（%）"), "number", default=80, low=1, high=200),),
    says,
    finds=lambda values, now: asking.holding(condition(values), now),
    condition=condition,
)
