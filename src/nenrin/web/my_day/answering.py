"""Answers to the queue: one form for each deed, each with its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.work.queue import answers, asking
from nenrin.work.queue.answers import Given
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.rows import Row

EDIT = Permission.TASKS_EDIT
GONE = Text("Nothing is asked of this account any more.", "この顧客への提案は、すでになくなっています。")


class SnoozeForm(forms.Form):
    """Until when, and why."""

    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}))
    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class DismissForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It comes back only when the facts change."),
    )


class AssignForm(forms.Form):
    member = forms.ModelChoiceField(label=gettext_lazy("Colleague"), queryset=Member.objects.none())
    words = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = Member.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]


class PlainForm(forms.Form):
    """Nothing to say."""


FORMS: dict[str, type[forms.Form]] = {
    "accept": PlainForm, "finish": PlainForm, "snooze": SnoozeForm, "dismiss": DismissForm, "assign": AssignForm,
}  # fmt: skip
TITLES: dict[str, Text] = {
    "accept": Text("Take on", "着手する"),
    "finish": Text("Done", "完了する"),
    "snooze": Text("Later", "あとで"),
    "dismiss": Text("Dismiss", "見送る"),
    "assign": Text("Give to a colleague", "他のメンバーに依頼する"),
}


@requires(EDIT)
def answer(request: MemberRequest, key: int) -> HttpResponse:
    """The form of one deed on one account's row; posted, the deed itself."""
    account = Account.objects.for_member(request.user, EDIT).standing().filter(pk=key).first()
    if account is None:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    do = asked.get("do", "accept")
    if do not in FORMS:
        raise Http404
    row = _row(request, account)
    form = FORMS[do](request.POST or None, initial=_initial(navigation.today(request)))
    if request.method == "POST" and form.is_valid() and (done := _done(request, do, account, row, form)):
        return done
    context = {"account": account, "row": row, "do": do, "title": TITLES[do], "form": form, "as_of": request.at}
    return render(request, "my_day/answer.html", context, status=422 if form.errors else 200)


def _row(request: MemberRequest, account: Account) -> Row | None:
    org = navigation.organisation_of(request) or organisation.current()
    return asking.of_account(request.user, account.pk, navigation.today(request), request.at, org)


def _initial(today: date) -> dict[str, Any]:
    return {"until": add_business_days(today, 3)}


def _done(request: MemberRequest, do: str, account: Account, row: Row | None, form: forms.Form) -> HttpResponse | None:
    reasons = _meant(row, request.POST.getlist("reason"))
    if not reasons:
        toasts.say(request, GONE)
        return HttpResponseRedirect(reverse("my-day"))
    try:
        given, words = _DEEDS[do](request, account, reasons, form.cleaned_data)
    except Refused as refused:
        for fault in refused.faults:
            form.add_error(fault.field if fault.field in form.fields else None, fault.text.in_(request.user.language))
        return None
    except Conflict:
        form.add_error(None, GONE.in_(request.user.language))
        return None
    toasts.say(request, words, undo_url=reverse("my-day-undo", args=[given.deed]))
    return HttpResponseRedirect(reverse("my-day"))


def _meant(row: Row | None, keys: Sequence[str]) -> list[Reason]:
    """The reasons that were shown and still hold; all of the row where the form names none."""
    if row is None:
        return []
    return [one for one in row.reasons if not keys or one.key in keys]


def _accept(
    request: MemberRequest, account: Account, reasons: list[Reason], said: dict[str, Any]
) -> tuple[Given, Text]:
    given = answers.accept(request.user, account, reasons, by=Actor.of(request.user), at=request.at)
    return given, Text(f"{account.name}: a task of yours now.", f"{account.name}: タスクにしました。")


def _finish(
    request: MemberRequest, account: Account, reasons: list[Reason], said: dict[str, Any]
) -> tuple[Given, Text]:
    given = answers.finish(request.user, account, reasons, by=Actor.of(request.user), at=request.at)
    return given, Text(f"{account.name}: done.", f"{account.name}: 完了しました。")


def _snooze(
    request: MemberRequest, account: Account, reasons: list[Reason], said: dict[str, Any]
) -> tuple[Given, Text]:
    given = answers.snooze(request.user, account, reasons, by=Actor.of(request.user), at=request.at, **said)
    return given, Text(f"{account.name}: put off.", f"{account.name}: あとに回しました。")


def _dismiss(
    request: MemberRequest, account: Account, reasons: list[Reason], said: dict[str, Any]
) -> tuple[Given, Text]:
    given = answers.dismiss(request.user, account, reasons, by=Actor.of(request.user), at=request.at, **said)
    return given, Text(f"{account.name}: dismissed.", f"{account.name}: 見送りました。")


def _assign(
    request: MemberRequest, account: Account, reasons: list[Reason], said: dict[str, Any]
) -> tuple[Given, Text]:
    receiver, by = said["member"], Actor.of(request.user)
    given = answers.assign(request.user, account, reasons, receiver, words=said["words"], by=by, at=request.at)
    return given, Text(f"{account.name}: given to {receiver.name}.", f"{account.name}: {receiver.name}に依頼しました。")


_DEEDS: dict[str, Callable[[MemberRequest, Account, list[Reason], dict[str, Any]], tuple[Given, Text]]] = {
    "accept": _accept, "finish": _finish, "snooze": _snooze, "dismiss": _dismiss, "assign": _assign,
}  # fmt: skip


@require_POST
@requires(EDIT)
def undo(request: MemberRequest, deed: str) -> HttpResponse:
    """Take one's own answer back."""
    try:
        count = answers.undo(request.user, deed, by=Actor.of(request.user), at=request.at)
        words = (
            Text("As it was.", "元に戻しました。")
            if count
            else Text("Nothing to take back.", "取り消すものがありません。")
        )
    except (answers.TooLate, Refused):
        words = Text("Worked on since, so it was left as it is.", "その後に作業があったため、そのままにしました。")
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("my-day"))


urlpatterns = [
    path("my-day/accounts/<int:key>/answer", answer, name="my-day-answer"),
    path("my-day/undo/<slug:deed>", undo, name="my-day-undo"),
]
