"""The day's own score: contributions of what is there, and the typical score for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import UNKNOWN, Codes, Edges
from nenrin.analytics.scores.frames import NEVER, Frame, Overrides
from nenrin.analytics.scores.micro import Micro
from nenrin.analytics.scores.models import HealthModel, Measure

#: Bars beside the measures: what is missing, and what smoothing carries over from measures no longer in the model.
MISSING, CARRIED, OVERRIDE = "missing", "carried", "override"
#: A limit that limits nothing.
NO_LIMIT = np.int64(2 * micro.FULL)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is which, for all models that take part: measures, missing, carried; and the limits' columns."""

    columns: tuple[str, ...]
    limits: tuple[str, ...]

    @classmethod
    def of(cls, models: Sequence[HealthModel]) -> Layout:
        measures = dict.fromkeys(m.key for model in models for m in model.measures)
        limits = dict.fromkeys(key for model in models for key in limit_keys(model))
        return cls((*measures, MISSING, CARRIED), tuple(limits))

    def at(self, key: str) -> int:
        return self.columns.index(key)


@dataclass(frozen=True, slots=True)
class Raw:
    """Rows by columns, in millionths of a point.

    `got` sums to the day's score before limits, `full` (what each column could give at most) to 100 points.
    `limits` are the caps that hold; `worst` the best band that a hard event in force allows (0: any).
    """

    layout: Layout
    frame: Frame
    which: NDArray[np.int64]
    got: Micro
    full: Micro
    points: NDArray[np.float64]
    coverage: NDArray[np.float64]
    judged: NDArray[np.bool_]
    limits: Micro
    worst: Codes
    raised: NDArray[np.int64]
    alpha: NDArray[np.float64]
    edges: Edges

    @property
    def score(self) -> Micro:
        """Today, after limits."""
        lowest = self.limits.min(axis=1, initial=NO_LIMIT)
        return np.asarray(np.minimum(self.got.sum(axis=1), lowest), dtype=np.int64)

    @property
    def bars(self) -> Micro:
        """Losses to each limit (0 or less), in the order of the model's exceptions."""
        return lowered(self.got.sum(axis=1), self.limits)


def raw(model: HealthModel, frame: Frame) -> Raw:
    """Today's score under one model for every row of a frame.

    Equation: H = C * (sum over groups W_g G_g a_g / sum W_g a_g) + (1 - C) * typical, with G_g the weighted mean of
    the points that are present in the group and C the share of weight that is present.
    Raises MissingColumn where the frame lacks a measure of the model.
    """
    return evaluate([model], np.zeros(len(frame), dtype=np.int64), frame)


def evaluate(models: Sequence[HealthModel], which: NDArray[np.int64], frame: Frame) -> Raw:
    """The same with a model for each row (`which`: its place in `models`); columns are those of `Layout.of(models)`."""
    layout, rows = Layout.of(models), len(frame)
    wide = (rows, len(layout.columns))
    whole = Raw(
        layout, frame, which, np.zeros(wide, np.int64), np.zeros(wide, np.int64), np.full(wide, np.nan), np.zeros(rows),
        np.zeros(rows, bool), np.full((rows, len(layout.limits)), NO_LIMIT), np.zeros(rows, np.int8),
        np.full(rows, NEVER), np.ones(rows), _edges(models, which),
    )  # fmt: skip
    for number, model in enumerate(models):
        chosen = np.flatnonzero(which == number)
        if len(chosen):
            _fill(whole, model, chosen, frame.take(chosen))
    return whole


def limit_keys(model: HealthModel) -> list[str]:
    """Columns of limits: caps in their stated order, then hard events that cap the score."""
    return [f"cap:{cap.key}" for cap in model.caps] + [
        f"hard:{e.key}" for e in model.hard_events if e.score is not None
    ]


def lowered(score: Micro, limits: Micro) -> Micro:
    """What each limit takes away, applied from the left."""
    bars = np.zeros_like(limits)
    for column in range(limits.shape[1]):
        bars[:, column] = np.minimum(limits[:, column] - score, 0)
        score = score + bars[:, column]
    return bars


