"""Retention: how long customers stay, by group, with who stands behind each curve and what goes with leaving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.retention import curves, factors
from nenrin.insight.retention.curves import Group
from nenrin.insight.retention.factors import Factors, Longer
from nenrin.insight.retention.stays import Stay
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.lifetimes import asking as lifetimes_asking
from nenrin.web.lifetimes.asking import VIEW
from nenrin.web.listing import PAGE, plain
from nenrin.web.retention import pictures, words
from nenrin.web.retention.asking import Asked, asked
from nenrin.web.retention.pictures import Line


@dataclass(frozen=True, slots=True)
class Weighed:
    """A trait with its factor in words."""

    name: Text
    says: Text
    factor: float
    low: float
    high: float
    is_constant: bool
    longer: Longer | None


@requires(VIEW)
def retention(request: MemberRequest) -> HttpResponse:
    """Curves by group, the numbers behind them, and the factors of leaving sooner."""
    ask = asked(request)
    rows = pictures.lines(ask)
    found = factors.read(ask.book, ask.currency)
    context = {
        "as_of": ask.known if ask.known < ask.today else request.at,
        "title": words.TITLE,
        "ask": ask,
        "ways": list(words.WAYS.items()),
        "caveat": words.CAVEATS.get(ask.by),
        "rows": rows,
        "months": pictures.MONTHS,
        "picture": pictures.curves(rows),
        "finding": pictures.finding(ask.found, rows),
        "compared": ask.found.comparison,
        "factors": found,
        "weighed": _weighed(found),
        "shape": words.shape(found.shape),
        "least": (curves.LEAST_CUSTOMERS, curves.LEAST_LOSSES, factors.LOSSES_EACH),
        "query": ask.query(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "retention/retention.html", context)


def _weighed(found: Factors) -> list[Weighed]:
    tiers = lifetimes_asking.tier_names() if found.told else {}
    return [
        Weighed(
            words.trait(one.trait, tiers),
            words.effect(one),
            one.effect.factor,
            one.effect.low,
            one.effect.high,
            one.effect.proportional_p >= factors.CONSTANT,
            one.longer,
        )
        for one in found.told
    ]


@dataclass(frozen=True, slots=True)
class Behind:
    """An account of a group."""

    account: Account
    stay: Stay
    life: Life
    mrr: Money


@requires(VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts of one group, those who left first."""
    ask = asked(request)
    line = _line(request, ask)
    page = Paginator(_ordered(line.group), PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": ask.known if ask.known < ask.today else request.at,
        "title": words.TITLE,
        "ask": ask,
        "line": line,
        "page": page,
        "rows": _named(list(page), ask),
        "back": f"{reverse('retention')}?{ask.query()}",
        "query": ask.query(group=line.group.key),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "retention/accounts.html", context)


def _line(request: MemberRequest, ask: Asked) -> Line:
    """The group that the address names (none named: the largest); 404 where there is none."""
    rows = pictures.lines(ask)
    if "group" in request.GET:
        rows = [one for one in rows if one.group.key == plain(request.GET.get("group"))]
    if not rows:
        if "group" in request.GET:
            raise Http404("no such group")
        return Line(words.EVERYBODY, Group("", (), None), "", ())
    return rows[0]


def _ordered(group: Group) -> list[Stay]:
    return sorted(group.stays, key=lambda one: (not one.is_lost, one.months, one.account))


def _named(found: Sequence[Stay], ask: Asked) -> list[Behind]:
    rows = Account.objects.in_bulk([one.account for one in found])
    lives = {one.account: one for one in ask.book.lives}
    return [
        Behind(rows[one.account], one, life, Money(life.mrr_minor, life.currency or ask.currency))
        for one in found
        if one.account in rows and (life := lives[one.account])
    ]


@requires(Permission.EXPORT)
def retention_export(request: MemberRequest, kind: str) -> Any:
    """All groups by month, as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    rows = pictures.lines(ask)
    exports.note(request, "subscription", len(ask.book.lives), {"retention": ask.query()})
    heads = [head.in_(language) for head in pictures.EXPORT_HEADS]
    return exports.answer(kind, "retention", heads, pictures.exported(rows, language), request.at)


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> Any:
    """The accounts of one group, as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    line = _line(request, ask)
    heads = (Text("id", "id"), Text("Account", "顧客"), Text("Group", "区分"), Text("Since", "開始日"),
             Text("Months seen", "経過月数"), Text("Lost on", "解約日"), Text("MRR", "MRR"), Text("Currency", "通貨"))  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in _named(_ordered(line.group), ask):
            yield [one.account.pk, one.account.name, line.name.in_(language), one.life.starts_on, one.stay.months,
                   one.life.lost_on or "", one.mrr.major, one.mrr.currency]  # fmt: skip

    exports.note(request, "subscription", len(line.group.stays), {"retention": ask.query(group=line.group.key)})
    return exports.answer(kind, "retention-accounts", [head.in_(language) for head in heads], rows(), request.at)


urlpatterns = [
    path("retention", retention, name="retention"),
    path("retention/accounts", accounts, name="retention-accounts"),
    path("retention/export.<str:kind>", retention_export, name="retention-export"),
    path("retention/accounts/export.<str:kind>", accounts_export, name="retention-accounts-export"),
]
