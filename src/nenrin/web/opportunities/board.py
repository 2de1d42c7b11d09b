"""The board: a column a state; a card is dragged, moved by Alt with an arrow, or by its own form, which works without
script too. What a move needs to be told (a seller, a reason, the amount) is asked on a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.foundation.permissions import allowed
from nenrin.insight.revenue import own_money
from nenrin.values import Money, Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import Clash, attempt
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.opportunities import writing
from nenrin.web.opportunities.common import EDIT, TITLE, VIEW, currency_of, may_read, one, tabs
from nenrin.web.opportunities.pages import ALL, asked, owners
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import KINDS, LIVE, ORIGINS, OVER, STATES, OpportunityState
from nenrin.work.opportunities import sales

BOARD = Text("Board", "ボード")
#: Cards of a column; and for how many days those that ended stay on the board.
CARDS: Final = 20
ENDED_DAYS: Final = 90
#: From which states, to which: the deed of the opportunity's own page that leads there.
OPEN, PROPOSED, HANDED, WON, LOST, WITHDRAWN = OpportunityState
STEPS: Final[dict[tuple[str, str], str]] = {
    **{(state, to): deed for state in LIVE for to, deed in ((WON, "win"), (LOST, "lose"), (WITHDRAWN, "withdraw"))},
    (OPEN, PROPOSED): "propose", (OPEN, HANDED): "hand", (PROPOSED, HANDED): "hand",
    (HANDED, OPEN): "decline", (HANDED, PROPOSED): "decline",
    (LOST, OPEN): "reopen", (LOST, PROPOSED): "reopen", (WITHDRAWN, OPEN): "reopen", (WITHDRAWN, PROPOSED): "reopen",
}  # fmt: skip
NOT_THERE = Text("It cannot be moved there.", "この状態へは移動できません。")


@dataclass(frozen=True, slots=True)
class Card:
    row: Opportunity
    is_late: bool
    targets: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """`sum`: what those that run are expected to bring, or what the won ones brought, in the reporting currency."""

    state: str
    name: Text
    count: int
    sum: Money | None
    cards: tuple[Card, ...]

    @property
    def rest(self) -> int:
        return self.count - len(self.cards)


@requires(VIEW)
def board(request: MemberRequest) -> HttpResponse:
    """Those that run, and those that ended within 90 days."""
    today = navigation.today(request)
    rows, filters = asked(request, today, state=ALL)
    rows = rows.filter(Q(state__in=LIVE) | Q(state__in=OVER, closed_at__gte=request.at - timedelta(ENDED_DAYS)))
    lanes = _lanes(request, rows)
    context = {
        "as_of": request.at,
        "title": TITLE,
        "tabs": tabs("opportunity-board"),
        "lanes": lanes,
        "total": sum(lane.count for lane in lanes),
        "filters": filters,
        "has_filters": any(value for name, value in filters.items() if name != "state"),
        "kinds": [(kind.value, word) for kind, word in KINDS.items()],
        "origins": [(origin.value, word) for origin, word in ORIGINS.items()],
        "owners": owners(request),
        "ended_days": ENDED_DAYS,
        "may_move": may_read(request) and allowed(request.user, EDIT) is not None,
        "may_read": may_read(request),
        "moved": request.GET.get("moved", ""),
    }
    return render(request, "opportunities/board.html", context)


def _lanes(request: MemberRequest, rows: QuerySet[Opportunity]) -> list[Lane]:
    """Three queries: figures of every column, the first cards of each, which of them may be moved."""
    currency, today = currency_of(request), navigation.today(request)
    own = own_money.on(today)
    told = rows.order_by().values("state").annotate(
        n=Count("pk"), hoped=Sum(own.sql("expected_minor")), came=Sum(own.sql("won_minor"))
    )  # fmt: skip
    figures: dict[str, dict[str, Any]] = {one["state"]: dict(one) for one in told}
    place = Window(RowNumber(), partition_by="state", order_by=[F("due_on").asc(nulls_last=True), F("pk").desc()])
    shown = list(rows.annotate(place=place).filter(place__lte=CARDS).order_by("state", "place"))
    mine = _movable(request, shown)
    cards: dict[str, list[Card]] = {}
    for row in shown:
        targets = tuple(_targets(request, row)) if row.pk in mine else ()
        cards.setdefault(row.state, []).append(Card(row, row.is_late(today), targets))
    return [_lane(state, figures.get(state, {}), cards.get(state, []), currency) for state in OpportunityState]


def _lane(state: OpportunityState, told: dict[str, Any], cards: list[Card], currency: str) -> Lane:
    minor = told.get("came" if state == WON else "hoped") or 0
    total = Money(minor, currency) if minor and state not in (LOST, WITHDRAWN) else None
    return Lane(state.value, STATES[state], told.get("n", 0), total, tuple(cards))


def _movable(request: MemberRequest, shown: Iterable[Opportunity]) -> set[int]:
    if not may_read(request) or allowed(request.user, EDIT) is None:
        return set()
    rows = Opportunity.objects.for_member(request.user, EDIT).filter(pk__in=[row.pk for row in shown])
    return set(rows.values_list("pk", flat=True))


def _targets(request: MemberRequest, row: Opportunity) -> Iterable[tuple[str, Text]]:
    """The states that this member may move it to, in the order of the columns."""
    for state, word in STATES.items():
        if _step(request, row, state) is not None:
            yield state.value, word


def _step(request: MemberRequest, row: Opportunity, to: str) -> str | None:
    """The deed that leads there; None where none does. What was proposed comes back as proposed, else as open."""
    step = STEPS.get((row.state, to))
    if step in ("decline", "reopen") and to != (PROPOSED if row.proposed_at else OPEN):
        return None
    if step == "decline" and not sales.answers(request.user, row):
        return None
    return step


@requires(EDIT)
def move(request: MemberRequest, key: int) -> HttpResponse:
    """To another state: asks what that needs, and does it."""
    row, to = one(request, key, EDIT), (request.POST or request.GET).get("stage", "")
    step = _step(request, row, to)
    if step is None:
        toasts.say(request, NOT_THERE)
        return HttpResponseRedirect(reverse("opportunity-board"))
    if step == "propose":
        return HttpResponseRedirect(reverse("opportunity-propose", args=[key]))
    if not may_read(request):
        raise PermissionDenied(step)
    name, verb = writing.DEEDS[step]
    form = writing.bound(name, request, row) if request.method == "POST" else _fresh(name, row)
    outcome: Clash | bool = False
    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, lambda: verb(request, row, form), lambda: writing.last(row))
        if outcome is True:
            word = STATES[OpportunityState(to)]
            toasts.say(
                request,
                Text(f"{row.account.name}: {word.en.lower()}.", f"{row.account.name}: {word.ja}へ移動しました。"),
            )
            return HttpResponseRedirect(reverse("opportunity-board") + f"?moved={row.pk}")
    return _asked(request, row, to, form, outcome, step)


def _fresh(name: str, row: Opportunity) -> forms.Form:
    return writing.fresh(row, []).get(name) or forms.Form()


def _asked(
    request: MemberRequest, row: Opportunity, to: str, form: forms.Form, outcome: Clash | bool, step: str
) -> HttpResponse:
    word, back = STATES[OpportunityState(to)], reverse("opportunity-board")
    clash = outcome if isinstance(outcome, Clash) else None
    context = {
        "as_of": request.at,
        "title": Text(f"{row.account.name}: to “{word.en}”", f"{row.account.name}: 「{word.ja}」へ移動"),
        "crumbs": [(TITLE, reverse("opportunities")), (BOARD, back)],
        "row": row,
        "to": to,
        "word": word,
        "form": form,
        "do": step,
        "clash": clash,
        "version": clash.version if clash else row.version,
        "back": back,
    }
    return render(request, "opportunities/move.html", context, status=422 if form.errors or clash else 200)


urlpatterns = [
    path("opportunities/board", board, name="opportunity-board"),
    path("opportunities/<int:key>/move", move, name="opportunity-move"),
]
