"""Lifetime value: how long customers stay by tier and term, by which model, and what that is worth; with who is behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.lifetimes import books, buyers, owns
from nenrin.insight.lifetimes import values as value
from nenrin.insight.lifetimes.owns import Worth
from nenrin.insight.lifetimes.values import LEAST_CUSTOMERS, LEAST_LOSSES, Slice
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.lifetimes import asking, pictures
from nenrin.web.lifetimes.account import WHYS
from nenrin.web.lifetimes.asking import VIEW, Asked, asked
from nenrin.web.listing import PAGE, chosen_sort, plain, whole

BY_GROUP = Text("Still to come, by the group", "今後の価値（区分の継続期間）")
BY_OWN = Text("Still to come, by its own risk", "今後の価値（解約リスクを含む）")
AS_GROUP = Text("as the group", "区分と同じ")
AS_TIER = Text("as its tier", "企業規模と同じ")
WHICH = Text(
    "By the group: what customers with such contracts do. By its own risk: the value on the account's page, as far as a risk is "
    "told for it; where none is, both are the same. The figures of the part are the group's.",
    "「区分の継続期間」は、同じような契約の顧客の実績による値。「解約リスクを含む」は、顧客の画面と同じ値で、その顧客自身の解約確率を使う"
    "（確率がない顧客は区分と同じ）。区分の合計は、区分の継続期間による。",
)
WHICH_OTHERS = Text(
    "By the group: what customers with such contracts do. By its own risk: the value on the account's page, by the lifetimes of "
    "its tier and, as far as one is told, its own risk. The figures of the part are the group's.",
    "「区分の継続期間」は、同じような契約の顧客の実績による値。「解約リスクを含む」は、顧客の画面と同じ値で、企業規模別の継続期間と"
    "その顧客自身の解約確率による（確率がない顧客は企業規模と同じ）。区分の合計は、区分の継続期間による。",
)
NO_MODEL = Text("too few customers or losses of its tier and term", "同じ企業規模・契約期間の実績が少ないため")
SORTS = {"mrr": "mrr", "worth": "worth", "own": "own"}
STATES = {
    "alive": Text("customers today", "現在の顧客"),
    "lost": Text("lost", "解約した顧客"),
    "all": Text("all", "全員"),
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """LTV of a new customer, what one of today's is still worth, and all of them; with 90 % intervals."""

    new: Money
    new_low: Money
    new_high: Money
    customer: Money
    book: Money
    book_low: Money
    book_high: Money


@dataclass(frozen=True, slots=True)
class Line:
    """One part in the table; amounts in the organisation's currency."""

    name: Text
    part: Slice
    is_whole: bool
    alive: int
    url: str
    amounts: Amounts | None
    years: tuple[float | None, ...]


YEARS = (1, 3, 5)


@requires(VIEW)
def lifetimes(request: MemberRequest) -> HttpResponse:
    """All parts, with the curve and the figures of those for which there is enough."""
    ask = asked(request)
    lines = _lines(ask)
    details = [(pictures.detail(line.name, line.part, ask), line.url) for line in lines if line.part.choice]
    context = {
        "as_of": ask.known if ask.known < ask.today else request.at,
        "ask": ask,
        "lines": lines,
        "details": details,
        "curves": pictures.curves([(line.name, line.part) for line in lines if line.part.model]),
        "years": YEARS,
        "least": (LEAST_CUSTOMERS, LEAST_LOSSES),
        "total": _total(ask),
        "buyers": (found := buyers.read(asking.whole_book(ask.known), ask.currency, ask.accounts)),
        "buyers_revenue": found and found.revenue is not None and Money(round(found.revenue), ask.currency),
        "ways": list(asking.WAYS.items()),
        "conventions": list(asking.CONVENTIONS.items()),
        "counted": asking.CONVENTIONS[ask.given.convention],
        "elsewhere": sum(one.currency != ask.currency for one in ask.book.lives),
        "rates": own_money.on(ask.known).used(ask.book.abroad),
        "unrated": own_money.left_out(books.unrated(ask.book, ask.currency)),
        "query": _query(ask),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "lifetimes/lifetimes.html", context)


def _lines(ask: Asked) -> list[Line]:
    names = asking.names(ask)
    return [_line(ask, part, asking.part_name(part, names, is_whole=not part.tier)) for part in ask.slices]


@dataclass(frozen=True, slots=True)
class Whole:
    """What all customers of today are still worth."""

    accounts: int
    worth: Money
    low: Money
    high: Money
    without: int


