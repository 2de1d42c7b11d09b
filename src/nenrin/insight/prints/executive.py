"""The executive dashboard on paper: its record in words, as `executive.typ` lays it out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nenrin.foundation import format, organisation
from nenrin.insight.executive import bridges, comments, exposures, findings, returns, words
from nenrin.insight.executive.ahead import Month
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.expected import MONTHS
from nenrin.insight.executive.findings import Finding
from nenrin.insight.executive.leaving import Reason
from nenrin.insight.executive.quality import Quality
from nenrin.insight.executive.returns import Returns
from nenrin.insight.executive.risks import Risk
from nenrin.insight.executive.standing import BANDS, GONE, NEW, Standing
from nenrin.insight.executive.tiles import Tile
from nenrin.insight.models import BoardComment
from nenrin.insight.prints import setting
from nenrin.insight.prints.executive_labels import LABELS
from nenrin.insight.revenue import notes
from nenrin.insight.revenue import words as revenue_words
from nenrin.insight.revenue.notes import Note
from nenrin.insight.risk.expected import Expected
from nenrin.insight.risk.forecasts import Forecast
from nenrin.values import Text

#: Shades of revenue left in percent, as on the screen.
BOUNDS = (80.0, 90.0, 95.0, 98.0, 100.5, 105.0, 110.0)
AGES = 13


def pdf(of: Dashboard, language: str, at: datetime) -> bytes:
    """In one language. Raises setting.CannotPrint."""
    return setting.pdf("executive", document(of, language, at), at)


def document(of: Dashboard, language: str, at: datetime) -> dict[str, Any]:
    """Every word and figure of the print; the layout adds none."""
    org = organisation.current()
    ask = of.ask
    name = ask.name()
    partial = Text(" (not ended)", "（途中）") if ask.is_partial else Text("", "")
    return {
        "language": language[:2],
        "labels": {key: label.in_(language) for key, label in LABELS.items()},
        "organisation": org.name,
        "period": name.in_(language) + partial.in_(language),
        "about": _about(of, language),
        "stamp": _stamp(of, language, at, ZoneInfo(org.zone)),
        "decisions": [_finding(each, language) for each in findings.decisions(of)],
        "explained": [_finding(each, language) for each in findings.explained(of)],
        "tiles": [*(_tile(of, tile, language) for tile in of.tiles), *_exposed(of, language)],
        "bridge": _bridge(of, language),
        "bridge_story": _story((each.name.in_(language), each.shown.in_(language)) for each in bridges.steps(of)),
        "retention": _retention(of, language),
        "retention_story": _retained(of, language),
        "cohorts": _cohorts(of, language),
        "health": _health(of, of.standing, language) if of.standing else None,
        "ahead": [_month(of, month, language) for month in of.ahead.months],
        "risks": [_risk(of, risk, language) for risk in of.risks],
        "expected": _expected(of, of.expected, language) if of.expected else None,
        "leaving": [_reason(of, reason, language) for reason in of.leaving],
        "capacity": _capacity(of, language),
        "scores": [_score(each, language) for each in of.scores],
        "returns": _returns(of.returns, language) if of.returns else None,
        "sees_health": ask.sees_health,
        "comments": [_comment(row, language, ZoneInfo(org.zone)) for row in of.comments],
        "notes": [
            _note(each, language) for each in (*notes.notes(ask.ledger, ask.period), *notes.withheld(ask.ledger))
        ],
        "policy": revenue_words.policy(ask.ledger.policy).in_(language),
        "version": Text("Metric policy, version {n}.", "指標ポリシー 第{n}版。")
        .fill(n=ask.ledger.policy.version)
        .in_(language),
    }


def _about(of: Dashboard, language: str) -> str:
    """Which days, of whom, how many, in what."""
    ask = of.ask
    who = ask.within.name if ask.within else Text("all accounts", "全顧客")
    paying = Text(f"{of.accounts:,} paying accounts", f"課金中 {of.accounts:,}社")
    unit = Text(f"{ask.currency}, without tax", f"{ask.currency}・税抜")
    return " · ".join(one.in_(language) for one in (revenue_words.span(ask.period), who, paying, unit))


def _stamp(of: Dashboard, language: str, at: datetime, zone: ZoneInfo) -> str:
    """When it was printed, and whose knowledge it shows where that is not today's."""
    made = format.as_of(at, language, zone)
    if of.ask.ledger.known >= of.ask.today:
        return made
    known = format.day(of.ask.ledger.known, language)
    return f"{made} · " + Text(f"as known on {known}", f"{known}に分かっていた内容").in_(language)


