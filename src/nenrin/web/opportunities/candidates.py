"""Candidates, the most worth first: why, what holds them back; opened in one step or put away for some time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.foundation.search import normal
from nenrin.values import Money, Text
from nenrin.web import exports, marks, toasts
from nenrin.web.components import Fact
from nenrin.web.editing import attempt
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain
from nenrin.web.opportunities.common import (
    CANDIDATES,
    EDIT,
    TITLE,
    VIEW,
    account_of,
    currency_of,
    may_read,
    may_write,
    tabs,
)
from nenrin.web.opportunities.forms import DismissForm, OpenForm
from nenrin.work.models.opportunity import KINDS
from nenrin.work.opportunities import candidates as found
from nenrin.work.opportunities import dismissals
from nenrin.work.opportunities.candidates import BASE, Candidate

FILTERS = ("q", "kind", "owner", "held", "away")
SORTS: dict[str, Callable[[Candidate], Any]] = {
    "account": lambda x: x.name, "kind": lambda x: x.kind, "health": lambda x: x.score, "owner": lambda x: x.owner_name or None,
    "expected": lambda x: x.chance.expected, "worth": lambda x: x.worth,
    "p": lambda x: x.propensity.p if x.propensity and not x.propensity.is_ranking else None,
}  # fmt: skip
DEFAULT_SORT = "-worth"
HOLDS = (("no", Text("Ready", "提案できる")), ("yes", Text("Held back", "保留中")))
GONE = Text("There is no such candidate any more: an opportunity is open, or the facts have changed.",
            "この候補は現在ありません（提案機会が登録済み、または状況が変化）。")  # fmt: skip
HEADS = (
    Text("Account", "顧客"), Text("Kind", "種類"), Text("What to offer", "提案する商品"), Text("Evidence", "根拠"),
    Text("Health", "ヘルス"), Text("Score", "スコア"), Text("Expected MRR", "見込みMRR"), Text("Currency", "通貨"),
    Text("Probability", "確率"), Text("Low", "下限"), Text("High", "上限"), Text("Worth a year", "年間の期待額"),
    Text("Held back by", "保留の理由"), Text("Put away until", "見送り期限"), Text("Owner", "担当"),
    Text("Used of the nearest limit", "上限に最も近い項目の使用量"), Text("Limit", "上限"), Text("Share of the limit", "上限に対する割合"),
    Text("Used as of", "使用量の時点"),
)  # fmt: skip


@requires(VIEW)
def candidates(request: MemberRequest) -> HttpResponse:
    """Customers in the viewer's scope who may grow."""
    every, rows, filters = asked(request)
    sort = request.GET.get("sort", DEFAULT_SORT)
    page = Paginator(_ordered(rows, sort), PAGE).get_page(request.GET.get("page"))
    mine = _mine(request, page.object_list)
    currency, language = currency_of(request), exports.language()
    context = {
        "as_of": request.at,
        "title": CANDIDATES,
        "tabs": tabs("opportunity-candidates"),
        "page": page,
        "lines": [(one, one.account in mine, _money(one.worth, currency)) for one in page.object_list],
        "facts": _facts(every, currency, language),
        "base": BASE,
        "sort": sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        "filters": filters,
        "has_filters": any(filters.values()),
        "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        "owners": sorted({(str(one.owner), one.owner_name) for one in every if one.owner}, key=lambda pair: pair[1]),
        "holds": HOLDS,
        "may_read": may_read(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "opportunities/candidates.html", context)


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def asked(
    request: MemberRequest, permission: Permission = VIEW
) -> tuple[list[Candidate], list[Candidate], dict[str, str]]:
    """All in scope that are not put away, those that the filters leave, and the filters."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = found.of(Account.objects.for_member(request.user, permission), request.at)
    every = [one for one in rows if one.away is None]
    chosen = [one for one in rows if one.away is not None] if filters["away"] else every
    return every, [one for one in chosen if _fits(one, filters)], filters


def _fits(one: Candidate, filters: dict[str, str]) -> bool:
    if filters["q"] and normal(filters["q"]) not in normal(one.name):
        return False
    if filters["kind"] and filters["kind"] != one.kind:
        return False
    if filters["owner"] and filters["owner"] != str(one.owner):
        return False
    return filters["held"] not in {"yes", "no"} or one.is_held == (filters["held"] == "yes")


def _ordered(rows: list[Candidate], sort: str) -> list[Candidate]:
    """Blanks last either way."""
    value = SORTS.get(sort.removeprefix("-"), SORTS["worth"])
    known = [(value(one), one) for one in rows]
    blank = [one for figure, one in known if figure is None]
    told = sorted(
        (pair for pair in known if pair[0] is not None), key=lambda pair: pair[0], reverse=sort.startswith("-")
    )
    return [one for _, one in told] + blank


def _mine(request: MemberRequest, rows: Any) -> set[int]:
    """On which of these accounts the viewer may open one."""
    keys = {one.account for one in rows}
    if allowed(request.user, EDIT) is Scope.ALL:
        return keys
    return set(Account.objects.for_member(request.user, EDIT).filter(pk__in=keys).values_list("pk", flat=True))


def _facts(rows: list[Candidate], currency: str, language: str) -> tuple[Fact, ...]:
    free = [one for one in rows if not one.is_held]
    worth = sum(one.worth or 0 for one in free)
    return (
        Fact(Text("Candidates", "提案候補"), format.number(len(rows), language), meaning=Text(
            "A customer and what it may grow by, where a sign speaks for it and no such opportunity is open.",
            "兆しがあり、同じ種類の提案機会が未登録の顧客と提案内容の組。")),
        Fact(Text("Ready", "提案できる"), format.number(len(free), language), meaning=Text(
            "Nothing holds them back now.", "現在、保留の理由がない件数。")),
        Fact(Text("Held back", "保留中"), format.number(len(rows) - len(free), language), meaning=Text(
            "Health is red or not known, an urgent ticket is open, or a complaint or a detractor has no answer: help comes first.",
            "ヘルスが危険・不明、緊急の問い合わせが未解決、不満や批判者に未回答のいずれか。まず支援が先。")),
        Fact(Text("Worth a year", "年間の期待額"), format.money(Money(worth, currency), language, "compact"), meaning=Text(
            f"Of those that are ready: expected change of MRR x 12 x probability. Where no model speaks in figures, {BASE:.0%} is assumed.",
            f"提案できる候補の見込みMRR×12×確率の合計。モデルの確率がない場合は{BASE:.0%}と仮定。")),
    )  # fmt: skip


@requires(EDIT)
def candidate(request: MemberRequest, key: int, kind: str) -> HttpResponse:
    """One candidate: opened with its evidence, or put away with a reason; a reason is asked for where it is held back."""
    account = account_of(request, key, EDIT)
    one, do = found.one(account, kind, request.at), request.POST.get("do", "")
    opening = OpenForm(
        request.POST if do == "open" else None, is_held=one is not None and one.is_held, auto_id="open-%s"
    )
    away = DismissForm(
        request.POST if do == "dismiss" else None, auto_id="away-%s", initial={"days": dismissals.DEFAULT_DAYS}
    )
    by, here = Actor.of(request.user), reverse("opportunity-candidates")

    def put_away() -> object:
        return dismissals.dismiss(
            account, kind, away.cleaned_data["words"], days=away.cleaned_data["days"], by=by, at=request.at
        )

    if do == "open" and opening.is_valid():
        made: list[int] = []
        if attempt(opening, lambda: made.append(_opened(request, one, account, opening))) is True:
            toasts.say(request, Text("The opportunity is open.", "提案機会を登録しました。"))
            return HttpResponseRedirect(reverse("opportunity", args=[made[0]]))
    if do == "dismiss" and away.is_valid() and attempt(away, put_away) is True:
        toasts.say(request, Text("Put away.", "候補を見送りました。"))
        return HttpResponseRedirect(here)
    if do == "restore":
        dismissals.restore(account, kind, by=by, at=request.at)
        toasts.say(request, Text("Brought back.", "見送りを解除しました。"))
        return HttpResponseRedirect(here)
    context = {
        "as_of": request.at, "account": account, "one": one, "opening": opening, "away": away, "gone": GONE,
        "worth": _money(one.worth, currency_of(request)) if one else None, "base": BASE, "may_read": may_read(request),
        "edits": may_write(request, account.pk), "crumbs": [(TITLE, reverse("opportunities")), (CANDIDATES, here)],
    }  # fmt: skip
    status = 422 if opening.errors or away.errors else 200
    return render(request, "opportunities/candidate.html", context, status=status)


def _opened(request: MemberRequest, one: Candidate | None, account: Account, form: OpenForm) -> int:
    """Raises Refused."""
    if one is None:
        raise Refused.one("candidate", GONE)
    reason, by = form.cleaned_data.get("reason", ""), Actor.of(request.user)
    return found.open_one(one, account, reason=reason, by=by, at=request.at).pk


@requires(Permission.EXPORT)
def candidates_export(request: MemberRequest, kind: str) -> Any:
    _, rows, filters = asked(request, Permission.EXPORT)
    language = exports.language()
    lines: Iterator[list[Any]] = (
        _cells(one, language) for one in _ordered(rows, request.GET.get("sort", DEFAULT_SORT))
    )
    exports.note(request, "candidate", len(rows), filters, room="work")
    return exports.answer(kind, "candidates", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(one: Candidate, language: str) -> list[Any]:
    model = one.propensity if one.propensity and not one.propensity.is_ranking else None
    return [
        one.name, one.kind_word.in_(language), one.chance.offered, " / ".join(sign.text.in_(language) for sign in one.signs),
        marks.word(one.band).in_(language) if one.band else "", one.score, one.chance.expected, one.mrr.currency,
        model.p if model else None, model.low if model else None, model.high if model else None, one.worth,
        " / ".join(ground.text.in_(language) for ground in one.holds), one.away.until_on if one.away else None, one.owner_name,
        *((near.used, near.allowed, near.share, near.as_of) if (near := one.nearest) else (None,) * 4),
    ]  # fmt: skip


urlpatterns = [
    path("opportunities/candidates", candidates, name="opportunity-candidates"),
    path("opportunities/candidates/export.<str:kind>", candidates_export, name="opportunity-candidates-export"),
    path("opportunities/candidates/<int:key>/<slug:kind>", candidate, name="opportunity-candidate"),
]
