"""The filters of the task list: read from the address, shown as chips, applied to the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.web.components import Chip
from nenrin.web.listing import plain, whole
from nenrin.work.models import Task
from nenrin.work.models.task import STATES, State

MINE, TEAM, ALL, NONE, LATE, TODAY, WEEK, UNDATED, ENDED = (
    *("mine", "team", "all", "none"),
    *("late", "today", "week", "none", "ended"),
)
LABELS: dict[str, Text] = {
    "q": Text("Search", "検索"),
    "whose": Text("Whose", "誰の"),
    "state": Text("State", "状態"),
    "due": Text("Due", "期日"),
    "assignee": Text("Assignee", "担当"),
    "account": Text("Account", "顧客"),
    "kind": Text("Kind", "種類"),
}
WHOSE: dict[str, Text] = {
    MINE: Text("Mine", "自分"),
    TEAM: Text("My team's", "チーム"),
    ALL: Text("All", "すべて"),
    NONE: Text("Nobody's", "担当なし"),
}
DUE: dict[str, Text] = {
    LATE: Text("Overdue", "期限超過"),
    TODAY: Text("Today or before", "今日まで"),
    WEEK: Text("Within 7 days", "7日以内"),
    UNDATED: Text("Without a day", "期日なし"),
}
STATE: dict[str, Text] = {
    State.OPEN: STATES[State.OPEN],
    "snoozed": Text("Put off", "あとで"),
    State.DONE: STATES[State.DONE],
    State.DISMISSED: STATES[State.DISMISSED],
    ALL: Text("All", "すべて"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text | str


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen; colleagues in one query."""

    whose: Sequence[Option]
    state: Sequence[Option]
    due: Sequence[Option]
    assignee: Sequence[Option]

    @classmethod
    def of(cls, member: Member) -> Choices:
        colleagues = Member.objects.filter(is_active=True).values_list("pk", "name")
        return cls(
            [Option(key, label) for key, label in WHOSE.items() if key != TEAM or member.team_id],
            [Option(key, label) for key, label in STATE.items()],
            [Option(key, label) for key, label in DUE.items()],
            [Option(str(key), name) for key, name in colleagues],
        )

    def label(self, name: str, value: str) -> Text | str:
        return next((o.label for o in getattr(self, name, ()) if o.value == value), value)


def asked(given: QueryDict) -> dict[str, str]:
    """The filters of an address; without any, one's own open tasks."""
    found = {name: value for name in LABELS if (value := plain(given.get(name)))}
    wide = {"assignee", "account", "q"} & found.keys()
    return {**({} if wide else {"whose": MINE}), "state": State.OPEN, **found}


def applied(rows: QuerySet[Task], filters: Mapping[str, str], member: Member, today: date) -> QuerySet[Task]:
    """Rows that pass every filter; a value that makes no sense finds nothing."""
    for name, value in filters.items():
        condition = _condition(name, value, member, today)
        rows = rows.none() if condition is None else rows.filter(condition)
    return rows


def _condition(name: str, value: str, member: Member, today: date) -> Q | None:
    if name == "q":
        return Q(title__icontains=value) | Q(account__name__icontains=value)
    if name == "whose":
        team = Q(assignee__team=member.team_id) if member.team_id else Q(assignee=member)
        return {MINE: Q(assignee=member), TEAM: team, ALL: Q(), NONE: Q(assignee__isnull=True)}.get(value)
    if name == "state":
        return _in_state(value, today)
    if name == "due":
        return {
            LATE: Q(due_on__lt=today, state=State.OPEN),
            TODAY: Q(due_on__lte=today),
            WEEK: Q(due_on__lte=today + timedelta(days=7)),
            UNDATED: Q(due_on__isnull=True),
        }.get(value)
    if name == "kind":
        return Q(kind=value)
    key = whole(value)
    return Q(**{name: key}) if key else None


def _in_state(value: str, today: date) -> Q | None:
    """Open ones are those to be done now: what was put off has a list of its own."""
    later = Q(snoozed_until__gt=today)
    return {
        State.OPEN.value: Q(state=State.OPEN) & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today)),
        "snoozed": Q(state=State.OPEN) & later,
        State.DONE.value: Q(state=State.DONE),
        State.DISMISSED.value: Q(state=State.DISMISSED),
        ALL: Q(),
    }.get(value)


def chips(filters: Mapping[str, str], choices: Choices, given: QueryDict, account: str = "") -> list[Chip]:
    """What is in force, each with the address without it."""
    return [
        Chip(LABELS[name], account or value if name == "account" else choices.label(name, value), _without(given, name))
        for name, value in filters.items()
        if not (name in ("whose", "state") and value == ALL)
    ]


def _without(given: QueryDict, name: str) -> str:
    pairs = [(key, value) for key, values in given.lists() for value in values if key not in {name, "page"}]
    return "?" + urlencode([*pairs, (name, ALL)] if name in ("whose", "state") else pairs)
