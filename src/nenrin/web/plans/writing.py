"""Plans are written here: begun, changed, agreed, reviewed, shared, achieved or given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.accounts.head import find
from nenrin.web.editing import Clash, attempt, last_entry, refuse, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.plans import figures
from nenrin.web.plans.figures import EDIT, VIEW, one
from nenrin.web.plans.forms import AgreeForm, NewPlanForm, PlanForm, ReviewForm, ShareForm
from nenrin.web.plans.page import context_of
from nenrin.web.tasks.one import back_to
from nenrin.work import plan_links, plan_templates, plans
from nenrin.work.models import PlanLink, PlanTemplate, SuccessPlan
from nenrin.work.planning import templates

SAVED = Text("Saved.", "保存しました。")
CONFLICT = Text("Somebody changed it meanwhile: look again.", "他のメンバーが変更しました。内容を確かめてください。")


@requires(EDIT)
def new(request: MemberRequest, key: int) -> HttpResponse:
    """A plan for this account, from a template or empty."""
    account = find(request, key, EDIT)
    chosen = templates.find(plain(request.GET.get("template"), 40))
    initial = {
        "starts_on": navigation.today(request),
        "owner": request.user.pk,
        "template": chosen.key if chosen else "",
    }
    form = NewPlanForm(request.POST or None, account=key, initial=initial)
    made: list[SuccessPlan] = []

    def begin() -> None:
        given = form.told()
        language = get_language() or "ja"
        title = given.pop("title") or _title(given["template"], language)
        reason = given.pop("usage_reason")
        by, at = Actor.of(request.user), request.at
        plan = plans.open(account, title, by=by, at=at, language=language, **given)
        made.append(plans.change(plan, by=by, at=at, usage_reason=reason) if reason else plan)

    if request.method == "POST" and form.is_valid() and attempt(form, begin) is True:
        toasts.say(
            request,
            Text("Plan begun. Name its targets, then agree it.", "作成しました。目標値を決めて合意してください。"),
        )
        return HttpResponseRedirect(reverse("success-plan", args=[made[0].pk]))
    back = reverse("account-plans", args=[key])
    context = {
        "as_of": request.at,
        "title": Text("Begin a success plan", "サクセスプランを作成する"),
        "crumbs": [(account.name, back)],
        "form": form,
        "cancel_url": back,
        "hint": chosen.success if chosen else None,
    }
    return render(request, "plans/form.html", context, status=422 if form.errors else 200)


def _title(template: str, language: str) -> str:
    found = templates.find(template) if template else None
    return found.name.in_(language) if found else ""


@requires(EDIT)
def edit(request: MemberRequest, key: int) -> HttpResponse:
    """Change words, days or owner."""
    row = one(request, key, EDIT)
    initial = {name: getattr(row, name) for name in ("title", "success", "usage_reason", "starts_on", "ends_on")}
    initial |= {"said_by": row.said_by_id or "", "owner": row.owner_id or ""}
    form = PlanForm(request.POST or None, account=row.account_id, row=row, initial=initial)
    outcome: Clash | bool = False

    def save() -> Any:
        version = version_of(request.POST)
        return plans.change(row, by=Actor.of(request.user), at=request.at, version=version, **form.told())

    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, save, lambda: last_entry(references__kind="plan", references__key=str(key)))
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("success-plan", args=[key]))
    back = reverse("success-plan", args=[key])
    context = {
        "as_of": request.at,
        "title": row.title,
        "crumbs": [(row.account.name, back)],
        "form": form,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "version": row.version,
        "cancel_url": back,
    }
    return render(request, "plans/form.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Agree, review, share, achieve, give up or reopen; a form that is refused comes back with what was typed."""
    row = one(request, key, EDIT)
    do = request.POST.get("do", "")
    if do in _FORMS:
        form = _FORMS[do][0](request.POST)
        if not (form.is_valid() and _tried(form, lambda: _FORMS[do][1](request, row, form.cleaned_data))):
            return render(request, "plans/plan.html", context_of(request, row, **{do: form}), status=422)
        toasts.say(request, _FORMS[do][2])
    elif do in _PLAIN:
        try:
            toasts.say(request, _PLAIN[do](request, row))
        except (Refused, Conflict) as problem:
            toasts.say(request, why(problem))
    return HttpResponseRedirect(back_to(request, reverse("success-plan", args=[key])))