def _finding(of: Finding, language: str) -> dict[str, str]:
    return {"title": of.title.in_(language), "text": of.text.in_(language), "who": of.who}


def _tile(of: Dashboard, tile: Tile, language: str) -> dict[str, Any]:
    better = {True: "better", False: "worse", None: ""}[tile.is_better]
    known = tile.figure.value is not None
    return {
        "name": tile.kpi.name.in_(language),
        "value": words.value(of, tile, tile.figure.value).in_(language),
        "is_known": known,
        "change": words.change(of, tile).in_(language),
        "better": better,
        "note": (words.note(of, tile) if known else tile.why_none).in_(language),
        "reach": "; ".join(filter(None, (each(of, tile).in_(language) for each in (words.reach, words.beside)))),
        "trend": [value for _, value in tile.trend],
        "marks": words.marks(of, tile),
        "benchmark": words.benchmark(of, tile).in_(language),
        "target": tile.target.value if tile.target else None,
    }


def _exposed(of: Dashboard, language: str) -> list[dict[str, Any]]:
    """At-risk ARR as one more tile, where health is told."""
    told, found = words.exposed(of), exposures.exposure(of.standing)
    if told is None or found is None:
        return []
    value, change, share = (each.in_(language) for each in told)
    better = "worse" if (found.change or 0) > 0 else "better" if found.change else ""
    return [{"name": exposures.NAME.in_(language), "value": value, "is_known": True, "change": change, "better": better,
             "note": share, "reach": "", "trend": [], "marks": [], "benchmark": "", "target": None}]  # fmt: skip


def _bridge(of: Dashboard, language: str) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name.in_(language),
            "amount": each.amount,
            "shown": each.shown.in_(language),
            "total": each.is_total,
        }
        for each in bridges.steps(of)
    ]


def _retention(of: Dashboard, language: str) -> dict[str, Any] | None:
    found = [tile for key in ("nrr", "grr") if (tile := of.tile(key))]
    if not any(sum(value is not None for _, value in tile.trend) > 1 for tile in found):
        return None
    return {
        "periods": [of.ask.name(period).in_(language) for period, _ in found[0].trend],
        "series": [
            {
                "name": tile.kpi.name.in_(language),
                "values": [None if value is None else value * 100 for _, value in tile.trend],
                "last": words.value(of, tile, tile.figure.value).in_(language),
                "target": tile.target.value * 100 if tile.target else None,
            }
            for tile in found
        ],
    }


def _story(told: Iterable[tuple[str, str]]) -> str:
    """A picture for those who listen: each part with its figure."""
    return ", ".join(f"{name} {shown}" for name, shown in told)


def _retained(of: Dashboard, language: str) -> str:
    return "; ".join(_trend_told(of, tile, language) for key in ("nrr", "grr") if (tile := of.tile(key)))


def _trend_told(of: Dashboard, tile: Tile, language: str) -> str:
    told = _story(
        (of.ask.name(period).in_(language), words.value(of, tile, value).in_(language)) for period, value in tile.trend
    )
    return f"{tile.kpi.name.in_(language)}: {told}"


def _cohorts(of: Dashboard, language: str) -> list[dict[str, Any]]:
    out = []
    for each in of.cohorts:
        cells: list[dict[str, Any]] = []
        for age in range(AGES):
            value = each.kept(age)
            shade = 0 if value is None or each.is_few else bisect_right(BOUNDS, value * 100) + 1
            text = "" if value is None else f"{value * 100:.0f}"
            cells.append({"text": text, "shade": shade, "partial": each.is_partial and age == len(each.mrr) - 1})
        out.append({"name": format.day(each.month, language, "month"), "accounts": str(each.at_risk), "cells": cells})
    return out


def _health(of: Dashboard, standing: Standing, language: str) -> dict[str, Any]:
    total = standing.mrr or 1
    parts = [
        {
            "band": part.band,
            "name": words.BAND_NAMES[part.band].in_(language),
            "mrr": words.compact(of, part.mrr).in_(language),
            "accounts": format.number(part.accounts, language),
            "share": part.mrr / total,
            "percent": format.percent(part.mrr / total, language, 0),
        }
        for part in standing.parts
    ]
    return {
        "day": format.day(standing.day, language),
        "before": format.day(standing.before_day, language) if standing.before_day else "",
        "parts": parts,
        "ends": [words.BAND_NAMES[band].in_(language) for band in (*BANDS, GONE)],
        "moved": list(_moved(standing, language)) if standing.before_day else [],
    }


