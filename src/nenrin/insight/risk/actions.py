"""What could be done next, from the measures that set an account apart: suggestions with their evidence.

The evidence is what became of customers with such a measure. Whether the step itself changes anything is not known from
it: every suggestion is a heuristic until an effect has been measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nenrin.analytics.forecasts.hazards.risk import Table
from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.insight.risk import words
from nenrin.insight.risk.tables import BY_SIZE
from nenrin.values import Text

MOST = 3
Side = tuple[int, int]  # happened, months
#: From so many months on each side a comparison is told.
LEAST_ROWS = 30
_CALL = Text(
    "Call those who stopped using it and ask what stands in the way", "利用が止まった担当者に連絡し、妨げを確認する"
)
_TRAIN = Text("Offer training to the seats that lie idle", "使われていないライセンスの利用者に活用研修を案内する")
_SHOW = Text("Show one key feature that fits their work", "業務に合う主要機能を一つ紹介する")
_SETTLE = Text(
    "Settle the open tickets with support, with a date for each", "未解決の問い合わせに、サポートと期日を決めて対応する"
)
_ASK = Text("Ask what changed: people, season or the product", "利用が減った理由（体制・時期・製品）を確認する")
STEPS: Mapping[str, Mapping[str, Text]] = {
    "churn": {
        "days_since_activity": _CALL,
        "events_28d": _CALL,
        "weekly_active_users": _CALL,
        "active_user_share": _TRAIN,
        "logins_per_seat_week": _TRAIN,
        "feature_breadth": _SHOW,
        "feature_depth": _SHOW,
        "usage_trend": _ASK,
        LEVEL: _ASK,
        USUAL: _TRAIN,
        "urgent_tickets_open": _SETTLE,
        "urgent_ticket_age": _SETTLE,
        "tickets_per_active_user": _SETTLE,
        "nps": Text("Answer what they said in the survey", "アンケートの回答に返答する"),
        "nps_age": Text("Ask how satisfied they are: the last answer is old", "前回の回答が古いため、満足度を聞き直す"),
        "days_since_touch": Text(
            "Get in touch: nobody has talked to them for long", "しばらく接点がないため、連絡を取る"
        ),
        "health_score": Text("Go through the health page with the owner", "担当CSMとヘルスの内訳を確認する"),
        "health_change": Text("Find out what made the health fall", "ヘルスが下がった理由を確認する"),
    },
    "contraction": {
        "active_user_share": _TRAIN,
        "logins_per_seat_week": _TRAIN,
        "weekly_active_users": _CALL,
        "feature_breadth": _SHOW,
        "feature_depth": _SHOW,
    },
    "expansion": {
        "active_user_share": Text("Offer more seats before they run out", "不足する前にライセンスの追加を提案する"),
        "weekly_active_users": Text("Offer more seats before they run out", "不足する前にライセンスの追加を提案する"),
        "feature_breadth": Text(
            "Propose the plan with what they do not have yet", "未利用の機能を含む上位プランを提案する"
        ),
        "feature_depth": Text(
            "Propose the plan with what they do not have yet", "未利用の機能を含む上位プランを提案する"
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A step, the measure behind it with the account's value, and what became of customers like it: (happened, months)
    on the account's side of the average and on the other; None where too few."""

    step: Text
    feature: str
    value: Text
    like: tuple[int, int] | None
    unlike: tuple[int, int] | None


def evidence(table: Table, event: str) -> dict[str, dict[str, Any]]:
    """Feature -> "mean" of customers' months, and how often the event happened "below" and "above": [happened, months]."""
    happened, found = table.events[event], dict[str, dict[str, Any]]()
    for one in table.features:
        known = ~np.isnan(one.values)
        if one.name not in STEPS.get(event, {}) or not known.any():
            continue
        mean = float(one.values[known].mean())
        above = one.values > mean
        found[one.name] = {"mean": _as_told(one.name, mean)} | {
            name: [int(happened[side].sum()), int(side.sum())]
            for name, side in (("below", known & ~above), ("above", known & above))
        }
    return found


def _as_told(name: str, mean: float) -> float:
    """The average of a column as accounts' values are told: sizes enter by their logarithm, a level as its distance."""
    if name in (LEVEL, USUAL):
        return 0.0
    return float(np.expm1(mean)) if name in BY_SIZE else mean


def suggestions(event: str, reasons: Sequence[Sequence[Any]], card: Mapping[str, Any]) -> list[Suggestion]:
    """From the measures that raise the figure, the strongest first, each step once."""
    found: dict[Text, Suggestion] = {}
    for feature, log_odds, value, *_ in reasons:
        step = STEPS.get(event, {}).get(str(feature))
        if step is None or log_odds <= 0 or step in found:
            continue
        like, unlike = _sides(card.get("evidence", {}).get(feature), value)
        found[step] = Suggestion(step, str(feature), words.figure(str(feature), value), like, unlike)
    return list(found.values())[:MOST]


def _sides(told: Mapping[str, Any] | None, value: Any) -> tuple[Side | None, Side | None]:
    """Customers' months on the account's own side of the average, and on the other.

    None where a side has too few, where it is not known on which the account stands, and where it happened less often on
    its own: the measure raises its figure by something else than this comparison shows.
    """
    if not told or "mean" not in told or not isinstance(value, int | float):
        return None, None
    if min(told["below"][1], told["above"][1]) < LEAST_ROWS:
        return None, None
    own, other = ("above", "below") if value > told["mean"] else ("below", "above")
    like, unlike = ((int(told[side][0]), int(told[side][1])) for side in (own, other))
    return (like, unlike) if like[0] * unlike[1] >= unlike[0] * like[1] else (None, None)