def _total(ask: Asked) -> Whole | None:
    found = value.total(ask.parts if ask.by == "tier" else ask.whole, ask.currency)
    if found is None:
        return None
    minors = (found.worth, max(found.interval.low, 0), found.interval.high)
    worth, low, high = (Money(round(minor), ask.currency) for minor in minors)
    return Whole(found.accounts, worth, low, high, found.without)


def _line(ask: Asked, part: Slice, name: Text) -> Line:
    url = f"{reverse('lifetime-accounts')}?{_query(ask, tier=part.tier, term=str(part.term_months))}"
    years = tuple(pictures.left_after(part, year) for year in YEARS)
    return Line(name, part, not part.tier, len(part.alive), url, _amounts(ask, part), years)


def _amounts(ask: Asked, part: Slice) -> Amounts | None:
    worth = part.worth
    if worth is None:
        return None
    new, book = worth.new_interval, worth.book_interval
    minors = (worth.new, new.low, new.high, worth.customer, worth.book, book.low, book.high)
    return Amounts(*(Money(round(minor), ask.currency) for minor in minors))


def _query(ask: Asked, **changes: str) -> str:
    given = {
        "known": ask.known.isoformat(),
        "margin": f"{100 * ask.given.margin:g}",
        "discount": f"{100 * ask.given.discount:g}",
        "count": ask.given.convention,
        "by": ask.by,
    }
    if ask.segment:
        given["segment"] = str(ask.segment.pk)
    return urlencode(given | changes)


@dataclass(frozen=True, slots=True)
class Behind:
    """An account of a part: its renewals, and what it is still worth by its part's model (None: not enough data), and as its
    own page tells it, by its tier and its own risk (`own`); `why` its own risk, or the whole amount, is not told."""

    account: Account
    life: Life
    mrr: Money
    payments: float | None
    worth: Money | None
    is_leaving: bool
    own: Money | None = None
    why: Text | None = None


