"""The accounts behind a cohort's figure: who they are, what they paid at first, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.revenue.periods import month_start
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import cohorts
from nenrin.insight.revenue.cohorts import FATES, MONTHS, Part
from nenrin.insight.revenue.words import parsed_day
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain, whole
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.pages import frame, major


@dataclass(frozen=True, slots=True)
class Cohort:
    """Which figure was asked for: the month of the first payment, how many months later, and who of them."""

    month: date
    age: int
    fate: str
    found: tuple[Part, ...]

    @property
    def shown(self) -> list[Part]:
        return [one for one in self.found if self.fate in ("", one.fate)]

    @property
    def looked_at(self) -> date:
        """The month whose end is told."""
        return month_start(self.month, self.age)

    def query(self, **changes: str) -> str:
        told = {"cohort": f"{self.month:%Y-%m}", "age": str(self.age), "fate": self.fate, **changes}
        return urlencode({name: value for name, value in told.items() if value})


def _cohort(request: MemberRequest, ask: Asked) -> Cohort:
    """From the address; what makes no sense falls back to the newest cohort at its first month."""
    last = ask.period.end - timedelta(days=1)
    told = parsed_day(f"{plain(request.GET.get('cohort'))}-01")
    month = told if told is not None and told.year >= 1990 and told <= last else month_start(last)
    age = min(whole(request.GET.get("age"), 600) or 0, _months(month, last))
    fate = plain(request.GET.get("fate"))
    return Cohort(
        month, age, fate if fate in FATES else "", tuple(cohorts.parts(ask.ledger, month, age, last, ask.within))
    )


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


@requires(VIEW)
def cohort_accounts(request: MemberRequest) -> HttpResponse:
    """Who they are, those who lost most first."""
    ask = asked(request)
    of = _cohort(request, ask)
    page = Paginator(of.shown, PAGE).get_page(request.GET.get("page"))
    query = f"{ask.address()}&{of.query()}"
    context = {
        **frame(request, ask),
        "cohort": of,
        "cohort_month": _month(of.month),
        "looked_at": _month(of.looked_at),
        "first": sum(one.first for one in of.shown),
        "now": sum(one.now for one in of.shown),
        "page": page,
        "rows": _named(list(page)),
        "fates": _fates(ask, of),
        "months": _choices(ask, of),
        "ages": range(_months(of.month, ask.period.end - timedelta(days=1)) + 1),
        "kept": [
            (name, request.GET[name]) for name in ("grain", "start", "known", "by", "slice") if name in request.GET
        ],
        "back": f"{reverse('revenue-cohorts')}?{ask.address()}",
        "everyone": f"?{ask.address()}&{of.query(fate='')}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": query,
    }
    return render(request, "revenue/cohort_accounts.html", context)


def _month(day: date) -> Text:
    return Text(format.day(day, "en", "month"), format.day(day, "ja", "month"))


def _fates(ask: Asked, of: Cohort) -> list[tuple[Text, int, str, bool]]:
    """Each choice with how many it is, its address and whether it is the one chosen."""
    counted = Counter(one.fate for one in of.found)
    told = [("", Text("all", "すべて"), len(of.found)), *((key, name, counted[key]) for key, name in FATES.items())]
    return [(name, n, f"?{ask.address()}&{of.query(fate=key)}", key == of.fate) for key, name, n in told]


def _choices(ask: Asked, of: Cohort) -> list[tuple[str, Text, bool]]:
    """The cohorts that the page of cohorts shows, and the one asked for; the newest first."""
    newest = month_start(ask.period.end - timedelta(days=1))
    held = {month_start(newest, -back) for back in range(MONTHS)} | {of.month}
    return [(f"{day:%Y-%m}", _month(day), day == of.month) for day in sorted(held, reverse=True)]


def _named(found: Sequence[Part]) -> list[tuple[Account, Part, Text]]:
    rows = Account.objects.only("pk", "name").in_bulk([one.account for one in found])
    return [(rows[one.account], one, FATES[one.fate]) for one in found if one.account in rows]


@requires(Permission.EXPORT)
def cohort_accounts_export(request: MemberRequest, kind: str) -> Any:
    """The same as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    of = _cohort(request, ask)
    heads = [Text("id", "id"), Text("Account", "顧客"), Text("First paid in", "初回契約月"), Text("Months since", "経過月数"),
             Text("MRR at first", "初回のMRR"), Text("MRR then", "その月のMRR"), Text("Currency", "通貨"),
             Text("What became of it", "その後")]  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        for account, one, fate in _named(of.shown):
            amounts = [major(ask, one.first), major(ask, one.now)]
            currency = ask.ledger.policy.reporting_currency
            yield [account.pk, account.name, f"{of.month:%Y-%m}", of.age, *amounts, currency, fate.in_(language)]

    exports.note(request, "subscription", len(of.shown), {"cohort": f"{of.month:%Y-%m}", "age": str(of.age)})
    name = f"cohort-{of.month:%Y-%m}-{of.age}"
    return exports.answer(kind, name, [head.in_(language) for head in heads], lines(), request.at)


urlpatterns = [
    path("revenue/cohorts/accounts", cohort_accounts, name="revenue-cohort-accounts"),
    path("revenue/cohorts/accounts/export.<str:kind>", cohort_accounts_export, name="revenue-cohort-accounts-export"),
]
