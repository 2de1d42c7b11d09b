"""Load against capacity, member by member: what a team has to do today and how much of it there is time for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from nenrin.customers import capacities
from nenrin.customers.capacities import Load
from nenrin.customers.models import Account, Assignment
from nenrin.customers.models.capacity import DAYS_A_MONTH
from nenrin.customers.models.deputy import Deputy
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation import organisation
from nenrin.foundation.calendar import start_of
from nenrin.foundation.models import Member
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money
from nenrin.work import letters
from nenrin.work.models import Touch
from nenrin.work.models.day_load import DayLoad
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.task import Task
from nenrin.work.models.touch import Channel, Direction
from nenrin.work.queue import busy
from nenrin.work.queue.plays import KINDS

#: Days without contact after which an account at risk counts as left alone.
UNTOUCHED_DAYS = 14


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Of the accounts of which a member is the primary owner; amounts in the organisation's currency."""

    accounts: int = 0
    arr: int = 0
    at_risk: int = 0
    at_risk_arr: int = 0
    untouched: int = 0  # at risk, and nobody was in touch


@dataclass(frozen=True, slots=True)
class Due:
    """Open tasks: due by today, overdue, the oldest one's day, minutes that those due take of today."""

    due: int = 0
    overdue: int = 0
    oldest: date | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One member. `queue` is None until their day was made once; `deputy` sees to their accounts while they are away:
    `is_covered` where that colleague is there and their queue holds this member's rows. `busy`: minutes of today's
    meetings."""

    member: Member
    portfolio: Portfolio
    due: Due
    planned: Load
    minutes_a_day: int
    queue: DayLoad | None
    deputy: Member | None = None
    is_covered: bool = False
    busy: int = 0

    @property
    def rows(self) -> int | None:
        """Of the queue; none of one that a deputy sees to."""
        return 0 if self.is_covered else self.queue.rows if self.queue else None

    @property
    def minutes(self) -> int:
        """Of the queue, which holds the tasks for its accounts, as it stood; of due tasks alone where there is none, or a
        deputy sees to it."""
        return max(self.queue.minutes, self.due.minutes) if self.queue and not self.is_covered else self.due.minutes

    @property
    def free(self) -> int:
        """What the day leaves for accounts: nothing of who is away."""
        return 0 if self.deputy else max(self.minutes_a_day - self.busy, 0)

    @property
    def share(self) -> float | None:
        return self.minutes / self.free if self.free else None

    @property
    def is_over(self) -> bool:
        """More than there is time for; what is left of a member whose deputy is there can wait."""
        return self.minutes > self.free and not self.is_covered

    @property
    def fullness(self) -> float:
        """The share, for an order: work without any time for it stands above all."""
        return self.share or (float("inf") if self.is_over else 0.0)


def lines(members: Iterable[Member], on: date, at: datetime, own: OwnMoney) -> list[Line]:
    """Every member with what they have to do, the fullest first: nine queries at any number. Work is counted once, with
    whoever does it today."""
    wanted = {member.pk: member for member in members}
    away = {row.member_id: row.deputy for row in Deputy.objects.on(on).select_related("deputy")}
    asked = {*wanted, *(colleague.pk for colleague in away.values())}
    queues = {row.member_id: row for row in DayLoad.objects.filter(member__in=asked, on=on)}
    covered = {key: one.pk for key, one in away.items() if one.pk not in away and one.pk in queues}
    held, due = _portfolios(wanted, at, own), _due(wanted, covered, on)
    planned, taken = capacities.loads(wanted), _busy(wanted, on)
    found = [
        Line(
            member, held.get(key, Portfolio()), due.get(key, Due()), planned[key], planned[key].of_minutes // DAYS_A_MONTH, queues.get(key),
            away.get(key), key in covered, taken.get(key, 0),
        )
        for key, member in wanted.items()
    ]  # fmt: skip
    return sorted(found, key=lambda line: (-line.fullness, line.member.name))


def _busy(members: Mapping[int, Member], on: date) -> dict[int, int]:
    """Minutes of the day's meetings that each holds or attends; overlaps count once."""
    zone = ZoneInfo(organisation.current().zone)
    rows = Meeting.objects.standing().filter(
        Q(owner__in=members) | Q(attendees__member__in=members), starts_at__gte=start_of(on, zone),
        starts_at__lt=start_of(on + timedelta(1), zone),
    )  # fmt: skip
    found: dict[int, list[Meeting]] = {}
    for meeting in rows.annotate(who=F("attendees__member")).only("owner", "starts_at", "ends_at", "is_all_day"):
        for key in {meeting.owner_id, meeting.__dict__["who"]} & members.keys():
            found.setdefault(key, []).append(meeting)
    return {key: busy.minutes(rows) for key, rows in found.items()}