def _moved(standing: Standing, language: str) -> Iterable[dict[str, Any]]:
    for was in (*BANDS, NEW):
        counts = [standing.moved.get((was, now), 0) for now in (*BANDS, GONE)]
        if was != NEW or any(counts):
            yield {"name": words.BAND_NAMES[was].in_(language), "counts": [str(n) for n in counts]}


def _note(of: Note, language: str) -> dict[str, str]:
    """What the figures leave out or cannot tell, and of how many accounts."""
    count = Text("{n} accounts", "{n}社").fill(n=len(of.accounts)).in_(language) if of.accounts else ""
    return {"name": of.name.in_(language), "behaviour": of.behaviour.in_(language), "accounts": count}


def _month(of: Dashboard, month: Month, language: str) -> dict[str, str]:
    return {
        "month": format.day(month.start, language, "month"),
        "contracts": format.number(month.contracts, language),
        "mrr": words.compact(of, month.mrr).in_(language),
        "at_risk": words.compact(of, month.at_risk).in_(language),
        "noticed": words.compact(of, month.noticed).in_(language),
    }


def _expected(of: Dashboard, found: Forecast, language: str) -> dict[str, Any]:
    def row(name: str, told: Expected) -> dict[str, str]:
        low, value, high = (words.compact(of, round(n)).in_(language) for n in (told.low, told.value, told.high))
        return {
            "name": name,
            "value": value,
            "reach": f"{low}〜{high}" if language.startswith("ja") else f"{low} to {high}",
        }

    months = [row(format.day(each.begins, language), each.expected) for each in found.months[:MONTHS]]
    year = row(LABELS["twelve_months"].in_(language), found.year)
    return {"rows": [*months, year], "held": words.held(found).in_(language).strip()}


def _reason(of: Dashboard, reason: Reason, language: str) -> dict[str, str]:
    return {
        "name": reason.name.in_(language),
        "mrr": words.compact(of, reason.mrr).in_(language),
        "share": format.percent(reason.share, language, 0),
        "accounts": format.number(len(reason.accounts), language),
    }


def _capacity(of: Dashboard, language: str) -> dict[str, Any]:
    if not of.ask.is_now:
        return {"says": LABELS["no_capacity"].in_(language), "rows": []}
    lines = words.loads(of.load) if of.load else []
    rows = [{"name": name.in_(language), "value": format.number(n, language, places)} for name, n, places in lines]
    return {"says": words.planned(of.load).in_(language), "rows": rows}


def _score(of: Quality, language: str) -> dict[str, str]:
    auc, slope, lift = (one.in_(language) for one in words.score(of))
    name = f"{of.name.in_(language)} v{of.version}"
    left = format.number(of.left, language)
    return {"name": name, "day": format.day(of.as_of, language), "auc": auc, "slope": slope, "lift": lift, "left": left}


def _returns(of: Returns, language: str) -> dict[str, Any]:
    """The effect in words, and what it follows from."""
    rows = [
        {"name": one.name.in_(language), "value": returns.figure(of, one.key, language), "from": origin.in_(language)}
        for one, origin in returns.inputs(of)
    ]
    begun = LABELS["returns_today"] if of.begun.row is None else Text(
        *(LABELS["returns_baseline"].in_(each).format(day=format.day(of.begun.row.taken_on, each)) for each in ("en", "ja"))
    )  # fmt: skip
    return {"says": returns.says(of.company, of.currency).in_(language), "rows": rows, "since": begun.in_(language)}


def _comment(row: BoardComment, language: str, zone: ZoneInfo) -> dict[str, str]:
    author = row.author.name if row.author else "—"
    who = f"{author} · {format.moment(row.written_at, language, zone)}"
    return {"about": comments.about(row.kpi).in_(language), "words": row.words, "who": who}


def _risk(of: Dashboard, risk: Risk, language: str) -> dict[str, str]:
    reasons = Text(", ", "、").in_(language).join(reason.in_(language) for reason in risk.reasons)
    return {
        "name": risk.account.name,
        "score": format.number(risk.score, language) if risk.score is not None else "—",
        "change": format.signed(risk.change, language) if risk.change is not None else "—",
        "reasons": reasons or "—",
        "mrr": words.compact(of, risk.mrr).in_(language),
        "notice": format.day(risk.notice_on, language) if risk.notice_on else "—",
        "owner": risk.account.owner.name if risk.account.owner else "—",
    }
