"""How this installation counts onboarding: the completion that counts, when a project is stuck, links, follow-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.foundation.actors import Actor
from nenrin.values import Money, Text
from nenrin.web import toasts
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common
from nenrin.work.models.onboarding_template import COMPLETIONS
from nenrin.work.onboarding import policies

LABELS = {
    "completion": Text("Counts as completed when", "完了の定義"),
    "stuck_days": Text("Stuck when nothing moved for (business days)", "停滞とみなす日数（営業日、動きなし）"),
    "overdue_days": Text(
        "Stuck when a step of theirs is late by (business days)", "停滞とみなす日数（営業日、お客様側の期限超過）"
    ),
    "link_days": Text("A portal link opens for (days)", "ポータルのリンクの有効日数"),
    "followups": Text("Follow-ups on day", "状況確認のタスクを開く日"),
    "hour": Text("What an hour of ours costs", "1時間あたりの費用"),
}
HINTS = {
    "followups": Text(
        "Days of the project, with commas; empty for none.", "開始からの日数をカンマ区切りで。空欄ならなし。"
    ),
    "hour": Text(
        "For concierge steps; empty where nobody says.", "初期設定代行の費用の計算に使う。空欄なら計算しない。"
    ),
}


class SettingsForm(forms.Form):
    completion = forms.ChoiceField()
    stuck_days = forms.IntegerField(min_value=1, max_value=60)
    overdue_days = forms.IntegerField(min_value=1, max_value=60)
    link_days = forms.IntegerField(min_value=1, max_value=365)
    followups = forms.CharField(max_length=60, required=False)
    hour = forms.DecimalField(min_value=0, max_value=1_000_000, required=False, decimal_places=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        fields: dict[str, Any] = self.fields
        for name, label in LABELS.items():
            fields[name].label = label.in_(language)
        for name, hint in HINTS.items():
            fields[name].help_text = hint.in_(language)
        fields["completion"].choices = [(key.value, words.in_(language)) for key, words in COMPLETIONS.items()]

    def clean_followups(self) -> list[int]:
        told = [part.strip() for part in self.cleaned_data["followups"].replace("、", ",").split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in told):
            raise forms.ValidationError(_("Whole numbers with commas between them, such as 7, 30."))
        return [int(part) for part in told]


@requires(common.CONFIGURE)
def settings(request: MemberRequest) -> HttpResponse:
    """The form."""
    stands, currency = policies.current(), request.organisation.currency
    initial = {
        "completion": stands.completion, "stuck_days": stands.stuck_days, "overdue_days": stands.overdue_days,
        "link_days": stands.link_days, "followups": ", ".join(map(str, stands.followups)),
        "hour": Money(stands.hour_minor, currency).major if stands.hour_minor is not None else None,
    }  # fmt: skip
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        hour = told.pop("hour")
        told["hour_minor"] = Money.of(hour, currency).minor if hour is not None else None
        version = version_of(request.POST)
        deed = lambda: policies.change(by=Actor.of(request.user), at=request.at, version=version, **told)  # noqa: E731
        if common.attempted(form, deed):
            toasts.say(
                request,
                Text(
                    "Saved. Every project is judged by it from now on.",
                    "保存しました。以後すべてのプロジェクトに適用されます。",
                ),
            )
            return HttpResponseRedirect(reverse("onboarding-settings"))
    context = {
        "as_of": request.at, "form": form, "title": Text("Onboarding settings", "オンボーディングの設定"),
        "version": version_of(request.POST) if request.method == "POST" else stands.version,
        "crumbs": [(Text("Templates", "テンプレート"), reverse("onboarding-templates"))],
    }  # fmt: skip
    return render(request, "onboarding/settings.html", context, status=422 if form.errors else 200)


urlpatterns = [path("onboarding/settings", settings, name="onboarding-settings")]
