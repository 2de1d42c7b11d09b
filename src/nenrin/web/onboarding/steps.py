"""One step of a project: its words, days and people changed; done, waived, held, approved; who came to a training."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Money, Text
from nenrin.web import navigation, toasts
from nenrin.web.editing import day_field, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common
from nenrin.work.models import OnboardingStep
from nenrin.work.models.onboarding import KINDS, PARTIES, STEP_STATES, Kind, Party, StepState
from nenrin.work.onboarding import documents, steps

MOST_MONEY = Decimal(10) ** 12


class StepForm(forms.Form):
    """What `steps.change` may set."""

    title_ja = forms.CharField(max_length=200)
    title_en = forms.CharField(max_length=200)
    note_ja = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    note_en = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    party = forms.ChoiceField()
    days = forms.IntegerField(min_value=1, max_value=documents.MOST_DAYS)
    due_on = day_field("", required=True)
    not_before = day_field("")
    begun_on = day_field("")
    minutes = forms.IntegerField(min_value=0, max_value=documents.MOST_MINUTES, required=False)
    assignee = forms.ChoiceField(required=False)
    contact = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, row: OnboardingStep, reads: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        fields: dict[str, Any] = self.fields
        for name, label in LABELS.items():
            fields[name].label = label.in_(language)
        for name, hint in HINTS.items():
            fields[name].help_text = hint.in_(language)
        fields["party"].choices = [(key.value, label.in_(language)) for key, label in PARTIES.items()]
        fields["assignee"].choices = common.members(also=row.assignee_id)
        if reads:
            people = Contact.objects.filter(account=row.project.account_id, archived_at__isnull=True)
            fields["contact"].choices = [("", "—"), *((str(pk), name) for pk, name in people.values_list("pk", "name"))]
        else:
            del self.fields["contact"]

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        for name in ("assignee", "contact"):
            if name in given:
                given[f"{name}_id"] = int(value) if (value := given.pop(name)) else None
        return given


LABELS = {
    "title_ja": Text("Title, Japanese", "名前（日本語）"), "title_en": Text("Title, English", "名前（英語）"),
    "note_ja": Text("Guidance, Japanese", "説明（日本語）"), "note_en": Text("Guidance, English", "説明（英語）"),
    "party": Text("Whose", "担当側"), "days": Text("Business days", "営業日数"), "due_on": Text("Last day", "期日"),
    "not_before": Text("Not before", "開始の下限"), "begun_on": Text("Begun on", "着手日"),
    "minutes": Text("Minutes planned", "見込み工数（分）"), "assignee": Text("Colleague", "当社の担当"),
    "contact": Text("Their contact", "お客様側の担当者"),
}  # fmt: skip
HINTS = {
    "days": Text("Taken when the project is planned anew.", "再計画のときに使われる日数。"),
    "note_en": Text("Shown in the portal.", "お客様ポータルに表示。"), "note_ja": Text("Shown in the portal.", "お客様ポータルに表示。"),
}  # fmt: skip


@requires(common.EDIT)
def step(request: MemberRequest, key: int, step: int) -> HttpResponse:
    """The form and the deeds of one step."""
    row = common.find_step(request, key, step)
    form = StepForm(request.POST or None, initial=_initial(row), row=row, reads=common.may_read(request))
    if request.method == "POST" and form.is_valid():
        version = version_of(request.POST)
        deed = lambda: steps.change(row, by=Actor.of(request.user), at=request.at, version=version, **form.told())  # noqa: E731
        if common.attempted(form, deed):
            toasts.say(
                request,
                Text(
                    "Saved. Dates of other steps stay until you plan anew.",
                    "保存しました。他のステップの日程は再計画まで変わりません。",
                ),
            )
            return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + f"#step-{step}")
    return _page(request, row, form)


def _initial(row: OnboardingStep) -> dict[str, Any]:
    plain = (
        "title_ja",
        "title_en",
        "note_ja",
        "note_en",
        "party",
        "days",
        "due_on",
        "not_before",
        "begun_on",
        "minutes",
    )
    return {name: getattr(row, name) for name in plain} | {
        "assignee": str(row.assignee_id or ""), "contact": str(row.contact_id or ""),
    }  # fmt: skip


def _page(request: MemberRequest, row: OnboardingStep, form: StepForm, wrong: tuple[str, ...] = ()) -> HttpResponse:
    project, reads = row.project, common.may_read(request)
    people = Contact.objects.filter(account=project.account_id, archived_at__isnull=True, left_on__isnull=True)
    is_training = row.kind == Kind.TRAINING
    context = {
        "as_of": request.at, "project": project, "row": row, "form": form, "wrong": wrong, "kept": request.POST,
        "kind": KINDS[Kind(row.kind)], "party": PARTIES[Party(row.party)], "state": STEP_STATES[StepState(row.state)],
        "title": row.title, "reads": reads, "version": version_of(request.POST) or row.version,
        "crumbs": [
            (Text("Onboarding", "オンボーディング"), reverse("onboarding")),
            (f"{project.account.name} {project.name}", reverse("onboarding-project", args=[project.pk])),
        ],
        "today": navigation.today(request),
        "may_see_costs": allowed(request.user, Permission.COSTS_VIEW) is not None,
        "cost": Money(row.cost_minor, request.organisation.currency) if row.cost_minor is not None else None,
        "people": list(people.order_by("name")[:100]) if is_training and reads else [],
        "attendances": list(row.attendances.select_related("contact")) if is_training and reads else [],
    }  # fmt: skip
    return render(request, "onboarding/step.html", context, status=422 if form.errors or wrong else 200)


Deed = Callable[[MemberRequest, OnboardingStep], object]


def _finish(request: MemberRequest, row: OnboardingStep) -> object:
    told = request.POST
    return steps.finish(
        row, by=Actor.of(request.user), at=request.at, on=_day(told.get("on", "")), outcome=told.get("outcome", ""),
        spent_minutes=_number(told.get("spent_minutes", ""), "spent_minutes"), cost_minor=_cost(request),
    )  # fmt: skip


def _cost(request: MemberRequest) -> int | None:
    told = request.POST.get("cost", "").strip().replace(",", "")
    if not told or allowed(request.user, Permission.COSTS_VIEW) is None:
        return None
    try:
        amount = Decimal(told)
        if not amount.is_finite() or not 0 <= amount < MOST_MONEY:
            raise ArithmeticError
    except ArithmeticError:
        raise Refused.one("cost", Text("an amount of money from 0", "0以上の金額"), told[:40]) from None
    return Money.of(amount, request.organisation.currency).minor


def _number(told: str, name: str) -> int | None:
    if not told.strip():
        return None
    if told.strip().isascii() and told.strip().isdigit() and len(told) < 7:
        return int(told)
    raise Refused.one(name, Text("a whole number of minutes", "分を整数で"), told[:40])


def _day(told: str) -> Any:
    try:
        return forms.DateField(required=False).clean(told)
    except forms.ValidationError:
        raise Refused.one("on", Text("a day", "日付"), told[:40]) from None


def _waive(request: MemberRequest, row: OnboardingStep) -> object:
    return steps.waive(row, request.POST.get("reason", ""), by=Actor.of(request.user), at=request.at)


def _block(request: MemberRequest, row: OnboardingStep) -> object:
    return steps.block(row, request.POST.get("reason", ""), by=Actor.of(request.user), at=request.at)


def _reopen(request: MemberRequest, row: OnboardingStep) -> object:
    return steps.reopen(row, by=Actor.of(request.user), at=request.at, reason=request.POST.get("reason", ""))


def _approve(request: MemberRequest, row: OnboardingStep) -> object:
    """The customer said yes elsewhere: written down with how."""
    return steps.approve(
        row, by=Actor.of(request.user), at=request.at, side="us", outcome=request.POST.get("outcome", "")
    )


def _unapprove(request: MemberRequest, row: OnboardingStep) -> object:
    """It was written down, or given, by mistake."""
    return steps.unapprove(row, by=Actor.of(request.user), at=request.at, side="us")


def _attend(request: MemberRequest, row: OnboardingStep) -> object:
    chosen = {
        int(told) for told in request.POST.getlist("came") if told.isascii() and told.isdigit() and len(told) < 19
    }
    invited = chosen | {
        int(told) for told in request.POST.getlist("invited") if told.isascii() and told.isdigit() and len(told) < 19
    }
    people = Contact.objects.filter(account=row.project.account_id, pk__in=invited)
    present: list[tuple[Contact | str, bool]] = [(contact, contact.pk in chosen) for contact in people]
    present += [(name.strip(), True) for name in request.POST.get("others", "").splitlines()[:50] if name.strip()]
    return steps.attend(row, present, by=Actor.of(request.user), at=request.at)


_DEEDS: dict[str, tuple[Deed, Text]] = {
    "done": (_finish, Text("Done.", "完了にしました。")),
    "waive": (_waive, Text("Waived.", "対応不要にしました。")),
    "block": (_block, Text("On hold.", "保留にしました。")),
    "reopen": (_reopen, Text("Open again.", "未完了に戻しました。")),
    "approve": (_approve, Text("Approval written down.", "承認を記録しました。")),
    "unapprove": (_unapprove, Text("Approval taken back.", "承認を取り消しました。")),
    "attend": (_attend, Text("Attendance saved.", "参加者を保存しました。")),
}  # fmt: skip


@require_POST
@requires(common.EDIT)
def deed(request: MemberRequest, key: int, step: int) -> HttpResponse:
    """One deed, said by the button; back to the project, or to the step with what was refused."""
    row = common.find_step(request, key, step)
    chosen = _DEEDS.get(request.POST.get("do", ""))
    language = get_language() or "ja"
    form = StepForm(None, initial=_initial(row), row=row, reads=common.may_read(request))
    if chosen is None:
        return _page(
            request, row, form, (Text("Choose one of the buttons.", "ボタンから選んでください。").in_(language),)
        )
    act, said = chosen
    try:
        act(request, row)
    except Refused as refused:
        return _page(request, row, form, tuple(fault.text.in_(language) for fault in refused.faults))
    toasts.say(request, said)
    return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + f"#step-{step}")


urlpatterns = [
    path("onboarding/<int:key>/steps/<int:step>", step, name="onboarding-step"),
    path("onboarding/<int:key>/steps/<int:step>/deeds", deed, name="onboarding-step-deed"),
]
