"""The executive dashboard: what the company keeps and loses, why, and what needs a decision; with files of the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import exposures, findings, words
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.executive.expected import MONTHS
from nenrin.insight.executive.findings import Finding
from nenrin.insight.executive.leaving import Reason
from nenrin.insight.executive.quality import Quality
from nenrin.insight.executive.rows import HEADS, rows
from nenrin.insight.executive.tiles import Tile
from nenrin.insight.models import BoardComment
from nenrin.insight.prints import executive as printed
from nenrin.insight.prints import powerpoint
from nenrin.insight.revenue import notes
from nenrin.insight.revenue.words import in_file
from nenrin.insight.risk.expected import Expected
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.backtests.words import TERMS
from nenrin.web.executive import assuming, behind, mailing, moves, pictures, saying, trends
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.pages import frame
from nenrin.work import losses


@dataclass(frozen=True, slots=True)
class Shown:
    """A tile as it reads."""

    tile: Tile
    value: Text
    change: Text
    note: Text
    url: str
    trend: trends.Trend | None
    said: tuple[BoardComment, ...]
    beside: Text
    benchmark: Text
    reach: Text


@requires(VIEW)
def executive(request: MemberRequest) -> HttpResponse:
    """The dashboard of a period and a slice."""
    ask = asked(request)
    board, language = _board(request, ask), exports.language()
    context = {
        **frame(request, ask),
        "views": (),
        "board": board,
        "withheld": notes.withheld(ask.ledger),
        "decisions": [(each, _url(each, ask)) for each in findings.decisions(board)],
        "explained": [(each, _url(each, ask)) for each in findings.explained(board)],
        "ahead": [(month, _ahead(month.start, ask)) for month in board.ahead.months],
        "expected": [(*row, behind.address(ask.address(), "expected", month=_iso(row[0]))) for row in _expected(board)],
        "held": words.held(board.expected) if board.expected else None,
        "capacity": board.load,
        "capacity_url": reverse("team-day") if allowed(request.user, Permission.CAPACITY_VIEW) else "",
        "scores": [(each, _card(each), *words.score(each)) for each in board.scores],
        "terms": TERMS,
        "capacity_lists": _capacity_lists(request, ask),
        "leaving": [
            (*_reason(board, each), behind.address(ask.address(), "churn", reason=each.name.en))
            for each in board.leaving
        ],
        "tiles": [_shown(board, tile, ask) for tile in board.tiles],
        "exposed": _exposed(board, ask),
        "address": ask.address(),
        "slice_links": _slice_links(ask),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "returns": assuming.panel(board.returns, language) if board.returns else None,
        "returns_asked": parse_qsl(ask.address()),
        "files": "&".join(filter(None, [ask.address(), assuming.tried(request.GET.dict())])),
        "said": saying.said(board),
        "sees_comments": board.ask.books.accounts is None,
        "may_comment": saying.may_comment(request, board),
        "comment_choices": saying.choices(board),
        "is_empty": board.is_empty,
        **({} if board.is_empty else _pictures(board, ask, language)),
    }
    return render(request, "executive/dashboard.html", context)


def _capacity_lists(request: MemberRequest, ask: Asked) -> dict[str, str]:
    """Of members and their load; none for who sees sums alone."""
    if allowed(request.user, Permission.CAPACITY_VIEW) is None:
        return {}
    whose = ("", "over", "unstated")
    return {one or "all": behind.address(ask.address(), "capacity", whose=one) for one in whose}


def _pictures(board: Dashboard, ask: Asked, language: str) -> dict[str, Any]:
    moved = board.standing is not None and board.standing.before_day is not None
    return {
        "waterfall": pictures.waterfall(board, language),
        "unit": pictures.unit(board, language),
        "retention": pictures.retention(board, language),
        "cohorts": pictures.cohorts(board, ask) if board.cohorts else None,
        "by_health": pictures.by_health(board, ask, language),
        "migration": pictures.migration(board.standing, ask) if board.standing and moved else None,
    }


def _shown(board: Dashboard, tile: Tile, ask: Asked) -> Shown:
    target = tile.target.value if tile.target else None
    values = [value for _, value in tile.trend]
    return Shown(
        tile, words.value(board, tile, tile.figure.value), words.change(board, tile), words.note(board, tile),
        f"{reverse('kpi', args=[tile.kpi.key])}?{ask.address()}", trends.draw(values, target, words.marks(board, tile)),
        tuple(row for row in board.comments if row.kpi == tile.kpi.key), words.beside(board, tile),
        words.benchmark(board, tile), words.reach(board, tile),
    )  # fmt: skip


def _exposed(board: Dashboard, ask: Asked) -> dict[str, Any] | None:
    """At-risk ARR as one more tile, with the accounts behind it."""
    told, found = words.exposed(board), exposures.exposure(board.standing)
    if told is None or found is None:
        return None
    value, change, share = told
    return {
        "name": exposures.NAME, "meaning": exposures.MEANING, "value": value, "change": change, "share": share,
        "is_worse": bool(found.change and found.change > 0), "is_better": bool(found.change and found.change < 0),
        "accounts": found.accounts, "url": moves.address(ask.address(), now=exposures.BAND),
    }  # fmt: skip


def _ahead(month: date, ask: Asked) -> dict[str, str]:
    """The lists behind a month of renewals, by which part of them."""
    told = {"all": "", "at_risk": "at_risk", "noticed": "noticed"}
    return {
        name: behind.address(ask.address(), "renewals", month=month.isoformat(), part=part)
        for name, part in told.items()
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _reason(board: Dashboard, of: Reason) -> tuple[Reason, Text, str]:
    """With its MRR and its share as they read."""
    return of, words.compact(board, of.mrr), format.percent(of.share, exports.language(), 0)


def _card(of: Quality) -> str:
    """The page of a score's card."""
    return (
        reverse("health-model-backtest", args=[of.key]) if of.kind == "health" else reverse("risk-model", args=[of.key])
    )


