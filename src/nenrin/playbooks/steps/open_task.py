"""A task is opened for one of ours."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation.calendar import add_business_days
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps import people
from nenrin.playbooks.steps.shape import Done, Outcome, StepKind, Turn
from nenrin.values import Language, Text
from nenrin.work import tasks


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    title: Text = values["title"]
    return title


def under(values: Values) -> Text:
    days, minutes, who = values["due_days"], values["minutes"], people.who_words(values)
    due = Text(
        "same day" if not days else f"in {days} business day{'' if days == 1 else 's'}",
        "当日" if not days else f"{days}営業日",
    )
    return Text(f"{who.en}, due {due.en}, {minutes} min", f"{who.ja}・期限 {due.ja}・{minutes}分")


def act(turn: Turn) -> Outcome:
    values = turn.values
    member = people.assignee(turn, values["who"], values["member"] or "")
    language: Language = "en" if member and member.language == "en" else "ja"
    known = people.gaps(turn, language)
    due = turn.today if not values["due_days"] else add_business_days(turn.today, values["due_days"])
    checklist = merging.filled(values["checklist"].in_(language), known)
    task = tasks.open(
        turn.account,
        merging.filled(values["title"].in_(language), known)[:200],
        assignee=member,
        due_on=due,
        by=turn.by,
        at=turn.at,
        minutes=values["minutes"],
        why=turn.why,
        body=merging.filled(values["body"].in_(language), known),
        checklist=[line.strip() for line in checklist.splitlines() if line.strip()],
        key=turn.key,
        origin=("playbook", str(turn.run)),
    )
    return Done(
        {**people.noted(member), "task": task.pk, "url": f"/tasks/{task.pk}", "en": task.title, "ja": task.title}
    )


KIND = StepKind(
    "open_task",
    Text("Task", "タスク"),
    (
        Param("title", Text("Title", "件名"), "words"),
        Param("who", Text("For whom", "担当"), "choice", people.WHO, default="owner"),
        Param("member", Text("Or this colleague", "または特定のメンバー"), "choice", source="members", required=False),
        Param("due_days", Text("Due in (business days)", "期限（営業日）"), "number", default=1, low=0, high=250),
        Param("minutes", Text("Minutes", "工数（分）"), "number", default=15, low=0, high=1440),
        Param("body", Text("Details", "内容"), "words", required=False, default=Text("", ""), lines=4),
        Param(
            "checklist",
            Text("Checklist, a line each", "チェックリスト（1行に1つ）"),
            "words",
            required=False,
            default=Text("", ""),
            lines=3,
        ),
    ),
    says,
    act,
    minutes=lambda values: int(values["minutes"]),
    under=under,
)
