"""A score as it is kept: everything needed to show it, to explain it, and to take the next day's step from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec
import numpy as np

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.frames import NEVER, Frame, Overrides
from nenrin.analytics.scores.raws import CARRIED, MISSING, OVERRIDE, Layout
from nenrin.analytics.scores.scans import Day, State


@dataclass(frozen=True, slots=True)
class Record:
    """One account's score of one day. `got`, `full` and `bars` are millionths of a point by column.

    The sum of `got`, of `bars` and `override` is `score`; the sum of `raw` and of the limits in force is `today`.
    `by_hand`: an override holds.
    Days count from 1970. `values` holds the measures as they were, without those that were missing.
    """

    account: int
    day: int
    version: int
    tier: str
    today: int
    score: int
    coverage: float
    settled: bool
    band: Band
    since: int
    shown: Band
    shown_since: int
    got: Mapping[str, int]
    full: Mapping[str, int]
    raw: Mapping[str, int]
    bars: Mapping[str, int]
    override: int
    by_hand: bool
    values: Mapping[str, float | None]
    raised: Mapping[str, int] = field(default_factory=dict)

    @property
    def contributions(self) -> dict[str, int]:
        """Every bar of the score, in millionths; their sum is `score` exactly."""
        override = {OVERRIDE: self.override} if self.override else {}
        return {**self.got, **self.bars, **override}

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in _FIELDS}
        return plain | {"band": self.band.value, "shown": self.shown.value}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Record:
        return cls(**{**found, "band": Band(found["band"]), "shown": Band(found["shown"])})

    def to_text(self) -> str:
        """As JSON text: what `to_json` says."""
        return _ENCODER.encode(self).decode()

    @staticmethod
    def from_text(text: str) -> Record:
        """Raises msgspec.ValidationError for text that no record wrote."""
        return _DECODER.decode(text)


_FIELDS = tuple(f.name for f in fields(Record))
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Record)


def records(day: Day, versions: Sequence[int], rows: Sequence[int] | None = None) -> Iterator[Record]:
    """A day's rows as records, or some of them; `versions` are the numbers of the scan's models in storage."""
    chosen = np.arange(len(day.raw.frame)) if rows is None else np.asarray(rows, dtype=np.int64)
    raw, state = day.raw, day.state
    columns, limits, frame = raw.layout.columns, raw.layout.limits, raw.frame.take(chosen)
    values = {key: _blank_as_none(column) for key, column in frame.values.items()}
    raised = {event: days.tolist() for event, days in frame.raised.items()}
    today, score, override = (table[chosen].tolist() for table in (raw.score, day.score, day.override))
    got, full, rawest, bars = (table[chosen].tolist() for table in (state.got, state.full, raw.got, day.bars))
    for i, (row, account) in enumerate(zip(chosen.tolist(), frame.accounts.tolist(), strict=True)):
        yield Record(
            account=account,
            day=day.day,
            version=versions[raw.which[row]],
            tier=str(frame.tiers[i]),
            today=today[i],
            score=score[i],
            coverage=round(float(raw.coverage[row]), 6),
            settled=bool(state.settled[row]),
            band=Band.of(state.band[row]),
            since=int(state.since[row]),
            shown=Band.of(state.shown[row]),
            shown_since=int(state.shown_since[row]),
            got=_named(columns, got[i]),
            full=_named(columns, full[i]),
            raw=_named(columns, rawest[i]),
            bars=_named(limits, bars[i], keep=()),
            override=override[i],
            by_hand=bool(day.by_hand[row]),
            values={key: column[i] for key, column in values.items() if column[i] is not None},
            raised={event: days[i] for event, days in raised.items() if days[i] != NEVER},
        )


def state(kept: Sequence[Record], layout: Layout, which: Mapping[int, int]) -> State:
    """The state from which the next day is taken; `which` is each stored version's place among the models.

    Columns that `layout` does not have are carried over.
    """
    rows, at = len(kept), {key: i for i, key in enumerate(layout.columns)}
    got, full = (np.zeros((rows, len(layout.columns)), np.int64) for _ in range(2))
    carried = at[CARRIED]
    for i, record in enumerate(kept):
        for table, found in ((got, record.got), (full, record.full)):
            for key, value in found.items():
                table[i, at.get(key, carried)] += value
    return State(
        layout,
        np.array([r.account for r in kept], np.int64),
        np.array([which[r.version] for r in kept], np.int64),
        np.array([r.settled for r in kept], bool),
        got,
        full,
        np.array([r.band.code for r in kept], np.int8),
        np.array([r.since for r in kept], np.int64),
        np.array([r.shown.code for r in kept], np.int8),
        np.array([r.shown_since for r in kept], np.int64),
    )


def frame(record: Record, needs: Iterable[str]) -> Frame:
    """The frame of one row that a record was computed from, without overrides; `needs` are the columns wanted."""
    values = {key: record.values.get(key) for key in needs}
    return Frame(
        np.array([record.account]),
        {key: np.array([np.nan if value is None else value]) for key, value in values.items()},
        np.array([record.tier]),
        {event: np.array([day]) for event, day in record.raised.items()},
        Overrides.none(1),
    )


def _named(columns: Sequence[str], figures: Sequence[int], keep: Sequence[str] = (MISSING,)) -> dict[str, int]:
    """Columns that say something; "missing" always."""
    return {key: figure for key, figure in zip(columns, figures, strict=True) if figure or key in keep}


def _blank_as_none(column: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [None if value != value else value for value in column.tolist()]


def points(record: Record) -> dict[str, float]:
    """Contributions in points, rounded to tenths so that they still add up to the shown score."""
    bars = record.contributions
    return dict(zip(bars, micro.shown(list(bars.values())), strict=True))
