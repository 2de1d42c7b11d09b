"""Who stays: churn and lifetime value of deals, by fit, source or seller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.insight.lifetimes import assumed
from nenrin.insight.lifetimes.worths import Assumptions
from nenrin.values import Money, Text
from nenrin.web import exports, navigation
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import VIEW, tabs
from nenrin.web.listing import chosen_sort, in_order, plain
from nenrin.work import deals as verbs
from nenrin.work.handing import fits
from nenrin.work.handing.fits import By, Line
from nenrin.work.models import Handoff
from nenrin.work.models.handoff import FITS

WAYS: Final[dict[By, Text]] = {
    "fit": Text("fit found", "実際の適合度"),
    "expected": Text("fit expected at the sale", "受注時の見込み"),
    "source": Text("source", "獲得経路"),
    "seller": Text("seller", "営業担当"),
}
HEADS: Final = (
    Text("Group", "区分"), Text("Deals", "案件数"), Text("Left", "解約"), Text("Months stayed", "継続月数"),
    Text("Churn a month", "月次解約率"), Text("LTV", "LTV"), Text("Currency", "通貨"), Text("Deals with an LTV", "LTV算出案件数"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """One group of deals; `churn` null below the least number of deals."""

    name: Text
    line: Line
    worth: Money | None

    @property
    def churn(self) -> float | None:
        return self.line.churn.value if self.line.churn else None


SORTS: Final[Mapping[str, Callable[[Group], Any]]] = {
    "group": lambda one: one.name.in_(exports.language()), "deals": lambda one: one.line.count,
    "left": lambda one: one.line.left, "churn": lambda one: one.churn,
    "ltv": lambda one: one.worth.minor if one.worth else None,
}  # fmt: skip


@requires(VIEW)
def fit(request: MemberRequest) -> HttpResponse:
    """Churn and lifetime value by fit, source or seller; groups that are too small say so."""
    by, wanted, sort = _by(request), plain(request.GET.get("q")), chosen_sort(request, SORTS, "-deals")
    given = assumed.given(navigation.today(request))
    context = {
        "as_of": navigation.today(request),
        "tabs": tabs("handoff-fit"),
        "by": by,
        "way": WAYS[by],
        "ways": list(WAYS.items()),
        "wanted": wanted,
        "sort": sort,
        "groups": in_order(_groups(request, by, wanted, given), sort, SORTS),
        "least": fits.LEAST,
        "given": given,
        "currency": organisation.current().currency,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "handoffs/fit.html", context)


def _by(request: MemberRequest) -> By:
    asked = plain(request.GET.get("by"))
    return next((way for way in get_args(By) if way == asked), "fit")


def _groups(
    request: MemberRequest, by: By, wanted: str, given: Assumptions, permission: Permission = VIEW
) -> list[Group]:
    """The groups whose name holds these words, the largest first, of deals on which the viewer holds both rights."""
    rows = verbs.sold().filter(pk__in=Handoff.objects.for_member(request.user, VIEW).values("pk"))
    if permission is not VIEW:
        rows = rows.filter(pk__in=Handoff.objects.for_member(request.user, permission).values("pk"))
    currency = organisation.current().currency
    found = fits.lines(rows, by, navigation.today(request), currency, given)
    names, said = _names(by, found), normal(wanted)
    groups = [
        Group(
            names.get(one.key, Text(one.key, one.key)), one,
            None if one.worth is None else Money(round(one.worth), currency),
        )
        for one in found
    ]  # fmt: skip
    return [one for one in groups if said in normal(one.name.in_(exports.language()))]


def _names(by: By, found: list[Line]) -> dict[str, Text]:
    if by in ("fit", "expected"):
        return {key.value: text for key, text in FITS.items()}
    if by == "source":
        return {"": Text("No source", "獲得経路なし")}
    sellers = Member.objects.filter(pk__in=[int(one.key) for one in found if one.key])
    return {str(pk): Text(name, name) for pk, name in sellers.values_list("pk", "name")}


@requires(Permission.EXPORT)
def fit_export(request: MemberRequest, kind: str) -> Any:
    """The groups as a file, in their order, of deals within the right to export."""
    by, wanted, language = _by(request), plain(request.GET.get("q")), exports.language()
    given = assumed.given(navigation.today(request))
    found = _groups(request, by, wanted, given, Permission.EXPORT)
    rows = in_order(found, chosen_sort(request, SORTS, "-deals"), SORTS)
    exports.note(request, "deal", len(rows), {"by": by, "q": wanted}, room="work")
    lines = (_cells(one, language) for one in rows)
    return exports.answer(kind, f"fit-{by}", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(one: Group, language: str) -> list[Any]:
    worth = (one.worth.major, one.worth.currency) if one.worth else (None, "")
    return [
        one.name.in_(language),
        one.line.count,
        one.line.left,
        round(one.line.months, 1),
        one.churn,
        *worth,
        one.line.valued,
    ]


urlpatterns = [
    path("deals/fit", fit, name="handoff-fit"),
    path("deals/fit/export.<str:kind>", fit_export, name="handoff-fit-export"),
]
