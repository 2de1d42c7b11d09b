"""Slices of the book: by tier, touch model, industry, region, plan, cohort, owner and segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import NEVER, Whole, number
from nenrin.customers.models import Assignment, Plan, TierRule, TouchModel
from nenrin.foundation.models import Member
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.insight.revenue import policies
from nenrin.insight.revenue.books import FIELDS, Ledger
from nenrin.values import Period, Text

Mask = NDArray[np.bool_]
DIMENSIONS: Mapping[str, Text] = {
    "tier": Text("Tier", "企業規模"),
    "touch_model": Text("Touch model", "タッチモデル"),
    "plan": Text("Plan", "プラン"),
    "industry": Text("Industry", "業種"),
    "region": Text("Region", "地域"),
    "cohort": Text("First paid in", "初回契約年度"),
    "owner": Text("Owner", "担当CSM"),
    "segment": Text("Segment", "セグメント"),
}
#: Known for today only: who owns an account, and which segments it is in, is taken as it is now for every period.
CURRENT = ("owner", "segment")
NONE = Text("not given", "未設定")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which accounts (rows of the book) it held just before the period and at its end."""

    key: str
    name: Text
    before: Mask
    after: Mask


class NoSuchDimension(ValueError):
    """There is no such slice: use one of those named."""


def slices(ledger: Ledger, dimension: str, period: Period) -> list[Slice]:
    """Every slice of a dimension that holds anyone at either end; segments may overlap, all others add up."""
    if dimension not in DIMENSIONS:
        raise NoSuchDimension(f"{dimension}: slice by one of {', '.join(DIMENSIONS)}")
    if dimension == "segment":
        return _segments(ledger)
    was, now = _ends(ledger, dimension, period)
    names = _names(dimension, {*was.keys, *now.keys})
    order = {key: place for place, key in enumerate(names)}
    found = sorted({*was.keys, *now.keys}, key=lambda key: (key == "", order[key]))
    return [Slice(key, names[key], was.mask(key), now.mask(key)) for key in found]


def at(ledger: Ledger, dimension: str, of: Slice, period: Period) -> Slice:
    """A slice as it stood in another period; nobody may be in it."""
    if dimension == "segment":
        return next((each for each in _segments(ledger) if each.key == of.key), nobody(ledger, of.key, of.name))
    was, now = _ends(ledger, dimension, period)
    return Slice(of.key, of.name, was.mask(of.key), now.mask(of.key))


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


def _ends(ledger: Ledger, dimension: str, period: Period) -> tuple[Coded, Coded]:
    """Just before a period and on its last day."""
    opening, closing = period.start - timedelta(days=1), period.end - timedelta(days=1)
    if dimension in CURRENT:
        held = _coded(labels(ledger, dimension, closing))
        return held, held
    was, now = (
        ledger.kept(("slices", dimension, day), partial(_coded_at, ledger, dimension, day))
        for day in (opening, closing)
    )
    return was, now


def _coded_at(ledger: Ledger, dimension: str, day: date) -> Coded:
    return _coded(labels(ledger, dimension, day))


def _coded(of: NDArray[np.object_]) -> Coded:
    told = of.tolist()
    place = {key: n for n, key in enumerate(dict.fromkeys(told))}
    return Coded(np.array([place[key] for key in told], dtype=np.int64), tuple(place))


def labels(ledger: Ledger, dimension: str, day: date) -> NDArray[np.object_]:
    """Each account's key in a dimension on a day; "" where it has none."""
    if dimension in FIELDS:
        return ledger.graded.at(dimension, ledger.book.accounts, day)
    if dimension == "plan":
        return _plans(ledger, day)
    if dimension == "cohort":
        return _cohorts(ledger)
    owned = Assignment.objects.filter(until_on__isnull=True, phase="primary").values_list("account_id", "member_id")
    owners = dict(owned)
    return np.array([str(owners.get(account, "")) for account in ledger.book.accounts.tolist()], dtype=object)


def _plans(ledger: Ledger, day: date) -> NDArray[np.object_]:
    """The plan of the product that brings most; that of the last paid one after the end."""
    states, chosen = ledger.book.states, np.full(len(ledger.book.accounts), "", dtype=object)
    at = states.at(number(day))
    known = at >= 0
    paid = known & (states.minor[np.maximum(at, 0)] > 0) if len(states.minor) else known
    held = np.where(paid | ~known, at, at - 1)
    own = (held >= 0) & (states.line[np.maximum(held, 0)] == np.arange(len(held))) if len(states.line) else known
    line = np.flatnonzero(own)
    worth = np.where(paid[line], states.minor[held[line]], 0) if len(line) else line
    order = np.lexsort((-line, worth))  # of equals the first line wins: it is written last
    plans = np.array(states.plans, dtype=object)
    chosen[states.of[line[order]]] = plans[states.plan[held[line[order]]]] if len(line) else ""
    return chosen


def _cohorts(ledger: Ledger) -> NDArray[np.object_]:
    """The fiscal year in which each account first paid."""
    first, begins = ledger.book.line.first_paid(), policies.fiscal().begins
    paid = first < NEVER
    since, starts = np.array([number(day) for day, _ in begins]), np.array([month for _, month in begins])
    start = starts[np.searchsorted(since, first, side="right") - 1]
    months = np.where(paid, first, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    years = (months - (start - 1)) // 12
    return np.where(paid, years.astype(str).astype(object), "")


def _segments(ledger: Ledger) -> list[Slice]:
    accounts, out = ledger.book.accounts, []
    inside: dict[int, list[int]] = {}
    for key, account in SegmentMembership.objects.filter(left_at__isnull=True).values_list("segment", "account"):
        inside.setdefault(key, []).append(account)
    for segment in Segment.objects.filter(archived_at__isnull=True):
        mask = np.isin(accounts, np.array(inside.get(segment.pk, []), dtype=np.int64))
        if mask.any():
            out.append(Slice(str(segment.pk), Text(segment.name, segment.name), mask, mask))
    return out


def _names(dimension: str, keys: Iterable[str]) -> dict[str, Text]:
    """Names in the order in which the dimension's own pages list them."""
    known = _KNOWN[dimension]() if dimension in _KNOWN else {}
    rest = sorted(key for key in keys if key and key not in known)
    named = {key: Text(f"FY{key}", f"{key}年度") if dimension == "cohort" else Text(key, key) for key in rest}
    return {**known, **named, "": NONE}


def tiers() -> dict[str, Text]:
    """Names of tiers by key, in their order."""
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.all()}


def _touch_models() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def _plan_names() -> dict[str, Text]:
    return {row.key: Text(row.name, row.name) for row in Plan.objects.order_by("pk")}


def _owners() -> dict[str, Text]:
    own = Assignment.objects.filter(until_on__isnull=True, phase="primary").values("member_id")
    rows = Member.objects.filter(pk__in=own).order_by("name").values_list("pk", "name")
    return {str(pk): Text(name, name) for pk, name in rows}


_KNOWN: dict[str, Callable[[], dict[str, Text]]] = {
    "tier": tiers, "touch_model": _touch_models, "plan": _plan_names, "owner": _owners,
}  # fmt: skip
