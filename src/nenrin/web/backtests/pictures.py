"""The three pictures of a card: how well it tells, whether its odds came true, how early it warns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from nenrin.values import Text
from nenrin.web.backtests import words
from nenrin.web.charts import agreement, dots, spans

Card = Mapping[str, Any]
C = TypeVar("C")
P = TypeVar("P")
#: Beside the model's own dots no more than so many other rules are drawn; the table has all.
DRAWN = 4
_ORDER = ("rival", "health", "last_login", "average", "worst_of", "pulse_only", "base_rate", "without_manual")


@dataclass(frozen=True, slots=True)
class Drawn(Generic[C, P]):
    """A chart with its geometry."""

    chart: C
    picture: P


def name(rule: str, own: Text, rival: Text) -> Text:
    return own if rule == "model" else rival if rule == "rival" else words.RULES[rule]


def telling(card: Card, own: Text, rival: Text, spoken: words.Spoken = words.LEAVING) -> Drawn[dots.Dots, dots.Picture]:
    """Areas by horizon; the model's with its interval, the others as marks."""
    told = card["due"]
    there = {rule for one in told for rule in one["areas"]}
    others = [rule for rule in _ORDER if rule in there]
    rows = tuple(_dot(one, others[:DRAWN]) for one in told)
    values = [value for row in rows for value in (row.low, row.high, *row.others) if value is not None]
    low = min([0.5, *(int(10 * value) / 10 for value in values)])
    story = _story([(words.horizon(one["horizon"]), row) for one, row in zip(told, rows, strict=True)])
    chart = dots.Dots(
        rows, low, 1.0, tuple((tenth / 10, f"{tenth / 10:.1f}") for tenth in range(round(10 * low), 11)),
        Text("AUC (0.5 is chance)", "AUC（0.5は偶然）"),
        story,
        (own, *(name(rule, own, rival) for rule in others[:DRAWN])),
        (Text("Horizon", "予測期間"), own, Text("95%", "95%区間"), spoken.pairs, *(name(rule, own, rival) for rule in others)),
        tuple(_cells(one, others) for one in told),
        0.5 if low < 0.5 else None,
    )  # fmt: skip
    return Drawn(chart, dots.draw(chart))


def _story(rows: Sequence[tuple[Text, dots.Dot]]) -> Text:
    known = [(label, row.text) for label, row in rows if row.value is not None]
    if not known:
        return Text("Not enough data", "データ不足")
    return Text("; ".join(f"{a.en} {b}" for a, b in known), "、".join(f"{a.ja} {b}" for a, b in known))


def _dot(told: Mapping[str, Any], others: Sequence[str]) -> dots.Dot:
    own, label = told["areas"].get("model"), words.horizon(told["horizon"])
    if own is None:
        return dots.Dot(label, None, None, None, words.enough(told["behind"]["wanting"]))
    beside = tuple(told["areas"][rule]["value"] if rule in told["areas"] else None for rule in others)
    return dots.Dot(label, own["value"], own["low"], own["high"], f"{own['value']:.2f}", beside)


def _cells(told: Mapping[str, Any], others: Sequence[str]) -> tuple[Text | str, ...]:
    areas, behind = told["areas"], told["behind"]
    own = areas.get("model")
    rests = f"{behind['left']} / {behind['stayed']}"
    if own is None:
        return (words.horizon(told["horizon"]), words.enough(behind["wanting"]), "", rests, *("" for _ in others))
    figures = (f"{areas[rule]['value']:.2f}" if rule in areas else "" for rule in others)
    between = f"{own['low']:.2f}–{own['high']:.2f}"
    return (words.horizon(told["horizon"]), f"{own['value']:.2f}", between, rests, *figures)


def odds(card: Card, spoken: words.Spoken = words.LEAVING) -> Drawn[agreement.Agreement, agreement.Picture] | None:
    found = card["calibration"].get("model")
    if not found:
        return None
    bins = found["bins"]
    points = tuple(
        agreement.Point(one["expected"], one["observed"], one["low"], one["high"], one["rows"]) for one in bins
    )
    said = ", ".join(f"{100 * one['expected']:.0f}% → {100 * one['observed']:.0f}%" for one in bins)
    chart = agreement.Agreement(
        points, spoken.probability,
        Text(f"Expected and observed: {said}", f"予測と実測: {said}"),
        (Text("Expected", "予測"), Text("Observed", "実測"), Text("95%", "95%区間"), Text("Account-days", "件数"), spoken.happened),
        tuple(
            (_percent(one["expected"]), _percent(one["observed"]), f"{_percent(one['low'])}–{_percent(one['high'])}", f"{one['rows']:,}", f"{one['left']:,}")
            for one in bins
        ),
    )  # fmt: skip
    return Drawn(chart, agreement.draw(chart))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def leads(
    card: Card, own: Text, rival: Text, spoken: words.Spoken = words.LEAVING
) -> Drawn[spans.Spans, spans.Picture] | None:
    found: Mapping[str, Mapping[str, Any]] = card["leads"]
    shown = [rule for rule in ("model", *_ORDER) if rule in found and rule != "without_manual"]
    if not shown:
        return None
    rows = tuple(_span(rule, found[rule], name(rule, own, rival)) for rule in shown)
    said = [(name(rule, own, rival), row.text) for rule, row in zip(shown, rows, strict=True)]
    chart = spans.Spans(
        rows, spoken.before,
        Text("; ".join(f"{a.en} {b}" for a, b in said), "、".join(f"{a.ja} {b}" for a, b in said)),
        (Text("Rule", "方法"), Text("Lower quarter", "下位25%"), Text("Median", "中央値"), Text("95%", "95%区間"), Text("Upper quarter", "上位25%"), Text("Warned", "警告できた割合")),
        tuple(_lead_cells(found[rule], name(rule, own, rival)) for rule in shown),
    )  # fmt: skip
    return Drawn(chart, spans.draw(chart))


def _span(rule: str, lead: Mapping[str, Any], label: Text) -> spans.Span:
    look: spans.Look = "bar-plus" if rule == "model" else "bar" if rule == "rival" else "bar-quiet"
    text = f"{lead['median']:.0f} ({100 * lead['warned']:.0f}%)"
    return spans.Span(label, lead["quarter"], lead["median"], lead["three_quarters"], text, look)


def _lead_cells(lead: Mapping[str, Any], label: Text) -> tuple[Text | str, ...]:
    days = (f"{lead[key]:.0f}" for key in ("quarter", "median"))
    between = f"{lead['low']:.0f}–{lead['high']:.0f}"
    return (label, *days, between, f"{lead['three_quarters']:.0f}", f"{100 * lead['warned']:.0f}%")
