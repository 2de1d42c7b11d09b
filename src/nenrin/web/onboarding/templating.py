"""Templates: the list, one with its steps and what first value does not need, its draft as form and as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.analytics import schedules
from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web import navigation, toasts
from nenrin.web.charts.gantt import Gantt, Span
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common, step_forms
from nenrin.work.models import OnboardingTemplate, OnboardingTemplateVersion
from nenrin.work.models.onboarding import KINDS, PARTIES, Kind, Party
from nenrin.work.onboarding import criteria, documents, guards, projects, templates
from nenrin.work.onboarding.documents import Template

CRUMBS = (Text("Onboarding", "オンボーディング"), Text("Templates", "テンプレート"))


@requires(common.VIEW)
def listed(request: MemberRequest) -> HttpResponse:
    """Every template with its version in use and its draft, and the ready-made ones that are not there yet."""
    rows = OnboardingTemplate.objects.prefetch_related("versions").order_by("archived_at", "key")
    lines = [_line(row) for row in rows]
    standing = {row.key for row in rows}
    context = {
        "as_of": request.at, "tabs": common.tabs("onboarding-templates"), "lines": lines,
        "ready": [key for key in templates.ready() if key not in standing], "may_edit": common.may_configure(request),
    }  # fmt: skip
    return render(request, "onboarding/templates.html", context)


def _line(row: OnboardingTemplate) -> dict[str, Any]:
    versions = list(row.versions.all())  # the newest first
    live = next((one for one in versions if one.published_at), None)
    draft = next((one for one in versions if not one.published_at), None)
    shown = live or draft
    steps = [step for phase in (shown.document.get("phases", []) if shown else []) for step in phase.get("steps", [])]
    return {
        "row": row,
        "live": live,
        "draft": draft,
        "name": templates.name(shown) if shown else Text(row.key, row.key),
        "steps": len(steps),
    }


@requires(common.VIEW)
def template(request: MemberRequest, key: str) -> HttpResponse:
    """One template: its steps by phase with their flags, as it would run from today; the draft where there is one."""
    row = _find(key)
    return _page(request, row)


def _find(key: str) -> OnboardingTemplate:
    found = OnboardingTemplate.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"onboarding template {key}")
    return found


def _page(request: MemberRequest, row: OnboardingTemplate, **more: Any) -> HttpResponse:
    versions = list(row.versions.select_related("author").order_by("-number"))
    may_edit = common.may_configure(request)
    drafted = versions[0] if versions and versions[0].published_at is None else None
    live = next((one for one in versions if one.published_at), None)
    shown = drafted if drafted and may_edit else live or drafted
    if shown is None:
        raise Http404(f"onboarding template {row.key} has no version")
    document = more.pop("document", shown.document)
    found = templates.shown(shown)
    language = get_language() or "ja"
    plan = projects.dates(found, navigation.today(request))
    context = {
        "as_of": request.at, "row": row, "shown": shown, "live": live, "drafted": drafted, "versions": versions,
        "template": found, "title": found.name, "may_edit": may_edit, "plan": plan,
        "phases": _phases(found, plan), "loud": sum(flag in guards.LOUD for flag in guards.flags(found.steps).values()),
        "gantt": _gantt(found, plan, navigation.today(request), language), "kinds": KINDS, "parties": PARTIES,
        "first_value": _first_value(shown), "yaml": templates.as_yaml(document),
        "crumbs": [(CRUMBS[0], reverse("onboarding")), (CRUMBS[1], reverse("onboarding-templates"))],
        "minutes": sum(step.minutes or 0 for step in found.steps), "version": shown.version,
    }  # fmt: skip
    return render(request, "onboarding/template.html", context | more, status=422 if more.get("wrong") else 200)


def _first_value(shown: OnboardingTemplateVersion) -> dict[str, Any] | None:
    given = shown.document.get("first_value")
    if not isinstance(given, Mapping):
        return None
    words = given.get("words", {})
    return {
        "words": Text(words.get("en", ""), words.get("ja", "")),
        "sentence": criteria.sentence(given.get("condition"), criteria.plain_fields()),
    }


def _phases(found: Template, plan: schedules.Plan) -> list[dict[str, Any]]:
    flags = guards.flags(found.steps)
    titles = {step.key: step.title for step in found.steps}
    placed = {one.key: one for one in plan.steps}
    return [
        {
            "phase": phase,
            "lines": [
                {
                    "step": step, "kind": KINDS[Kind(step.kind)], "party": PARTIES[Party(step.party)],
                    "after": tuple(titles[key] for key in step.after), "placed": placed[step.key],
                    "flag": guards.FLAGS[flags[step.key]] if step.key in flags else None,
                    "is_loud": flags.get(step.key) in guards.LOUD,
                }
                for step in phase.steps
            ],
        }
        for phase in found.phases
    ]  # fmt: skip


def _gantt(found: Template, plan: schedules.Plan, today: date, language: str) -> Gantt:
    placed = {one.key: one for one in plan.steps}
    rows = tuple(
        Span(
            step.title.in_(language), placed[step.key].start, placed[step.key].due,
            "theirs" if step.party is Party.CUSTOMER else "ours", is_critical=placed[step.key].is_critical,
            milestone=step.kind is Kind.FIRST_VALUE,
        )
        for step in found.steps
    )  # fmt: skip
    story = Text(
        f"{len(rows)} steps in {plan.business_days} business days.",
        f"{len(rows)}ステップ、{plan.business_days}営業日。",
    )
    return Gantt(rows, today, story, language)


@require_POST
@requires(common.CONFIGURE)
def install(request: MemberRequest) -> HttpResponse:
    """Take the ready-made templates that are not there yet."""
    count = templates.install(by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text(f"{count} templates taken.", f"{count}件のテンプレートを取り込みました。"))
    return HttpResponseRedirect(reverse("onboarding-templates"))


@requires(common.CONFIGURE)
def new(request: MemberRequest) -> HttpResponse:
    """A key and a document; the document begins as the light template's."""
    key = request.POST.get("key", "").strip()
    text = request.POST.get("yaml", templates.as_yaml(templates.ready()["light"]))
    wrong: list[str] = []
    if request.method == "POST":
        try:
            if OnboardingTemplate.objects.filter(key=key).exists():
                raise Refused.one("key", Text("another template has this key", "同じキーのテンプレートがある"), key)
            row = templates.draft(key, templates.of_yaml(text), by=Actor.of(request.user), at=request.at)
            toasts.say(request, DRAFTED)
            return HttpResponseRedirect(reverse("onboarding-template", args=[row.template.key]))
        except Refused as refused:
            wrong = said(refused)
    context = {
        "as_of": request.at, "key": key, "yaml": text, "wrong": wrong, "title": Text("New template", "新しいテンプレート"),
        "crumbs": [(CRUMBS[0], reverse("onboarding")), (CRUMBS[1], reverse("onboarding-templates"))],
    }  # fmt: skip
    return render(request, "onboarding/template_new.html", context, status=422 if wrong else 200)


