"""How far the scores behind the page can be believed: what each was worth on the past, as its own card says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nenrin.insight.models import Backtest, RiskModelVersion
from nenrin.values import Text

HORIZON = 90
MODEL = "model"
LEAVING = Text("Probability of leaving", "解約確率")


@dataclass(frozen=True, slots=True)
class Quality:
    """`kind`: health or risk, `key` of its page. `auc` with 95 % ends, calibration `slope` (1 is right) and `lift` at the
    team's capacity, of 90 days ahead; None where its card has too few that left. `left`: how many there were."""

    kind: str
    key: str
    name: Text
    version: int
    as_of: date
    left: int
    auc: float | None
    low: float | None
    high: float | None
    slope: float | None
    lift: float | None


def qualities(risk: RiskModelVersion | None) -> tuple[Quality, ...]:
    """Of the health models in use that were backtested, and of the risk model that the forecast is told by."""
    return (*_health(), *([_risk(risk)] if risk else []))


def _health() -> Iterator[Quality]:
    found: dict[str, Backtest] = {}
    rows = Backtest.objects.filter(state="done", version__state="published").select_related("version").defer("document")
    for row in rows.order_by("-version__number", "-pk"):
        found.setdefault(row.version.key, row)
    for key, row in sorted(found.items()):
        if row.card:
            yield _of_card(key, row, row.card)


def _of_card(key: str, row: Backtest, card: Mapping[str, Any]) -> Quality:
    told: Mapping[str, Any] = next((one for one in card["due"] if one["horizon"] == HORIZON), {})
    area = told.get("areas", {}).get(MODEL, {})
    name = row.version.document.get("name", {})
    return Quality(
        "health", key, Text(name.get("en", key), name.get("ja", key)), row.version.number, row.as_of,
        told.get("behind", {}).get("left", 0), area.get("value"), area.get("low"), area.get("high"),
        card["calibration"].get(MODEL, {}).get("slope"), card["lifts"].get(MODEL, {}).get("lift"),
    )  # fmt: skip


def _risk(version: RiskModelVersion) -> Quality:
    told: Mapping[str, Any] = next(
        (one for one in version.card.get("verdicts", []) if one["horizon_days"] == HORIZON), {}
    )
    auc = told.get("auc") or {}
    mean, error = auc.get("mean"), auc.get("error")
    low, high = _ends(mean, error)
    return Quality(
        "risk", str(version.pk), LEAVING, version.number, version.known_on, told.get("events", 0), mean, low, high,
        told.get("slope"), told.get("lift"),
    )  # fmt: skip


def _ends(mean: float | None, error: float | None) -> tuple[float | None, float | None]:
    """95 %; none where the error is not known."""
    if mean is None or error is None:
        return None, None
    return mean - 1.96 * error, min(mean + 1.96 * error, 1.0)
