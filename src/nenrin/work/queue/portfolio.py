"""A member's accounts on a day with what their reasons rest on, read in few queries for any number of sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import overload
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from nenrin.customers.models import Account, Assignment, Subscription, TouchModel
from nenrin.customers.models.capacity import MINUTES_A_DAY, Capacity, shared
from nenrin.customers.models.deputy import Deputy
from nenrin.customers.statuses import LIVE, Phase, Stage, Status
from nenrin.foundation.calendar import add_business_days, day_of
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.permissions import Permission
from nenrin.foundation.roles import Role
from nenrin.insight.models import DailyScore, Health
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.work import letters
from nenrin.work.models import Touch
from nenrin.work.models.task import Task
from nenrin.work.models.touch import Channel, Direction
from nenrin.work.queue import known, open_tasks

#: Days over which a move of the score is told.
WEEK = 7
#: Measures that reasons speak of.
MEASURES = ("active_user_share", "weekly_active_users", "days_since_activity", "urgent_ticket_age", "usage_trend")
#: What is read of an account and of its health: the whole rows take twice as long.
_ACCOUNT = (
    *("name", "status", "stage", "currency", "mrr_minor", "seats", "customer_since", "created_at"),
    *("term_from", "renewal_on", "notice_on", "touch_model"),
)
_HEALTH = ("as_of", "at", "score", "band", "since", "coverage", "losses")


@dataclass(frozen=True, slots=True)
class Told:
    """A model's word on one event within 90 days; `is_ranking`: too few events for a figure."""

    p: float
    as_of: date
    is_ranking: bool
    minor: int = 0  # MRR in the reporting currency
    reasons: Sequence[Sequence[object]] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """One account as the queue sees it. `stands_in_for`: whose it is, where the member is only a deputy."""

    account: Account
    health: Health | None
    before: float | None = None  # score a week ago
    last: float | None = None  # score at the end of the last business day
    talked_on: date | None = None  # last meeting or call
    written_on: date | None = None  # last mail by a person
    every_days: int | None = None  # cadence that the touch model promises
    ends_unless_renewed: bool = False  # the contract whose end is next does not renew by itself
    risks: Mapping[str, Told] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    measured_on: Mapping[str, date] = field(default_factory=dict)  # when each last changed
    stands_in_for: str = ""

    @property
    def arr(self) -> int:
        return 12 * self.account.mrr_minor

    @property
    def band(self) -> str:
        return self.health.band if self.health else "unknown"

    @property
    def touched_on(self) -> date | None:
        return max(filter(None, (self.talked_on, self.written_on)), default=None)

    @property
    def delta(self) -> float | None:
        """Points against a week ago, of an account that has a score."""
        if self.before is None or self.health is None or self.band == "unknown":
            return None
        return self.health.score - self.before


@dataclass(frozen=True, slots=True)
class Signal:
    """`kind`: left, answer, ticket, waits (for us: no proposal meanwhile), promise, onboarding, opportunity, handoff or
    handoff_due. `figure`: an answer's score. `words` and `name` are personal, but of onboarding: there `words` are its
    standing and four counts (settled, all, overdue with us, with them); of an opportunity: its kind, its state and the
    seller's number, `name` its next step; and of handoffs: the colleague who is to act, `name` the account's."""

    account: int
    kind: str
    key: int
    on: date
    figure: int
    words: str
    name: str


class Portfolio(Sequence[int]):
    """The accounts' ids, for sources that look for themselves; `standing` for those that need no more."""

    def __init__(self, member: Member, on: date, at: datetime, rows: Sequence[Standing], own: OwnMoney) -> None:
        self.member, self.on, self.at, self.own = member, on, at, own
        self.standing: Mapping[int, Standing] = {row.account.pk: row for row in rows}
        self.minutes_a_day = MINUTES_A_DAY
        self.reached: Sequence[int] = tuple(self.standing)  # with accounts that are no customers
        self.only: Sequence[int] | None = None  # what is asked for is these accounts' alone
        self.signals: list[Signal] | None = None  # of nenrin.work.queue.signals, once they are asked for
        self._keys = tuple(self.standing)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        return self._keys[place]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    @property
    def currency(self) -> str:
        return self.own.currency

    def arr(self, row: Standing) -> int:
        """In the organisation's currency; nought where no rate is known."""
        return self.own.minor(row.arr, row.account.currency) or 0

    @cached_property
    def tasks(self) -> list[Task]:
        """Open tasks that are due: the member's own, whatever account they are for, and those for accounts of colleagues
        for whom the member stands in. Those put off come back on their day."""
        return open_tasks.due(self.member, self.on)

    @property
    def due(self) -> list[Task]:
        """The member's own of these."""
        return [row for row in self.tasks if row.assignee_id == self.member.pk]


