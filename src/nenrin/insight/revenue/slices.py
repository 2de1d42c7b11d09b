"""Slices of the book: by tier, touch model, industry, region, plan, owner and segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.paths import number
from nenrin.customers.models import Assignment, Plan, TierRule, TouchModel
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.insight.revenue.books import FIELDS, Ledger
from nenrin.values import Period, Text

Mask = NDArray[np.bool_]
DIMENSIONS: Mapping[str, Text] = {
    "tier": Text("Tier", "企業規模"),
    "touch_model": Text("Touch model", "タッチモデル"),
    "plan": Text("Plan", "プラン"),
    "industry": Text("Industry", "業種"),
    "region": Text("Region", "地域"),
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
    opening, closing = period.start - timedelta(days=1), period.end - timedelta(days=1)
    was, now = labels(ledger, dimension, opening), labels(ledger, dimension, closing)
    names = _names(dimension, {*was, *now})
    found = sorted({*was, *now}, key=lambda key: (key == "", list(names).index(key)))
    old, new = np.asarray(was, dtype=object), np.asarray(now, dtype=object)
    return [Slice(key, names[key], old == key, new == key) for key in found]


def nobody(ledger: Ledger, key: str) -> Slice:
    """A slice that holds no account."""
    empty = np.zeros(len(ledger.book.accounts), dtype=bool)
    return Slice(key, Text(key, key), empty, empty)


def labels(ledger: Ledger, dimension: str, day: date) -> list[str]:
    """Each account's key in a dimension on a day; "" where it has none."""
    if dimension in FIELDS:
        return ledger.graded.at(dimension, ledger.book.accounts, day)
    if dimension == "plan":
        return _plans(ledger, day)
    owned = Assignment.objects.filter(until_on__isnull=True, phase="primary").values_list("account_id", "member_id")
    owners = dict(owned)
    return [str(owners.get(account, "")) for account in ledger.book.accounts.tolist()]


def _plans(ledger: Ledger, day: date) -> list[str]:
    """The plan of the product that brings most; that of the last paid one after the end."""
    states, count = ledger.book.states, len(ledger.book.accounts)
    best, chosen = np.full(count, -1, dtype=np.int64), [""] * count
    for line, at in enumerate(states.at(number(day)).tolist()):
        row = int(states.of[line])
        paid = states.minor[at] > 0 if at >= 0 else False
        held = at if paid or at < 0 else at - 1
        worth = int(states.minor[held]) if paid else 0
        if held >= 0 and states.line[held] == line and worth > best[row]:
            best[row], chosen[row] = worth, states.plans[states.plan[held]]
    return chosen


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
    return {**known, **{key: Text(key, key) for key in rest}, "": NONE}


def tiers() -> dict[str, Text]:
    """Names of tiers by key, in their order."""
    return {row.key: Text(row.name_en, row.name_ja) for row in TierRule.objects.all()}


def _touch_models() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def _plan_names() -> dict[str, Text]:
    return {row.key: Text(row.name, row.name) for row in Plan.objects.order_by("pk")}


def _owners() -> dict[str, Text]:
    rows = Assignment.objects.filter(until_on__isnull=True, phase="primary").select_related("member")
    return {str(row.member_id): Text(row.member.name, row.member.name) for row in rows.order_by("member__name")}


_KNOWN: dict[str, Callable[[], dict[str, Text]]] = {
    "tier": tiers, "touch_model": _touch_models, "plan": _plan_names, "owner": _owners,
}  # fmt: skip
