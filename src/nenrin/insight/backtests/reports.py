"""A card as JSON, as it is stored and as programs read it."""

from __future__ import annotations

from datetime import date
from typing import Any

from nenrin.analytics.backtests.cards import Card
from nenrin.insight.backtests import reading
from nenrin.insight.days import day
from nenrin.insight.models import Backtest, HealthModelVersion, RiskBacktest, RiskModelVersion

_DAYS = ("first", "last", "day", "since")
_REASONS = {
    "none": "no backtest of this version was made yet: POST to the same address asks for one",
    "asked": "the backtest waits for the worker",
    "running": "the backtest is being computed",
    "failed": "the backtest could not be computed: the log of the worker says why",
}
_SHORT = "not enough months yet: before none of them enough had happened to learn this model from"
_UNLEARNED = "this version has no model: nothing could be learned"


def document(card: Card | None) -> dict[str, Any]:
    """Plain values: days as ISO dates, figures rounded to six digits, what is not known as null; empty without rows."""
    found: dict[str, Any] = plain(card.to_dict()) if card else {}
    return found


def plain(value: Any, name: str = "") -> Any:  # anything that JSON holds
    if isinstance(value, dict):
        return {key: plain(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if name in _DAYS and isinstance(value, int):
        return day(value).isoformat()
    if isinstance(value, float):
        return round(value, 6) if value == value and abs(value) != float("inf") else None
    return value


def of(row: Backtest, today: date) -> dict[str, Any]:
    """A backtest for programs: which version, how far it is, its card, and whether that still speaks of the version."""
    stale = reading.staleness(row, today)
    return {
        "model": row.version.key,
        "version": row.version.number,
        "is_draft": row.version.state == "draft",
        "rival": row.rival.number if row.rival else None,
        "as_of": row.as_of.isoformat(),
        "state": row.state,
        "reason": _REASONS.get(row.state, ""),
        "progress": {"done": row.done, "accounts": row.accounts},
        "stale": stale.value if stale else None,
        "asked_at": row.asked_at,
        "done_at": row.done_at,
        "days_apart": row.apart,
        "card": row.card,
        "weights": row.weights,
    }


def of_risk(row: RiskBacktest, today: date) -> dict[str, Any]:
    """The same of a version of a risk model: its kind was learned anew for each month; weeks lie apart."""
    is_short = row.state == "done" and not row.card
    return {
        "model": f"{reading.RISK}{row.version.event}",
        "version": row.version.number,
        "is_draft": False,
        "rival": None,
        "as_of": row.as_of.isoformat(),
        "state": row.state,
        "reason": _SHORT if is_short else _REASONS.get(row.state, ""),
        "progress": {"done": row.done, "parts": row.parts},
        "stale": reading.Staleness.OLD.value if reading.is_old(row, today) else None,
        "asked_at": row.asked_at,
        "done_at": row.done_at,
        "days_apart": 7,
        "card": row.card,
        "weights": None,
    }


def no_risk(of: RiskModelVersion) -> dict[str, Any]:
    """The same for a version of a risk model of which nobody has asked for a backtest."""
    unknown = ("rival", "as_of", "stale", "asked_at", "done_at", "days_apart", "card", "weights")
    return {
        "model": f"{reading.RISK}{of.event}",
        "version": of.number,
        "is_draft": False,
        "state": "none",
        "reason": _REASONS["none"] if of.document else _UNLEARNED,
        "progress": {"done": 0, "parts": 0},
        **dict.fromkeys(unknown),
    }


def none(of: HealthModelVersion) -> dict[str, Any]:
    """The same for a version of which nobody has asked for a backtest."""
    unknown = ("rival", "as_of", "stale", "asked_at", "done_at", "days_apart", "card", "weights")
    return {
        "model": of.key,
        "version": of.number,
        "is_draft": of.state == "draft",
        "state": "none",
        "reason": _REASONS["none"],
        "progress": {"done": 0, "accounts": 0},
        **dict.fromkeys(unknown),
    }
