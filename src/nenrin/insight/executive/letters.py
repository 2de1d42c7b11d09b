"""The dashboard as a mail: what needs a decision, what moved and why, the key figures, and where the rest stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from nenrin.foundation import organisation
from nenrin.insight.executive import findings, words
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.findings import Finding
from nenrin.insight.executive.tiles import Tile
from nenrin.insight.revenue import words as revenue_words
from nenrin.values import Text

DECISIONS = Text("What needs a decision", "判断が要ること")
CHANGES = Text("What moved and why", "変化とその理由")
FIGURES = Text("Key figures", "主要指標")
NOTHING = Text(
    "No target is missed and no account at risk decides within 60 days.",
    "目標未達の指標も、60日以内に更新判断を迎える危険な顧客もない。",
)
WHOLE = Text("The whole dashboard, with comments, as PDF and PowerPoint:", "全体（コメント、PDF、PowerPoint）:")
STOP = Text("You get this on a day of each month. To stop it:", "毎月決まった日に届くメールです。停止はこちら:")


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def letter(of: Dashboard, language: str) -> Letter:
    """In one language; the same figures as the page, none that the page would not show."""
    name, org = of.ask.name().in_(language), organisation.current().name
    subject = Text(f"Executive dashboard, {name}: {org}", f"経営ダッシュボード {name}（{org}）").in_(language)
    return Letter(subject, "\n".join(_lines(of, language)))


def _lines(of: Dashboard, language: str) -> Iterator[str]:
    span, unit = revenue_words.span(of.ask.period), Text(f"{of.ask.currency}, without tax", f"{of.ask.currency}・税抜")
    paying = Text(f"{of.accounts:,} paying accounts", f"課金中 {of.accounts:,}社")
    yield " · ".join(one.in_(language) for one in (span, paying, unit))
    yield from _findings(DECISIONS, findings.decisions(of), language)
    yield from _findings(CHANGES, findings.explained(of), language)
    yield from ("", f"■ {FIGURES.in_(language)}")
    yield from (_figure(of, tile, language) for tile in of.tiles)
    yield from ("", WHOLE.in_(language), address(of))
    yield from ("", STOP.in_(language), f"{settings.BASE_URL}/executive/mail")


def _findings(title: Text, found: Sequence[Finding], language: str) -> Iterator[str]:
    yield from ("", f"■ {title.in_(language)}")
    if not found:
        yield NOTHING.in_(language)
    for each in found:
        who = f" ({each.who})" if each.who else ""
        yield f"・{each.title.in_(language)}{who}"
        yield f"  {each.text.in_(language).strip()}"


def _figure(of: Dashboard, tile: Tile, language: str) -> str:
    """Name, value, change, target or benchmark; the reason where there is no value."""
    name = tile.kpi.name.in_(language)
    if tile.figure.value is None:
        return f"・{name}: — ({tile.why_none.in_(language)})"
    change, note = words.change(of, tile).in_(language), words.note(of, tile).in_(language)
    before = Text(f"{change} against the period before", f"前期比 {change}").in_(language) if change else ""
    held = [part for part in (before, note, _reached(tile).in_(language)) if part]
    told = f" ({Text(', ', '、').in_(language).join(held)})" if held else ""
    return f"・{name}: {words.value(of, tile, tile.figure.value).in_(language)}{told}"


def _reached(tile: Tile) -> Text:
    names = {True: Text("reached", "達成"), False: Text("not reached", "未達")}
    return names[tile.is_reached] if tile.is_reached is not None else Text("", "")


def address(of: Dashboard) -> str:
    """The page of the same period."""
    return f"{settings.BASE_URL}/executive?grain={of.ask.grain}&start={of.ask.period.start.isoformat()}"
