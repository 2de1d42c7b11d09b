"""Drift in words and as a picture: whether the score still means what it meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from nenrin.analytics.forecasts.hazards.drifts import ALARM
from nenrin.foundation import format
from nenrin.values import Text
from nenrin.web.backtests.pictures import Card
from nenrin.web.charts.lines import Lines, Series


@dataclass(frozen=True, slots=True)
class Told:
    """`story` in a sentence; `chart` of the sums, None where there are no months; `moved` of the measures."""

    story: Text
    is_alarm: bool
    chart: Lines | None
    moved: Text | None


def told(card: Card, names: Mapping[str, Text]) -> Told | None:
    """None on a card made before drift was watched."""
    found: Mapping[str, Any] | None = card.get("watch")
    if not found:
        return None
    return Told(_story(found), found["since"] is not None, _chart(found, _story(found)), _moved(found, names))


def of_probabilities(card: Card) -> Told:
    """The same of what a risk model told; whether its measures moved its own card says."""
    found: Mapping[str, Any] = card["watch"]
    story = _story_told(found)
    return Told(story, found["since"] is not None, _chart(found, story), None)


def _story_told(found: Mapping[str, Any]) -> Text:
    if not found["months"]:
        wanting = found["wanting"]
        return Text(f"Not enough data: {wanting} more are wanted.", f"データ不足：あと{wanting}社の発生が必要です。")
    most = max(*found["over"], *found["under"])
    if found["since"] is None:
        return Text(
            f"No drift: what came stays near what was told (sum at most {most:.1f}, alarm above {found['alarm']:g}).",
            f"ずれなし：実績は予測と合っています（累積和は最大{most:.1f}、{found['alarm']:g}を超えると警告）。",
        )
    since = date.fromisoformat(found["since"])
    month = Text(*(format.day(since, language, "month") for language in ("en", "ja")))
    way = Text("more", "多く") if max(found["over"]) >= max(found["under"]) else Text("fewer", "少なく")
    return Text(
        f"Drift since {month.en}: {way.en} came than was told (sum {most:.1f}, alarm above {found['alarm']:g}).",
        f"{month.ja}からずれを検知：発生が予測より{way.ja}なっています（累積和{most:.1f}、警告は{found['alarm']:g}超）。",
    )


def _story(found: Mapping[str, Any]) -> Text:
    if not found["months"]:
        if found["wanting"]:
            wanting = found["wanting"]
            return Text(
                f"Not enough data: {wanting} more must leave in the first half of the days.",
                f"データ不足：前半の期間にあと{wanting}社の解約が必要です。",
            )
        return Text("Not enough data.", "データ不足")
    most = max(*found["over"], *found["under"])
    if found["since"] is None:
        return Text(
            f"No drift: what came stays near what the score's odds told (sum at most {most:.1f}, alarm above {found['alarm']:g}).",
            f"ずれなし：実績はスコアから求めた確率と合っています（累積和は最大{most:.1f}、{found['alarm']:g}を超えると警告）。",
        )
    since = date.fromisoformat(found["since"])
    month = Text(*(format.day(since, language, "month") for language in ("en", "ja")))
    way = Text("more", "多く") if max(found["over"]) >= max(found["under"]) else Text("fewer", "少なく")
    return Text(
        f"Drift since {month.en}: {way.en} accounts leave than the same scores meant before (sum {most:.1f}, alarm above {found['alarm']:g}).",
        f"{month.ja}からずれを検知：同じスコアでも以前より解約が{way.ja}なっています（累積和{most:.1f}、警告は{found['alarm']:g}超）。",
    )


def _chart(found: Mapping[str, Any], story: Text) -> Lines | None:
    months = found["months"]
    if not months:
        return None
    language = get_language() or "ja"
    days = tuple(format.day(date.fromisoformat(one["day"]), language, "short") for one in months)
    series = (
        _series(Text("more than told", "予測より多い"), found["over"]),
        _series(Text("fewer than told", "予測より少ない"), found["under"]),
    )
    high = max(found["alarm"] * 1.25, *found["over"], *found["under"])
    return Lines(days, series, story, low=0.0, high=high, edges=(found["alarm"],), height=180)


def _series(label: Text, values: list[float]) -> Series:
    return Series(label, tuple(values), tuple(f"{value:.1f}" for value in values))


def _moved(found: Mapping[str, Any], names: Mapping[str, Text]) -> Text | None:
    """The measures that lie far from where they lay."""
    if not found["moved"]:
        return None
    far = [
        names.get(one["measure"], Text(one["measure"], one["measure"])) for one in found["moved"] if one["psi"] > ALARM
    ]
    if not far:
        return Text("No measure's points have moved far.", "点の分布が大きく変わった指標はありません。")
    return Text(
        f"Points that moved far in the newest 91 days: {', '.join(one.en for one in far)}.",
        f"直近91日で点の分布が大きく変わった指標：{'、'.join(one.ja for one in far)}",
    )