def _expected(board: Dashboard) -> list[tuple[date | None, Text, Text]]:
    """Months ahead and, without a day, the twelve together: expected and between what."""
    if board.expected is None:
        return []
    found = [(each.begins, each.expected) for each in board.expected.months[:MONTHS]]
    return [_expectation(board, begins, told) for begins, told in [*found, (None, board.expected.year)]]


def _expectation(board: Dashboard, begins: date | None, told: Expected) -> tuple[date | None, Text, Text]:
    low, value, high = (words.compact(board, round(minor)) for minor in (told.low, told.value, told.high))
    return begins, value, Text(f"{low.en} to {high.en}", f"{low.ja}〜{high.ja}")


def _url(of: Finding, ask: Asked) -> str:
    """The page behind a sentence."""
    kind, _, key = of.about.partition(":")
    if kind == "account":
        return reverse("account", args=[int(key)])
    if kind == "kpi":
        return f"{reverse('kpi', args=[key])}?{ask.address()}"
    places = {
        "movements": f"{reverse('revenue')}?{ask.address()}",
        "health": f"{reverse('accounts')}?band=at_risk&status=customer",
        "ahead": f"{reverse('accounts')}?sort=renewal",
    }
    return places.get(kind, f"#{kind}")


def _slice_links(ask: Asked) -> list[tuple[Text, str]]:
    """The parts of the dimension chosen, each a dashboard of its own."""
    if ask.within is not None:
        return []
    return [(each.name, f"?{ask.address()}&slice={each.key}") for each in ask.slices]


def _board(request: MemberRequest, ask: Asked) -> Dashboard:
    """With the assumptions that the page was asked for."""
    return dashboard(moves.question(request, ask), losses.told, assuming.assumed(request.GET.dict()))


@requires(VIEW)
def executive_pdf(request: MemberRequest) -> HttpResponse:
    """The same as a print, in the reader's language."""
    ask, language = asked(request), exports.language()
    made = printed.pdf(_board(request, ask), language, request.at)
    name = f"nenrin-executive-{ask.period.start:%Y%m%d}-{language[:2]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@requires(VIEW)
def executive_pptx(request: MemberRequest) -> HttpResponse:
    """The same as slides that can be edited, in the reader's language."""
    ask, language = asked(request), exports.language()
    made = powerpoint.pptx(_board(request, ask), language, request.at)
    name = f"nenrin-executive-{ask.period.start:%Y%m%d}-{language[:2]}.pptx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type=powerpoint.MIME, headers=headers)


@requires(Permission.EXPORT)
def executive_export(request: MemberRequest, kind: str) -> Any:
    """Every figure of the dashboard, one a row."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    found, currency = list(rows(_board(request, ask))), ask.ledger.policy.reporting_currency

    def lines() -> Iterator[list[Any]]:
        for row in found:
            figures = (in_file(each, row.unit, currency) for each in (row.value, row.low, row.high, row.target))
            value, low, high, target = figures
            unit = currency if row.unit == "money" else row.unit
            yield [row.section, row.key, row.name.in_(language), value, unit, low, high, row.n, target]

    exports.note(request, "subscription", len(found), {"grain": ask.grain, "by": ask.by})
    return exports.answer(kind, "executive", [head.in_(language) for head in HEADS], lines(), request.at)


urlpatterns = [
    path("executive", executive, name="executive"),
    path("executive/dashboard.pdf", executive_pdf, name="executive-pdf"),
    path("executive/dashboard.pptx", executive_pptx, name="executive-pptx"),
    path("executive/export.<str:kind>", executive_export, name="executive-export"),
    *moves.urlpatterns,
    *saying.urlpatterns,
    *mailing.urlpatterns,
]
