"""Settings, templates: words that tasks and agendas begin with."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import Clash, attempt, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.tasks.forms import TemplateForm, of_template
from nenrin.work import agendas, task_templates
from nenrin.work.models import AgendaTemplate, TaskTemplate

SAVED = Text("Saved.", "保存しました。")


class AgendaForm(forms.Form):
    name = forms.CharField(label=_("Name of the template"), max_length=120)
    title = forms.CharField(label=_("Title of the meeting"), required=False, max_length=200)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=1, max_value=24 * 60)
    agenda = forms.CharField(
        label=_("Agenda"), max_length=agendas.MOST_WORDS, widget=forms.Textarea(attrs={"rows": 10})
    )


@requires(Permission.TASKS_VIEW)
def templates(request: MemberRequest) -> HttpResponse:
    """All templates of tasks and agendas."""
    context = {
        "as_of": request.at,
        "tasks": TaskTemplate.objects.filter(archived_at__isnull=True),
        "agendas": AgendaTemplate.objects.filter(archived_at__isnull=True),
    }
    return render(request, "tasks/templates.html", context)


@requires(Permission.TASKS_EDIT)
def new_task(request: MemberRequest) -> HttpResponse:
    """A new template of a task."""
    form = TemplateForm(request.POST or None)
    key = f"own-{secrets.token_hex(4)}"
    return _edited(
        request, form, lambda: _keep_task(request, key, form, None), Text("New template", "テンプレートを作る")
    )


@requires(Permission.TASKS_EDIT)
def task_template(request: MemberRequest, key: str) -> HttpResponse:
    """Change a template of a task."""
    row = get_object_or_404(TaskTemplate, key=key)
    form = TemplateForm(request.POST or None, initial=of_template(row))
    return _edited(request, form, lambda: _keep_task(request, key, form, version_of(request.POST)), row.name, row)


def _keep_task(request: MemberRequest, key: str, form: TemplateForm, version: int | None) -> None:
    task_templates.save(key, by=Actor.of(request.user), at=request.at, version=version, **form.given())


@requires(Permission.MEETINGS_EDIT)
def new_agenda(request: MemberRequest) -> HttpResponse:
    """A new agenda."""
    form = AgendaForm(request.POST or None)
    key = f"own-{secrets.token_hex(4)}"
    return _edited(
        request, form, lambda: _keep_agenda(request, key, form, None), Text("New agenda", "アジェンダを作る")
    )


@requires(Permission.MEETINGS_EDIT)
def agenda(request: MemberRequest, key: str) -> HttpResponse:
    """Change an agenda."""
    row = get_object_or_404(AgendaTemplate, key=key)
    form = AgendaForm(
        request.POST or None, initial={name: getattr(row, name) for name in ("name", "title", "minutes", "agenda")}
    )
    return _edited(request, form, lambda: _keep_agenda(request, key, form, version_of(request.POST)), row.name, row)


def _keep_agenda(request: MemberRequest, key: str, form: AgendaForm, version: int | None) -> None:
    agendas.save(key, by=Actor.of(request.user), at=request.at, version=version, **form.cleaned_data)


def _edited(
    request: MemberRequest, form: forms.Form, keep: Callable[[], None], title: Text | str,
    row: TaskTemplate | AgendaTemplate | None = None,
) -> HttpResponse:  # fmt: skip
    outcome: Clash | bool = False
    if request.method == "POST" and form.is_valid():
        outcome = attempt(form, keep)
        if outcome is True:
            toasts.say(request, SAVED)
            return HttpResponseRedirect(reverse("templates"))
    kind = "agenda" if isinstance(row, AgendaTemplate) else "task"
    context: dict[str, Any] = {
        "as_of": request.at,
        "title": title,
        "form": form,
        "version": row.version if row else None,
        "clash": outcome if isinstance(outcome, Clash) else None,
        "cancel_url": reverse("templates"),
        "archive_url": reverse(f"template-{kind}-archive", args=[row.key]) if row else "",
    }
    return render(request, "tasks/template.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.TASKS_EDIT)
def archive_task(request: MemberRequest, key: str) -> HttpResponse:
    """Offer a template no more; the toast brings it back."""
    task_templates.archive(get_object_or_404(TaskTemplate, key=key), by=Actor.of(request.user), at=request.at)
    return _archived(request, reverse("template-task-restore", args=[key]))


@require_POST
@requires(Permission.TASKS_EDIT)
def restore_task(request: MemberRequest, key: str) -> HttpResponse:
    """Offer it again."""
    task_templates.restore(get_object_or_404(TaskTemplate, key=key), by=Actor.of(request.user), at=request.at)
    return HttpResponseRedirect(reverse("templates"))


@require_POST
@requires(Permission.MEETINGS_EDIT)
def archive_agenda(request: MemberRequest, key: str) -> HttpResponse:
    """Offer an agenda no more; the toast brings it back."""
    agendas.archive(get_object_or_404(AgendaTemplate, key=key), by=Actor.of(request.user), at=request.at)
    return _archived(request, reverse("template-agenda-restore", args=[key]))


@require_POST
@requires(Permission.MEETINGS_EDIT)
def restore_agenda(request: MemberRequest, key: str) -> HttpResponse:
    """Offer it again."""
    agendas.restore(get_object_or_404(AgendaTemplate, key=key), by=Actor.of(request.user), at=request.at)
    return HttpResponseRedirect(reverse("templates"))


def _archived(request: MemberRequest, undo_url: str) -> HttpResponse:
    toasts.say(request, Text("Template archived.", "テンプレートをアーカイブしました。"), undo_url=undo_url)
    return HttpResponseRedirect(reverse("templates"))


urlpatterns = [
    path("templates", templates, name="templates"),
    path("templates/tasks/new", new_task, name="template-task-new"),
    path("templates/tasks/<slug:key>", task_template, name="template-task"),
    path("templates/tasks/<slug:key>/archive", archive_task, name="template-task-archive"),
    path("templates/tasks/<slug:key>/restore", restore_task, name="template-task-restore"),
    path("templates/agendas/new", new_agenda, name="template-agenda-new"),
    path("templates/agendas/<slug:key>", agenda, name="template-agenda"),
    path("templates/agendas/<slug:key>/archive", archive_agenda, name="template-agenda-archive"),
    path("templates/agendas/<slug:key>/restore", restore_agenda, name="template-agenda-restore"),
]
