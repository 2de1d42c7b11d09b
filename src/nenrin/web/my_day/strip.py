"""The figures at the top: the member's accounts, their ARR, what of it is at risk, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from nenrin.foundation import format
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web.components import Fact
from nenrin.work.models.task import Task
from nenrin.work.queue.portfolio import Portfolio, Standing

RENEWAL_DAYS, NOTICE_DAYS = 90, 30


def facts(held: Portfolio, language: str) -> list[Fact]:
    rows = list(held.standing.values())
    return [
        Fact(Text("Accounts", "担当顧客"), _companies(len(rows)), _unrated(held), key="accounts"),
        Fact(Text("ARR", "担当ARR"), format.money(_arr(rows, held), language, "compact"), _used(held), key="arr"),
        _at_risk(rows, held, language),
        _renewals(rows, held, language),
        _notices(rows, held.on, language),
        _overdue(held.due, held.on),
    ]


def _at_risk(rows: Sequence[Standing], held: Portfolio, language: str) -> Fact:
    bad = [row for row in rows if row.band == "at_risk"]
    arr, whole = _arr(bad, held), _arr(rows, held)
    share = format.percent(arr.minor / whole.minor if whole.minor else None, language)
    note = Text("{n}, {share}", "{n}・{share}").fill(n=_companies(len(bad)).in_(language), share=share)
    name = Text("At-risk ARR", "解約リスクARR")
    return Fact(name, format.money(arr, language, "compact"), note if whole.minor else "", key="at_risk_arr")


def _renewals(rows: Sequence[Standing], held: Portfolio, language: str) -> Fact:
    due = [row for row in rows if _within(row.account.renewal_on, held.on, RENEWAL_DAYS)]
    arr = format.money(_arr(due, held), language, "compact") if due else ""
    return Fact(Text("Renewals in 90 days", "90日以内の更新"), _companies(len(due)), arr, key="renewal")


def _notices(rows: Sequence[Standing], on: date, language: str) -> Fact:
    days = sorted(
        row.account.notice_on
        for row in rows
        if row.account.notice_on and _within(row.account.notice_on, on, NOTICE_DAYS)
    )
    first = Text("first on {day}", "最短 {day}").fill(day=format.day(days[0], language, "brief")) if days else ""
    name = Text("Notice deadlines in 30 days", "30日以内の更新拒絶期限日")
    return Fact(name, _companies(len(days)), first, key="notice_deadline")


def _overdue(due: Iterable[Task], on: date) -> Fact:
    late = [(on - task.due_on).days for task in due if task.due_on and task.due_on < on]
    most = max(late, default=0)
    return Fact(
        Text("Overdue tasks", "期限超過タスク"), Text(f"{len(late):,}", f"{len(late):,}件"),
        Text(f"the oldest by {most} days", f"最長 {most}日") if late else "",
        key="overdue_tasks", meaning=Text("Your open tasks whose day has passed.", "期日を過ぎた自分の未完了タスクの数。"),
    )  # fmt: skip


def _arr(rows: Iterable[Standing], held: Portfolio) -> Money:
    return Money(sum(held.arr(row) for row in rows), held.currency)


def _unrated(held: Portfolio) -> Text | str:
    """Accounts that no amount holds."""
    names = [row.account.name for row in held.standing.values() if not held.own.knows(row.account.currency)]
    return own_money.left_out(sorted(names)) or ""


def _used(held: Portfolio) -> Text | str:
    """The rates at which accounts in other currencies count."""
    return held.own.used({row.account.currency for row in held.standing.values()}) or ""


def _within(day: date | None, on: date, days: int) -> bool:
    return day is not None and on <= day <= on + timedelta(days)


def _companies(count: int) -> Text:
    return Text(f"{count:,}", f"{count:,}社")
