"""Some time passes."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation import organisation
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps import times
from nenrin.playbooks.steps.shape import Done, Hold, Outcome, StepKind, Turn
from nenrin.values import Text

UNIT = Param("unit", Text("Unit", "単位"), "choice", times.UNITS, default="business_days")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    return times.length(values["time"], values["unit"])


def act(turn: Turn) -> Outcome:
    zone = organisation.zone()
    ends = times.after(turn.since, turn.values["time"], turn.values["unit"], zone)
    ends = times.opening(ends, turn.playbook.limits.hours, zone) if turn.values["unit"] != "hours" else ends
    if turn.at >= ends:
        return Done()
    words = times.length(turn.values["time"], turn.values["unit"])
    return Hold(ends, Text(f"Waits {words.en}", f"{words.ja}待つ"))


def under(values: Values) -> Text:
    if values["unit"] == "business_days":
        return Text("Without holidays; goes on within the hours of the playbook", "祝日を除く。実行する時間帯に再開")
    return Text("", "")


KIND = StepKind(
    "wait",
    Text("Wait", "待つ"),
    (Param("time", Text("How long", "長さ"), "number", default=1, low=1, high=1000), UNIT),
    says,
    act,
    under=under,
)
