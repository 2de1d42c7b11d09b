"""One opportunity: evidence, what holds it back, proposals with their answers, sales and the outcome; and the forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.attachments import pages as files
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import member, members
from nenrin.web.opportunities.common import EDIT, TITLE, VIEW, account_of, may_read, may_write, one
from nenrin.web.opportunities.forms import (
    AnswerForm,
    DeclineForm,
    EditForm,
    EndForm,
    HandForm,
    NewForm,
    ProposeForm,
    WinForm,
)
from nenrin.work import opportunities as verbs
from nenrin.work.models import Opportunity, Proposal
from nenrin.work.models.opportunity import OpportunityState
from nenrin.work.opportunities import ending, holding, proposals, sales

SAVED = Text("Saved.", "保存しました。")
MOST_CASES = 3
#: Deeds of the seller alone, or of those who lead.
OF_SALES = frozenset({"take", "decline"})
Deed = Callable[[MemberRequest, Opportunity, Any], object]


@requires(VIEW)
def opportunity(request: MemberRequest, key: int) -> HttpResponse:
    """One opportunity; forms for those who may write and read free words."""
    row = one(request, key, VIEW)
    return render(request, "opportunities/opportunity.html", _context(request, row))


def _context(
    request: MemberRequest, row: Opportunity, sent: dict[str, forms.Form] | None = None, outcome: Clash | bool = False
) -> dict[str, Any]:
    today, edits = navigation.today(request), may_write(request, row.account_id)
    made = list(row.proposals.select_related("objective", "author"))
    return {
        "as_of": request.at,
        "row": row,
        "is_late": row.is_late(today),
        "grounds": holding.of(row.account, request.at) if row.is_live else [],
        "proposals": made,
        "cases": _cases(request, row),
        "may_read": may_read(request),
        "edits": edits,
        "files": files.shown(row, request, may_edit=edits),
        "is_sales": edits and row.awaits_sales and sales.answers(request.user, row),
        "forms": {**(fresh(row, made) if edits else {}), **(sent or {})},
        "failed": next((form for form in (sent or {}).values() if form.errors), None),
        "clash": outcome if isinstance(outcome, Clash) else None,
        "crumbs": [(TITLE, reverse("opportunities")), (row.account.name, reverse("account", args=[row.account_id]))],
    }


def fresh(row: Opportunity, made: list[Proposal]) -> dict[str, forms.Form]:
    """Those that make sense as it stands; each with ids of its own."""
    if not row.is_live:
        return {}
    initial = {name: getattr(row, name) for name in ("title", "expected_minor", "next_step", "due_on")}
    colleagues = members(also=row.owner_id)
    found: dict[str, forms.Form] = {
        "save": EditForm(colleagues=colleagues, initial=initial | {"owner": row.owner_id or ""}, auto_id="save-%s"),
        "win": WinForm(account=row.account_id, initial={"won_minor": row.expected_minor}, auto_id="win-%s"),
        "end": EndForm(auto_id="end-%s"),
    }
    if row.state != OpportunityState.HANDED:
        found["hand"] = HandForm(colleagues=colleagues, initial={"seller": row.seller_id or ""}, auto_id="hand-%s")
    if row.awaits_sales:
        found["decline"] = DeclineForm(auto_id="decline-%s")
    if made and made[0].answer in ("", "later"):
        found["answer"] = AnswerForm(auto_id="answer-%s")
    return found


def _cases(request: MemberRequest, row: Opportunity) -> list[Opportunity]:
    """What was won with others of the same kind: cases to tell, within the viewer's scope."""
    rows = Opportunity.objects.for_member(request.user, VIEW).filter(state=OpportunityState.WON, kind=row.kind)
    return list(rows.exclude(account=row.account_id).select_related("account").order_by("-closed_at")[:MOST_CASES])


