"""REST: tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, expected, page
from nenrin.api.reach import not_borrowed, one_account
from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import due_days, tasks
from nenrin.work.models import Task

router = Router(tags=["tasks"])
SORTS = {"id", "created_at", "changed_at"}
Rhythm = Literal["", "daily", "weekly", "monthly", "quarterly"]


class TaskIn(Strict):
    """Fields to set. `checklist` are words in their order; steps whose words stay keep their tick."""

    account_id: Id | None = None
    title: str | None = None
    body: str | None = None
    kind: str | None = None
    due_on: date | None = None
    minutes: int | None = Field(None, ge=0, le=7200)
    minutes_spent: int | None = Field(None, ge=0, le=7200)
    checklist: list[str] | None = None
    every: Rhythm | None = None
    assignee_id: Id | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class NewTask(Strict):
    """A task; asked for again under the same `key` it is the same task."""

    title: str
    account_id: Id | None = None
    body: str = ""
    kind: str = ""
    due_on: date | None = None
    minutes: int | None = Field(None, ge=0, le=7200)
    checklist: list[str] = Field(default_factory=list)
    every: Rhythm = ""
    assignee_id: Id | None = None
    key: str = Field("", max_length=200)
    why_en: str = Field("", max_length=500)
    why_ja: str = Field("", max_length=500)


class Step(Strict):
    id: int
    words: str
    is_done: bool


class DueHint(Strict):
    """What is odd about a due day, and the business day that could stand in its place. Nothing is refused for it."""

    en: str
    ja: str
    instead: date


class TaskOut(Strict):
    """Words that your role may not read are null. `due_hint`: in answers to opening and changing, where the due day is
    past or no business day."""

    id: int
    account_id: int | None
    title: str | None
    body: str | None
    kind: str
    why: dict[str, str] | None
    state: str
    assignee_id: int | None
    due_on: date | None
    minutes: int | None
    minutes_spent: int | None
    checklist: list[Step] | None
    outcome: str | None
    reason: str | None
    snoozed_until: date | None
    every: str
    key: str
    ended_at: datetime | None
    created_at: datetime
    changed_at: datetime
    version: int
    due_hint: DueHint | None = None


class Ending(Strict):
    """How a task ends. `minutes` is how long it took."""

    outcome: str = Field("", max_length=2000)
    minutes: int | None = Field(None, ge=0, le=7200)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class Why(Strict):
    reason: str = Field(min_length=1, max_length=500)
    until: date | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class Filters(Window):
    account_id: Id | None = None
    assignee_id: Id | None = None
    state: Literal["", "open", "done", "dismissed"] = ""
    kind: Word = ""
    due_from: date | None = None
    due_until: date | None = None
    q: Word = ""


_PLAIN = (
    *("id", "account_id", "kind", "state", "assignee_id", "due_on", "minutes", "minutes_spent", "snoozed_until"),
    *("every", "key", "ended_at", "created_at", "changed_at", "version"),
)
_WORDS = ("title", "body", "why", "checklist", "outcome", "reason")


def shown(rows: Sequence[Task], member: Member) -> list[dict[str, Any]]:
    """Tasks as this member may read them."""
    may_read = visible(member, FieldClass.PERSONAL)
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {name: getattr(row, name) if may_read else None for name in _WORDS}
        for row in rows
    ]


@router.get("", response=Page[TaskOut], summary="List tasks")
@grants(Permission.TASKS_VIEW)
def list_tasks(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Tasks of accounts in your scope and your own, a page at a time."""
    rows = Task.objects.for_member(request.member, Permission.TASKS_VIEW)
    plain: dict[str, Any] = {
        "account": filters.account_id,
        "assignee": filters.assignee_id,
        "state": filters.state,
        "kind": filters.kind,
    }
    plain |= {"due_on__gte": filters.due_from, "due_on__lte": filters.due_until}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if filters.q:
        may_read = visible(request.member, FieldClass.PERSONAL)
        rows = rows.filter(title__icontains=filters.q) if may_read else rows.none()
    return page(rows, filters, SORTS, lambda found: shown(found, request.member))


@router.post("", response={201: TaskOut}, summary="Open a task")
@grants(Permission.TASKS_EDIT)
def open_task(request: ApiRequest, body: NewTask, response: HttpResponse) -> Any:
    """Open a task, and tell its assignee. Safe to repeat with a `key`."""
    given = body.model_dump(exclude={"title", "account_id", "assignee_id", "why_en", "why_ja"})
    account = (
        one_account(request.member, Permission.TASKS_EDIT, body.account_id, "account_id") if body.account_id else None
    )
    why = Text(body.why_en or body.why_ja, body.why_ja or body.why_en) if body.why_en or body.why_ja else None
    row = tasks.open(
        account,
        body.title,
        assignee=_member(body.assignee_id),
        why=why,
        by=Actor.of(request.member),
        at=request.at,
        **given,
    )
    not_borrowed(Task.objects.for_member(request.member, Permission.TASKS_EDIT), row, body.key)
    return Answer(201, _hinted(request, row, response))


