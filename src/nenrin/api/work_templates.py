"""REST: templates of tasks and agendas."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Slug, Strict, Window, Word, expected, page
from nenrin.api.reach import not_borrowed, one_account
from nenrin.api.tasks import Rhythm, TaskOut
from nenrin.api.tasks import shown as task_shown
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import agendas, task_templates
from nenrin.work.models import AgendaTemplate, Task, TaskTemplate

of_tasks = Router(tags=["tasks"])
of_agendas = Router(tags=["meetings"])
TASKS, TASKS_EDIT = Permission.TASKS_VIEW, Permission.TASKS_EDIT
MEETINGS, MEETINGS_EDIT = Permission.MEETINGS_VIEW, Permission.MEETINGS_EDIT
SORTS = {"id", "name", "changed_at"}
_VERSION = Field(None, ge=0, le=2**31 - 1)


class TemplatesAsked(Window):
    archived: bool = False


class TaskTemplateIn(Strict):
    """The whole template. `due_in`: business days from the day it is used; `every` needs it."""

    name: str
    title: str
    body: str = ""
    kind: str = ""
    minutes: int | None = Field(None, ge=0, le=7200)
    due_in: int | None = Field(None, ge=0, le=task_templates.MOST_DAYS)
    checklist: list[str] = Field(default_factory=list)
    every: Rhythm = ""
    version: int | None = _VERSION


class TaskTemplateOut(Strict):
    key: str
    name: str
    title: str
    body: str
    kind: str
    minutes: int | None
    due_in: int | None
    checklist: list[str]
    every: str
    archived_at: datetime | None
    changed_at: datetime
    version: int


class TemplateUse(Strict):
    """A task of it; asked for again under the same `key` it is the same task."""

    account_id: Id | None = None
    assignee_id: Id | None = None
    key: str = Field("", max_length=200)


class AgendaIn(Strict):
    """The whole agenda. `title` and `minutes` are those of the meeting that begins with it."""

    name: str
    agenda: str
    title: str = ""
    minutes: int | None = Field(None, ge=1, le=24 * 60)
    version: int | None = _VERSION


class AgendaOut(Strict):
    key: str
    name: str
    title: str
    agenda: str
    minutes: int | None
    archived_at: datetime | None
    changed_at: datetime
    version: int


def _task(row: TaskTemplate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TaskTemplateOut.model_fields}


def _agenda(row: AgendaTemplate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AgendaOut.model_fields}


@of_tasks.get("", response=Page[TaskTemplateOut], summary="List task templates")
@grants(TASKS)
def list_task_templates(request: ApiRequest, asked: Query[TemplatesAsked]) -> Any:
    """Those that are offered; with `archived` the others as well."""
    rows = TaskTemplate.objects.all() if asked.archived else TaskTemplate.objects.filter(archived_at__isnull=True)
    return page(rows, asked, SORTS, lambda found: [_task(row) for row in found])


@of_tasks.get("/{key}", response=TaskTemplateOut, summary="Get a task template")
@grants(TASKS)
def get_task_template(request: ApiRequest, key: Word, response: HttpResponse) -> Any:
    """One template; its ETag is its version."""
    row = _found(TaskTemplate, key)
    response["ETag"] = f'"{row.version}"'
    return _task(row)


@of_tasks.put("/{key}", response=TaskTemplateOut, summary="Save a task template")
@grants(TASKS_EDIT)
def put_task_template(
    request: ApiRequest, key: Slug, body: TaskTemplateIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Make the template of this key or write it anew; an archived one is offered again. Safe to repeat."""
    given = body.model_dump(exclude={"version"})
    version, by = expected(if_match, body.version), Actor.of(request.member)
    row = task_templates.save(key, by=by, at=request.at, version=version, **given)
    response["ETag"] = f'"{row.version}"'
    return _task(row)


