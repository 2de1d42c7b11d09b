"""REST: playbooks as documents, their versions, replays, why or why not, and their runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.api import problems
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.api.reach import reachable
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import asking_leave, lives, masks, playbooks, runs, setting, whys
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookReplay, PlaybookVersion, Run
from nenrin.playbooks.replaying import replays
from nenrin.values import Text

router = Router(tags=["playbooks"])
running = Router(tags=["playbooks"])
Key = Annotated[str, Field(max_length=60)]
Note = Annotated[str, Field(max_length=500)]


class Both(Strict):
    """A text in both languages."""

    en: str
    ja: str


class PlaybookOut(Strict):
    """`live` and `draft` are numbers of versions; a paused one neither lets in nor moves."""

    id: int
    key: str
    name: Both
    live: int | None
    draft: int | None
    is_paused: bool
    review_on: date | None


class VersionOut(Strict):
    """One version: `document` is the whole playbook (docs/playbooks.md)."""

    number: int
    state: str
    document: dict[str, Any]
    note: str
    changed_at: datetime
    published_at: datetime | None


class DocumentIn(Strict):
    """A playbook as a document; its key must be that of the address."""

    document: dict[str, Any]
    note: Note = ""


class PublishIn(Strict):
    note: Note = ""


class RetireIn(Strict):
    note: Note = ""
    end_runs: bool = False


class ReplayIn(Strict):
    months: int = Field(12, ge=1, le=24)


class ReplayOut(Strict):
    """`state`: none (nobody has asked for one yet), asked, done or failed; `report` holds the figures once it is done,
    without the accounts of single firings."""

    version: int
    state: str
    first: date | None
    last: date | None
    report: dict[str, Any]
    problem: Both | None


class StepOut(Strict):
    step: str
    number: int
    kind: str
    outcome: str
    note: dict[str, Any]
    at: datetime


class RunOut(Strict):
    """`why` says what its state rests on; `wake_at` when it is looked at next."""

    id: int
    playbook: str
    version: int
    account: int
    state: str
    reason: str
    why: Both
    step: str
    entered_at: datetime
    wake_at: datetime | None
    ended_at: datetime | None


class RunWhole(RunOut):
    began: Both
    steps: list[StepOut]


class StartIn(Strict):
    """`key` makes it safe to repeat: the same key is the same run."""

    account: Id
    key: str = Field("", max_length=80)


class CheckOut(Strict):
    sentence: Both
    value: Both
    holds: bool | None


class RuleOut(Strict):
    name: Both
    passes: bool | None
    why: Both
    checks: list[CheckOut]


class WhyOut(Strict):
    """`state`: in, waits, held_out, may (when a trigger fires) or out; rule by rule with the values that decide."""

    state: str
    summary: Both
    arm: str
    rules: list[RuleOut]


class Filters(Window):
    state: str = Field("", max_length=10)
    playbook: str = Field("", max_length=60)


def said(operation: Callable[..., Any]) -> Callable[..., Any]:
    """What the room below refuses, as problems."""

    @wraps(operation)
    def answered(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return operation(request, *args, **kwargs)
        except Unreadable as wrong:
            errors = [{"pointer": f"/document/{one.path}", "detail": one.text.en} for one in wrong.problems]
            return problems.problem(422, "nothing was changed", errors=errors)
        except (playbooks.NoDraft, playbooks.NotLive, playbooks.Stale, runs.NotLive, runs.NotFailed) as refused:
            return problems.problem(409, str(refused))

    return answered


@router.get("", response=list[PlaybookOut], summary="List playbooks")
@grants(Permission.PLAYBOOKS_VIEW)
def list_playbooks(request: ApiRequest) -> Any:
    """Every playbook with its live version and its draft."""
    rows = Playbook.objects.filter(archived_at__isnull=True).prefetch_related("versions")
    return [_playbook(row) for row in rows if row.versions.all()]


@router.get("/{key}", response=list[VersionOut], summary="Get the versions of a playbook")
@grants(Permission.PLAYBOOKS_VIEW)
def get_playbook(request: ApiRequest, key: Key) -> Any:
    """The newest first, each with its whole document."""
    return [version_of(row) for row in one(key).versions.order_by("-number")]


@router.put("/{key}", response=VersionOut, summary="Save the draft of a playbook")
@grants(Permission.PLAYBOOKS_EDIT)
@said
def put_playbook(request: ApiRequest, key: Key, body: DocumentIn) -> Any:
    """In place of the draft there is; 422 names every step and field that cannot be read. Nothing runs by it."""
    if body.document.get("playbook") != key:
        detail = f"the document's key is {body.document.get('playbook')!r}, the address says {key!r}"
        return problems.problem(
            422, "nothing was changed", errors=[{"pointer": "/document/playbook", "detail": detail}]
        )
    return version_of(playbooks.draft(body.document, by=Actor.of(request.member), at=request.at, note=body.note))


@router.post("/{key}/publish", response=VersionOut, summary="Publish the draft of a playbook")
@grants(Permission.PLAYBOOKS_PUBLISH)
@said
def publish_playbook(request: ApiRequest, key: Key, body: PublishIn) -> Any:
    """It is live from now on; runs of the version before keep that one. 409 where there is no draft."""
    return version_of(playbooks.publish(one(key), by=Actor.of(request.member), at=request.at, note=body.note))


@router.post("/{key}/retire", response={204: None}, summary="Take a playbook out of use")
@grants(Permission.PLAYBOOKS_PUBLISH)
@said
def retire_playbook(request: ApiRequest, key: Key, body: RetireIn) -> Any:
    """Nobody new comes in; who is inside goes on, or ends now with `end_runs`."""
    playbooks.retire(one(key), by=Actor.of(request.member), at=request.at, note=body.note, end_runs=body.end_runs)
    return 204, None


@router.post("/{key}/approve", response=dict[str, int], summary="Approve the runs that wait for a person")
@grants(Permission.PLAYBOOKS_PUBLISH)
@said
def approve_runs(request: ApiRequest, key: Key) -> Any:
    """They begin, so many an hour as the playbook allows. Answers how many."""
    row = one(key)
    live = row.versions.filter(state="live").first()
    per_hour = int((live.document.get("limits") or {}).get("per_hour", 200)) if live else 200
    return {"runs": asking_leave.approve(row, per_hour=per_hour, by=Actor.of(request.member), at=request.at)}


@router.post("/{key}/replay", response={202: ReplayOut}, summary="Replay a playbook over the past")
@grants(Permission.PLAYBOOKS_EDIT)
def ask_replay(request: ApiRequest, key: Key, body: ReplayIn) -> Any:
    """The draft, else the live version, over so many months; computed by the worker, read where it was asked for."""
    version = shown(one(key))
    return 202, _replay(replays.ask(version, months=body.months, by=Actor.of(request.member), at=request.at))


@router.get("/{key}/replay", response=ReplayOut, summary="Get the newest replay of a playbook")
@grants(Permission.PLAYBOOKS_VIEW)
def get_replay(request: ApiRequest, key: Key) -> Any:
    """Of the draft, else of the live version; `none` where nobody has asked for one yet."""
    version = shown(one(key))
    row = version.replays.first()
    if row is None:
        return {"version": version.number, "state": "none", "first": None, "last": None, "report": {}, "problem": None}
    return _replay(row)


@router.post("/{key}/runs", response={201: RunOut}, summary="Start a playbook on an account")
@grants(Permission.PLAYBOOKS_START)
@said
def start_run(request: ApiRequest, key: Key, body: StartIn) -> Any:
    """By a person's wish: no approval and no hour of its own; the other rules hold, and answer as a skipped run.

    422 where its audience does not include the account, 409 where no version is live.
    """
    account = reachable(request.member, Permission.PLAYBOOKS_START).filter(pk=body.account).first()
    if account is None:
        raise Http404(f"no account {body.account} in your scope")
    version = one(key).versions.filter(state="live").first()
    if version is None:
        raise playbooks.NotLive(playbooks.NotLive.__doc__)
    run = runs.start(version, account, by=Actor.of(request.member), at=request.at, key=body.key)
    if run is None:
        errors = [{"pointer": "/account", "detail": "the playbook's audience does not include this account"}]
        return problems.problem(422, "nothing was begun", errors=errors)
    return 201, run_of(Run.objects.select_related("version__playbook").get(pk=run.pk))


@router.get("/{key}/why/{int:account_id}", response=WhyOut, summary="Why or why not: an account and a playbook")
@grants(Permission.PLAYBOOKS_VIEW)
@said
def get_why(request: ApiRequest, key: Key, account_id: Id) -> Any:
    """Whether the account is in, waits, was kept out, is left alone or may come in; with each rule and value."""
    account = reachable(request.member, Permission.PLAYBOOKS_VIEW).filter(pk=account_id).first()
    if account is None:
        raise Http404(f"no account {account_id} in your scope")
    row = one(key)
    fields, choices = setting.current()
    live = lives.readable(row.versions.filter(state="live").first() or shown(row), fields, choices)
    found = whys.of(live, account, at=request.at, fields=fields, setting=choices)
    rules = [
        {"name": both(rule.name), "passes": rule.passes, "why": both(rule.why),
         "checks": [{"sentence": both(c.sentence), "value": both(c.value), "holds": c.holds} for c in rule.checks]}
        for rule in found.rules
    ]  # fmt: skip
    return {"state": found.state, "summary": both(found.summary), "arm": found.arm, "rules": rules}


@running.get("", response=Page[RunOut], summary="List runs of playbooks")
@grants(Permission.PLAYBOOKS_VIEW)
def list_runs(request: ApiRequest, window: Query[Filters]) -> Any:
    """Runs of the accounts in your scope, by state and playbook."""
    rows = _mine(request, Permission.PLAYBOOKS_VIEW).select_related("version__playbook")
    rows = rows.filter(state=window.state) if window.state else rows
    rows = rows.filter(playbook__key=window.playbook) if window.playbook else rows
    return page(rows, window, {"id", "entered_at", "wake_at"}, lambda found: [run_of(run) for run in found])


@running.get("/{int:run_id}", response=RunWhole, summary="Get a run")
@grants(Permission.PLAYBOOKS_VIEW)
def get_run(request: ApiRequest, run_id: Id) -> Any:
    """Where it stands, why it began, and every step it took."""
    run = found(request, run_id, Permission.PLAYBOOKS_VIEW)
    names = ("step", "number", "kind", "outcome", "note", "at")
    steps = list(run.steps.order_by("number").values(*names))
    for one in steps:
        one["note"] = masks.note(one["kind"], one["note"], request.member)
    return run_of(run) | {"began": _kept(run.began), "steps": steps}


@running.post("/{int:run_id}/retry", response=RunOut, summary="Try a failed run again")
@grants(Permission.PLAYBOOKS_START)
@said
def retry_run(request: ApiRequest, run_id: Id) -> Any:
    """409 where it has not failed."""
    run = found(request, run_id, Permission.PLAYBOOKS_START)
    return run_of(runs.retry(run, by=Actor.of(request.member), at=request.at))


@running.post("/{int:run_id}/end", response=RunOut, summary="End a run")
@grants(Permission.PLAYBOOKS_START)
def end_run(request: ApiRequest, run_id: Id) -> Any:
    """What it did stays. Safe to repeat."""
    return run_of(
        runs.end(found(request, run_id, Permission.PLAYBOOKS_START), by=Actor.of(request.member), at=request.at)
    )


def one(key: str) -> Playbook:
    found = Playbook.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"no playbook {key}")
    return found


def shown(row: Playbook) -> PlaybookVersion:
    versions = row.versions.order_by("-number")
    return versions.filter(state__in=["draft", "asked"]).first() or versions.filter(state="live").first() or versions[0]


def _mine(request: ApiRequest, permission: Permission) -> QuerySet[Run]:
    return Run.objects.for_member(request.member, permission)


def found(request: ApiRequest, key: int, permission: Permission) -> Run:
    run = _mine(request, permission).select_related("version__playbook").filter(pk=key).first()
    if run is None:
        raise Http404(f"no run {key} in your scope")
    return run


def _playbook(row: Playbook) -> Any:
    versions = sorted(row.versions.all(), key=lambda one: -one.number)
    live = next((one for one in versions if one.state == "live"), None)
    draft = next((one for one in versions if one.state in ("draft", "asked")), None)
    shown = live or draft or versions[0]
    return {"id": row.pk, "key": row.key, "name": {"en": shown.name_en, "ja": shown.name_ja},
            "live": live.number if live else None, "draft": draft.number if draft else None,
            "is_paused": row.paused_at is not None, "review_on": shown.review_on}  # fmt: skip


def version_of(row: PlaybookVersion) -> Any:
    names = ("number", "state", "document", "note", "changed_at", "published_at")
    return {name: getattr(row, name) for name in names}


def _replay(row: PlaybookReplay) -> Any:
    report = {key: value for key, value in row.report.items() if key != "firings"}
    return {"version": row.version.number, "state": row.state, "first": row.first, "last": row.last, "report": report,
            "problem": row.problem or None}  # fmt: skip


def run_of(run: Run) -> Any:
    plain = {name: getattr(run, name) for name in ("state", "reason", "step", "entered_at", "wake_at", "ended_at")}
    return {"id": run.pk, "playbook": run.version.playbook.key, "version": run.version.number,
            "account": run.account_id, "why": _kept(run.why), **plain}  # fmt: skip


def _kept(stored: dict[str, str]) -> dict[str, str]:
    return {"en": stored.get("en", ""), "ja": stored.get("ja", "")}


def both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