def _save(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return verbs.change(row, by=Actor.of(request.user), at=request.at, version=version_of(request.POST), **form.told())


def _answer(request: MemberRequest, row: Opportunity, form: Any) -> object:
    made = row.proposals.first()
    if made is None:
        raise Refused.one("answer", Text("a proposal first", "提案の記録が先"))
    given = form.cleaned_data
    return proposals.answer(
        made, given["answer"], words=given["words"], again_on=given["again_on"], by=Actor.of(request.user), at=request.at
    )  # fmt: skip


def _hand(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return sales.hand(row, seller=member(form.cleaned_data["seller"]), by=Actor.of(request.user), at=request.at)


def _decline(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return sales.decline(row, form.cleaned_data["words"], by=Actor.of(request.user), at=request.at)


def _win(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return ending.win(row, by=Actor.of(request.user), at=request.at, version=version_of(request.POST), **form.told())


def _end(request: MemberRequest, row: Opportunity, form: Any) -> object:
    verb = ending.lose if request.POST.get("do") == "lose" else ending.withdraw
    version = version_of(request.POST)
    return verb(row, form.cleaned_data["words"], by=Actor.of(request.user), at=request.at, version=version)


def _take(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return sales.take(row, by=Actor.of(request.user), at=request.at)


def _reopen(request: MemberRequest, row: Opportunity, form: Any) -> object:
    return ending.reopen(row, by=Actor.of(request.user), at=request.at)


#: What is posted -> its form's name and the verb.
DEEDS: dict[str, tuple[str, Deed]] = {
    "save": ("save", _save), "answer": ("answer", _answer), "hand": ("hand", _hand), "take": ("", _take),
    "decline": ("decline", _decline), "win": ("win", _win), "lose": ("end", _end), "withdraw": ("end", _end),
    "reopen": ("", _reopen),
}  # fmt: skip


def bound(name: str, request: MemberRequest, row: Opportunity) -> forms.Form:
    colleagues = members(also=row.owner_id)
    made: dict[str, Callable[[], forms.Form]] = {
        "save": lambda: EditForm(request.POST, colleagues=colleagues, auto_id="save-%s"),
        "answer": lambda: AnswerForm(request.POST, auto_id="answer-%s"),
        "hand": lambda: HandForm(request.POST, colleagues=colleagues, auto_id="hand-%s"),
        "decline": lambda: DeclineForm(request.POST, auto_id="decline-%s"),
        "win": lambda: WinForm(request.POST, account=row.account_id, auto_id="win-%s"),
        "end": lambda: EndForm(request.POST, auto_id="end-%s"),
    }
    return made[name]() if name else forms.Form(request.POST)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Change it, note the answer, hand it over, take it on or give it back, end it, open it again."""
    row, do = one(request, key, EDIT), request.POST.get("do", "")
    if do not in DEEDS:
        return HttpResponseRedirect(reverse("opportunity", args=[key]))
    if do in OF_SALES and not sales.answers(request.user, row):
        raise PermissionDenied(do)
    name, verb = DEEDS[do]
    form = bound(name, request, row)
    outcome: Clash | bool = False
    if form.is_valid():
        outcome = attempt(form, lambda: verb(request, row, form), lambda: last(row))
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("opportunity", args=[key]))
    shown = {name or "other": form}
    return render(request, "opportunities/opportunity.html", _context(request, row, shown, outcome), status=422)


def last(row: Opportunity) -> Any:
    return last_entry(references__kind="opportunity", references__key=str(row.pk))


@requires(EDIT)
def propose(request: MemberRequest, key: int) -> HttpResponse:
    """Keep what was proposed to the customer."""
    row = one(request, key, EDIT)
    grounds = holding.of(row.account, request.at)
    form = ProposeForm(
        request.POST or None, is_held=bool(grounds), goals=proposals.objectives(row.account_id),
        initial={"on": navigation.today(request), "offered_minor": row.expected_minor, "terms": _terms(row)},
    )  # fmt: skip
    back = reverse("opportunity", args=[key])

    def save() -> object:
        by = Actor.of(request.user)
        return proposals.propose(row, author=request.user, by=by, at=request.at, **form.told())

    if request.method == "POST" and form.is_valid() and attempt(form, save) is True:
        toasts.say(request, Text("The proposal is kept.", "提案を記録しました。"))
        return HttpResponseRedirect(back)
    crumbs = [(TITLE, reverse("opportunities")), (row.account.name, back)]
    context = {"as_of": request.at, "title": Text("Proposal", "提案の記録"), "crumbs": crumbs, "form": form, "cancel_url": back,
               "grounds": grounds, "cases": _cases(request, row), "row": row}  # fmt: skip
    return render(request, "opportunities/form.html", context, status=422 if form.errors else 200)


def _terms(row: Opportunity) -> str:
    """What the contract says of a price step, to begin the record with."""
    told = [one for one in row.evidence if one.get("sign") == "price"]
    return "\n".join(str(one.get(get_language() or "ja") or one.get("ja", "")) for one in told)


@requires(EDIT)
def new(request: MemberRequest, key: int) -> HttpResponse:
    """Open one by hand."""
    account = account_of(request, key, EDIT)
    grounds = holding.of(account, request.at)
    form = NewForm(
        request.POST or None, is_held=bool(grounds), colleagues=members(also=account.owner_id),
        initial={"owner": account.owner_id or "", "kind": request.GET.get("kind", "")},
    )  # fmt: skip
    made: list[Opportunity] = []

    def save() -> object:
        given = form.told()
        kind = given.pop("kind")
        made.append(verbs.open(account, kind, by=Actor.of(request.user), at=request.at, **given))
        return made

    if request.method == "POST" and form.is_valid() and attempt(form, save) is True:
        toasts.say(request, Text("The opportunity is open.", "提案機会を登録しました。"))
        return HttpResponseRedirect(reverse("opportunity", args=[made[0].pk]))
    back = reverse("account", args=[key])
    crumbs = [(TITLE, reverse("opportunities")), (account.name, back)]
    context = {"as_of": request.at, "title": Text("New opportunity", "提案機会を登録"), "crumbs": crumbs, "form": form,
               "cancel_url": back, "grounds": grounds}  # fmt: skip
    return render(request, "opportunities/form.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("opportunities/<int:key>", opportunity, name="opportunity"),
    path("opportunities/<int:key>/deed", deed, name="opportunity-deed"),
    path("opportunities/<int:key>/propose", propose, name="opportunity-propose"),
    path("accounts/<int:key>/opportunities/new", new, name="opportunity-new"),
]