DRAFTED = Text(
    "Draft saved. New projects begin with it once it is put into use.",
    "下書きを保存しました。公開すると新しいプロジェクトに使われます。",
)


def said(refused: Refused) -> list[str]:
    """Each fault with its place."""
    language = get_language() or "ja"
    return [f"{fault.field}: {fault.text.in_(language)}" for fault in refused.faults]


@require_POST
@requires(common.CONFIGURE)
def draft(request: MemberRequest, key: str) -> HttpResponse:
    """Write the draft from the YAML."""
    row = _find(key)
    text = request.POST.get("yaml", "")
    try:
        templates.draft(
            key, templates.of_yaml(text), by=Actor.of(request.user), at=request.at, version=_version(request, row)
        )
    except Refused as refused:
        return _page(request, row, wrong=said(refused), yaml=text)
    except Conflict:
        return _page(request, row, wrong=[common.CLASH.in_(get_language() or "ja")], yaml=text)
    toasts.say(request, DRAFTED)
    return HttpResponseRedirect(reverse("onboarding-template", args=[key]))


def _version(request: MemberRequest, row: OnboardingTemplate) -> int | None:
    """What the draft was when the page was drawn; nothing to compare where there was none."""
    return version_of(request.POST) if row.versions.filter(published_at__isnull=True).exists() else None


