"""What several noisy measures with holes say together of how deeply a customer uses the product, month by month.

A filter (Kalman 1960, Journal of Basic Engineering 82): each measure is a shadow of one level behind them all. The
level has a part that lasts (what is usual for this customer) and one that fades from month to month; now and then it
leaps, as when the person leaves who had carried the product. After each month the belief is moved as far as the
measures that are there deserve, and no further: one that is missing moves nothing. Two beliefs run beside each other,
with and without a leap, and are joined in proportion to how well they foresaw the month (Bar-Shalom and Li 1993).

All numbers come from the rows that are learned from (statefits). A row reads its own month and earlier ones alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards.histories import History, history
from nenrin.analytics.forecasts.hazards.tables import Array, Better, Days, Feature, Table

#: Names of the features that are added.
LEVEL, USUAL, NEWS = "use_level", "use_usual", "use_news"
NAMES = (LEVEL, USUAL, NEWS)
#: Days after which a new customer's level has gained its first and its slower share.
EARLY_DAYS = (91.3, 365.0)
#: Further from what is expected than this many standard deviations is not believed to mean more.
FAR = 4.0


@dataclass(frozen=True, slots=True)
class Leaps:
    """How often in a period the level leaps, by how much on average, and the variance of that."""

    chance: float = 0.0
    mean: float = 0.0
    variance: float = 1.0


@dataclass(frozen=True, slots=True)
class StateModel:
    """`means` (measures, columns of `expected`): what is usual for the tier and the time as a customer. `loadings` and
    `noises` (variances) of each measure. Of the level behind them: `lasting` and `fading` variances, `kept` the share
    of the fading part that is left after a period, `leaps`."""

    measures: tuple[str, ...]
    tiers: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]
    loadings: tuple[float, ...]
    noises: tuple[float, ...]
    lasting: float
    fading: float
    kept: float
    leaps: Leaps = Leaps()

    @property
    def weights(self) -> Array:
        """Of each measure in the level, where all are there."""
        pull = np.array(self.loadings) / np.array(self.noises)
        result: Array = pull / float(pull @ np.array(self.loadings))
        return result


@dataclass(frozen=True, slots=True)
class Seen:
    """By row in the order of the history: what its measures say of the level (`told`) and how surely (`precision`, 0:
    nothing is there)."""

    told: Array
    precision: Array


@dataclass(frozen=True, slots=True)
class Belief:
    """Columns by row: means of the lasting and the fading part, their variances and covariance, `news` in standard
    deviations (NaN: nothing was seen), and the chance and the size of a leap before this row."""

    lasting: Array
    fading: Array
    lasting_var: Array
    fading_var: Array
    between: Array
    news: Array
    leapt: Array
    leap: Array
    leap_square: Array

    def at(self, rows: NDArray[np.int64]) -> Belief:
        return Belief(*(getattr(self, one.name)[rows] for one in fields(self)))

    def where(self, mask: NDArray[np.bool_], other: Belief) -> Belief:
        """This one where the mask holds, else the other."""
        return Belief(*(np.where(mask, getattr(self, one.name), getattr(other, one.name)) for one in fields(self)))


def told(table: Table, model: StateModel, better: Better = "higher") -> Table:
    """The table with the level, what is usual of it and the month's news beside its features.

    Give the account's earlier rows too; then choose the rows that are asked about. Raises UnknownColumn.
    """
    order = history(table)
    return with_level(table, model, believed(table, model, order), _newest(table, model, order), better)


def believed(table: Table, model: StateModel, order: History | None = None) -> Belief:
    """By row of the table: the belief after it, from all of the account's rows up to it. Raises UnknownColumn."""
    order = order or history(table)
    found = filtered(model, seen(table, model, order), order)
    return Belief(*(order.put(getattr(found, one.name)) for one in fields(found)))


def with_level(
    table: Table, model: StateModel, belief: Belief, recorded: Days | None = None, better: Better = "higher"
) -> Table:
    """The table with what is believed after each of its rows as features."""
    standard = expected_level(table, model)
    found = (standard + belief.lasting + belief.fading, standard + belief.lasting, belief.news)
    more = (Feature(name, values, recorded, "adoption", better) for name, values in zip(NAMES, found, strict=True))
    return replace(table, features=(*table.features, *more))


def advanced(model: StateModel, table: Table, before: Belief, age: Array) -> Belief:
    """The belief after one more row of each account. `before`: after its last one, `age` periods ago; with age 0 nothing
    was believed yet.

    Where only a part of a period has passed, measures that look back over a whole one say so much less that is new.
    Rows that come a period each give what `believed` gives of all of them. Raises UnknownColumn.
    """
    shown, new = _shown(table, model), age == 0
    since = np.where(new, 1.0, age)
    part = np.minimum(since, 1.0)
    opened = _seen(_opening(model, len(table)), shown.told, shown.precision)[0]
    after = _judged(model, _moved(model, before, since), shown.told, shown.precision * part, part)
    return opened.where(new, after)


def expected(tier: NDArray[np.str_], tenure: NDArray[np.int64], tiers: Sequence[str]) -> Array:
    """(rows, columns): ones, how young a customer is, and its tier."""
    young = [np.exp(-tenure / days) for days in EARLY_DAYS]
    return np.stack([np.ones(len(tenure)), *young, *((tier == one).astype(np.float64) for one in tiers[1:])], axis=1)


def expected_level(table: Table, model: StateModel) -> Array:
    """(rows,) the level that is usual for a customer of this tier and time; its mean over tiers is not 0."""
    result: Array = expected(table.tier, table.tenure, model.tiers) @ (np.array(model.means).T @ model.weights)
    return result