@of_tasks.delete("/{key}", response={204: None}, summary="Archive a task template")
@grants(TASKS_EDIT)
def archive_task_template(request: ApiRequest, key: Word) -> Any:
    """Offer it no more; tasks made of it stay. Safe to repeat."""
    task_templates.archive(_found(TaskTemplate, key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@of_tasks.post("/{key}/restore", response=TaskTemplateOut, summary="Offer a task template again")
@grants(TASKS_EDIT)
def restore_task_template(request: ApiRequest, key: Word) -> Any:
    """As it was when it was archived. Safe to repeat."""
    row = _found(TaskTemplate, key)
    task_templates.restore(row, by=Actor.of(request.member), at=request.at)
    row.refresh_from_db()
    return _task(row)


@of_tasks.post("/{key}/use", response={201: TaskOut}, summary="Open a task of a template")
@grants(TASKS_EDIT)
def use_task_template(request: ApiRequest, key: Word, body: TemplateUse) -> Any:
    """Due so many business days from today. Safe to repeat with a `key`."""
    template = _found(TaskTemplate, key)
    if template.archived_at is not None:
        raise Refused.one(
            "key", Text("an archived template: offer it again first", "アーカイブ済みのテンプレート"), key
        )
    account = one_account(request.member, TASKS_EDIT, body.account_id, "account_id") if body.account_id else None
    row = task_templates.use(
        template, account, assignee=_member(body.assignee_id), by=Actor.of(request.member), at=request.at, key=body.key
    )
    not_borrowed(Task.objects.for_member(request.member, TASKS_EDIT), row, body.key)
    return Answer(201, task_shown([row], request.member)[0])


@of_agendas.get("", response=Page[AgendaOut], summary="List agenda templates")
@grants(MEETINGS)
def list_agendas(request: ApiRequest, asked: Query[TemplatesAsked]) -> Any:
    """Those that are offered; with `archived` the others as well."""
    rows = AgendaTemplate.objects.all() if asked.archived else AgendaTemplate.objects.filter(archived_at__isnull=True)
    return page(rows, asked, SORTS, lambda found: [_agenda(row) for row in found])


@of_agendas.get("/{key}", response=AgendaOut, summary="Get an agenda template")
@grants(MEETINGS)
def get_agenda(request: ApiRequest, key: Word, response: HttpResponse) -> Any:
    """One agenda; its ETag is its version."""
    row = _found(AgendaTemplate, key)
    response["ETag"] = f'"{row.version}"'
    return _agenda(row)


@of_agendas.put("/{key}", response=AgendaOut, summary="Save an agenda template")
@grants(MEETINGS_EDIT)
def put_agenda(
    request: ApiRequest, key: Slug, body: AgendaIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Make the agenda of this key or write it anew; an archived one is offered again. Safe to repeat."""
    given = body.model_dump(exclude={"version"})
    version, by = expected(if_match, body.version), Actor.of(request.member)
    row = agendas.save(key, by=by, at=request.at, version=version, **given)
    response["ETag"] = f'"{row.version}"'
    return _agenda(row)


@of_agendas.delete("/{key}", response={204: None}, summary="Archive an agenda template")
@grants(MEETINGS_EDIT)
def archive_agenda(request: ApiRequest, key: Word) -> Any:
    """Offer it no more; meetings keep their words. Safe to repeat."""
    agendas.archive(_found(AgendaTemplate, key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@of_agendas.post("/{key}/restore", response=AgendaOut, summary="Offer an agenda template again")
@grants(MEETINGS_EDIT)
def restore_agenda(request: ApiRequest, key: Word) -> Any:
    """As it was when it was archived. Safe to repeat."""
    row = _found(AgendaTemplate, key)
    agendas.restore(row, by=Actor.of(request.member), at=request.at)
    row.refresh_from_db()
    return _agenda(row)


def _found(kind: Any, key: str) -> Any:
    found = kind.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"no template {key}")
    return found


def _member(key: int | None) -> Member | None:
    if key is None:
        return None
    found = Member.objects.filter(pk=key, is_active=True).first()
    if found is None:
        raise Refused.one("assignee_id", Text("an active member", "有効なメンバー"), key)
    return found
