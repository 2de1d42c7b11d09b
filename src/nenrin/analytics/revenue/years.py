"""What is left, twelve months on, of those who paid then: the sums of many periods by group, from the rates alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nenrin.analytics.revenue import periods
from nenrin.analytics.revenue.groups import Groups, Mask
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.analytics.revenue.readings import Reading
from nenrin.values import Period

Rates = Mapping[int, Whole]
Paying = Mapping[int, Mask]
COLUMNS = frozenset(("base", "kept", "kept_capped", "accounts_base", "accounts_kept"))


def summed(reading: Reading, asked: Sequence[Period], groups: Groups, wanted: frozenset[str]) -> dict[str, Whole]:
    """The wanted ones of COLUMNS as columns.standing has them for each account: [periods, groups]."""
    pairs = [(number(periods.year_before(period.end)) - 1, number(period.end) - 1) for period in asked]
    days = sorted({day for pair in pairs for day in pair})
    table, is_whole = reading.table(days), groups.is_everyone(len(reading.book.accounts))
    table = table if is_whole else table[:, groups.row]
    table = np.maximum(table, 0) if reading.line.level.min(initial=0) < 0 else table
    rates, paying = dict(zip(days, table, strict=True)), dict(zip(days, table > 0, strict=True))
    names = sorted(COLUMNS & wanted)
    if is_whole and groups.count == 1:
        alone = [_of_all(rates, paying, *pair) for pair in pairs]
        return {name: np.array([[row[name]] for row in alone], dtype=np.int64) for name in names}
    told = [_by_group(rates, paying, *pair, groups) for pair in pairs]
    return {name: np.stack([row[name] for row in told]) for name in names}


def _of_all(rates: Rates, paying: Paying, then: int, now: int) -> dict[str, np.int64 | int]:
    """Without a column in between: the sums of everyone are asked for most."""
    base, after, held = rates[then], rates[now], paying[then]
    return {
        "base": base.sum(),
        "kept": np.einsum("i,i->", after, held, dtype=np.int64, casting="unsafe"),
        "kept_capped": np.minimum(after, base).sum(),
        "accounts_base": np.count_nonzero(held),
        "accounts_kept": np.count_nonzero(held & paying[now]),
    }


def _by_group(rates: Rates, paying: Paying, then: int, now: int, groups: Groups) -> dict[str, Whole]:
    base, after, held = rates[then], rates[now], paying[then]
    told = {
        "base": base,
        "kept": after * held,
        "kept_capped": np.minimum(after, base),
        "accounts_base": held.astype(np.int64),
        "accounts_kept": (held & paying[now]).astype(np.int64),
    }
    return {name: groups.summed(values) for name, values in told.items()}
