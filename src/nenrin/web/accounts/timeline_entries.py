"""Meetings, calls, mails and notes written by hand into an account's timeline."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web.attachments import pages as files
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.spoken import spoken
from nenrin.work import touches
from nenrin.work.models import Touch
from nenrin.work.models.touch import CHANNELS

#: Years in which something can have happened: beyond them the zones' own arithmetic ends.
EARLIEST, LATEST = 1970, 2200


def _channels() -> list[tuple[str, str]]:
    return [(channel.value, word.in_(get_language() or "ja")) for channel, word in CHANNELS.items()]


class TouchForm(forms.Form):
    """What happened. The time is the organisation's; left empty it is now."""

    channel = forms.ChoiceField(label=spoken(Text("Kind", "種類")), choices=_channels)
    title = forms.CharField(label=_("Subject"), max_length=200)
    happened_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: now."),
    )
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=touches.MOST_MINUTES)
    body = forms.CharField(
        label=_("Details"), required=False, max_length=touches.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean_happened_at(self) -> datetime | None:
        """Wall time of the organisation's zone as an instant (the form's own zone is UTC)."""
        typed = self.cleaned_data["happened_at"]
        if typed and not EARLIEST <= typed.year <= LATEST:
            raise forms.ValidationError(self.fields["happened_at"].error_messages["invalid"])
        return typed.replace(tzinfo=organisation.zone()) if typed else None


@require_POST
@requires(Permission.TIMELINE_WRITE)
def write(request: MemberRequest, key: int) -> HttpResponse:
    """Write an entry; with problems, the form again on a page of its own with everything typed."""
    account = _account(request, key)
    form = TouchForm(request.POST)
    if form.is_valid() and _written(form, account, request):
        messages.success(request, gettext("Written down."))
        return HttpResponseRedirect(reverse("account-timeline", args=[key]))
    context = {"as_of": request.at, "account": account, "form": form}
    return render(request, "timeline/entry.html", context, status=422)


@requires(Permission.TIMELINE_WRITE)
def entry(request: MemberRequest, key: int) -> HttpResponse:
    """One entry: change it, or take it back."""
    touch = _touch(request, key)
    initial = {name: getattr(touch, name) for name in ("channel", "title", "minutes", "body")}
    initial["happened_at"] = _wall(touch.happened_at, organisation.zone())
    form = TouchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _changed(form, touch, request):
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("account-timeline", args=[touch.account_id]))
    shown = files.shown(touch, request, may_edit=True)
    context = {"as_of": request.at, "account": touch.account, "form": form, "touch": touch, "files": shown}
    return render(request, "timeline/entry.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.TIMELINE_WRITE)
def retract(request: MemberRequest, key: int) -> HttpResponse:
    """Take an entry back."""
    touch = _touch(request, key)
    touches.retract(touch, by=Actor.of(request.user), at=request.at)
    messages.success(request, gettext("Taken back."))
    return HttpResponseRedirect(reverse("account-timeline", args=[touch.account_id]))


def _account(request: MemberRequest, key: int) -> Account:
    return get_object_or_404(Account.objects.for_member(request.user, Permission.TIMELINE_WRITE), pk=key)


def _touch(request: MemberRequest, key: int) -> Touch:
    standing = Touch.objects.for_member(request.user, Permission.TIMELINE_WRITE).standing()
    return get_object_or_404(standing.select_related("account"), pk=key)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def _written(form: TouchForm, account: Account, request: MemberRequest) -> bool:
    fields = {**form.cleaned_data, "happened_at": form.cleaned_data["happened_at"] or request.at}
    try:
        touches.write(account, by=Actor.of(request.user), at=request.at, **fields)
    except touches.Refused as refused:
        return _refuse(form, refused)
    return True


def _changed(form: TouchForm, touch: Touch, request: MemberRequest) -> bool:
    fields = {**form.cleaned_data, "happened_at": form.cleaned_data["happened_at"] or touch.happened_at}
    try:
        touches.change(touch, by=Actor.of(request.user), at=request.at, **fields)
    except touches.Refused as refused:
        return _refuse(form, refused)
    return True


def _refuse(form: TouchForm, refused: touches.Refused) -> bool:
    for name, text in refused.faults.items():
        form.add_error(name if name in form.fields else None, text.in_(get_language() or "ja"))
    return False


urlpatterns = [
    path("accounts/<int:key>/timeline/write", write, name="timeline-write"),
    path("timeline/<int:key>", entry, name="timeline-entry"),
    path("timeline/<int:key>/retract", retract, name="timeline-retract"),
]
