"""The accounts behind the dashboard's figures: by health before and now, and behind its other tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import standing
from nenrin.insight.executive.questions import Question
from nenrin.insight.executive.standing import BANDS, GONE, NEW, Move
from nenrin.insight.executive.words import BAND_NAMES
from nenrin.values import Text
from nenrin.web import drills, exports
from nenrin.web.executive import behind
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.pages import frame, major

BEFORE, AFTER = (*BANDS, NEW), (*BANDS, GONE)


@dataclass(frozen=True, slots=True)
class Moved:
    """The accounts with this colour before and that one now; empty: any."""

    was: str
    now: str
    found: tuple[Move, ...]

    def query(self) -> str:
        return urlencode({name: value for name, value in (("was", self.was), ("now", self.now)) if value})


def address(asked_for: str, was: str = "", now: str = "") -> str:
    """The address of the list; `asked_for`: the dashboard's own question."""
    return f"{reverse('executive-accounts')}?{asked_for}&{Moved(was, now, ()).query()}"


def _moved(request: MemberRequest, ask: Asked) -> Moved:
    asking = question(request, ask)
    if not asking.sees_health:
        raise PermissionDenied(Permission.HEALTH_VIEW.value)
    was, now = plain(request.GET.get("was")), plain(request.GET.get("now"))
    was, now = was if was in BEFORE else "", now if now in AFTER else ""
    found = standing.moves(asking)
    return Moved(was, now, tuple(one for one in found if was in ("", one.was) and now in ("", one.now)))


def question(request: MemberRequest, ask: Asked) -> Question:
    """What the page asks, for the rooms below."""
    return Question(
        ask.ledger, ask.books, ask.grain, ask.period, ask.today, ask.fiscal, ask.by if ask.within else "",
        ask.within, allowed(request.user, Permission.HEALTH_VIEW) is not None,
    )  # fmt: skip


@requires(VIEW)
def executive_accounts(request: MemberRequest) -> HttpResponse:
    """Who they are, those who pay most first; with `figure` those behind another table of the dashboard."""
    ask, figure = asked(request), plain(request.GET.get("figure"))
    if figure in behind.TITLES:
        return drills.page(request, behind.drill(request, ask, question(request, ask), figure))
    moved = _moved(request, ask)
    page = Paginator(moved.found, PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, ask),
        "moved": moved,
        "before": [(key, BAND_NAMES[key]) for key in BEFORE],
        "after": [(key, BAND_NAMES[key]) for key in AFTER],
        "paid": sum(one.paid for one in moved.found),
        "pays": sum(one.pays for one in moved.found),
        "page": page,
        "rows": _named(list(page)),
        "kept": [
            (name, request.GET[name]) for name in ("grain", "start", "known", "by", "slice") if name in request.GET
        ],
        "back": f"{reverse('executive')}?{ask.address()}",
        "everyone": f"?{ask.address()}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": f"{ask.address()}&{moved.query()}",
    }
    return render(request, "executive/accounts.html", context)


def _named(found: Sequence[Move]) -> list[tuple[Account, Move, Text, Text]]:
    rows = Account.objects.only("pk", "name").in_bulk([one.account for one in found])
    return [(rows[one.account], one, BAND_NAMES[one.was], BAND_NAMES[one.now]) for one in found if one.account in rows]


@requires(Permission.EXPORT)
def executive_accounts_export(request: MemberRequest, kind: str) -> Any:
    """The same as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    figure = plain(request.GET.get("figure"))
    if figure in behind.TITLES:
        told = behind.drill(request, ask, question(request, ask), figure)
        return drills.file(request, told, kind, f"executive-{figure}")
    moved = _moved(request, ask)
    heads = [Text("id", "id"), Text("Account", "顧客"), Text("Health before", "期首のヘルス"), Text("Health now", "現在のヘルス"),
             Text("MRR before", "期首MRR"), Text("MRR after", "期末MRR"), Text("Currency", "通貨")]  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        for account, one, was, now in _named(moved.found):
            amounts = [major(ask, one.paid), major(ask, one.pays)]
            currency = ask.ledger.policy.reporting_currency
            yield [account.pk, account.name, was.in_(language), now.in_(language), *amounts, currency]

    exports.note(request, "subscription", len(moved.found), {"was": moved.was, "now": moved.now})
    return exports.answer(kind, "health-moved", [head.in_(language) for head in heads], lines(), request.at)


urlpatterns = [
    path("executive/accounts", executive_accounts, name="executive-accounts"),
    path("executive/accounts/export.<str:kind>", executive_accounts_export, name="executive-accounts-export"),
]