def _fill(whole: Raw, model: HealthModel, rows: NDArray[np.int64], frame: Frame) -> None:
    points = np.column_stack([_points(measure, frame) for measure in model.measures])
    share, coverage = _shares(model, ~np.isnan(points))
    typical = np.array([model.typical_of(tier) for tier in frame.tiers])
    columns = np.array([whole.layout.at(measure.key) for measure in model.measures])
    missing = whole.layout.at(MISSING)
    whole.got[np.ix_(rows, columns)] = micro.whole(share * np.nan_to_num(points))
    whole.full[np.ix_(rows, columns)] = micro.whole(share * 100)
    whole.got[rows, missing] = micro.whole((1 - coverage) * typical)
    whole.full[rows, missing] = micro.FULL - whole.full[rows].sum(axis=1)
    whole.points[np.ix_(rows, columns)] = points
    whole.coverage[rows], whole.alpha[rows] = coverage, model.alpha
    whole.judged[rows] = (coverage >= model.min_coverage) & ~_in_grace(model, frame)
    _limit(whole, model, rows, frame)


def _points(measure: Measure, frame: Frame) -> NDArray[np.float64]:
    values = frame.column(measure.key)
    points = np.empty(len(frame))
    for tier in np.unique(frame.tiers):
        chosen = frame.tiers == tier
        points[chosen] = measure.curve(str(tier)).points(values[chosen])
    if measure.ttl_days and measure.age:
        with np.errstate(invalid="ignore"):
            points[frame.column(measure.age) > measure.ttl_days] = np.nan
    return points


def _shares(model: HealthModel, present: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each measure's share of the score where it is present (rows by measures, summing to coverage), and coverage."""
    weights = np.array([measure.weight for measure in model.measures]) / model.total
    there = present * weights
    share, spoken_for, at = np.zeros_like(there), np.zeros(len(there)), 0
    for group in model.groups:
        columns = slice(at, at + len(group.measures))
        in_group = there[:, columns].sum(axis=1, keepdims=True)
        weight = group.weight / model.total
        share[:, columns] = weight * np.divide(
            there[:, columns], in_group, out=np.zeros_like(there[:, columns]), where=in_group > 0
        )
        spoken_for += weight * (in_group[:, 0] > 0)
        at = columns.stop
    # Clipped, so that a full row is not 1.0000000000000002 covered.
    coverage = np.minimum(there.sum(axis=1), 1.0)
    share *= np.divide(coverage, spoken_for, out=np.zeros_like(coverage), where=spoken_for > 0)[:, None]
    return share, coverage


def _in_grace(model: HealthModel, frame: Frame) -> NDArray[np.bool_]:
    """A customer whose start is not known has no grace: there is nothing to wait for."""
    if not model.grace_days:
        return np.zeros(len(frame), dtype=bool)
    with np.errstate(invalid="ignore"):
        return frame.column("tenure_days") < model.grace_days


def _limit(whole: Raw, model: HealthModel, rows: NDArray[np.int64], frame: Frame) -> None:
    for cap in model.caps:
        holds = cap.when.holds(frame.column(cap.when.measure))
        whole.limits[rows[holds], whole.layout.limits.index(f"cap:{cap.key}")] = round(cap.score * micro.ONE)
    for event in model.hard_events:
        since = frame.raised_on(event.key)
        holds = since != NEVER
        if event.when:
            holds = holds | event.when.holds(frame.column(event.when.measure))
        hit = rows[holds]
        whole.raised[hit] = np.maximum(whole.raised[hit], since[holds])
        whole.worst[hit] = np.where(
            whole.worst[hit] == UNKNOWN, event.band.code, np.minimum(whole.worst[hit], event.band.code)
        )
        if event.score is not None:
            whole.limits[hit, whole.layout.limits.index(f"hard:{event.key}")] = round(event.score * micro.ONE)


def _edges(models: Sequence[HealthModel], which: NDArray[np.int64]) -> Edges:
    """Each row's edges, of its own model."""

    def of(figures: list[float], unit: int) -> Micro:
        return np.asarray(np.rint(np.array(figures) * unit).astype(np.int64)[which])

    bands = [model.bands for model in models]
    return Edges(
        of([b.healthy for b in bands], micro.ONE),
        of([b.caution for b in bands], micro.ONE),
        of([b.hysteresis for b in bands], micro.ONE),
        of([b.dwell_days for b in bands], 1),
    )


def overridden(frame: Frame, raised: NDArray[np.int64]) -> Overrides:
    """Overrides in force: one lapses while a hard event stands that was known only after it was set."""
    by_hand = frame.set_by_hand()
    lapsed = raised > by_hand.since
    return Overrides(
        np.where(lapsed, -1, by_hand.band).astype(np.int8),
        np.where(lapsed, np.nan, by_hand.score),
        by_hand.since,
    )