def seen(table: Table, model: StateModel, order: History) -> Seen:
    found = _shown(table, model)
    return Seen(found.told[order.rows], found.precision[order.rows])


def _shown(table: Table, model: StateModel) -> Seen:
    """By row of the table."""
    columns = expected(table.tier, table.tenure, model.tiers)
    pull, precision = np.zeros(len(table)), np.zeros(len(table))
    parts = zip(model.measures, model.means, model.loadings, model.noises, strict=True)
    for name, mean, loading, noise in parts:
        off = table.feature(name).values - columns @ np.array(mean)
        there, far = ~np.isnan(off), FAR * float(np.sqrt(loading**2 * (model.lasting + model.fading) + noise))
        pull += np.where(there, loading * np.clip(np.nan_to_num(off), -far, far) / noise, 0.0)
        precision += np.where(there, loading**2 / noise, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.where(precision > 0, pull / precision, 0.0)
    return Seen(level, precision)


def filtered(model: StateModel, shown: Seen, order: History) -> Belief:
    """All accounts side by side: as many rounds as the longest history has rows."""
    found = Belief(*(np.full(len(order.rows), np.nan) for _ in fields(Belief)))
    for place, here in enumerate(order.rounds):
        before = _opening(model, len(here)) if place == 0 else _moved(model, found.at(here - 1), order.age[here])
        told_, precision = shown.told[here], shown.precision[here]
        after = _judged(model, before, told_, precision) if place else _seen(before, told_, precision)[0]
        for one in fields(Belief):
            getattr(found, one.name)[here] = getattr(after, one.name)
    return found


def _opening(model: StateModel, count: int) -> Belief:
    zero, gone = np.zeros(count), np.full(count, np.nan)
    return Belief(zero, zero, zero + model.lasting, zero + model.fading, zero, gone, zero, zero, zero)


def _moved(model: StateModel, before: Belief, age: NDArray[np.int64] | Array) -> Belief:
    """Without a leap. Leaps have their own share of the spread, and their mean is no part of what is usual."""
    left, leaps = model.kept**age, model.leaps
    drift = -leaps.chance * leaps.mean / (1 - leaps.chance) * age
    own = (model.fading * (1 - model.kept**2) - leaps.chance * (leaps.variance + leaps.mean**2)) * age
    calm = np.minimum(model.fading * (1 - left**2), np.maximum(own, 0.02 * model.fading))
    return replace(
        before,
        fading=left * before.fading + drift,
        between=left * before.between,
        fading_var=left**2 * before.fading_var + calm,
    )


def _judged(model: StateModel, before: Belief, level: Array, precision: Array, part: Array | float = 1.0) -> Belief:
    """With and without a leap, joined; in a part of a period one is so much rarer."""
    leaps = model.leaps
    calm, likely = _seen(before, level, precision)
    if not leaps.chance:
        return calm
    leapt = replace(before, fading=before.fading + leaps.mean, fading_var=before.fading_var + leaps.variance)
    other, unlikely = _seen(leapt, level, precision)
    chance = leaps.chance * part
    odds = np.log(chance / (1 - chance)) + unlikely - likely
    share = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return _joined(calm, other, share, *_size(model, before, level, precision))


def _size(model: StateModel, before: Belief, level: Array, precision: Array) -> tuple[Array, Array]:
    """Mean and mean square of the leap, if there was one."""
    leaps = model.leaps
    spread = _spread(before) + 1 / np.maximum(precision, 1e-12)
    gain = leaps.variance / (leaps.variance + spread)
    size = leaps.mean + gain * (level - before.lasting - before.fading - leaps.mean)
    return size, size**2 + leaps.variance * (1 - gain)


def _joined(calm: Belief, other: Belief, share: Array, size: Array, square: Array) -> Belief:
    rest = 1 - share

    def both(name: str) -> Array:
        result: Array = rest * getattr(calm, name) + share * getattr(other, name)
        return result

    off, apart, mixed = other.lasting - calm.lasting, other.fading - calm.fading, share * rest
    return Belief(
        both("lasting"), both("fading"), both("lasting_var") + mixed * off**2, both("fading_var") + mixed * apart**2,
        both("between") + mixed * off * apart, calm.news, np.where(np.isnan(calm.news), np.nan, share), size, square,
    )  # fmt: skip


def _seen(before: Belief, level: Array, precision: Array) -> tuple[Belief, Array]:
    """The belief after the month, and how likely the month was (log, up to a constant)."""
    there = precision > 0
    spread = _spread(before) + 1 / np.where(there, precision, 1.0)
    off = np.where(there, level - before.lasting - before.fading, 0.0)
    lasting, fading = before.lasting_var + before.between, before.between + before.fading_var
    first, second = np.where(there, lasting / spread, 0.0), np.where(there, fading / spread, 0.0)
    after = replace(
        before,
        lasting=before.lasting + first * off,
        fading=before.fading + second * off,
        lasting_var=before.lasting_var - first * lasting,
        fading_var=before.fading_var - second * fading,
        between=before.between - first * fading,
        news=np.where(there, off / np.sqrt(spread), np.nan),
    )
    return after, np.where(there, -0.5 * (np.log(spread) + off**2 / spread), 0.0)


def _spread(one: Belief) -> Array:
    return one.lasting_var + 2 * one.between + one.fading_var


def _newest(table: Table, model: StateModel, order: History) -> NDArray[np.int64] | None:
    """The newest fact behind any of the measures, in this row or before it."""
    recorded = [table.feature(name).recorded for name in model.measures]
    followed = [one for one in recorded if one is not None]
    return order.newest(np.max(followed, axis=0)) if len(followed) == len(recorded) else None