@router.get("/{int:task_id}", response=TaskOut, summary="Get a task")
@grants(Permission.TASKS_VIEW)
def get_task(request: ApiRequest, task_id: Id, response: HttpResponse) -> Any:
    """One task; its ETag is its version."""
    return _answer(request, _task(request, task_id, Permission.TASKS_VIEW), response)


@router.patch("/{int:task_id}", response=TaskOut, summary="Change a task")
@grants(Permission.TASKS_EDIT)
def change_task(
    request: ApiRequest, task_id: Id, body: TaskIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Change the fields that are sent."""
    row = _task(request, task_id, Permission.TASKS_EDIT)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    by, version = Actor.of(request.member), expected(if_match, body.version)
    hands_on, assignee = "assignee_id" in given, _member(given.pop("assignee_id", None))
    if "account_id" in given:
        key = given.pop("account_id")
        given["account"] = one_account(request.member, Permission.TASKS_EDIT, key, "account_id") if key else None
    words = {name: value for name, value in given.items() if value is not None or name in _BLANKABLE}
    row = tasks.change(row, by=by, at=request.at, version=version, **words)
    if hands_on:
        row = tasks.assign(row, assignee, by=by, at=request.at)
    return _hinted(request, row, response)


@router.post("/{int:task_id}/finish", response=TaskOut, summary="Finish a task")
@grants(Permission.TASKS_EDIT)
def finish_task(request: ApiRequest, task_id: Id, body: Ending, response: HttpResponse) -> Any:
    """It is done; minutes become hours of the account. A recurring one opens its next. Safe to repeat."""
    row, by = _task(request, task_id, Permission.TASKS_EDIT), Actor.of(request.member)
    done = tasks.finish(row, outcome=body.outcome, minutes=body.minutes, by=by, at=request.at, version=body.version)
    return _answer(request, done, response)


@router.post("/{int:task_id}/dismiss", response=TaskOut, summary="Dismiss a task")
@grants(Permission.TASKS_EDIT)
def dismiss_task(request: ApiRequest, task_id: Id, body: Why, response: HttpResponse) -> Any:
    """It will not be done, with the reason. Safe to repeat."""
    row, by = _task(request, task_id, Permission.TASKS_EDIT), Actor.of(request.member)
    return _answer(request, tasks.dismiss(row, body.reason, by=by, at=request.at, version=body.version), response)


@router.post("/{int:task_id}/snooze", response=TaskOut, summary="Put a task off")
@grants(Permission.TASKS_EDIT)
def snooze_task(request: ApiRequest, task_id: Id, body: Why, response: HttpResponse) -> Any:
    """Not before the day `until`, with the reason."""
    row, by = _task(request, task_id, Permission.TASKS_EDIT), Actor.of(request.member)
    if body.until is None:
        raise Refused.one("until", Text("a day that is ahead", "明日以降の日付"))
    off = tasks.snooze(row, body.until, body.reason, by=by, at=request.at, version=body.version)
    return _answer(request, off, response)


@router.post("/{int:task_id}/reopen", response=TaskOut, summary="Open a task again")
@grants(Permission.TASKS_EDIT)
def reopen_task(request: ApiRequest, task_id: Id, response: HttpResponse) -> Any:
    """A task that had ended is open again. Safe to repeat."""
    row = _task(request, task_id, Permission.TASKS_EDIT)
    return _answer(request, tasks.reopen(row, by=Actor.of(request.member), at=request.at), response)


#: What null empties; of the others null leaves them as they are.
_BLANKABLE = {"due_on", "minutes", "minutes_spent", "account"}


def _task(request: ApiRequest, key: int, permission: Permission) -> Task:
    found = Task.objects.for_member(request.member, permission).filter(pk=key).first()
    if found is None:
        raise Http404(f"no task {key} in your scope")
    return found


def _member(key: int | None) -> Member | None:
    if key is None:
        return None
    found = Member.objects.filter(pk=key, is_active=True).first()
    if found is None:
        raise Refused.one("assignee_id", Text("no such member", "メンバーが見つからない"), key)
    return found


def _hinted(request: ApiRequest, row: Task, response: HttpResponse) -> dict[str, Any]:
    """The task, with what is odd about its day while it is open."""
    told = _answer(request, row, response)
    odd = due_days.doubt(row.due_on, organisation.today(request.at)) if row.is_open else None
    return told | {"due_hint": odd and {"en": odd.words.en, "ja": odd.words.ja, "instead": odd.instead}}


def _answer(request: ApiRequest, row: Task, response: HttpResponse) -> dict[str, Any]:
    row.refresh_from_db()
    response["ETag"] = f'"{row.version}"'
    return shown([row], request.member)[0]
