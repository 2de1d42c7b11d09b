"""Losses of a period added up: by reason, what was known before, how many are explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nenrin.analytics.scores.bands import Band
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Text
from nenrin.work.models import Loss

UNKNOWN = Text("Not known yet", "理由未記入")
BANDS = (Band.AT_RISK, Band.CAUTION, Band.HEALTHY, Band.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason: how many left for it and with how much MRR (minor units of the organisation's currency).

    `running` is the share of the MRR up to and with this one, the largest first; what is not known (an empty `key`) has its
    place by size as well.
    """

    key: str
    name: Text
    count: int
    minor: int
    share: float
    running: float
    is_avoidable: bool | None


@dataclass(frozen=True, slots=True)
class Figures:
    """`before`: days -> band -> how many were shown so. `foreign`: losses in a currency without an exchange rate, counted and
    not added; `abroad`: the other currencies that are added at their rates, `left_out` the names of those that are not."""

    count: int
    minor: int
    unknown: int
    interviewed: int
    avoidable: int
    foreign: int
    bars: tuple[Bar, ...]
    abroad: frozenset[str]
    left_out: tuple[str, ...]
    before: Mapping[int, Mapping[Band, int]]

    @property
    def unknown_share(self) -> float | None:
        return self.unknown / self.count if self.count else None


def of(rows: Iterable[Loss], own: OwnMoney) -> Figures:
    """`rows` with their reasons."""
    losses = list(rows)
    groups: dict[str, list[Loss]] = defaultdict(list)
    for loss in losses:
        groups[loss.reason.key if loss.reason else ""].append(loss)
    minor = sum(_minor(loss, own) for loss in losses)
    unrated = [loss for loss in losses if not own.knows(loss.currency)]
    return Figures(
        count=len(losses), minor=minor, unknown=len(groups.get("", ())),
        interviewed=sum(loss.interviewed_on is not None for loss in losses),
        avoidable=sum(bool(loss.reason and loss.reason.is_avoidable) for loss in losses),
        foreign=len(unrated), bars=_bars(groups, minor, own),
        abroad=frozenset(loss.currency for loss in losses) & frozenset(own.worths),
        left_out=tuple(sorted({loss.account.name for loss in unrated})),
        before={90: _bands(loss.band_90 for loss in losses), 180: _bands(loss.band_180 for loss in losses)},
    )  # fmt: skip


def _bars(groups: Mapping[str, list[Loss]], whole: int, own: OwnMoney) -> tuple[Bar, ...]:
    ranked = sorted(
        groups, key=lambda key: (-sum(_minor(x, own) for x in groups[key]), -len(groups[key]), not key, key)
    )
    found, running = [], 0
    for key in ranked:
        rows = groups[key]
        minor = sum(_minor(loss, own) for loss in rows)
        running += minor
        reason = rows[0].reason
        shares = (minor / whole, running / whole) if whole else (0.0, 0.0)
        name, avoidable = (reason.name, reason.is_avoidable) if reason else (UNKNOWN, None)
        found.append(Bar(key, name, len(rows), minor, *shares, avoidable))
    return tuple(found)


def _bands(words: Iterable[str]) -> dict[Band, int]:
    counts = dict.fromkeys(BANDS, 0)
    for word in words:
        counts[Band(word) if word in set(Band) else Band.UNKNOWN] += 1
    return counts


def _minor(loss: Loss, own: OwnMoney) -> int:
    return own.minor(loss.mrr_minor, loss.currency) or 0
