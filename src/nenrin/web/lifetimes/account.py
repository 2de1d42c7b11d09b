"""One account's value: what is still to come from it, by the lifetimes of its tier and term and its own MRR path."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.insight.lifetimes import accounts
from nenrin.insight.lifetimes.accounts import Own
from nenrin.values import Money
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.lifetimes import asking
from nenrin.web.lifetimes.asking import VIEW, Asked, asked


@dataclass(frozen=True, slots=True)
class Step:
    """An agreed change of the MRR from a payment on, counted from the next one (1)."""

    payment: int
    change: Money


@requires(VIEW)
def account_value(request: MemberRequest, key: int) -> HttpResponse:
    """The value with its interval, chances by year, what is agreed, and whose lifetimes it is told by."""
    account = find(request, key, VIEW)
    ask = asked(request)
    # The lifetimes are everybody's; that the viewer may see this account is asked above.
    own = accounts.own(asking.whole_book(ask.known), account.pk, ask.given)
    context = {
        "head": head(account, request, here="contracts"),
        "as_of": request.at,
        "ask": ask,
        "own": own,
        "name": asking.part_name(own.part, asking.tier_names()) if own else None,
        "worth": own and _money(own, own.worth, ask),
        "low": own and own.interval and _money(own, own.interval.low, ask),
        "high": own and own.interval and _money(own, own.interval.high, ask),
        "mrr": own and _money(own, own.life.mrr_minor, ask),
        "steps": _steps(own, ask) if own else [],
    }
    return render(request, "lifetimes/account.html", context)


def _money(own: Own, minor: float | None, ask: Asked) -> Money | None:
    return None if minor is None else Money(round(minor), own.life.currency or ask.currency)


def _steps(own: Own, ask: Asked) -> list[Step]:
    currency = own.life.currency or ask.currency
    return [Step(behind + 1, Money(change, currency)) for behind, change in own.coming.steps]


urlpatterns = [path("accounts/<int:key>/value", account_value, name="account-value")]
