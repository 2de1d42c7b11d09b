"""Starting a project: the account, a template, the first day; what its dates would be is shown before it is begun."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AccountKey
from nenrin.customers.names import matching
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import day_field
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.onboarding import common
from nenrin.work import onboarding
from nenrin.work.onboarding import guards, projects, templates


class StartForm(forms.Form):
    account = forms.CharField(max_length=200)
    template = forms.ChoiceField()
    starts_on = day_field("", required=True)
    owner = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, request: MemberRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        language = get_language() or "ja"
        self.used = {version.template.key: version for version in templates.all_in_use()}
        fields: dict[str, Any] = self.fields
        fields["template"].choices = [(key, templates.name(row).in_(language)) for key, row in self.used.items()]
        fields["owner"].choices = common.members()
        labels = {
            "account": Text("Account", "顧客"), "template": Text("Template", "テンプレート"),
            "starts_on": Text("First day", "開始日"), "owner": Text("Led by", "担当"),
        }  # fmt: skip
        for name, label in labels.items():
            fields[name].label = label.in_(language)
        hints = {
            "account": Text("Name or key of the customer.", "顧客名またはキー。"),
            "owner": Text("Empty: whoever looks after its onboarding.", "空欄の場合はオンボーディング担当。"),
        }
        for name, hint in hints.items():
            fields[name].help_text = hint.in_(language)

    def clean_account(self) -> Account:
        found = named(self.request, self.cleaned_data["account"])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Several accounts are called so: give a key.") if found else _("No account has this name or key.")
            )
        return found[0]

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not 2000 <= day.year < 2200:
            raise forms.ValidationError(_("A day of this century."))
        return day


def named(request: MemberRequest, told: str) -> list[Account]:
    """The accounts in the viewer's scope that are called so, or have this key; at most two."""
    mine = Account.objects.for_member(request.user, common.EDIT).standing()
    found = list(mine.filter(match_name=matching(told))[:2])
    if not found:
        keyed = AccountKey.objects.filter(key=told.strip(), ended_on__isnull=True).values("account")
        found = list(mine.filter(pk__in=keyed)[:2])
    return found


@requires(common.EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """The form; with "preview" the dates that it would have; with "start" the project."""
    form = StartForm(request.POST or None, initial=_initial(request), request=request)
    shown = None
    if request.method == "POST" and form.is_valid():
        version = form.used[form.cleaned_data["template"]]
        template = templates.read(version)
        shown = {
            "plan": projects.dates(template, form.cleaned_data["starts_on"]),
            "titles": {step.key: step for step in template.steps},
            "flags": guards.flags(template.steps),
        }
        if request.POST.get("do") == "start":
            try:
                return _started(request, form)
            except Refused as refused:
                for fault in refused.faults:
                    name = fault.field if fault.field in form.fields else None
                    form.add_error(name, fault.text.in_(get_language() or "ja"))
    context = {
        "as_of": request.at, "form": form, "shown": shown, "crumbs": [(Text("Onboarding", "オンボーディング"), reverse("onboarding"))],
        "title": Text("Start an onboarding", "オンボーディングを開始する"), "has_templates": bool(form.used),
        "may_configure": common.may_configure(request),
    }  # fmt: skip
    return render(request, "onboarding/new.html", context, status=422 if form.errors else 200)


def _initial(request: MemberRequest) -> dict[str, Any]:
    key = whole(request.GET.get("account"))
    account = Account.objects.for_member(request.user, common.EDIT).standing().filter(pk=key).first() if key else None
    given = {"starts_on": navigation.today(request), "account": account.name if account else ""}
    return given | {"template": plain(request.GET.get("template"), 60)}


def _started(request: MemberRequest, form: StartForm) -> HttpResponse:
    told = form.cleaned_data
    made = onboarding.start(
        told["account"], told["template"], starts_on=told["starts_on"], owner=common.member(told["owner"]),
        by=Actor.of(request.user), at=request.at,
    )  # fmt: skip
    toasts.say(request, Text("Onboarding started.", "オンボーディングを開始しました。"))
    return HttpResponseRedirect(reverse("onboarding-project", args=[made.pk]))


urlpatterns = [path("onboarding/new", new, name="onboarding-new")]
