"""Five ways to foretell what comes of the terms ahead, each as steps from what is due to what is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from nenrin.analytics.scores.bands import Band
from nenrin.values import Text
from nenrin.work.models.renewal import Call
from nenrin.work.renewal_pipeline import Floats, Pipeline


class Scenario(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    CALLS = "calls"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Kind:
    """`meaning` says how each term counts."""

    name: Text
    meaning: Text
    stays: Callable[[Pipeline], Floats]  # the share of each term's MRR that stays; NaN: not told, left out


@dataclass(frozen=True, slots=True)
class Steps:
    """MRR in minor units from `start`, what is due, to `end`; `churn` and `downsell` are not above nought.

    `count` of terms that it tells of, `left_out` those that it does not.
    """

    start: float
    churn: float
    downsell: float
    upsell: float
    count: int
    left_out: int

    @property
    def end(self) -> float:
        return self.start + self.churn + self.downsell + self.upsell

    @property
    def grr(self) -> float | None:
        return (self.start + self.churn + self.downsell) / self.start if self.start else None

    @property
    def nrr(self) -> float | None:
        return self.end / self.start if self.start else None


def _high(rows: Pipeline) -> Floats:
    return rows.is_best.astype(float)


def _medium(rows: Pipeline) -> Floats:
    """Called: from likely on. Not called: as the model sees it, else unless health is red."""
    called = np.isin(rows.held, [Call.COMMIT.value, Call.LIKELY.value])
    likely = np.where(np.isnan(rows.p), rows.band != Band.AT_RISK.value, rows.p >= 0.5)
    stays = np.where(rows.held == "", likely, called) & ~rows.is_noticed
    return stays.astype(float)


def _low(rows: Pipeline) -> Floats:
    return rows.is_worst.astype(float)


def _calls(rows: Pipeline) -> Floats:
    return np.where(rows.is_noticed, 0.0, rows.said_p)


def _model(rows: Pipeline) -> Floats:
    return rows.p


KINDS: Final[Mapping[Scenario, Kind]] = {
    Scenario.HIGH: Kind(Text("High", "上振れ"), Text(
        "Everything stays but what is called lost or is under notice: the best case.",
        "「解約見込み」と解約予告中を除き、すべて更新される場合（最良）。"), _high),
    Scenario.MEDIUM: Kind(Text("Medium", "標準"), Text(
        "What is called commit or likely stays. Not called: where the model says 50 % or more; without a probability, "
        "where health is not red.",
        "「コミット」「見込み」は更新。見立てがない契約はモデルの確率50%以上、確率もなければヘルスが危険でないものを更新とする。"),
        _medium),
    Scenario.LOW: Kind(Text("Low", "下振れ"), Text(
        "Only what is called commit, without those that the model (or red health) speaks against: the worst case.",
        "「コミット」のうち、モデル（確率がなければヘルス）と食い違わないものだけが更新される場合（最悪）。"), _low),
    Scenario.CALLS: Kind(Text("CSM calls", "担当の見立て"), Text(
        "MRR times the probability that the CSM called; terms that nobody called are left out.",
        "MRR×担当の更新確率。見立てのない契約を除く。"), _calls),
    Scenario.MODEL: Kind(Text("Model", "モデル"), Text(
        "MRR times the model's probability; terms without one are left out.", "MRR×モデルの更新確率。確率のない契約を除く。"),
        _model),
}  # fmt: skip


def of(every: Pipeline, currency: str, scenario: Scenario) -> Steps:
    """What is expected to change the MRR with the renewal counts as far as the term stays."""
    rows = every.only(every.currency == currency)
    stays = KINDS[scenario].stays(rows)
    told = ~np.isnan(stays)
    rows, stays = rows.only(told), stays[told]
    more = np.maximum(np.nan_to_num(rows.expansion), -rows.minor) * stays
    return Steps(
        float(rows.minor.sum()), -float((rows.minor * (1 - stays)).sum()), float(np.minimum(more, 0).sum()),
        float(np.maximum(more, 0).sum()), len(rows), int((~told).sum()),
    )  # fmt: skip