def _portfolios(members: Mapping[int, Member], at: datetime, own: OwnMoney) -> dict[int, Portfolio]:
    rows = Account.objects.standing().filter(status=Status.CUSTOMER, owner__in=members).order_by()
    bad, mrr = Q(health__band="at_risk"), own.sql()
    counted = rows.values("owner").annotate(
        n=Count("pk"), mrr=Coalesce(Sum(mrr), 0), bad=Count("pk", filter=bad),
        bad_mrr=Coalesce(Sum(mrr, filter=bad), 0),
    )  # fmt: skip
    quiet = dict(_untouched(rows.filter(bad), at))
    return {
        row["owner"]: Portfolio(row["n"], 12 * row["mrr"], row["bad"], 12 * row["bad_mrr"], quiet.get(row["owner"], 0))
        for row in counted
    }


def _untouched(rows: object, at: datetime) -> Iterable[tuple[int, int]]:
    since = at - timedelta(days=UNTOUCHED_DAYS)
    touched = Touch.objects.filter(account=OuterRef("pk"), retracted_at__isnull=True, happened_at__gte=since)
    touched = touched.exclude(channel=Channel.NOTE).exclude(direction=Direction.INTERNAL)
    mailed = letters.by_people().filter(account=OuterRef("pk"), handed_over_at__gte=since)
    found: Iterable[tuple[int, int]] = (
        rows.filter(~Exists(touched), ~Exists(mailed)).values_list("owner").annotate(n=Count("pk"))  # type: ignore[attr-defined]
    )
    return found


def _due(members: Mapping[int, Member], covered: Mapping[int, int], on: date) -> dict[int, Due]:
    """Each one's own tasks; the minutes of those for accounts are the deputy's where one covers for them."""
    asked = {*members, *(key for key, deputy in covered.items() if deputy in members)}
    rows = Task.objects.open().filter(assignee__in=asked, due_on__lte=on).exclude(snoozed_until__gt=on).order_by()
    minutes, late, for_account = Coalesce("minutes", KINDS["task"].minutes), Q(due_on__lt=on), Q(account__isnull=False)
    counted = rows.values("assignee").annotate(
        n=Count("pk"), late=Count("pk", filter=late), first=Min("due_on", filter=late), took=Sum(minutes),
        passed=Coalesce(Sum(minutes, filter=for_account), 0),
    )  # fmt: skip
    found: dict[int, Due] = {}
    taken_on: dict[int, int] = {}
    for row in counted:
        key, passed = row["assignee"], row["passed"] if row["assignee"] in covered else 0
        found[key] = Due(row["n"], row["late"], row["first"], row["took"] - passed)
        if passed:
            taken_on[covered[key]] = taken_on.get(covered[key], 0) + passed
    return {
        key: replace(due, minutes=due.minutes + taken_on.get(key, 0))
        for key in {*found, *taken_on}
        for due in [found.get(key, Due())]
    }


@dataclass(frozen=True, slots=True)
class Move:
    """What giving accounts to a colleague would do to both: accounts, ARR and planned minutes a month."""

    accounts: int
    arr: Money
    minutes: int
    giver: Load
    giver_after: Load
    receiver: Load
    receiver_after: Load

    @property
    def is_too_much(self) -> bool:
        """The receiver would have more planned than there is time for."""
        after = self.receiver_after
        return after.minutes > after.of_minutes or (
            after.most_accounts is not None and after.accounts > after.most_accounts
        )


def move(accounts: Iterable[Account], giver: Member, receiver: Member, own: OwnMoney) -> Move:
    """Preview of a reassignment of primary owners; nothing is written."""
    moved, planned = list(accounts), capacities.planned()
    minutes = sum(planned.get(account.touch_model, capacities.UNPLANNED) for account in moved)
    loads = capacities.loads([giver.pk, receiver.pk])
    arr = 12 * own.sums((account.mrr_minor, account.currency) for account in moved)
    one, other = loads[giver.pk], loads[receiver.pk]
    return Move(
        len(moved), Money(arr, own.currency), minutes, one, _changed(one, -len(moved), -minutes), other,
        _changed(other, len(moved), minutes),
    )  # fmt: skip


def _changed(load: Load, accounts: int, minutes: int) -> Load:
    return replace(load, accounts=load.accounts + accounts, minutes=load.minutes + minutes)


def owned(member: Member, phase: Phase = Phase.PRIMARY) -> Iterable[int]:
    """Accounts that a member looks after in a phase, by id."""
    rows = Assignment.objects.filter(member=member, phase=phase, until_on__isnull=True)
    return rows.values_list("account_id", flat=True)
