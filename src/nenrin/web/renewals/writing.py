"""One renewal: what was called so far and what came, the model's view, and the form to call it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.renewals.pages import EDIT, TITLE, VIEW
from nenrin.work import renewal_checkpoints, renewal_lines
from nenrin.work import renewals as verbs
from nenrin.work.models import RenewalCall, RenewalCheckpoint
from nenrin.work.models.renewal import CALLS, PROBABILITY, Side
from nenrin.work.renewal_lines import Line

OVERRIDE = Permission.RENEWALS_OVERRIDE
SAVED = Text("Call saved.", "見立てを保存しました。")
WITHDRAWN = Text("The CSM's call holds again.", "担当の見立てに戻しました。")


class CallForm(forms.Form):
    call = forms.ChoiceField(label=_("Renewal call"))
    probability = forms.DecimalField(
        label=_("Probability to renew (%)"), required=False, min_value=0, max_value=100, decimal_places=1,
        help_text=_("Empty: the one that the call stands for."),
    )  # fmt: skip
    expansion_minor = forms.IntegerField(
        label=_("Change of MRR expected with it"), required=False,
        help_text=_("In the smallest unit of the contract's currency; negative where it shrinks."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=verbs.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )
    next_step = forms.CharField(
        label=_("Next step"), required=False, max_length=verbs.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        self.fields["call"].choices = [  # type: ignore[attr-defined]
            (call.value, f"{word.in_(language)} ({PROBABILITY[call]:.0%})") for call, word in CALLS.items()
        ]

    def clean_probability(self) -> float | None:
        percent: Decimal | None = self.cleaned_data["probability"]
        return None if percent is None else float(percent / 100)


def _one(request: MemberRequest, key: int, permission: Permission) -> Subscription:
    rows = Subscription.objects.for_member(request.user, permission).standing()
    found = rows.select_related("account", "plan").filter(pk=key).first()
    if found is None:
        raise Http404(f"renewal {key}")
    return found


def _line(request: MemberRequest, row: Subscription) -> Line | None:
    """None where the term is no more, or too short, to be renewed."""
    found = renewal_lines.of(Subscription.objects.all(), navigation.today(request), Q(pk=row.pk))
    return found[0] if found else None


@requires(VIEW)
def renewal(request: MemberRequest, key: int) -> HttpResponse:
    """One term; the form for those who may call it and read free words."""
    row = _one(request, key, VIEW)
    line = _line(request, row)
    form = CallForm(initial=_initial(line)) if line and _may_call(request, line) else None
    return render(request, "renewals/renewal.html", _context(request, row, line, form))


def _may_call(request: MemberRequest, line: Line, permission: Permission = EDIT) -> bool:
    mine = Account.objects.for_member(request.user, permission).filter(pk=line.account).exists()
    return mine and visible(request.user, FieldClass.PERSONAL)


def _initial(line: Line, side: str = Side.CSM) -> dict[str, Any]:
    call = line.over if side == Side.MANAGER else line.call
    if call is None:
        return {"call": "open"}
    percent = None if call.own_probability is None else round(call.own_probability * 100, 1)
    names = ("call", "expansion_minor", "reason", "next_step")
    return {name: getattr(call, name) for name in names} | {"probability": percent}


def _context(
    request: MemberRequest, row: Subscription, line: Line | None, form: CallForm | None, outcome: Clash | bool = False,
    over: CallForm | None = None,
) -> dict[str, Any]:  # fmt: skip
    calls = list(RenewalCall.objects.filter(account=row.account_id).select_related("author")[:200])
    checkpoints = RenewalCheckpoint.objects.filter(account=row.account_id).select_related("call", "over")[:50]
    may_overrule = line is not None and _may_call(request, line, OVERRIDE)
    if over is None and line and may_overrule:
        over = CallForm(initial=_initial(line, Side.MANAGER), prefix="over")
    return {
        "as_of": request.at,
        "row": row,
        "line": line,
        "seen": line.number if line else 0,
        "form": form,
        "over_form": over,
        "faults": over if over is not None and over.errors else form,
        "clash_form": "overrule" if over is not None and over.is_bound else "edit",
        "clash": outcome if isinstance(outcome, Clash) else None,
        "calls": calls[:50],
        "checkpoints": [(one, renewal_checkpoints.since(one, calls)) for one in checkpoints],
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "crumbs": [(TITLE, reverse("renewals")), (row.account.name, reverse("account", args=[row.account_id]))],
    }


@require_POST
@requires(EDIT)
def call(request: MemberRequest, key: int) -> HttpResponse:
    """Call it; from the list the words that stand are kept."""
    row = _one(request, key, EDIT)
    line = _line(request, row)
    if line is None:
        raise Http404(f"renewal {key}")
    is_quick = "back" in request.POST
    form = CallForm(_quick(request, line) if is_quick else request.POST)
    outcome: Clash | bool = False
    if form.is_valid():
        outcome = attempt(form, lambda: _said(request, row, form), lambda: last_entry(account=row.account_id))
        if outcome is True:
            toasts.say(request, SAVED)
            query = request.POST.get("back", "")[:2_000]
            there = f"{reverse('renewals')}?{query}" if is_quick else reverse("renewal", args=[key])
            return HttpResponseRedirect(there.replace("\n", "").replace("\r", ""))
    shown = form if visible(request.user, FieldClass.PERSONAL) else None
    return render(request, "renewals/renewal.html", _context(request, row, line, shown, outcome), status=422)


def _quick(request: MemberRequest, line: Line) -> dict[str, Any]:
    kept = _initial(line) if line.call else {}
    return kept | {"call": request.POST.get("call", ""), "probability": None}


def _said(request: MemberRequest, row: Subscription, form: CallForm, side: str = Side.CSM) -> RenewalCall:
    by, seen = Actor.of(request.user), version_of(request.POST)
    return verbs.say(row, by=by, author=request.user, at=request.at, seen=seen, side=side, **form.cleaned_data)


@require_POST
@requires(OVERRIDE)
def overrule(request: MemberRequest, key: int) -> HttpResponse:
    """A manager's call, which holds over the CSM's."""
    row = _one(request, key, OVERRIDE)
    line = _line(request, row)
    if line is None:
        raise Http404(f"renewal {key}")
    form = CallForm(request.POST, prefix="over")
    outcome: Clash | bool = False
    if form.is_valid():
        outcome = attempt(
            form, lambda: _said(request, row, form, Side.MANAGER), lambda: last_entry(account=row.account_id)
        )
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("renewal", args=[key]))
    own = CallForm(initial=_initial(line)) if _may_call(request, line) else None
    return render(request, "renewals/renewal.html", _context(request, row, line, own, outcome, form), status=422)


@require_POST
@requires(OVERRIDE)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take the manager's call back."""
    row = _one(request, key, OVERRIDE)
    verbs.withdraw(row, by=Actor.of(request.user), author=request.user, at=request.at)
    toasts.say(request, WITHDRAWN)
    return HttpResponseRedirect(reverse("renewal", args=[key]))


urlpatterns = [
    path("renewals/<int:key>", renewal, name="renewal"),
    path("renewals/<int:key>/call", call, name="renewal-call"),
    path("renewals/<int:key>/overrule", overrule, name="renewal-overrule"),
    path("renewals/<int:key>/withdraw", withdraw, name="renewal-withdraw"),
]
