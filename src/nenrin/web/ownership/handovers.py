"""One handover among ourselves: asked for on an account, looked at with what goes along, accepted or declined."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from nenrin.customers import handovers
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Handover
from nenrin.customers.statuses import Phase, word
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.ownership.listed import STATES, VIEW
from nenrin.web.spoken import spoken
from nenrin.work import handing_over

EDIT = Permission.ACCOUNTS_EDIT


class AskForm(forms.Form):
    receiver = forms.ModelChoiceField(label=gettext_lazy("Who is to take over"), queryset=Member.objects.none())
    phase = forms.ChoiceField(label=gettext_lazy("As"), choices=[(p.value, spoken(word(p))) for p in Phase])
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=handovers.MOST_WORDS, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = Member.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]


@requires(VIEW)
def one(request: MemberRequest, key: int) -> HttpResponse:
    """What goes along; the receiver or their deputy answers, whoever asked or leads takes it back."""
    row = _found(request, key)
    held = handing_over.contents(row)
    is_open = row.state == "proposed" and row.account.archived_at is None
    context = {
        "row": row,
        "phase": word(Phase(row.phase)),
        "state": STATES[row.state],
        "held": held,
        "as_of": request.at,
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_answer": is_open and _may_answer(request, row),
        "may_withdraw": is_open and _may_withdraw(request, row),
    }
    return render(request, "ownership/handover.html", context)


def _found(request: MemberRequest, key: int) -> Handover:
    rows = Handover.objects.for_member(request.user, VIEW, organisation.today(request.at))
    row = rows.select_related("account", "giver", "receiver", "proposed_by").filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _may_answer(request: MemberRequest, row: Handover) -> bool:
    return handovers.may_answer(row, request.user, organisation.today(request.at))


def _may_withdraw(request: MemberRequest, row: Handover) -> bool:
    return row.proposed_by_id == request.user.pk or allowed(request.user, Permission.ACCOUNTS_ASSIGN) is not None


@requires(VIEW)
def answer(request: MemberRequest, key: int) -> HttpResponse:
    """Accept, decline with a reason, or take back."""
    row = _found(request, key)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("handover", args=[key]))
    do = request.POST.get("do", "")
    is_mine = _may_answer(request, row) if do in {"accept", "decline"} else _may_withdraw(request, row)
    if do in {"accept", "decline", "withdraw"}:
        toasts.say(request, _answered(request, row, do) if is_mine else _NOT_YOURS)
    return HttpResponseRedirect(reverse("handover", args=[key]))


_NOT_YOURS = Text(
    "The receiver or their deputy answers, and whoever asked takes it back.",
    "回答は受け取る本人または代理、取り下げは依頼した本人が行います。",
)


def _answered(request: MemberRequest, row: Handover, do: str) -> Text:
    by, at = Actor.of(request.user), request.at
    try:
        if do == "accept":
            handing_over.accept(row, by=by, at=at)
            if row.receiver_id != request.user.pk:
                name = row.receiver.name
                return Text(f"{row.account.name} is {name}’s now.", f"{row.account.name}を{name}が引き継ぎました。")
            return Text(f"{row.account.name} is yours now.", f"{row.account.name}を引き継ぎました。")
        if do == "decline":
            handovers.decline(row, reason=plain(request.POST.get("reason"), 300), by=by, at=at)
            return Text("Declined.", "辞退しました。")
        handovers.withdraw(row, by=by, at=at)
        return Text("Taken back.", "取り下げました。")
    except Refused as refused:
        return refused.faults[0].text
    except handovers.Answered:
        return Text("It was answered or taken back already.", "すでに回答済み、または取り下げられています。")


@requires(EDIT)
def ask(request: MemberRequest, key: int) -> HttpResponse:
    """Ask a colleague to take an account over."""
    account = Account.objects.for_member(request.user, EDIT).standing().filter(pk=key).select_related("owner").first()
    if account is None:
        raise Http404
    form = AskForm(request.POST or None, initial={"phase": Phase.PRIMARY})
    if request.method == "POST" and form.is_valid() and (made := _asked(request, account, form)):
        toasts.say(request, Text("Asked.", "依頼しました。"))
        return HttpResponseRedirect(reverse("handover", args=[made.pk]))
    context = {"form": form, "account": account, "as_of": request.at}
    return render(request, "ownership/ask.html", context, status=422 if form.errors else 200)


def _asked(request: MemberRequest, account: Account, form: AskForm) -> Handover | None:
    said = form.cleaned_data
    try:
        return handing_over.propose(
            account,
            said["receiver"],
            phase=Phase(said["phase"]),
            note=said["note"],
            by=Actor.of(request.user),
            at=request.at,
        )
    except Refused as refused:
        for fault in refused.faults:
            form.add_error(fault.field if fault.field in form.fields else None, fault.text.in_(request.user.language))
        return None


urlpatterns = [
    path("handovers/<int:key>", one, name="handover"),
    path("handovers/<int:key>/answer", answer, name="handover-answer"),
    path("accounts/<int:key>/handover", ask, name="handover-new"),
]
