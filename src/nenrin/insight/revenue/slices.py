"""Slices of the book: by tier, touch model, industry, region, plan, cohort, source, owner and segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
from django.db.models import Min, Q
from numpy.typing import NDArray

from nenrin.analytics.revenue.books import valued_minor
from nenrin.analytics.revenue.paths import NEVER, Whole, number
from nenrin.analytics.revenue.periods import day_of
from nenrin.customers.models import Account, Assignment, Plan, TierRule, TouchModel
from nenrin.foundation.models import Member
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.insight.revenue import firsts, origins
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.graded import FIELDS
from nenrin.values import Period, Text

Mask = NDArray[np.bool_]
DIMENSIONS: Mapping[str, Text] = {
    "tier": Text("Tier", "企業規模"),
    "touch_model": Text("Touch model", "タッチモデル"),
    "plan": Text("Plan", "プラン"),
    "industry": Text("Industry", "業種"),
    "region": Text("Region", "地域"),
    "cohort": Text("First paid in", "初回契約年度"),
    "cohort_quarter": Text("First paid in (quarter)", "初回契約四半期"),
    "cohort_month": Text("First paid in (month)", "初回契約月"),
    "source": Text("Source", "獲得経路"),
    "owner": Text("Owner", "担当CSM"),
    "segment": Text("Segment", "セグメント"),
}
#: Told beside the lake, so that it may change while a ledger stays: never kept with one.
BESIDE = ("owner", "source")
NONE = Text("not given", "未設定")
ALL = Text("All accounts", "全顧客")
#: How programs read and write the part of those without one; a part that is left out is no part.
UNSET = "none"


@dataclass(frozen=True, slots=True)
class Slice:
    """Which accounts (rows of the book) it held just before the period and at its end."""

    key: str
    name: Text
    before: Mask
    after: Mask


def spoken(key: str) -> str:
    """A slice's key as programs read it."""
    return key or UNSET


def heard(told: str) -> str:
    """A slice's key from what a program wrote; empty means those without one as well."""
    return "" if told == UNSET else told


class NoSuchDimension(ValueError):
    """There is no such slice: use one of those named."""


def slices(ledger: Ledger, dimension: str, period: Period) -> list[Slice]:
    """Every slice of a dimension that holds anyone at either end; segments may overlap, all others add up."""
    if dimension not in DIMENSIONS:
        raise NoSuchDimension(f"{dimension}: slice by one of {', '.join(DIMENSIONS)}")
    if dimension == "segment":
        return _segments(ledger, period)
    [(was, now)] = _ends(ledger, dimension, [period])
    names = _names(dimension, {*was.keys, *now.keys})
    order = {key: place for place, key in enumerate(names)}
    found = sorted({*was.keys, *now.keys}, key=lambda key: (key == "", order[key]))
    return [Slice(key, names[key], was.mask(key), now.mask(key)) for key in found]


def at(ledger: Ledger, dimension: str, of: Slice, period: Period) -> Slice:
    """A slice as it stood in another period; nobody may be in it."""
    return through(ledger, dimension, of, [period])[0]


def through(ledger: Ledger, dimension: str, of: Slice, periods: Sequence[Period]) -> list[Slice]:
    """A slice as it stood in each of several periods, read at once."""
    if dimension == "segment":
        told = _members(ledger, min(each.start for each in periods)).get(of.key)
        empty = nobody(ledger, of.key, of.name)
        return [empty if told is None or told.is_gone(each) else told.slice(each, of.name) for each in periods]
    ends = _ends(ledger, dimension, periods)
    return [Slice(of.key, of.name, was.mask(of.key), now.mask(of.key)) for was, now in ends]


def nobody(ledger: Ledger, key: str, name: Text | None = None) -> Slice:
    """A slice that holds no account."""
    empty = np.zeros(len(ledger.book.accounts), dtype=bool)
    return Slice(key, name or Text(key, key), empty, empty)


