"""What people say about an account's health by hand: a pulse, an override, and taking them back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.sentences import BANDS
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight import overrides, pulses
from nenrin.insight.judgements import EndsBeforeItBegins
from nenrin.insight.models import Override, Pulse
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.spoken import spoken

GRADES = [(6, "A+"), (5, "A"), (4, "B+"), (3, "B"), (2, "C"), (1, "D")]


class PulseForm(forms.Form):
    """Six grades, at most three reasons, a note."""

    grade = forms.TypedChoiceField(label=gettext_lazy("Grade"), choices=GRADES, coerce=int, widget=forms.RadioSelect)
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons"),
        help_text=gettext_lazy("At most three."),
        required=False,
        choices=[(key, spoken(text)) for key, text in pulses.REASONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def clean_reasons(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["reasons"]
        if len(chosen) > pulses.MOST_REASONS:
            raise forms.ValidationError(_("Choose at most three reasons."))
        return chosen


class OverrideForm(forms.Form):
    """A band set by hand, with its reason and its end."""

    band = forms.ChoiceField(
        label=gettext_lazy("Show as"),
        choices=[(band.value, spoken(BANDS[band])) for band in (Band.HEALTHY, Band.CAUTION, Band.AT_RISK)],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Shown beside the score and in the audit log."),
        max_length=500,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("From this day on the computed score shows again."),
        widget=forms.DateInput({"type": "date"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"expires_on": today + timedelta(days=30)})
        super().__init__(*args, **kwargs)


@require_POST
@requires(Permission.HEALTH_OVERRIDE)
def give_pulse(request: MemberRequest, key: int) -> HttpResponse:
    account = find(request, key, Permission.HEALTH_OVERRIDE)
    form = PulseForm(request.POST)
    if not form.is_valid():
        return _again(request, key, form, _("Give a pulse"))
    pulses.give(account.pk, form.cleaned_data["grade"], by=Actor.of(request.user), at=request.at,
                reasons=form.cleaned_data["reasons"], note=form.cleaned_data["note"])  # fmt: skip
    messages.success(request, _("Pulse saved. The score follows within seconds."))
    return _back(key)


@require_POST
@requires(Permission.HEALTH_OVERRIDE)
def set_override(request: MemberRequest, key: int) -> HttpResponse:
    account = find(request, key, Permission.HEALTH_OVERRIDE)
    form = OverrideForm(request.POST, today=organisation.today(request.at))
    if form.is_valid():
        try:
            overrides.set_(account.pk, by=Actor.of(request.user), at=request.at, **form.cleaned_data)
        except EndsBeforeItBegins:
            form.add_error("expires_on", _("Choose a day after today, at most a year ahead."))
    if form.errors:
        return _again(request, key, form, _("Set health by hand"))
    messages.success(request, _("Health set by hand. It shows within seconds."))
    return _back(key)


@require_POST
@requires(Permission.HEALTH_OVERRIDE)
def lift_override(request: MemberRequest, key: int, override: int) -> HttpResponse:
    account = find(request, key, Permission.HEALTH_OVERRIDE)
    overrides.lift(get_object_or_404(Override, pk=override, account=account), by=Actor.of(request.user), at=request.at)
    messages.success(request, _("The computed health shows again within seconds."))
    return _back(key)


@require_POST
@requires(Permission.HEALTH_OVERRIDE)
def lift_pulse(request: MemberRequest, key: int, pulse: int) -> HttpResponse:
    account = find(request, key, Permission.HEALTH_OVERRIDE)
    pulses.lift(get_object_or_404(Pulse, pk=pulse, account=account), by=Actor.of(request.user), at=request.at)
    messages.success(request, _("Pulse taken back."))
    return _back(key)


def _again(request: MemberRequest, key: int, form: forms.Form, title: str) -> HttpResponse:
    """The form with its errors and what was typed."""
    top = head(find(request, key), request, here="health")
    context = {"head": top, "form": form, "title": title, "cancel_url": reverse("account-health", args=[key])}
    return render(request, "account360/judgement.html", context, status=422)


def _back(key: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("account-health", args=[key]))


urlpatterns = [
    path("accounts/<int:key>/pulses", give_pulse, name="account-pulse"),
    path("accounts/<int:key>/pulses/<int:pulse>/lift", lift_pulse, name="account-pulse-lift"),
    path("accounts/<int:key>/overrides", set_override, name="account-override"),
    path("accounts/<int:key>/overrides/<int:override>/lift", lift_override, name="account-override-lift"),
]