def _tried(form: Any, act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


def _agree(request: MemberRequest, row: SuccessPlan, given: dict[str, Any]) -> object:
    on, agreed_with = given["agreed_on"], given["agreed_with"]
    return plans.agree(row, by=Actor.of(request.user), at=request.at, on=on, agreed_with=agreed_with)


def _review(request: MemberRequest, row: SuccessPlan, given: dict[str, Any]) -> object:
    return plans.review(row, by=Actor.of(request.user), at=request.at, **given)


def _share(request: MemberRequest, row: SuccessPlan, given: dict[str, Any]) -> object:
    return plan_links.share(row, days=given["days"], by=Actor.of(request.user), at=request.at)


_FORMS: dict[str, tuple[Any, Callable[..., object], Text]] = {
    "agree": (AgreeForm, _agree, Text("Agreed with the customer.", "お客様との合意を記録しました。")),
    "review": (ReviewForm, _review, Text("Review noted.", "振り返りを記録しました。")),
    "share": (
        ShareForm,
        _share,
        Text("Link made: copy it from the page.", "リンクを作成しました。ページからコピーできます。"),
    ),
}


def why(problem: Refused | Conflict) -> Text:
    if isinstance(problem, Conflict):
        return CONFLICT
    told = figures.texts(fault.text for fault in problem.faults)
    return Text(f"Not done: {told.en}", f"実行できません: {told.ja}")


def _achieve(request: MemberRequest, row: SuccessPlan) -> Text:
    plans.achieve(row, words=_words(request), by=Actor.of(request.user), at=request.at)
    return Text("Achieved.", "達成を記録しました。")


def _abandon(request: MemberRequest, row: SuccessPlan) -> Text:
    plans.abandon(row, _words(request), by=Actor.of(request.user), at=request.at)
    return Text("Given up.", "中止しました。")


def _reopen(request: MemberRequest, row: SuccessPlan) -> Text:
    plans.reopen(row, by=Actor.of(request.user), at=request.at)
    return Text("Goes on.", "再開しました。")


def _keep(request: MemberRequest, row: SuccessPlan) -> Text:
    made = plan_templates.keep(row, _words(request), by=Actor.of(request.user), at=request.at)
    return Text(f"Kept as template “{made.name}”.", f"テンプレート「{made.name}」として保存しました。")


def _words(request: MemberRequest) -> str:
    return request.POST.get("words", "").strip()[:2000]


_PLAIN: dict[str, Callable[[MemberRequest, SuccessPlan], Text]] = {
    "achieve": _achieve,
    "abandon": _abandon,
    "reopen": _reopen,
    "template": _keep,
}


@require_POST
@requires(EDIT)
def revoke(request: MemberRequest, key: int) -> HttpResponse:
    """Close a shared link at once; named by the link's number in the form."""
    row = one(request, key, EDIT)
    told = request.POST.get("link", "")
    link = (
        PlanLink.objects.filter(plan=row, pk=int(told)).first()
        if told.isascii() and told.isdigit() and len(told) < 19
        else None
    )
    if link is not None:
        plan_links.revoke(link, by=Actor.of(request.user), at=request.at)
        toasts.say(request, Text("The link opens no more.", "リンクを無効にしました。"))
    return HttpResponseRedirect(reverse("success-plan", args=[key]))


@requires(VIEW)
def library(request: MemberRequest) -> HttpResponse:
    """Templates that come with the product and those of our own."""
    context = {
        "as_of": request.at,
        "templates": list(templates.every().values()),
        "may_read": figures.may_read(request),
        "crumbs": [(Text("Success plans", "サクセスプラン"), reverse("success-plans"))],
    }
    return render(request, "plans/templates.html", context)


@require_POST
@requires(Permission.JOURNEYS_CONFIGURE)
def template_archive(request: MemberRequest, slug: str) -> HttpResponse:
    """Offer a template of our own no more."""
    row = PlanTemplate.objects.filter(key=slug).first()
    if row is None:
        raise Http404(slug)
    plan_templates.archive(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("Template archived.", "テンプレートをアーカイブしました。"))
    return HttpResponseRedirect(reverse("success-plan-templates"))


urlpatterns = [
    path("accounts/<int:key>/plans/new", new, name="success-plan-new"),
    path("success-plans/templates", library, name="success-plan-templates"),
    path("success-plans/templates/<slug:slug>/archive", template_archive, name="success-plan-template-archive"),
    path("success-plans/<int:key>/edit", edit, name="success-plan-edit"),
    path("success-plans/<int:key>/deed", deed, name="success-plan-deed"),
    path("success-plans/<int:key>/revoke", revoke, name="success-plan-revoke"),
]
