"""Who stands behind the dashboard's tables: contracts that come due, who left and why, who may leave, whose time is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nenrin.analytics.revenue.periods import month_start
from nenrin.customers import capacities
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation.models import Member
from nenrin.insight.executive import ahead as coming
from nenrin.insight.executive import changes, leaving
from nenrin.insight.executive import expected as awaited
from nenrin.insight.executive import standing as health
from nenrin.insight.executive.leaving import Reason, Reasons
from nenrin.insight.executive.questions import Question
from nenrin.insight.risk import each
from nenrin.values import Text

Figure = Literal["renewals", "churn", "expected", "capacity", "health"]
#: Of the contracts of a month: all of them, of accounts at risk, those with notice given.
Part = Literal["", "at_risk", "noticed"]
PARTS: dict[Part, Text] = {
    "": Text("all", "すべて"),
    "at_risk": Text("at risk", "危険"),
    "noticed": Text("notice given", "解約通知あり"),
}
#: Of the members: all, those planned above their hours, those who have not said how much time they have.
Whose = Literal["", "over", "unstated"]
WHOSE: dict[Whose, Text] = {
    "": Text("all", "すべて"),
    "over": Text("members above their hours", "予定が時間を超えるメンバー"),
    "unstated": Text("members without entered hours", "時間が未登録のメンバー"),
}

NOTHING = Text("", "")


class NoSuchPart(LookupError):
    """The table has no such line: see the dashboard for those that it has."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account, or one of its contracts. `amount`: its part of the figure in minor units, `mrr`: what it pays or paid;
    `share`: a probability; `says`: the reason, or whose account it is. What a figure does not tell is None or empty."""

    account: int
    amount: int | None = None
    mrr: int | None = None
    share: float | None = None
    minutes: int | None = None
    on: date | None = None
    band: str = ""
    was: str = ""
    says: Text = NOTHING


def renewals(ask: Question, month: date | None = None, part: Part = "") -> list[Line]:
    """The contracts that come due, the earliest first; they add up to the table's line of the month (None: to all)."""
    pays = health.paying(ask, ask.last)
    bands = health.bands_on(ask, ask.last) if ask.sees_health else {}
    dues = coming.ahead(ask, bands, pays).dues
    shown = [
        due for due in dues
        if (month is None or month_start(due.on) == month)
        and (part != "at_risk" or bands.get(due.account) == "at_risk")
        and (part != "noticed" or due.is_noticed)
    ]  # fmt: skip
    noticed = {True: Text("notice given", "解約通知あり"), False: Text("", "")}
    told = [
        Line(due.account, due.mrr, pays[due.account], on=due.on, band=_band(bands, due.account), says=noticed[due.is_noticed])
        for due in shown
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one.on or date.max, -(one.amount or 0), one.account))


def _band(bands: Mapping[int, str], account: int) -> str:
    return bands.get(account, health.UNKNOWN) if bands else ""


def months(ask: Question) -> list[date]:
    """The months of the table of renewals."""
    return [month.start for month in coming.ahead(ask, {}, {}).months]


def reasons(ask: Question, told: Reasons = leaving.written) -> tuple[Reason, ...]:
    """Why those left that did in the period."""
    return leaving.leaving(changes.changes(ask).churned, told)


def churn(ask: Question, told: Reasons = leaving.written, reason: str = "") -> list[Line]:
    """Who left in the period, the largest first; of one reason by its English name. Raises NoSuchPart."""
    churned = changes.changes(ask).churned
    found = {one.name.en: one for one in leaving.leaving(churned, told)}
    if reason and reason not in found:
        raise NoSuchPart(reason)
    why = {account: one.name for one in found.values() for account in one.accounts}
    own = set(found[reason].accounts) if reason else set(why)
    lost = [
        Line(one.account, -one.amount, one.before, says=why[one.account]) for one in churned if one.account in own
    ]  # fmt: skip
    return sorted(lost, key=lambda one: (-(one.amount or 0), one.account))


def expected(ask: Question, month: date | None = None) -> list[Line]:
    """What is expected to be lost of each account in the month that begins on a day, or in twelve months (None); the most
    first. Nobody where nothing is forecast. Raises NoSuchPart."""
    pays = health.paying(ask, ask.last)
    found = awaited.expected(ask, pays)
    if found is None:
        return []
    starts = [one.begins for one in found.months]
    if month is not None and month not in starts:
        raise NoSuchPart(str(month))
    is_all = ask.within is None and ask.books.accounts is None
    told = each.ahead("churn", None if is_all else pays, None if month is None else starts.index(month))
    return [Line(one.account, round(one.amount), one.minor, one.p) for one in told]


def capacity(ask: Question, whose: Whose = "") -> list[Line]:
    """Every account of the members who look after paying ones, with the minutes a month planned for it; of today alone."""
    pays = health.paying(ask, ask.last) if ask.is_now else {}
    held = Assignment.objects.filter(until_on__isnull=True, phase=Phase.PRIMARY)
    members = {member for account, member in held.values_list("account_id", "member_id") if account in pays}
    kept = {key for key, load in capacities.loads(members).items() if _is_of(load, whose)}
    names = dict(Member.objects.filter(pk__in=kept).values_list("pk", "name"))
    rows = held.filter(member__in=kept, account__archived_at__isnull=True).exclude(account__status=Status.LOST)
    minutes, seen = capacities.planned(), ask.books.accounts
    told = [
        Line(account, mrr=pays.get(account, 0), minutes=minutes.get(model, capacities.UNPLANNED),
             says=Text(names[member], names[member]))
        for account, member, model in rows.values_list("account_id", "member_id", "account__touch_model")
        if seen is None or account in seen
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-(one.minutes or 0), one.account))


def _is_of(load: capacities.Load, whose: Whose) -> bool:
    if whose == "over":
        return load.is_stated and load.minutes > load.of_minutes
    return not load.is_stated if whose == "unstated" else True


def moved(ask: Question, was: str = "", now: str = "") -> list[Line]:
    """Who had one colour before the period and has another at its end; empty: any."""
    found = (one for one in health.moves(ask) if was in ("", one.was) and now in ("", one.now))
    return [Line(one.account, one.pays, one.paid, band=one.now, was=one.was) for one in found]


def named(lines: list[Line]) -> dict[int, str]:
    """The names of their accounts."""
    rows = Account.objects.only("pk", "name").in_bulk({one.account for one in lines})
    return {key: row.name for key, row in rows.items()}
