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
Pair = tuple[int, int]
COLUMNS = frozenset(("base", "kept", "kept_capped", "accounts_base", "accounts_kept"))


def summed(reading: Reading, asked: Sequence[Period], groups: Groups, wanted: frozenset[str]) -> dict[str, Whole]:
    """The wanted ones of COLUMNS as columns.standing has them for each account: [periods, groups]."""
    pairs = [(number(periods.year_before(period.end)) - 1, number(period.end) - 1) for period in asked]
    days, names = sorted({day for pair in pairs for day in pair}), sorted(COLUMNS & wanted)
    if groups.count == 1 and groups.is_everyone(len(reading.book.accounts)):
        alone = _alone(reading, days, pairs)
        return {name: np.array([[alone[pair][name]] for pair in pairs], dtype=np.int64) for name in names}
    table = reading.table(days)[:, groups.row]
    table = np.maximum(table, 0) if reading.line.level.min(initial=0) < 0 else table
    rates, paying = dict(zip(days, table, strict=True)), dict(zip(days, table > 0, strict=True))
    told = [_by_group(rates, paying, *pair, groups) for pair in pairs]
    return {name: np.stack([row[name] for row in told]) for name in names}


def _alone(reading: Reading, days: Sequence[int], pairs: Sequence[Pair]) -> dict[Pair, dict[str, np.int64 | int]]:
    """What `_of_all` says of each pair; day after day, so that only the rates of a year are held at a time."""
    steps, has_credits = reading.steps(days), bool(reading.line.level.min(initial=0) < 0)
    order = np.argsort(steps.column.astype(np.uint16) if len(days) < 2**16 else steps.column, kind="stable")
    row, delta = steps.row[order], (steps.now - steps.was)[order]
    cuts = np.searchsorted(steps.column[order], np.arange(len(days) + 1)).tolist()
    last, by_now = dict(sorted(pairs, key=lambda pair: pair[1])), dict[int, list[Pair]]()
    for pair in pairs:
        by_now.setdefault(pair[1], []).append(pair)
    standing = np.zeros(reading.line.count, dtype=np.int64)
    rates: dict[int, Whole] = {}
    paying: dict[int, Mask] = {}
    found: dict[Pair, dict[str, np.int64 | int]] = {}
    for day, begin, end in zip(days, cuts[:-1], cuts[1:], strict=True):
        standing[row[begin:end]] += delta[begin:end]  # an account is in a column once
        rates[day] = np.maximum(standing, 0) if has_credits else standing.copy()
        paying[day] = standing > 0
        found |= {pair: _of_all(rates, paying, *pair) for pair in by_now.get(day, ())}
        for done in [one for one in rates if last.get(one, one) <= day and one != day]:
            del rates[done], paying[done]
    return found


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
