"""Lived again: models and simple rules over the same frames, day after day, as health itself is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.backtests import calm
from nenrin.analytics.backtests.calm import Scored
from nenrin.analytics.backtests.panels import Panel, Steadiness, joined
from nenrin.analytics.scores import micro, scans
from nenrin.analytics.scores.bands import UNKNOWN
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import Layout, Raw
from nenrin.analytics.scores.scans import Day, State

Floats = NDArray[np.float64]
#: The rules that stand beside a model.
MODEL, RIVAL, WITHOUT_MANUAL = "model", "rival", "without_manual"
AVERAGE, WORST_OF, LAST_LOGIN, PULSE_ONLY = "average", "worst_of", "last_login", "pulse_only"
NOTICE, RENEWAL, SILENCE, PULSE = "days_to_notice", "days_to_renewal", "days_since_activity", "pulse"
#: Beside the rules: the model's own scores with so many points of hysteresis.
HYSTERESIS = "hysteresis "
#: Days of silence after which the last login says no more.
LONGEST_SILENCE = 90.0


def without(model: HealthModel, manual: Collection[str]) -> HealthModel | None:
    """The model without some measures; None where nothing changes or nothing is left."""
    groups = [replace(g, measures=tuple(m for m in g.measures if m.key not in manual)) for g in model.groups]
    left = tuple(group for group in groups if group.measures)
    same = sum(len(group.measures) for group in left) == len(model.measures)
    return None if same or not left else replace(model, groups=left)


def walk(
    model: HealthModel, days: Iterable[tuple[int, Frame]], *, kept: Collection[int],
    rival: HealthModel | None = None, manual: Collection[str] = (),
) -> Panel:  # fmt: skip
    """Scores of every rule on the days in `kept`; every day given is lived through, oldest first.

    Models are smoothed, capped and coloured as they would have been. The simple rules see only their day: the mean of
    the points that are there; the worst of them (100 all good, 0 any poor, 50 else); days since anything was done; the owner's pulse.
    """
    plain = without(model, manual)
    models = {MODEL: model} | ({RIVAL: rival} if rival else {}) | ({WITHOUT_MANUAL: plain} if plain else {})
    states = {rule: _start(one) for rule, one in models.items()}
    steady = {rule: [0, 0] for rule in models}
    rows, scored = [_nobody(model, list(models))], []
    for day, frame in days:
        lived = {}
        for rule, one in models.items():
            seen = replace(frame, overrides=None) if rule == WITHOUT_MANUAL else frame
            lived[rule] = next(scans.scan([one], states[rule], [(day, np.zeros(len(frame), np.int64), seen)]))
            _count(steady[rule], states[rule], lived[rule].state)
            states[rule] = lived[rule].state
        scored.append(Scored.of(lived[MODEL]))
        if day in kept:
            rows.append(_rows(model, lived))
    whole = joined(rows)
    found = {rule: Steadiness(*counted) for rule, counted in steady.items()}
    harder = calm.steadiness(scored, model.bands)
    return replace(whole, steadiness=found | {f"{HYSTERESIS}{points:g}": one for points, one in harder.items()})


def _start(model: HealthModel) -> State:
    return scans.start(Layout.of([model]), np.array([], dtype=np.int64))


def _count(counted: list[int], before: State, after: State) -> None:
    """Changes from one colour to another; from and to unknown is no change of mind."""
    earlier = before.for_accounts(after.accounts)
    both = (earlier.which != scans.NEW) & (earlier.shown != UNKNOWN) & (after.shown != UNKNOWN)
    counted[0] += int((both & (earlier.shown != after.shown)).sum())
    counted[1] += int(both.sum())


def _rows(model: HealthModel, lived: Mapping[str, Day]) -> Panel:
    own = lived[MODEL]
    raw, frame = own.raw, own.raw.frame
    columns = [raw.layout.at(measure.key) for measure in model.measures]
    points = raw.points[:, columns]
    scores = {rule: np.asarray(micro.points(day.score), dtype=np.float64) for rule, day in lived.items()}
    return Panel(
        frame.accounts, np.full(len(frame), own.day), frame.tiers, due_in(frame), own.state.shown != UNKNOWN,
        own.by_hand, own.state.shown, scores | _simple(model, raw, points),
        tuple(measure.key for measure in model.measures), points, raw.full[:, columns] / micro.FULL,
        dict.fromkeys(lived, Steadiness(0, 0)),
    )  # fmt: skip


def due_in(frame: Frame) -> Floats:
    """Days until the account could leave: the next notice deadline; without one the end of its term; else at any time.

    A contract whose deadline has passed in this term has the next term's.
    """
    none = np.full(len(frame), np.nan)
    return until(frame.values.get(NOTICE, none), frame.values.get(RENEWAL, none))


def until(notice: Floats, renewal: Floats) -> Floats:
    """The same of the two columns: days to the deadline and to the end of the term, NaN where there is none."""
    days = np.where(np.isnan(notice), renewal, notice)
    return np.asarray(np.where(np.isnan(days), 0.0, np.maximum(days, 0.0)), dtype=np.float64)


def _simple(model: HealthModel, raw: Raw, points: Floats) -> dict[str, Floats]:
    there = ~np.isnan(points)
    counted = there.sum(axis=1)
    mean = np.divide(np.nansum(points, axis=1), counted, out=np.full(len(points), np.nan), where=counted > 0)
    low, high = model.bands.caution, model.bands.healthy
    with np.errstate(invalid="ignore"):
        any_poor, all_good = (points < low).any(axis=1), (there & (points < high)).sum(axis=1) == 0
    worst = np.where(any_poor, 0.0, np.where(all_good & (counted > 0), 100.0, 50.0))
    none = np.full(len(points), np.nan)
    pulse = filled(raw.frame.values.get(PULSE, none))
    since = since_last(raw.frame.values.get(SILENCE, none))
    return {AVERAGE: filled(mean), WORST_OF: worst, LAST_LOGIN: since, PULSE_ONLY: pulse}


def since_last(silence: Floats) -> Floats:
    """The last login alone, of one day's accounts: 100 on the day itself, 0 after the longest silence."""
    return 100 - np.minimum(filled(silence), LONGEST_SILENCE) / LONGEST_SILENCE * 100


def filled(values: Floats) -> Floats:
    """What is missing stands in the middle of the day's."""
    there = values[~np.isnan(values)]
    return np.where(np.isnan(values), np.median(there) if len(there) else 0.0, values)


def _nobody(model: HealthModel, rules: Sequence[str]) -> Panel:
    """No rows, with the columns of all."""
    none, zero = np.zeros(0), np.zeros(0, dtype=np.int64)
    wide = np.zeros((0, len(model.measures)))
    named = (*rules, AVERAGE, WORST_OF, LAST_LOGIN, PULSE_ONLY)
    off = np.zeros(0, dtype=bool)
    return Panel(
        zero, zero, np.zeros(0, dtype=str), none, off, off, np.zeros(0, np.int8), dict.fromkeys(named, none),
        tuple(measure.key for measure in model.measures), wide, wide, dict.fromkeys(rules, Steadiness(0, 0)),
    )  # fmt: skip
