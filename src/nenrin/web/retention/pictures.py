"""The curves of the largest groups, and every group as a row of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from nenrin.foundation import format
from nenrin.insight.retention.curves import Group, Retention
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.lifetimes import asking as lifetimes_asking
from nenrin.web.retention import words
from nenrin.web.retention.asking import Asked

MONTHS = (6, 12, 24, 36, 60)
#: More lines than that cannot be told apart; further ahead fewer stand behind each.
MOST_LINES, MOST_MONTHS = 4, 84
EXPORT_HEADS = (
    Text("Group", "区分"), Text("Month", "経過月数"), Text("At risk", "対象数"), Text("Share left", "継続割合"),
    Text("Low (95 %)", "下限（95%）"), Text("High (95 %)", "上限（95%）"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A share with its interval; None in `share`: nobody was seen for so long, or too few."""

    share: float | None
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class Line:
    name: Text
    group: Group
    url: str
    cells: tuple[Cell, ...]


def lines(ask: Asked) -> list[Line]:
    """One a group, the largest first."""
    tiers, plans = lifetimes_asking.tier_names(), lifetimes_asking.plan_names() if ask.by == "plan" else {}
    return [
        Line(
            words.group(ask.by, one.key, tiers=tiers, plans=plans, segment=ask.segment),
            one,
            f"{reverse('retention-accounts')}?{ask.query(group=one.key)}",
            tuple(_cell(one, month) for month in MONTHS),
        )
        for one in ask.found.groups
    ]


def _cell(group: Group, month: int) -> Cell:
    found = group.share(month)
    return Cell(None, 0.0, 0.0, group.at_risk(month)) if found is None else Cell(*found, group.at_risk(month))


def curves(rows: Sequence[Line]) -> Lines | None:
    """By month, for the groups that have a curve."""
    shown = [one for one in rows if one.group.curve][:MOST_LINES]
    last = min(max((one.group.months for one in shown), default=0), MOST_MONTHS)
    if not last:
        return None
    language = exports.language()
    labels = tuple(Text(f"month {n}", f"{n}か月").in_(language) for n in range(last + 1))
    series = tuple(_series(one, last, language) for one in shown)
    story = Text("; ".join(_ends(one, "en") for one in shown), "、".join(_ends(one, "ja") for one in shown))
    return Lines(labels, series, story, high=100.0, axis=Text("Month", "経過月数"), has_steps=True, every=12)


def _series(one: Line, last: int, language: str) -> Series:
    shares = [one.group.share(month) for month in range(last + 1)]
    known = tuple(None if share is None else 100 * share[0] for share in shares)
    return Series(one.name, known, tuple("" if v is None else f"{format.number(v, language, 0)}%" for v in known))


def _ends(one: Line, language: str) -> str:
    left = one.group.share(12)
    if left is None:
        return one.name.in_(language)
    told = format.percent(left[0], language, 0)
    return Text(f"{one.name.en}: {told} left after 12 months", f"{one.name.ja}：12か月後に{told}が継続").in_(language)


def finding(found: Retention, rows: Sequence[Line]) -> Text | None:
    """Whether the groups differ, in a sentence; None where they are not compared."""
    test = found.comparison
    if test is None:
        return None
    p = {language: format.number(max(test.p, 0.001), language, 3) for language in ("en", "ja")}
    less = ("less than ", "未満") if test.p < 0.001 else ("", "")
    if test.p < 0.05:
        return Text(
            f"These groups leave at different rates: were they alike, chance would part them so far with a "
            f"probability of {less[0]}{p['en']} (log-rank test).",
            f"グループ間で解約のペースに差がある（差がないのに偶然これほど違う確率は{p['ja']}{less[1]}、ログランク検定）。",
        )
    return Text(
        f"No difference between these groups is proven: chance alone parts equal groups so far with a probability of "
        f"{p['en']} (log-rank test).",
        f"グループ間に差があるとは言えない（差がなくても偶然これほど違う確率が{p['ja']}、ログランク検定）。",
    )


def exported(rows: Sequence[Line], language: str) -> Iterator[list[Any]]:
    """Every month of every group with a curve; of the others how many they are."""
    for one in rows:
        name = one.name.in_(language)
        if one.group.curve is None:
            missing = Text("not enough data", "データ不足").in_(language)
            yield [name, "", len(one.group.stays), missing, "", ""]
            continue
        for month in range(one.group.months + 1):
            share, low, high = one.group.share(month) or ("", "", "")
            yield [name, month, one.group.at_risk(month), share, low, high]
