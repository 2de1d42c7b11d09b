"""Handoffs are written here: begun, filled in, sent, sent back, accepted, dropped, judged."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, clash, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common
from nenrin.web.handoffs.common import ACCEPT, EDIT
from nenrin.web.handoffs.forms import BackForm, HandoffForm, PolicyForm
from nenrin.web.handoffs.reading import one, reading
from nenrin.work import handoff_again
from nenrin.work import handoffs as verbs
from nenrin.work.handing import policies
from nenrin.work.models import Handoff

SAVED = Text("Saved.", "保存しました。")
SENT = Text("Sent to customer success.", "カスタマーサクセスへ送付しました。")
ACCEPTED = Text("Accepted. The promises are yours to keep now.", "受領しました。約束事の履行を引き継ぎました。")


@require_POST
@requires(EDIT)
def begin(request: MemberRequest, key: int) -> HttpResponse:
    """A handoff by hand, for a customer that has none."""
    account = find(request, key, EDIT)
    made = verbs.open(account, by=Actor.of(request.user), at=request.at)
    return HttpResponseRedirect(reverse("handoff-edit", args=[made.pk]))


@requires(EDIT)
def edit(request: MemberRequest, key: int) -> HttpResponse:
    """The seven items; saved as they are, or saved and sent."""
    row = one(request, key, EDIT)
    told = reading(row, request)
    form = HandoffForm(request.POST or None, handoff=row, items=told.rows, people=told.named, questions=told.questions)
    outcome: Clash | bool = False
    if request.method == "POST" and form.is_valid():
        outcome = _saved(request, row, form)
        if outcome is True:
            return HttpResponseRedirect(reverse("handoff", args=[key]))
    context = {
        "as_of": request.at,
        "read": told,
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "people_url": reverse("account-people", args=[row.account_id]),
    }
    return render(request, "handoffs/edit.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, row: Handoff, form: HandoffForm) -> Clash | bool:
    """All of it or nothing: what is refused at the sending is typed still, and no promise is written twice."""
    sends = request.POST.get("then") == "send"
    try:
        with transaction.atomic():
            _write(request, row, form, sends)
    except Refused as refused:
        return _said(form, refused)
    except Conflict as conflict:
        conflict.mine, conflict.theirs = form.by_field(conflict.mine), form.by_field(conflict.theirs)
        return clash(form, conflict, last_entry(references__kind="handoff", references__key=str(row.pk)))
    toasts.say(request, SENT if sends else SAVED)
    return True


def _write(request: MemberRequest, row: Handoff, form: HandoffForm, sends: bool) -> None:
    by, at = Actor.of(request.user), request.at
    filled = verbs.fill(
        row, form.said(), by=by, at=at, people=form.named(), promised=form.promised(),
        fit_expected=form.cleaned_data["fit_expected"], version=version_of(request.POST),
    )  # fmt: skip
    for question, field in form.answers():
        if form.cleaned_data[field.name].strip():
            verbs.reply(question, form.cleaned_data[field.name], by=by, at=at)
    if sends:
        verbs.send(filled, by=by, at=at)


def _said(form: HandoffForm, refused: Refused) -> bool:
    for fault in refused.faults:
        form.add_error(form.field_of(fault.field), fault.text.in_(get_language() or "ja"))
    return False


@requires(ACCEPT)
def back(request: MemberRequest, key: int) -> HttpResponse:
    """Questions to sales; the handoff goes back with them."""
    row = one(request, key, ACCEPT)
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _sent_back(request, row, form)) is True:
        toasts.say(request, Text("Sent back with your questions.", "質問を添えて差し戻しました。"))
        return HttpResponseRedirect(reverse("handoff", args=[key]))
    context = {"as_of": request.at, "read": reading(row, request), "form": form}
    return render(request, "handoffs/back.html", context, status=422 if form.errors else 200)


def _sent_back(request: MemberRequest, row: Handoff, form: BackForm) -> None:
    verbs.send_back(row, form.asked(), by=Actor.of(request.user), at=request.at)


def _refuse_seller(request: MemberRequest, row: Handoff) -> None:
    if not common.may(request, ACCEPT, row.account_id):
        raise PermissionDenied(ACCEPT.value)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Send, accept, drop, restore or judge; what is refused is said on the handoff's own page."""
    row = one(request, key, EDIT)
    act = _DEEDS.get(request.POST.get("do", ""))
    if act is not None:
        try:
            toasts.say(request, act(request, row))
        except (Refused, Conflict) as problem:
            toasts.say(request, _why(problem))
    return HttpResponseRedirect(reverse("handoff", args=[key]))


def _why(problem: Refused | Conflict) -> Text:
    if isinstance(problem, Conflict):
        return Text(
            "Somebody changed it meanwhile: look again.", "他のメンバーが変更しました。内容を確かめてください。"
        )
    texts = [fault.text for fault in problem.faults]
    return Text("Not done: " + "; ".join(t.en for t in texts), "実行できません: " + "、".join(t.ja for t in texts))


def _send(request: MemberRequest, row: Handoff) -> Text:
    verbs.send(row, by=Actor.of(request.user), at=request.at)
    return SENT


def _accept(request: MemberRequest, row: Handoff) -> Text:
    _refuse_seller(request, row)
    verbs.accept(row, member=request.user, by=Actor.of(request.user), at=request.at)
    return ACCEPTED


def _drop(request: MemberRequest, row: Handoff) -> Text:
    verbs.drop(row, request.POST.get("reason", "")[:1000], by=Actor.of(request.user), at=request.at)
    return Text("Marked as not needed.", "対応不要にしました。")


def _restore(request: MemberRequest, row: Handoff) -> Text:
    handoff_again.restore(row, by=Actor.of(request.user), at=request.at)
    return Text("It goes on where it stood.", "引き継ぎを再開しました。")


def _judge(request: MemberRequest, row: Handoff) -> Text:
    _refuse_seller(request, row)
    note = request.POST.get("note", "")[:1000]
    verbs.judge(row, request.POST.get("fit", ""), note=note, by=Actor.of(request.user), at=request.at)
    return Text("Fit noted.", "適合度を記録しました。")


_DEEDS = {"send": _send, "accept": _accept, "drop": _drop, "restore": _restore, "judge": _judge}


@requires(Permission.JOURNEYS_CONFIGURE)
def settings(request: MemberRequest) -> HttpResponse:
    """By when sales hands over, and whether a handoff opens by itself."""
    stands = policies.current()
    form = PolicyForm(request.POST or None, initial={"due_days": stands.due_days, "opens_itself": stands.opens_itself})

    def change() -> Any:
        return policies.change(by=Actor.of(request.user), at=request.at, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and attempt(form, change) is True:
        toasts.say(request, SAVED)
        return HttpResponseRedirect(reverse("handoffs"))
    title = Text("How handoffs are held", "引き継ぎの設定")
    crumbs = [(Text("Handoffs", "引き継ぎ"), reverse("handoffs"))]
    context = {"as_of": request.at, "title": title, "crumbs": crumbs, "form": form, "cancel_url": reverse("handoffs")}
    return render(request, "handoffs/form.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("handoffs/settings", settings, name="handoffs-settings"),
    path("accounts/<int:key>/handoff/open", begin, name="account-handoff-open"),
    path("handoffs/<int:key>/edit", edit, name="handoff-edit"),
    path("handoffs/<int:key>/back", back, name="handoff-back"),
    path("handoffs/<int:key>/deed", deed, name="handoff-deed"),
]