def of(member: Member, on: date, at: datetime, org: Organisation, *, only: Sequence[int] | None = None) -> Portfolio:
    """Two queries at any size: accounts with health, touches and cadence; what is known of them. `only`: of these alone."""
    rows = list(_accounts(member, on) if only is None else _accounts(member, on).filter(pk__in=only))
    accounts = [account for account in rows if account.status == Status.CUSTOMER]
    keys = [account.pk for account in accounts]
    (risks, measures), zone = _known(keys), ZoneInfo(org.zone)
    standing = [_standing(a, risks.get(a.pk, {}), measures.get(a.pk, []), zone) for a in accounts]
    found = Portfolio(member, on, at, standing, own_money.on(on))
    found.reached, found.only = [account.pk for account in rows], only
    if accounts and (stated := accounts[0].__dict__["minutes_a_day"]) is not None:
        found.minutes_a_day = shared(stated, accounts[0].__dict__["share_percent"])
    return found


def held_by(member: Member, on: date) -> Q:
    """Assignments that make an account part of a member's day: their own, and of those they stand in for."""
    away = Deputy.objects.on(on).filter(deputy=member).values("member")
    return (Q(member=member) | Q(member__in=away)) & Q(until_on__isnull=True) & _in_phase(member)


def _in_phase(member: Member) -> Q:
    """An owner of one phase sees the account while it is in it; sales sees its own part."""
    onboarding = Q(account__stage=Stage.ONBOARDING)
    whose = Q(phase__in=(Phase.PRIMARY, Phase.PARTNER))
    whose |= Q(phase=Phase.ONBOARDING) & onboarding
    whose |= Q(phase=Phase.ADOPTION) & ~onboarding
    return whose | Q(phase=Phase.SALES) if member.role == Role.SALES else whose


def owned(member: Member, on: date) -> QuerySet[Account]:
    """The accounts of a member's day, whatever their status: asked by status too, a database would go through all."""
    mine = Assignment.objects.filter(held_by(member, on)).values("account")
    seen = Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).standing()
    return seen.filter(pk__in=mine)


def _accounts(member: Member, on: date) -> QuerySet[Account]:
    own = Assignment.objects.filter(account=OuterRef("pk"), member=member, until_on__isnull=True)
    touched = Touch.objects.filter(account=OuterRef("pk"), retracted_at__isnull=True)
    last = touched.exclude(direction=Direction.INTERNAL).order_by("-happened_at").values("happened_at")
    mailed = letters.by_people().filter(account=OuterRef("pk"))
    scores = DailyScore.objects.filter(account=OuterRef("pk")).values("score")
    cadence = TouchModel.objects.filter(key=OuterRef("touch_model")).values("contact_every_days")
    ending = Subscription.objects.filter(
        account=OuterRef("pk"), ends_on=OuterRef("renewal_on"), auto_renews=False, status__in=LIVE, archived_at__isnull=True,
        is_credit=False,
    )  # fmt: skip
    stated = Capacity.objects.filter(member=member.pk)
    rows = owned(member, on).select_related("health").only(*_ACCOUNT, *(f"health__{name}" for name in _HEALTH))
    return rows.annotate(
        is_own=Exists(own),
        owner_name=F("owner__name"),
        minutes_a_day=Subquery(stated.values("minutes_a_day")[:1]),
        share_percent=Subquery(stated.values("share_percent")[:1]),
        talked_at=Subquery(last.filter(channel__in=(Channel.MEETING, Channel.CALL))[:1]),
        written_at=Subquery(last.filter(channel=Channel.MAIL, direction=Direction.OUT)[:1]),
        mailed_at=Subquery(mailed.order_by("-handed_over_at").values("handed_over_at")[:1]),
        before=Subquery(scores.filter(day=on - timedelta(WEEK))[:1]),
        last=Subquery(scores.filter(day=add_business_days(on, -1))[:1]),
        every_days=Subquery(cadence[:1]),
        ends_unless_renewed=Exists(ending),
    ).order_by("pk")


def _known(accounts: Sequence[int]) -> tuple[dict[int, dict[str, Told]], dict[int, list[tuple[str, float, date]]]]:
    """By account: what models say of each event, and the measures."""
    risks: dict[int, dict[str, Told]] = {}
    measures: dict[int, list[tuple[str, float, date]]] = {}
    for one in known.figures(accounts, MEASURES):
        if one.is_risk:
            told = Told(one.value, one.as_of, one.is_ranking, one.minor, one.reasons)
            risks.setdefault(one.account, {})[one.name] = told
        else:
            measures.setdefault(one.account, []).append((one.name, one.value, one.as_of))
    return risks, measures


def _standing(
    account: Account, risks: dict[str, Told], measures: list[tuple[str, float, date]], zone: ZoneInfo
) -> Standing:
    noted = account.__dict__  # what the query annotated
    talked = noted["talked_at"]
    written = max(filter(None, (noted["written_at"], noted["mailed_at"])), default=None)
    return Standing(
        account, getattr(account, "health", None), noted["before"], noted["last"], talked and day_of(talked, zone),
        written and day_of(written, zone), noted["every_days"], noted["ends_unless_renewed"], risks,
        {key: value for key, value, _ in measures}, {key: on for key, _, on in measures},
        "" if noted["is_own"] else noted["owner_name"] or "—",
    )  # fmt: skip
