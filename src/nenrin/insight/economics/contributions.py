"""What customer success contributes: by month, by touch model and by account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from nenrin.analytics.economics import contribution
from nenrin.analytics.economics.contribution import Accounts, Line
from nenrin.analytics.economics.sharing import Mask, Served
from nenrin.analytics.revenue import movements
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.periods import month_start
from nenrin.customers.models import TouchModel
from nenrin.insight.economics.balances import month_of
from nenrin.insight.revenue import pools, slices
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import NONE
from nenrin.insight.revenue.spendings import spending
from nenrin.values import Period, Text

#: By what costs and hours of nobody's own are shared among the accounts of a month.
Basis = Literal["time", "accounts", "mrr"]
BASES: dict[Basis, Text] = {
    "time": Text("planned minutes of the touch model", "タッチモデルの予定時間"),
    "accounts": Text("accounts, each alike", "顧客数（均等）"),
    "mrr": Text("MRR", "MRR"),
}
assert tuple(BASES) == get_args(Basis)
SHOWN, MOST = 12, 60
UNASSIGNED = Text("Of no customer", "対象の顧客なし")


@dataclass(frozen=True, slots=True)
class Group:
    """A touch model ("" where an account has none) with its line."""

    key: str
    name: Text
    line: Line


@dataclass(frozen=True, slots=True)
class Contribution:
    """Months ascending. `groups` and `nobody` add up to `whole`, which adds up `months`."""

    months: tuple[tuple[date, Line], ...]
    groups: tuple[Group, ...]
    nobody: Line
    whole: Line
    categories: dict[str, int]
    basis: Basis
    left_out: int
    currency: str


@dataclass(frozen=True, slots=True)
class Behind:
    """One account over the months asked for."""

    account: int
    touch_model: str
    line: Line


def contribution_of(ledger: Ledger, last: date, count: int = SHOWN, basis: Basis = "time") -> Contribution:
    """The whole months up to the one of `last`, as known by the ledger."""
    months = whole_months(last, count, ledger.known)
    found = _accounts(ledger, months, basis)
    names = _names()
    labels = [np.asarray(slices.labels(ledger, "touch_model", _end(month)), dtype=object) for month in months]
    keys = sorted({key for each in labels for key in each.tolist()}, key=lambda key: (key == "", _place(key, names)))
    everyone = np.ones(len(ledger.book.accounts), dtype=bool)
    lost = [contribution.unassigned(each) for each in found]
    by_month = [
        contribution.together([contribution.line(each, everyone), nobody])
        for each, nobody in zip(found, lost, strict=True)
    ]
    groups = [_group(key, names, found, labels) for key in keys]
    return Contribution(
        tuple(zip(months, by_month, strict=True)),
        tuple(group for group in groups if group.line.accounts or group.line.cost or group.line.earned),
        contribution.together(lost), contribution.together(by_month), _categories(found), basis,
        spending(ledger).left_out, ledger.policy.reporting_currency,
    )  # fmt: skip


def whole_months(last: date, count: int, known: date) -> list[date]:
    """So many months, the last one being that of `last` where it is over by then, else the one before."""
    newest = month_start(last)
    while month_start(newest, 1) > known + timedelta(days=1):
        newest = month_start(newest, -1)
    return [month_start(newest, -back) for back in range(count - 1, -1, -1)]


def _end(month: date) -> date:
    return month_start(month, 1) - timedelta(days=1)


def _group(key: str, names: dict[str, Text], found: Sequence[Accounts], labels: Sequence[Mask]) -> Group:
    lines = [contribution.line(each, label == key) for each, label in zip(found, labels, strict=True)]
    return Group(key, names.get(key, Text(key, key)) if key else NONE, contribution.together(lines))


def _categories(found: Sequence[Accounts]) -> dict[str, int]:
    out = dict.fromkeys(contribution.SERVING, 0)
    for each in found:
        for key, amount in each.by_category.items():
            out[key] += amount
    return {key: amount for key, amount in out.items() if amount}


def _names() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}


def _place(key: str, names: dict[str, Text]) -> int:
    return list(names).index(key) if key in names else len(names)


def _accounts(ledger: Ledger, months: Sequence[date], basis: Basis) -> list[Accounts]:
    """Each month's accounts, worked out once for a ledger, what was told of costs by then, and the touch models' plans."""
    told, planned = spending(ledger), _planned()
    out = []
    for month in months:
        key = ("contribution", month, basis, planned)
        if key not in ledger.worked_out:
            period = month_of(month, ledger.known)
            moved = movements.net(ledger.book, period)
            served = _served(ledger, period, moved.before, moved.after, basis, dict(planned))
            costs, hours = told.of("costs", month), told.of("hours", month)
            ledger.worked_out[key] = contribution.accounts(moved, served, costs, hours)
        out.append(ledger.worked_out[key])
    return out


def _planned() -> tuple[tuple[str, int], ...]:
    """Planned minutes a month of an account, by touch model."""
    return tuple((row.key, row.minutes_a_month or 0) for row in TouchModel.objects.all())


def _served(
    ledger: Ledger, period: Period, before: Whole, after: Whole, basis: Basis, planned: Mapping[str, int]
) -> Served:
    labels = np.asarray(slices.labels(ledger, "touch_model", period.end - timedelta(days=1)), dtype=object)
    present = (before > 0) | (after > 0)
    models = {key: labels == key for key in set(labels.tolist())}
    return Served(
        ledger.book.accounts, present, _weights(basis, labels, before, after, planned), pools.products(ledger, period), models,
        pools.segments(ledger),
    )  # fmt: skip


def _weights(basis: Basis, labels: Mask, before: Whole, after: Whole, planned: Mapping[str, int]) -> Whole:
    if basis == "mrr":
        return np.maximum(np.maximum(before, after), 0)
    if basis == "accounts":
        return np.ones(len(labels), dtype=np.int64)
    return np.array([planned.get(key, 0) for key in labels.tolist()], dtype=np.int64)


def behind(ledger: Ledger, last: date, count: int, basis: Basis, touch_model: str | None = None) -> list[Behind]:
    """Every account with a part in the figures, the smallest contribution first; None: of any touch model."""
    months = whole_months(last, count, ledger.known)
    found = _accounts(ledger, months, basis)
    labels = [np.asarray(slices.labels(ledger, "touch_model", _end(month)), dtype=object) for month in months]
    inside = [np.ones(len(each), dtype=bool) if touch_model is None else each == touch_model for each in labels]
    columns = _columns(found, inside)
    touched = np.flatnonzero(np.any([values != 0 for values in columns.values() if values is not None], axis=0))
    rows = [_behind(ledger, row, columns, str(labels[-1][row])) for row in touched.tolist()]
    return sorted(rows, key=lambda one: (one.line.earned - (one.line.cost or 0), one.account))


def _columns(found: Sequence[Accounts], inside: Sequence[Mask]) -> dict[str, Whole | None]:
    """Added up over the months by account: presence, each source, cost, own cost, minutes (None: untold of a month)."""
    pairs = list(zip(found, inside, strict=True))
    out: dict[str, Whole | None] = {"accounts": _sum([(each.present & mask).astype(np.int64) for each, mask in pairs])}
    for place, name in enumerate(contribution.SOURCES):
        out[name] = _sum([np.where(mask, each.revenue[:, place], 0) for each, mask in pairs])
    costs = [None if each.cost is None else np.where(mask, each.cost.all, 0) for each, mask in pairs]
    own = [None if each.cost is None else np.where(mask, each.cost.own, 0) for each, mask in pairs]
    minutes = [None if each.minutes is None else np.where(mask, each.minutes.all, 0) for each, mask in pairs]
    return out | {"cost": _sum(costs), "own_cost": _sum(own), "minutes": _sum(minutes)}


def _sum(columns: Sequence[Whole | None]) -> Whole | None:
    told = [values for values in columns if values is not None]
    return None if len(told) < len(columns) else np.sum(told, axis=0)


def _behind(ledger: Ledger, row: int, columns: Mapping[str, Whole | None], label: str) -> Behind:
    def at(name: str) -> int | None:
        values = columns[name]
        return None if values is None else int(values[row])

    revenue = tuple(at(name) or 0 for name in contribution.SOURCES)
    line = Line(at("accounts") or 0, revenue, at("cost"), at("own_cost"), at("minutes"))
    return Behind(int(ledger.book.accounts[row]), label, line)
