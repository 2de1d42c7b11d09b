"""Something is waited for, at most so long: a condition, an entry of the journal, a task of an earlier step."""

from __future__ import annotations

from datetime import timedelta

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Fields
from nenrin.foundation import organisation
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps import times
from nenrin.playbooks.steps.shape import Go, Hold, Outcome, StepKind, Turn, key
from nenrin.playbooks.steps.wait import UNIT
from nenrin.values import Text
from nenrin.work.models import Task

#: A condition is looked at so often even when nothing is heard of the account.
LOOK = timedelta(hours=1)
ENTRY = Param("entry", Text("Entry of the journal", "変更履歴の記録"), "choice", source="actions", required=False)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    most, found = times.length(values["time"], values["unit"]), []
    if values["is"] is not None:
        found.append(conditions.sentence(values["is"], fields))
    if values["entry"]:
        found.append(named(setting.of(ENTRY), values["entry"]))
    if values["task"]:
        found.append(Text("the task is done", "タスクの完了"))
    en, ja = " or ".join(one.en for one in found), "、または".join(one.ja for one in found)
    if not found:
        return Text(f"At most {most.en}", f"最長 {most.ja}")
    return Text(f"{en}, at most {most.en}", f"{ja}まで、最長 {most.ja}")


def act(turn: Turn) -> Outcome:
    if _is_met(turn):
        return Go("then")
    ends = times.after(turn.since, turn.values["time"], turn.values["unit"], organisation.zone())
    if turn.at >= ends:
        return Go("otherwise")
    most = times.length(turn.values["time"], turn.values["unit"])
    return Hold(
        min(ends, turn.at + LOOK), Text(f"Waits for it, at most {most.en}", f"条件を待つ（最長 {most.ja}）"), asks=True
    )


def _is_met(turn: Turn) -> bool:
    values = turn.values
    if values["is"] is not None and turn.holds(values["is"]):
        return True
    if values["entry"]:
        told = Entry.objects.filter(account=turn.account.pk, action=values["entry"], recorded_at__gte=turn.since)
        if told.exists():
            return True
    return bool(values["task"]) and _is_closed(turn, values["task"])


def _is_closed(turn: Turn, step: str) -> bool:
    return Task.objects.filter(key=key(turn.run, step)).exclude(state="open").exists()


KIND = StepKind(
    "wait_until",
    Text("Wait for something", "条件を待つ"),
    (
        Param("is", Text("Condition", "条件"), "condition", required=False),
        ENTRY,
        Param("task", Text("Task of this step is done", "この手順のタスクが完了"), "step", required=False),
        Param("time", Text("At most", "最長"), "number", default=5, low=1, high=1000),
        UNIT,
    ),
    says,
    act,
    arms=(Text("Came", "該当"), Text("Time is over", "期限切れ")),
    hint=Text("One of them is enough.", "いずれか1つを満たせば先に進む。"),
)