@require_POST
@requires(common.CONFIGURE)
def publish(request: MemberRequest, key: str) -> HttpResponse:
    """Put the draft into use, throw it away, or put the template away; the button says which."""
    row = _find(key)
    drafted = row.versions.filter(published_at__isnull=True).first()
    by, at, do = Actor.of(request.user), request.at, request.POST.get("do", "")
    try:
        if do == "publish" and drafted:
            templates.publish(drafted, by=by, at=at)
            toasts.say(
                request,
                Text(
                    "In use from now on; running projects keep theirs.",
                    "公開しました。進行中のプロジェクトは元の版のままです。",
                ),
            )
        elif do == "discard" and drafted:
            templates.discard(drafted, by=by, at=at)
            toasts.say(request, Text("Draft thrown away.", "下書きを破棄しました。"))
        elif do == "archive":
            templates.archive(row, by=by, at=at)
            toasts.say(
                request,
                Text(
                    "Put away: no project starts from it any more.",
                    "アーカイブしました。新しいプロジェクトには使われません。",
                ),
            )
    except Refused as refused:
        return _page(request, row, wrong=said(refused))
    there = OnboardingTemplate.objects.filter(pk=row.pk).exists()
    return HttpResponseRedirect(
        reverse("onboarding-template", args=[key]) if there else reverse("onboarding-templates")
    )


@requires(common.CONFIGURE)
def step(request: MemberRequest, key: str, step: str) -> HttpResponse:
    """One step of the draft by a form; "new" adds one. Saving writes the draft; taking one out frees who waited for it."""
    row = _find(key)
    versions = list(row.versions.order_by("-number"))
    if not versions:
        raise Http404(key)
    found = templates.shown(versions[0])
    stands = next((one for one in found.steps if one.key == step), None)
    if stands is None and step != "new":
        raise Http404(f"step {step} of {key}")
    form = step_forms.TemplateStepForm(
        request.POST or None, initial=step_forms.initial(stands, found), template=found, step=stands
    )
    if request.method == "POST" and request.POST.get("do") == "remove" and stands:
        return _write(request, row, versions[0], step_forms.without(found, stands.key), form)
    if request.method == "POST" and form.is_valid():
        return _write(request, row, versions[0], step_forms.put(found, form.step(), form.cleaned_data["phase"]), form)
    return _step_page(request, row, stands, form)


def _write(
    request: MemberRequest, row: OnboardingTemplate, version: OnboardingTemplateVersion, changed: Template, form: Any
) -> HttpResponse:
    document = documents.dump(replace(changed, first_value=None)) | (
        {"first_value": version.document["first_value"]} if version.document.get("first_value") else {}
    )
    stands = version.version if version.published_at is None else None
    try:
        asked = version_of(request.POST) if stands is not None else None
        templates.draft(row.key, document, by=Actor.of(request.user), at=request.at, version=asked)
    except Refused as refused:
        for text in said(refused):
            form.add_error(None, text)
        return _step_page(request, row, None, form)
    except Conflict:
        form.add_error(None, common.CLASH.in_(get_language() or "ja"))
        return _step_page(request, row, None, form)
    toasts.say(request, DRAFTED)
    return HttpResponseRedirect(reverse("onboarding-template", args=[row.key]))


def _step_page(request: MemberRequest, row: OnboardingTemplate, stands: Any, form: Any) -> HttpResponse:
    newest = row.versions.order_by("-number").first()
    context = {
        "as_of": request.at, "row": row, "step": stands, "form": form,
        "title": stands.title if stands else Text("A step", "ステップ"),
        "version": version_of(request.POST) or (newest.version if newest else None),
        "crumbs": [(CRUMBS[1], reverse("onboarding-templates")), (row.key, reverse("onboarding-template", args=[row.key]))],
    }  # fmt: skip
    return render(request, "onboarding/template_step.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("onboarding/templates", listed, name="onboarding-templates"),
    path("onboarding/templates/install", install, name="onboarding-templates-install"),
    path("onboarding/templates/new", new, name="onboarding-template-new"),
    path("onboarding/templates/<slug:key>", template, name="onboarding-template"),
    path("onboarding/templates/<slug:key>/draft", draft, name="onboarding-template-draft"),
    path("onboarding/templates/<slug:key>/use", publish, name="onboarding-template-use"),
    path("onboarding/templates/<slug:key>/steps/<slug:step>", step, name="onboarding-template-step"),
]
