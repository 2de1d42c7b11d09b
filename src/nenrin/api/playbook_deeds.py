"""REST: what is done to a playbook as a whole, to its runs, and a try of it on one account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Router

from nenrin.api import playbooks as rest
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.playbooks import Both, RunOut, VersionOut, said
from nenrin.api.reach import reachable
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import asking_leave, lives, playbooks, runs, setting, trying
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from nenrin.playbooks.models.run import OPEN

router = Router(tags=["playbooks"])
running = Router(tags=["playbooks"])
Key = Annotated[str, Field(max_length=60)]


class PauseIn(Strict):
    why: Annotated[str, Field(max_length=300)] = ""


class AccountIn(Strict):
    account: Id


class TakenOut(Strict):
    """One step of a try: when it would happen, and what would come of it."""

    number: int
    step: str
    kind: Both
    title: Both
    at: datetime
    result: Both
    is_problem: bool


class TryOut(Strict):
    """`state` and `summary` as of why or why not; `end`: how the try ended."""

    version: int
    state: str
    summary: Both
    steps: list[TakenOut]
    end: Both


@router.post("/{key}/ask", response=VersionOut, summary="Ask for a review of a playbook's draft")
@grants(Permission.PLAYBOOKS_EDIT)
@said
def ask_review(request: ApiRequest, key: Key) -> Any:
    """Whoever may publish is told. 409 where there is no draft."""
    return rest.version_of(playbooks.ask(rest.one(key), by=Actor.of(request.member), at=request.at))


@router.post("/{key}/discard", response={204: None}, summary="Discard the draft of a playbook")
@grants(Permission.PLAYBOOKS_EDIT)
def discard_draft(request: ApiRequest, key: Key) -> Any:
    """A playbook that never was more is gone with it. Safe to repeat."""
    if row := Playbook.objects.filter(key=key).first():
        playbooks.discard(row, by=Actor.of(request.member), at=request.at)
    return 204, None


@router.post("/{key}/pause", response={204: None}, summary="Pause a playbook")
@grants(Permission.PLAYBOOKS_PUBLISH)
def pause_playbook(request: ApiRequest, key: Key, body: PauseIn) -> Any:
    """Nobody comes in and nobody moves until it goes on. Safe to repeat."""
    playbooks.pause(rest.one(key), why=body.why, by=Actor.of(request.member), at=request.at)
    return 204, None


@router.post("/{key}/resume", response={204: None}, summary="Let a paused playbook go on")
@grants(Permission.PLAYBOOKS_PUBLISH)
def resume_playbook(request: ApiRequest, key: Key) -> Any:
    """What was told meanwhile is counted, not made up for. Safe to repeat."""
    playbooks.resume(rest.one(key), by=Actor.of(request.member), at=request.at)
    return 204, None


@router.post("/{key}/decline", response=dict[str, int], summary="Decline the runs that wait for a person")
@grants(Permission.PLAYBOOKS_PUBLISH)
def decline_runs(request: ApiRequest, key: Key) -> Any:
    """They are kept out. Answers how many."""
    return {"runs": asking_leave.decline(rest.one(key), by=Actor.of(request.member), at=request.at)}


@router.post("/{key}/versions/{int:number}/roll-back", response=VersionOut, summary="Make an earlier version the draft")
@grants(Permission.PLAYBOOKS_EDIT)
@said
def roll_back(request: ApiRequest, key: Key, number: int) -> Any:
    """In place of the draft there is; it is live once it is published."""
    version = PlaybookVersion.objects.filter(playbook=rest.one(key), number=number).first()
    if version is None:
        raise Http404(f"no version {number} of {key}")
    return rest.version_of(playbooks.roll_back(version, by=Actor.of(request.member), at=request.at))


@router.post("/{key}/move-runs", response=dict[str, int], summary="Move every open run to the live version")
@grants(Permission.PLAYBOOKS_EDIT)
@said
def move_runs(request: ApiRequest, key: Key) -> Any:
    """A step that was taken is not taken again. Answers how many moved; 409 where no version is live."""
    row = rest.one(key)
    open_ones = Run.objects.filter(playbook=row, state__in=OPEN).select_related("version")
    return {"runs": runs.move(open_ones, _live(row), by=Actor.of(request.member), at=request.at)}


@router.post("/{key}/try", response=TryOut, summary="Try a playbook on one account")
@grants(Permission.PLAYBOOKS_VIEW)
@said
def try_playbook(request: ApiRequest, key: Key, body: AccountIn) -> Any:
    """The draft, else the live version: what would happen step by step if the account came in now. Nothing is kept."""
    account = reachable(request.member, Permission.PLAYBOOKS_VIEW).filter(pk=body.account).first()
    if account is None:
        raise Http404(f"no account {body.account} in your scope")
    fields, choices = setting.current()
    live = lives.readable(rest.shown(rest.one(key)), fields, choices)
    found = trying.try_on(live, account, by=Actor.of(request.member), at=request.at, fields=fields, setting=choices)
    found = trying.masked(found, request.member)
    steps = [
        {"number": one.number, "step": one.key, "kind": rest.both(one.kind), "title": rest.both(one.title), "at": one.at,
         "result": rest.both(one.result), "is_problem": one.is_problem}
        for one in found.taken
    ]  # fmt: skip
    return {"version": live.version.number, "state": found.why.state, "summary": rest.both(found.why.summary),
            "steps": steps, "end": rest.both(found.end)}  # fmt: skip


@running.post("/{int:run_id}/move", response=RunOut, summary="Move an open run to the live version")
@grants(Permission.PLAYBOOKS_START)
@said
def move_run(request: ApiRequest, run_id: Id) -> Any:
    """Safe to repeat; an ended run stays as it is. 409 where no version is live."""
    run = rest.found(request, run_id, Permission.PLAYBOOKS_START)
    runs.move([run], _live(run.playbook), by=Actor.of(request.member), at=request.at)
    return rest.run_of(Run.objects.select_related("version__playbook").get(pk=run.pk))


def _live(row: Playbook) -> PlaybookVersion:
    live = row.versions.filter(state="live").first()
    if live is None:
        raise playbooks.NotLive(playbooks.NotLive.__doc__)
    return live