@requires(VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts behind one part's figures, the most valuable first."""
    ask = asked(request)
    part, state, occasion = _part(request, ask), _state(request), whole(request.GET.get("occasion"), 600) or 0
    rows, sort = _behind(ask, part, state, occasion), chosen_sort(request, SORTS, "-mrr")
    own = _own(ask, rows) if sort.endswith("own") else {}
    page = Paginator(_sorted(rows, sort, ask, part, own), PAGE).get_page(request.GET.get("page"))
    own, is_tier = own or _own(ask, list(page)), bool(part.tier) and ask.by == "tier"
    context = {
        "as_of": ask.known if ask.known < ask.today else request.at,
        "ask": ask,
        "part": part,
        "name": asking.part_name(part, asking.names(ask), is_whole=not part.tier),
        "state": state,
        "occasion": occasion,
        "states": list(STATES.items()),
        "page": page,
        "rows": _named(list(page), ask, part, own),
        "has_own": any(one.is_running for one in rows),
        "sort": sort,
        "own_query": _query(ask),
        "by_group": BY_GROUP,
        "by_own": BY_OWN,
        "as_group": AS_GROUP if is_tier else AS_TIER,
        "which": WHICH if is_tier else WHICH_OTHERS,
        "back": f"{reverse('lifetimes')}?{_query(ask)}",
        "query": _query(ask, tier=part.tier, term=str(part.term_months), state=state, sort=sort, **_occasion(occasion)),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "lifetimes/accounts.html", context)


def _part(request: MemberRequest, ask: Asked) -> Slice:
    """The part that the address names; 404 where there is none (nothing named: the largest)."""
    tier, term = plain(request.GET.get("tier")), whole(request.GET.get("term"))
    found = [p for p in ask.slices if p.tier == tier and term in (None, p.term_months)]
    if not found and (tier or term is not None):
        raise Http404(f"{tier} {term}")
    return found[0] if found else value.nobody()


def _state(request: MemberRequest) -> str:
    return state if (state := request.GET.get("state", "alive")) in STATES else "alive"


def _occasion(number: int) -> dict[str, str]:
    return {"occasion": str(number)} if number else {}


def _behind(ask: Asked, part: Slice, state: str, occasion: int = 0) -> list[Life]:
    """`occasion`: of those who stood before it, or who were lost at it."""
    chosen = [one for one in part.lives if state == "all" or one.is_lost == (state == "lost")]
    if occasion:
        chosen = [one for one in chosen if (one.passed == occasion if state == "lost" else one.passed >= occasion)]
    return sorted(chosen, key=lambda one: (-one.mrr_minor, one.account))


def _own(ask: Asked, found: Sequence[Life]) -> dict[int, Worth | None]:
    """As each account's own page has it: by the lifetimes that all customers of its tier tell, whoever looks."""
    if ask.accounts is not None:
        return owns.of_list(asking.whole_book(ask.known), found, ask.given)
    return owns.of_list(ask.book, found, ask.given, ask.parts if ask.by == "tier" else ())


def _sorted(
    found: Sequence[Life], sort: str, ask: Asked, part: Slice, own: Mapping[int, Worth | None]
) -> Sequence[Life]:  # fmt: skip
    """By an amount, whoever has none last; MRR, and then the account, decide among equals."""
    column, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1
    if column == "mrr":
        return found if sign < 0 else sorted(found, key=lambda one: (one.mrr_minor, one.account))
    if column == "own":
        amounts = {key: worth.minor for key, worth in own.items() if worth}
    else:
        amounts = {key: minor for key, (_, minor) in value.residuals(part, ask.book, found, ask.given).items()}
    return sorted(found, key=lambda one: (one.account not in amounts, sign * amounts.get(one.account, 0.0)))


def _named(found: Sequence[Life], ask: Asked, part: Slice, own: Mapping[int, Worth | None]) -> list[Behind]:
    rows = Account.objects.in_bulk([one.account for one in found])
    ahead = value.residuals(part, ask.book, found, ask.given)
    return [_row(rows[one.account], one, ahead, ask, own.get(one.account)) for one in found if one.account in rows]


def _row(account: Account, one: Life, ahead: dict[int, tuple[float, float]], ask: Asked, own: Worth | None) -> Behind:
    payments, minor = ahead.get(one.account, (None, None))
    currency = one.currency or ask.currency
    worth = None if minor is None else Money(round(minor), currency)
    is_leaving = one.account in ask.book.coming and ask.book.coming[one.account].is_leaving
    itself = None if own is None else Money(round(own.minor), currency)
    why = (WHYS[own.why] if own.why else None) if own else NO_MODEL if one.is_running else None
    return Behind(account, one, Money(one.mrr_minor, currency), payments, worth, is_leaving, itself, why)


@requires(Permission.EXPORT)
def lifetimes_export(request: MemberRequest, kind: str) -> Any:
    """All parts with their models, curves and values, as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    heads = pictures.EXPORT_HEADS
    lines = _lines(ask)

    def rows() -> Iterator[list[Any]]:
        for line in lines:
            yield from pictures.exported(line.name.in_(language), line.part, ask, language)

    exports.note(request, "subscription", len(ask.book.lives), {"lifetimes": _query(ask)})
    return exports.answer(kind, "lifetimes", [head.in_(language) for head in heads], rows(), request.at)


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> Any:
    """The accounts behind one part, as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    part, state, occasion = _part(request, ask), _state(request), whole(request.GET.get("occasion"), 600) or 0
    found = _behind(ask, part, state, occasion)
    own = _own(ask, found)
    found = list(_sorted(found, chosen_sort(request, SORTS, "-mrr"), ask, part, own))
    heads = [Text("id", "id"), Text("Account", "顧客"), Text("Since", "開始日"), Text("Lost on", "解約日"),
             Text("Renewals passed", "更新回数"), Text("MRR", "MRR"), Text("Currency", "通貨"),
             Text("Expected further payments, discounted", "今後の支払回数の期待値（割引後）"),
             Text("Expected gross profit still to come, by the group's lifetimes", "今後の粗利の期待値（区分の継続期間による）"),
             Text("The same by the account's own risk", "今後の粗利の期待値（顧客自身の解約リスクを含む）"),
             Text("Why its own risk is not in it", "解約リスクを含まない理由")]  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for one in _named(found, ask, part, own):
            life = one.life
            lost = life.lost_on or ""
            ahead = "" if one.payments is None else round(one.payments, 4)
            worth = "" if one.worth is None else one.worth.major
            yield [one.account.pk, one.account.name, life.starts_on, lost, life.passed, one.mrr.major, one.mrr.currency, ahead, worth,
                   "" if one.own is None else one.own.major, one.why.in_(language) if one.why else ""]  # fmt: skip

    exports.note(request, "subscription", len(found), {"lifetimes": _query(ask, tier=part.tier, state=state)})
    return exports.answer(kind, "lifetimes-accounts", [head.in_(language) for head in heads], rows(), request.at)


urlpatterns = [
    path("lifetimes", lifetimes, name="lifetimes"),
    path("lifetimes/accounts", accounts, name="lifetime-accounts"),
    path("lifetimes/export.<str:kind>", lifetimes_export, name="lifetimes-export"),
    path("lifetimes/accounts/export.<str:kind>", accounts_export, name="lifetime-accounts-export"),
]
