"""A member's portfolio in figures: how much ARR stands in which health, what moved, which dates come next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Sum

from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.revenue.exchange import Exchange, converted
from nenrin.analytics.revenue.shares import half_up
from nenrin.customers.models import Account, Assignment, Subscription
from nenrin.customers.models.account import AccountQuerySet
from nenrin.customers.statuses import LIVE, Status
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import Permission
from nenrin.insight import measures
from nenrin.insight.executive.ahead import SHORTEST
from nenrin.insight.models import DailyScore, Health
from nenrin.values import Money, Text
from nenrin.web import telling
from nenrin.web.charts.bands import BANDS, Band, band_of

Whose = Literal["mine", "team", "all"]
RENEWAL_DAYS, NOTICE_DAYS = 90, 30
#: Notice deadlines within so many days are listed.
LISTED_DAYS = 60
#: Points from which a move of the score is worth a line.
MOVED = 10.0
AT_MOST = 12
_CHANGES = ("insight.health.fell", "insight.health.rose", "insight.health.unknown", "insight.health.known")


@dataclass(frozen=True, slots=True)
class Slice:
    """The accounts of one band: how many, and their ARR in the organisation's currency."""

    band: Band
    accounts: int
    arr: Money


@dataclass(frozen=True, slots=True)
class Portfolio:
    slices: tuple[Slice, ...]
    elsewhere: int  # accounts in a currency without an exchange rate: counted, not added up
    notices: tuple[int, date | None]
    judged_at: datetime | None = None  # of the freshest health among them

    @property
    def accounts(self) -> int:
        return sum(part.accounts for part in self.slices)

    @property
    def arr(self) -> Money:
        return Money(sum(part.arr.minor for part in self.slices), self.slices[0].arr.currency)

    def of(self, band: Band) -> Slice:
        return next(part for part in self.slices if part.band == band)

    def share(self, band: Band) -> float | None:
        return self.of(band).arr.minor / self.arr.minor if self.arr.minor else None


@dataclass(frozen=True, slots=True)
class Move:
    """An account whose band or score moved: from what, to what, and the journal's sentence where there is one."""

    account: Account
    band: Band
    score: float
    before: float
    why: Text | None


@dataclass(frozen=True, slots=True)
class Risk:
    """An account at risk, with the measures that cost it most."""

    account: Account
    score: float
    delta: float | None
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    account: Account
    band: Band
    score: float | None
    on: date
    days: int


def customers(member: Member, whose: Whose = "all") -> AccountQuerySet:
    """The customers that a member sees: all, or those with any current assignment to them or to their team."""
    rows = Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).standing().filter(status=Status.CUSTOMER)
    if whose == "all":
        return rows
    people = Q(member__team=member.team_id) if whose == "team" else Q(member=member)
    return rows.filter(Exists(Assignment.objects.filter(people, account=OuterRef("pk"), until_on__isnull=True)))


def figures(rows: AccountQuerySet, today: date, exchange: Exchange) -> Portfolio:
    """One query at any size; at the exchange rates of the metric policy, as every page of revenue."""
    known = dict.fromkeys(BANDS, (0, 0))
    elsewhere = notices = 0
    first: list[date] = []
    judged: list[datetime] = []
    for group in _grouped(rows, today):
        judged += [group["judged"]] if group["judged"] else []
        notices += group["notices"]
        first += [group["first"]] if group["first"] else []
        factor = exchange.factor(group["currency"], today)
        if factor is None:
            elsewhere += group["n"]
            continue
        band, arr = band_of(group["health__band"]), 12 * half_up((group["s"] or 0) * factor)
        known[band] = (known[band][0] + group["n"], known[band][1] + arr)
    slices = (Slice(band, n, Money(arr, exchange.policy.reporting_currency)) for band, (n, arr) in known.items())
    return Portfolio(tuple(slices), elsewhere, (notices, min(first, default=None)), max(judged, default=None))


def _grouped(rows: AccountQuerySet, today: date) -> Iterable[Mapping[str, Any]]:
    """By currency and band: how many, their MRR, and what is ahead of them."""
    noticing = Q(notice_on__gte=today, notice_on__lte=today + timedelta(NOTICE_DAYS))
    groups: Iterable[Mapping[str, Any]] = (
        rows.order_by()
        .values("currency", "health__band")
        .annotate(
            n=Count("pk"),
            s=Sum("mrr_minor"),
            notices=Count("pk", filter=noticing),
            first=Min("notice_on", filter=noticing),
            judged=Max("health__at"),
        )
    )
    return groups


def at_risk(rows: AccountQuerySet) -> list[Risk]:
    """The accounts at risk, the largest first."""
    found = rows.filter(health__band="at_risk").select_related("health", "owner").order_by("-mrr_minor")[:AT_MOST]
    known = measures.named(bar for a in found for bar, _ in a.health.losses)
    return [Risk(a, a.health.score, a.health.delta_30, _reasons(a.health, known)) for a in found]


