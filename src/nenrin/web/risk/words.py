"""How probabilities, reasons and findings are put into words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nenrin.foundation import format
from nenrin.insight.models import Risk
from nenrin.insight.risk import words
from nenrin.values import Text
from nenrin.web.risk import events

EVENTS: dict[str, Text] = {key: one.name for key, one in events.EVENTS.items()}
HORIZONS: dict[int, Text] = {
    30: Text("30 days", "30日"),
    90: Text("90 days", "90日"),
    180: Text("180 days", "180日"),
    365: Text("one year", "1年"),
}
RAISES, LOWERS = Text("raises it", "上げる"), Text("lowers it", "下げる")
#: Factors of the odds from which a reason is called strong or clear.
STRENGTHS: tuple[tuple[float, Text], ...] = (
    (math.log(2.0), Text("strongly", "大きく")),
    (math.log(1.25), Text("clearly", "はっきり")),
    (0.0, Text("slightly", "わずかに")),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words: the feature, its value, in which direction and how much it acts, as a factor of the odds."""

    key: str
    name: Text
    value: Text
    acts: Text
    is_raising: bool
    factor: str


def reasons(told: Sequence[Sequence[object]], most: int | None = None) -> list[Reason]:
    """Of Risk.reasons, in their order."""
    return [_reason(str(row[0]), float(str(row[1])), row[2]) for row in list(told)[:most]]


def _reason(key: str, log_odds: float, value: object) -> Reason:
    raises = log_odds > 0
    way = RAISES if raises else LOWERS
    strength = next(word for least, word in STRENGTHS if abs(log_odds) >= least)
    acts = Text(f"{way.en} {strength.en}", f"{strength.ja}{way.ja}")
    said = words.figure(key, value if isinstance(value, int | float) else None)
    return Reason(key, words.feature(key), said, acts, raises, f"×{math.exp(log_odds):.2f}")


def brief(told: Sequence[Sequence[object]], *, raising: bool = True, most: int = 2) -> Text:
    """The first reasons of one direction: "Seat use 25%; Days since activity 23 days"."""
    found = [one for one in reasons(told) if one.is_raising == raising][:most]
    return Text(
        "; ".join(f"{one.name.en} {one.value.en}" for one in found) or "—",
        "、".join(f"{one.name.ja} {one.value.ja}" for one in found) or "—",
    )


def interval(low: float, high: float, language: str) -> str:
    """ "5–46%" with as many digits as small probabilities need."""
    dash = "〜" if language.startswith("ja") else "–"
    return f"{_points(low)}{dash}{_points(high)}%"


def chance(p: float) -> str:
    """
    >>> chance(0.4149), chance(0.0041)
    ('41%', '0.4%')
    """
    return f"{_points(p)}%"


def _points(p: float) -> str:
    return f"{100 * p:.1f}" if p < 0.01 else f"{100 * p:.0f}"


def percent(value: float | None, language: str) -> str:
    return format.percent(value, language, 0)


def is_ranking(risk: Risk) -> bool:
    """Too few events: the order counts, the figure would say more than is known."""
    return risk.version.state == "ranking" or not risk.version.card.get("shows_probability", False)


def orders(card: Mapping[str, Any]) -> bool:
    """Later months bear the order out: of those who could leave, at some horizon, its AUC is above one half by more
    than its error allows."""
    found = [verdict.get("auc_due") or {} for verdict in card.get("verdicts", ())]
    return any(one.get("mean", 0.0) - 1.96 * (one.get("error") or 1.0) > 0.5 for one in found)


#: Signs of a leak, by the linter's names.
RULES: dict[str, Text] = {
    "recorded_after": Text("recorded after the day it should have been known", "予測時点より後に記録された"),
    "constant_after_churn": Text("never changes once the customer has left", "解約後に値が変わらない"),
    "tells_alone": Text("tells the outcome by itself (AUC above .9)", "これだけで結果が分かる（AUC 0.9超）"),
    "falls_when_lagged": Text("worth much less when taken earlier", "早い時点の値では急に効かなくなる"),
    "counts_to_loss": Text("counts down to the loss", "解約日に向けて数えている"),
    "named_after_outcome": Text(
        "named after the outcome (status, reason, refund)", "結果を表す名前（状態・理由・返金）"
    ),
    "derived_from_outcome": Text("derived from the outcome", "結果から導かれた値"),
    "identifier": Text("identifies single accounts", "顧客を識別する値"),
    "rows_after_end": Text("rows after the account had left", "解約後の行がある"),
    "account_across_folds": Text("an account on both sides of a test", "同じ顧客が学習と検証の両方にある"),
    "labels_disagree": Text("two sources disagree on who left", "解約の記録が食い違う"),
    "lot_beats_time": Text(
        "rows dealt by lot look much better than later months", "無作為の検証が後の月の検証より良すぎる"
    ),
}