@dataclass(frozen=True, slots=True)
class Coded:
    """The slice of every account by its number among `keys`."""

    code: Whole
    keys: tuple[str, ...]

    def mask(self, key: str) -> Mask:
        out: Mask = self.code == (self.keys.index(key) if key in self.keys else -1)
        return out


def _ends(ledger: Ledger, dimension: str, periods: Sequence[Period]) -> list[tuple[Coded, Coded]]:
    """Just before each period and on its last day."""
    days = sorted({end - timedelta(days=1) for period in periods for end in (period.start, period.end)})
    if dimension in BESIDE:
        read = _owners_on(ledger) if dimension == "owner" else _sources(ledger)
        held = {day: _coded(read(day)) for day in days}
    else:
        held = {
            day: ledger.kept(("slices", dimension, day), partial(_coded_at, ledger, dimension, day)) for day in days
        }
    return [(held[each.start - timedelta(days=1)], held[each.end - timedelta(days=1)]) for each in periods]


def _coded_at(ledger: Ledger, dimension: str, day: date) -> Coded:
    return _coded(labels(ledger, dimension, day))


def _coded(of: NDArray[np.object_]) -> Coded:
    told = of.tolist()
    place = {key: n for n, key in enumerate(dict.fromkeys(told))}
    return Coded(np.array([place[key] for key in told], dtype=np.int64), tuple(place))


def labels(ledger: Ledger, dimension: str, day: date) -> NDArray[np.object_]:
    """Each account's key in a dimension that the ledger knows, on a day; "" where it has none."""
    if dimension in FIELDS:
        return ledger.graded.at(dimension, ledger.book.accounts, day)
    if dimension == "plan":
        return _plans(ledger, day)
    return firsts.keys(ledger, dimension)


Labels = Callable[[date], NDArray[np.object_]]


def _owners_on(ledger: Ledger) -> Labels:
    """Who looked after each account on a day; before the first who did, that one."""
    rows = Assignment.objects.filter(phase="primary").order_by("account_id", "since_on", "pk")
    told = list(rows.values_list("account_id", "since_on", "until_on", "member_id"))
    account = np.array([row[0] for row in told], dtype=np.int64)
    since = np.array([number(row[1]) for row in told], dtype=np.int64)
    until = np.array([NEVER if row[2] is None else number(row[2]) for row in told], dtype=np.int64)
    member = np.array([str(row[3]) for row in told], dtype=object)
    known, is_first = np.isin(account, ledger.book.accounts), np.ones(len(told), dtype=bool)
    is_first[1:] = account[1:] != account[:-1]

    def on(day: date) -> NDArray[np.object_]:
        inside = (since <= number(day)) & (number(day) < until) | is_first & (since > number(day))
        out = np.full(len(ledger.book.accounts), "", dtype=object)
        # Of two at once the one that began later is written last.
        out[np.searchsorted(ledger.book.accounts, account[inside & known])] = member[inside & known]
        return out

    return on


def _sources(ledger: Ledger) -> Labels:
    """Where each account came from, as it is told today."""
    told = dict(Account.objects.exclude(source="").values_list("pk", "source"))
    found = np.array([told.get(account, "") for account in ledger.book.accounts.tolist()], dtype=object)
    return lambda day: found


def _plans(ledger: Ledger, day: date) -> NDArray[np.object_]:
    """The plan of the product that brings most; that of the last paid one after the end."""
    states, chosen = ledger.book.states, np.full(len(ledger.book.accounts), "", dtype=object)
    at = states.at(number(day))
    known = at >= 0
    paid = known & (states.minor[np.maximum(at, 0)] > 0) if len(states.minor) else known
    held = np.where(paid | ~known, at, at - 1)
    own = (held >= 0) & (states.line[np.maximum(held, 0)] == np.arange(len(held))) if len(states.line) else known
    line, known_on = np.flatnonzero(own), ledger.known
    minor = valued_minor(states, states.minor, ledger.book.exchange.standing(known_on), known_on)
    worth = np.where(paid[line], minor[held[line]], 0) if len(line) else line
    order = np.lexsort((-line, worth))  # of equals the first line wins: it is written last
    plans = np.array(states.plans, dtype=object)
    chosen[states.of[line[order]]] = plans[states.plan[held[line[order]]]] if len(line) else ""
    return chosen


