"""Data notes on the revenue pages: what was found in the contracts, what the figures do with it, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.analytics.revenue.findings import BEHAVIOUR, KINDS, NAMES, Finding
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import notes
from nenrin.insight.revenue.notes import Note
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain
from nenrin.web.revenue.asking import VIEW, Asked, asked

NAMED = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A note with the first accounts it concerns; `url` lists them all."""

    note: Note
    accounts: tuple[Account, ...]
    more: int
    url: str


def shown(ask: Asked) -> list[Shown]:
    """The notes of the period and slices asked for."""
    found = notes.notes(ask.ledger, ask.period, ask.slices)
    named = {key for note in found for key in note.accounts[:NAMED]}
    rows = Account.objects.only("pk", "name").in_bulk(named) if named else {}
    return [_one(ask, note, rows) for note in found]


def _one(ask: Asked, note: Note, rows: dict[int, Account]) -> Shown:
    accounts = tuple(rows[key] for key in note.accounts[:NAMED] if key in rows)
    url = f"{reverse('revenue-notes')}?{ask.address()}&kind={note.kind}" if note.kind else ""
    return Shown(note, accounts, len(note.accounts) - len(accounts), url)


@requires(VIEW)
def revenue_notes(request: MemberRequest) -> HttpResponse:
    """Every contract behind the notes, of one kind or of all."""
    ask, kind = asked(request), _kind(request)
    page = Paginator(notes.listed(ask.ledger, ask.period, kind), PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": request.at,
        "period_name": ask.name(),
        "kind": kind,
        "kinds": [(each, NAMES[each]) for each in KINDS],
        "behaviour": BEHAVIOUR.get(kind),  # type: ignore[call-overload]
        "page": page,
        "rows": _named(list(page)),
        "back": f"{reverse('revenue')}?{ask.address()}",
        "asked": [(name, request.GET[name]) for name in ("grain", "start", "known") if name in request.GET],
        "export_query": f"{ask.address()}&kind={kind}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "revenue/notes_list.html", context)


def _kind(request: MemberRequest) -> str:
    kind = plain(request.GET.get("kind")) or ""
    if kind and kind not in KINDS:
        raise Http404(kind)
    return kind


def _named(findings: list[Finding]) -> list[tuple[Account, Finding, Text]]:
    rows = Account.objects.in_bulk([one.account for one in findings])
    return [(rows[one.account], one, NAMES[one.kind]) for one in findings if one.account in rows]


@requires(Permission.EXPORT)
def notes_export(request: MemberRequest, kind: str) -> Any:
    """The same as a file."""
    ask, of, language = asked(request, Permission.EXPORT), _kind(request), exports.language()
    found = _named(notes.listed(ask.ledger, ask.period, of))
    heads = [Text("id", "id"), Text("Account", "顧客"), Text("Note", "注記"), Text("Contract", "契約"), Text("From", "開始日"),
             Text("To (excluded)", "終了日（含まない）"), Text("Detail", "詳細"),
             Text("What the figures do", "計算上の扱い")]  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        for account, one, name in found:
            behaviour = BEHAVIOUR[one.kind].in_(language)
            yield [account.pk, account.name, name.in_(language), one.key, one.since, one.until, one.words, behaviour]

    exports.note(request, "subscription", len(found), {"notes": of})
    return exports.answer(kind, "revenue-notes", [head.in_(language) for head in heads], lines(), request.at)


urlpatterns = [
    path("revenue/notes", revenue_notes, name="revenue-notes"),
    path("revenue/notes/export.<str:kind>", notes_export, name="revenue-notes-export"),
]
