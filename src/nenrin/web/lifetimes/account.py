"""One account's value: what is still to come from it, by its own risk, the lifetimes of its tier and term, and its MRR path."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.insight.lifetimes import accounts
from nenrin.insight.lifetimes.accounts import Own, Told
from nenrin.insight.lifetimes.particular import Why
from nenrin.insight.lifetimes.values import LEAST_CUSTOMERS, LEAST_LOSSES
from nenrin.values import Money, Text
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.lifetimes import asking
from nenrin.web.lifetimes.asking import VIEW, Asked, asked


@dataclass(frozen=True, slots=True)
class Step:
    """An agreed change of the MRR from a payment on, counted from the next one (1)."""

    payment: int
    change: Money


@dataclass(frozen=True, slots=True)
class Amount:
    """What is still to come, with its 90 % interval."""

    value: Money
    low: Money
    high: Money


#: Why the account's own risk is not in its value.
WHYS: dict[Why, Text] = {
    "untold": Text("this account's risk is not told for that day", "この日の、この顧客の解約確率がないため"),
    "ranks": Text(
        "the risk model only ranks: too few losses for a probability",
        "解約の実績が少なく、予測モデルが順位しか出せないため",
    ),
    "unjudged": Text(
        "the risk model has not been held against later months yet",
        "予測モデルがまだ後の月の実績で検証されていないため",
    ),
    "beyond": Text(
        "its next renewal lies further ahead than the risk model has been judged",
        "次の更新が、予測モデルを検証した期間より先のため",
    ),
}


@requires(VIEW)
def account_value(request: MemberRequest, key: int) -> HttpResponse:
    """The value with its interval, chances by year, what is agreed, whose lifetimes it is told by, and whether its own risk is in it."""
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
        "worth": own and own.told and _amount(own, own.told, ask),
        "group": own and own.chances and own.group and _amount(own, own.group, ask),
        "why": WHYS[own.why] if own and own.why else None,
        "mrr": own and _money(own, own.life.mrr_minor, ask),
        "steps": _steps(own, ask) if own else [],
        "least": (LEAST_CUSTOMERS, LEAST_LOSSES),
    }
    return render(request, "lifetimes/account.html", context)


def _amount(own: Own, told: Told, ask: Asked) -> Amount:
    return Amount(*(_money(own, minor, ask) for minor in (told.worth, told.interval.low, told.interval.high)))


def _money(own: Own, minor: float, ask: Asked) -> Money:
    return Money(round(minor), own.life.currency or ask.currency)


def _steps(own: Own, ask: Asked) -> list[Step]:
    currency = own.life.currency or ask.currency
    return [Step(behind + 1, Money(change, currency)) for behind, change in own.coming.steps]


urlpatterns = [path("accounts/<int:key>/value", account_value, name="account-value")]