@dataclass(frozen=True, slots=True)
class Members:
    """Who was in a segment since when (days; until: the first day without), and the first day on which it had any:
    before it, those of that day are taken. `gone`: the day on which it was put away."""

    key: str
    name: Text
    accounts: Whole
    first: int
    gone: int
    account: Whole
    since: Whole
    until: Whole

    def slice(self, period: Period, name: Text) -> Slice:
        was, now = (self.on(number(end) - 1) for end in (period.start, period.end))
        return Slice(self.key, name, was, now)

    def on(self, day: int) -> Mask:
        day = max(day, self.first)
        return np.isin(self.accounts, self.account[(self.since <= day) & (day < self.until)])

    def is_gone(self, period: Period) -> bool:
        return self.gone < number(period.end)


def _segments(ledger: Ledger, period: Period) -> list[Slice]:
    """Those that were there at the end of the period, with whoever was in them before it and at its end."""
    found = [one.slice(period, one.name) for one in _members(ledger, period.start).values() if not one.is_gone(period)]
    return [each for each in found if each.before.any() or each.after.any()]


def _members(ledger: Ledger, since: date) -> dict[str, Members]:
    """Of every segment that ever had any, in their order: the memberships that had not ended by a day."""
    zone = ledger.policy.zone

    def days(told: Iterable[datetime | None]) -> Whole:
        return np.array([NEVER if at is None else number(day_of(at, zone)) for at in told], dtype=np.int64)

    rows: dict[int, list[tuple[int, datetime, datetime | None]]] = {}
    lasting = Q(left_at__isnull=True) | Q(left_at__date__gte=since - timedelta(days=2))
    told = SegmentMembership.objects.filter(lasting).values_list("segment_id", "account_id", "entered_at", "left_at")
    for key, account, entered_at, left_at in told:
        rows.setdefault(key, []).append((account, entered_at, left_at))
    out = {}
    for segment in Segment.objects.annotate(first=Min("memberships__entered_at")).filter(first__isnull=False):
        own = rows.get(segment.pk, [])
        [first, gone] = days([segment.first, segment.archived_at]).tolist()
        name, who = Text(segment.name, segment.name), np.array([row[0] for row in own], dtype=np.int64)
        out[str(segment.pk)] = Members(
            str(segment.pk),
            name,
            ledger.book.accounts,
            first,
            gone,
            who,
            days(row[1] for row in own),
            days(row[2] for row in own),
        )
    return out


def _names(dimension: str, keys: Iterable[str]) -> dict[str, Text]:
    """Names in the order in which the dimension's own pages list them."""
    known = _KNOWN[dimension]() if dimension in _KNOWN else {}
    rest = sorted(key for key in keys if key and key not in known)
    named = {key: firsts.named(key) if dimension in firsts.GRAINS else Text(key, key) for key in rest}
    return {**known, **named, "": NONE}


def tiers() -> dict[str, Text]:
    """Names of tiers by key, in their order."""
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.all()}


def _touch_models() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def _plan_names() -> dict[str, Text]:
    return {row.key: Text(row.name, row.name) for row in Plan.objects.order_by("pk")}


def _owners() -> dict[str, Text]:
    own = Assignment.objects.filter(phase="primary").values("member_id")
    rows = Member.objects.filter(pk__in=own).order_by("name").values_list("pk", "name")
    return {str(pk): Text(name, name) for pk, name in rows}


def _sources_known() -> dict[str, Text]:
    return dict(origins.NAMES)


_KNOWN: dict[str, Callable[[], dict[str, Text]]] = {
    "tier": tiers, "touch_model": _touch_models, "plan": _plan_names, "owner": _owners,
    "source": _sources_known,
}  # fmt: skip
