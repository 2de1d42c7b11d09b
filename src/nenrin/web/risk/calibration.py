"""Whether probabilities came true, as a picture with its table: on months and accounts that were not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nenrin.values import Text
from nenrin.web.charts import agreement
from nenrin.web.risk.words import HORIZONS

#: Horizons that are drawn; where none of them could be judged, the longest that could.
DRAWN = (90, 365)
_HEAD = (
    Text("Said", "予測"),
    Text("Came", "実測"),
    Text("95%", "95%区間"),
    Text("Rows", "行数"),
    Text("Events", "発生数"),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its geometry; `title` is the horizon."""

    title: Text
    chart: agreement.Agreement
    picture: agreement.Picture


def charts(card: Mapping[str, Any]) -> tuple[Drawn, ...]:
    """None of a horizon that could not be judged, or of a card made before this was kept."""
    found = {one["horizon_days"]: one["bins"] for one in card.get("verdicts", ()) if one.get("bins")}
    drawn = [days for days in DRAWN if days in found] or sorted(found)[-1:]
    return tuple(_drawn(days, found[days]) for days in drawn)


def _drawn(days: int, bins: Sequence[Mapping[str, Any]]) -> Drawn:
    points = tuple(agreement.Point(one["said"], one["came"], one["low"], one["high"], one["rows"]) for one in bins)
    told = ", ".join(f"{_percent(one['said'])} → {_percent(one['came'])}" for one in bins)
    chart = agreement.Agreement(
        points,
        Text(f"probability within {HORIZONS[days].en}", f"予測した確率（{HORIZONS[days].ja}）"),
        Text(f"Said and came: {told}", f"予測と実測: {told}"),
        _HEAD,
        tuple(_cells(one) for one in bins),
    )
    return Drawn(HORIZONS[days], chart, agreement.draw(chart))


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    between = f"{_percent(one['low'])}–{_percent(one['high'])}"
    return _percent(one["said"]), _percent(one["came"]), between, f"{one['rows']:,}", f"{one['events']:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
