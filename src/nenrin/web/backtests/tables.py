"""The tables of a card: a line of plain cells each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nenrin.analytics.scores.bands import Band
from nenrin.insight.days import day
from nenrin.values import Text
from nenrin.web.backtests import words
from nenrin.web.backtests.pictures import Card, name

MAIN = 90


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the tested version beside its rival's; `difference` with its interval where there is one."""

    what: Text
    own: str
    other: str
    difference: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What a rule finds at the team's capacity."""

    name: Text
    meaning: Text | None
    key: str
    lift: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tier:
    name: Text
    accounts: int
    area: Mapping[str, Any] | None
    wanting: Text | None
    left: int
    bands: Mapping[str, float]


def main(card: Card) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(told for told in card["due"] if told["horizon"] == MAIN)
    return found


def against(card: Card) -> list[Compared]:
    """Everything that two versions can be compared by; on the same accounts and days."""
    if not any("rival" in told["areas"] for told in card["due"]) and "rival" not in card["steady"]:
        return []
    lines = [_area(told) for told in card["due"] if "rival" in told["areas"]]
    if card["earlier"]:
        lines.append(_earlier(card))
    if "rival" in card["lifts"]:
        own, other = (card["lifts"][rule]["recall"] for rule in ("model", "rival"))
        lines.append(_plain(Text("Found at capacity", "対応枠で見つけた割合"), own, other, 100, 0, "%"))
    steady = card["steady"]
    if "rival" in steady:
        flips = [steady[rule]["flips"] for rule in ("model", "rival")]
        lines.append(_plain(words.TERMS["flips"].name, flips[0], flips[1], 1, 2))
        weekly = [steady[rule]["weekly"] for rule in ("model", "rival")]
        if None not in weekly:
            lines.append(_plain(words.TERMS["weekly_change"].name, weekly[0], weekly[1], 1, 1))
    return lines


def _area(told: Mapping[str, Any]) -> Compared:
    days, own, other, gain = told["horizon"], told["areas"]["model"], told["areas"]["rival"], told["gains"]["rival"]
    between = f"{gain['value']:+.3f} ({gain['low']:+.3f} – {gain['high']:+.3f})"
    sure = gain["low"] is not None and (gain["low"] > 0 or gain["high"] < 0)
    label = Text(f"AUC, {days} days", f"AUC（{days}日先）")
    return Compared(label, f"{own['value']:.3f}", f"{other['value']:.3f}", between.replace("-", "−"), sure)


def _earlier(card: Card) -> Compared:
    value, low, high = card["earlier"]
    own, other = (card["leads"][rule]["median"] for rule in ("model", "rival"))
    between = f"{value:+.0f} ({low:+.0f} – {high:+.0f})".replace("-", "−")
    label = Text("Lead time in days", "先行日数（中央値）")
    return Compared(label, f"{own:.0f}", f"{other:.0f}", between, low > 0 or high < 0)


def _plain(what: Text, own: float, other: float, times: int, digits: int, unit: str = "") -> Compared:
    left, right = (f"{times * value:.{digits}f}{unit}" for value in (own, other))
    difference = f"{times * (own - other):+.{digits}f}".replace("-", "−")
    return Compared(what, left, right, difference, False)


def looked(card: Card, own: Text, rival: Text) -> list[Looked]:
    order = ("model", "rival", *words.RULES)
    return [
        Looked(name(rule, own, rival), words.MEANINGS.get(rule), rule, card["lifts"][rule])
        for rule in order
        if rule in card["lifts"]
    ]


def colours(card: Card) -> list[Mapping[str, Any]]:
    return [{**one, "band": Band(one["band"]).value} for one in card["kept"]]


def tiers(card: Card, names: Mapping[str, Text]) -> list[Tier]:
    return [_tier(one, names) for one in card["tiers"]]


def slices(card: Card, names: Mapping[tuple[str, str], Text]) -> list[Tier]:
    """Touch models and segments; `names` by kind and key. None on a card made before they were told apart."""
    return [_slice(one, names) for one in card.get("slices", ())]


def _slice(one: Mapping[str, Any], names: Mapping[tuple[str, str], Text]) -> Tier:
    kind = words.KINDS[one["kind"]]
    own = names.get((one["kind"], one["key"]), Text("(removed)", "（削除済み）"))
    wanting = words.enough(one["wanting"]) if one["wanting"] else None
    label = Text(f"{kind.en}: {own.en}", f"{kind.ja}：{own.ja}")
    return Tier(label, one["accounts"], one["area"], wanting, one["left"], one["bands"])


def learned(found: Mapping[str, Any], names: Mapping[str, Text]) -> dict[str, Any]:
    """The learned weights with the measures' names, and what they gained on later days."""
    lines = [
        {**one, "name": names.get(one["measure"], Text(one["measure"], one["measure"])), "is_apart": _is_apart(one)}
        for one in found.get("measures", ())
    ]
    if not lines:
        return {"wanting": found.get("wanting", 0), "lines": []}
    gains = [
        {**found[f"{key}_gain"], "name": name_, "area": found["expert_area"] + found[f"{key}_gain"]["value"]}
        for key, name_ in (("learned", Text("Learned", "学習した重み")), ("blended", Text("Halfway", "中間")))
    ]
    kept = ("is_better", "left_before", "left_after", "expert_area")
    since = day(found["tested_from"])
    return {**{key: found[key] for key in kept}, "wanting": 0, "lines": lines, "gains": gains, "tested_from": since}


def _is_apart(one: Mapping[str, Any]) -> bool:
    return bool(one["expert"] < one["low"] or one["expert"] > one["high"])


def _tier(one: Mapping[str, Any], names: Mapping[str, Text]) -> Tier:
    told = one["told"]
    label = names.get(one["tier"]) or Text(one["tier"] or "no tier", one["tier"] or "規模未設定")
    wanting = words.enough(told["behind"]["wanting"]) if told["behind"]["wanting"] else None
    return Tier(label, one["accounts"], told["areas"].get("model"), wanting, told["behind"]["left"], one["bands"])