def _reasons(health: Health, known: Mapping[str, Measure]) -> tuple[Text, ...]:
    """Names of the measures behind the greatest losses, at most three."""
    return tuple(known[bar].name for bar, _ in health.losses if bar in known)[:3]


def moves(rows: AccountQuerySet, since: date, from_at: datetime) -> list[Move]:
    """Accounts whose band changed, or whose score moved by ten points, against the end of a day; the largest first."""
    now = F("account__health__score")
    moved = ~Q(account__health__band=F("band")) | Q(score__gte=now + MOVED) | Q(score__lte=now - MOVED)
    # The day's rows lie together: to begin with them takes half as long as to look for each account's among all days.
    of_the_day = DailyScore.objects.filter(day=since).values("pk")
    largest = (
        DailyScore.objects.filter(
            moved, pk__in=of_the_day, account__in=rows.order_by().values("pk"), account__health__isnull=False
        )
        .order_by("-account__mrr_minor", "account")
        .values_list("pk", flat=True)[:AT_MOST]
    )
    # Searched for by their numbers alone, so that the search reads no wide rows.
    found = DailyScore.objects.filter(pk__in=largest).select_related("account__health")
    kept = sorted(found, key=lambda row: (-row.account.mrr_minor, row.account_id))
    why = _sentences([row.account_id for row in kept], from_at) if kept else {}
    return [
        Move(
            row.account, band_of(row.account.health.band), row.account.health.score, row.score, why.get(row.account_id)
        )
        for row in kept
    ]


def last_day_before(day: date) -> date | None:
    """The last day before this one that has stored scores."""
    return DailyScore.objects.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first()


@dataclass(frozen=True, slots=True)
class Renewals:
    """Accounts with a contract that comes due, the ARR of those contracts, and the nearest of them."""

    accounts: int
    arr: Money
    nearest: tuple[Deadline, ...]


def ahead(rows: AccountQuerySet, today: date, exchange: Exchange) -> tuple[list[Deadline], Renewals]:
    """Notice deadlines and renewals ahead, the nearest first: two queries at any size."""
    first, arr = _due(rows, today, exchange)
    nearest = sorted(first, key=lambda account: (*first[account], account))[:AT_MOST]
    window = rows.filter(notice_on__gte=today, notice_on__lte=today + timedelta(LISTED_DAYS))
    noticing = window.order_by("notice_on", "-mrr_minor").values("pk")[:AT_MOST]
    wanted = Account.objects.filter(Q(pk__in=nearest) | Q(pk__in=noticing)).select_related("health", "owner")
    found = {account.pk: account for account in wanted}
    until = today + timedelta(LISTED_DAYS)
    soon = [one for one in found.values() if one.notice_on and today <= one.notice_on <= until]
    soon.sort(key=lambda one: (one.notice_on, -one.mrr_minor, one.pk))
    lines = tuple(_deadline(found[account], first[account][0], today) for account in nearest if account in found)
    renewals = Renewals(len(first), Money(arr, exchange.policy.reporting_currency), lines)
    return [_deadline(one, one.notice_on, today) for one in soon[:AT_MOST]], renewals


def _due(rows: AccountQuerySet, today: date, exchange: Exchange) -> tuple[dict[int, tuple[date, int]], int]:
    """Contracts of six months and longer whose term ends within 90 days (a monthly one is decided every month): of each
    account the nearest with its MRR below zero, and the ARR of them all."""
    due = Subscription.objects.filter(
        ends_on__gte=today, ends_on__lte=today + timedelta(RENEWAL_DAYS), status__in=LIVE, archived_at__isnull=True,
        term_months__gte=SHORTEST, is_credit=False, account__in=rows.order_by().values("pk"),
    )  # fmt: skip
    first: dict[int, tuple[date, int]] = {}
    minors: dict[str, list[int]] = {}
    for account, on, minor, currency in due.order_by().values_list("account_id", "ends_on", "mrr_minor", "currency"):
        minors.setdefault(currency, []).append(minor)
        nearest = first.get(account)
        if nearest is None or (on, -minor) < nearest:
            first[account] = (on, -minor)
    return first, 12 * sum(_in_reporting(exchange, currency, today, each) for currency, each in minors.items())


def _in_reporting(exchange: Exchange, currency: str, today: date, minors: list[int]) -> int:
    """The sum of amounts of one currency, each converted for itself; 0 where no rate is known."""
    factor = exchange.factor(currency, today)
    return 0 if factor is None else int(converted(np.array(minors, np.int64), factor).sum())


def _deadline(account: Account, on: date | None, today: date) -> Deadline:
    health: Health | None = getattr(account, "health", None)
    assert on is not None  # the query filtered by it
    return Deadline(
        account, band_of(health.band if health else None), health.score if health else None, on, (on - today).days
    )


def _sentences(accounts: list[int], from_at: datetime) -> Mapping[int, Text]:
    """The newest sentence on each account's health since an instant."""
    rows = Entry.objects.filter(account__in=accounts, action__in=_CHANGES, recorded_at__gte=from_at).order_by(
        "recorded_at"
    )
    return {row.account: telling.sentence(row) for row in rows if row.account is not None}
