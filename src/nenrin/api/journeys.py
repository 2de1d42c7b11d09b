"""REST: journeys: their designs, who stands where, moves with a reason, histories, and where accounts stall."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import F
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.api.reach import editable, reachable
from nenrin.api.segments import Both
from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.work import journeys
from nenrin.work.journeys import designs, overlays, placing, stalls, standings
from nenrin.work.journeys.documents import Design
from nenrin.work.journeys.stalls import FEWEST, Stall
from nenrin.work.models import JourneyVersion, StageStay
from nenrin.work.onboarding.cohorts import By, Cohort

router = Router(tags=["journeys"])
VIEW, EDIT, CONFIGURE = Permission.JOURNEYS_VIEW, Permission.JOURNEYS_EDIT, Permission.JOURNEYS_CONFIGURE


class JourneyOut(Strict):
    """`document` is the journey as YAML says it: of each stage what the customer (`theirs`), customer success (`ours`) and
    marketing (`marketing`) do, and a `kpi` in words or by its `key` in the catalogue. `published_at` is null for a draft."""

    key: str
    number: int
    name: Both
    document: Any
    published_at: datetime | None
    version: int


class JourneyIn(Strict):
    """`publish`: put it into use at once; else it is a draft. `version`: of the draft that you saw."""

    document: Any
    publish: bool = False
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class JourneyAccounts(Window):
    """Which accounts of the journey."""

    stage: Literal["", "awareness", "contract", "onboarding", "adoption", "expansion", "advocacy"] = ""
    standing: Literal["", "on_track", "behind", "stuck"] = ""
    ready: bool | None = None
    overlay: Literal["", "renewal"] = ""


class StandingOut(Strict):
    """`day` of the stage, the first is 1; null where nobody knows since when. `is_ready`: its exit criteria held when
    they were last asked. `overlays`: what lies over the stage; `renewal` for the last 120 days before `renewal_decision_on`,
    the notice deadline of a term of 6 months and longer, or its end where there is none."""

    id: int
    name: str
    stage: str
    since: datetime | None
    day: int | None
    expected_days: int | None
    standing: str
    is_ready: bool | None
    is_entitled: bool | None
    owner: int | None
    renewal_on: date | None
    overlays: list[Literal["renewal"]]
    renewal_decision_on: date | None


class MoveIn(Strict):
    """`expected` is the stage that you saw: 409 where it is another now. 422 asks for a reason where criteria are unmet."""

    stage: Stage
    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    expected: Stage | None = None


class StayOut(Strict):
    """An account in a stage. `is_exact` is false where it stood there before anybody told; `reason` where you may read it."""

    id: int
    stage: str
    since: datetime
    until: datetime | None
    came_from: str
    is_exact: bool
    reason: str | None
    unmet: list[str]
    by: int | None
    recorded_at: datetime
    undone_at: datetime | None


class CohortOut(Strict):
    """`in_time` is [share, low, high] of those due; null with too few accounts."""

    cohort: str
    entered: int
    moved_on: int
    inside: int
    left_or_back: int
    median_day: int | None
    in_time: list[float] | None


class StallOut(Strict):
    stage: str
    expected_days: int | None
    cohorts: list[CohortOut]


@router.get("", response=list[JourneyOut], summary="List journeys in use")
@grants(VIEW)
def list_journeys(request: ApiRequest) -> Any:
    """In the order in which they are asked; the one for everybody else is the last."""
    return [shown(row) for row in designs.in_use()]


@router.get("/{key}", response=JourneyOut, summary="Get a journey")
@grants(VIEW)
def get_journey(request: ApiRequest, key: str) -> Any:
    """The version in use."""
    return shown(one_in_use(key)[0])


@router.put("/{key}", response=JourneyOut, summary="Write a journey")
@grants(CONFIGURE)
def write_journey(request: ApiRequest, key: str, body: JourneyIn) -> Any:
    """A draft of it, or a new version in use; 422 names every part of the document that cannot be read."""
    by = Actor.of(request.member)
    row = designs.draft(key, body.document, by=by, at=request.at, version=body.version)
    return shown(designs.publish(row, by=by, at=request.at, version=row.version) if body.publish else row)


@router.get("/{key}/accounts", response=Page[StandingOut], summary="List accounts on a journey")
@grants(VIEW)
def list_standings(request: ApiRequest, key: str, asked: Query[JourneyAccounts]) -> Any:
    """Those in your scope that stand in one of its stages."""
    version, versions = one_in_use(key)
    design, today, zone = designs.shown(version), organisation.today(request.at), _zone()
    mine = placing.on(reachable(request.member, VIEW), version, versions).filter(stage__in=design.keys)
    rows: Any = standings.standing(standings.staying(mine), design, today, zone)  # Any: annotated
    rows = _told(rows, today)
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.standing:
        rows = rows.filter(standing=asked.standing)
    if asked.ready is not None:
        rows = rows.filter(ready=asked.ready)
    rows = overlays.narrowed(rows, asked.overlay, today)
    sorts = {"id", "name", "renewal_on"}
    return page(rows, asked, sorts, lambda found: [_standing(row, design, today, zone) for row in found])


@router.get("/{key}/stalls", response=list[StallOut], summary="Where accounts stall")
@grants(VIEW)
def list_stalls(request: ApiRequest, key: str, by: By = "quarter") -> Any:
    """By stage and by when they entered it; who is still inside is censored, who left or went back never moves on."""
    version, versions = one_in_use(key)
    mine = placing.ever(reachable(request.member, VIEW), version, versions)
    today = organisation.today(request.at)
    found = stalls.read(stalls.told(mine), designs.shown(version), today, _zone(), by=by)
    return [_stall(one, by) for one in found]


@router.post("/accounts/{int:account_id}/move", response=StandingOut, summary="Move an account to a stage")
@grants(EDIT)
def move_account(request: ApiRequest, account_id: Id, body: MoveIn) -> Any:
    """Safe to repeat: asked for the stage where it stands, nothing happens."""
    account = editable(request.member, EDIT, account_id)
    expected = None if body.expected is None else body.expected.value
    journeys.move(
        account, body.stage.value, reason=body.reason, expected=expected, by=Actor.of(request.member), at=request.at
    )
    versions = designs.in_use()
    version = placing.one(account, versions)
    design = designs.shown(version) if version else None
    today, zone = organisation.today(request.at), _zone()
    rows = standings.staying(Account.objects.filter(pk=account_id))
    rows = standings.standing(rows, design or NO_DESIGN, today, zone)
    row = _told(rows, today).get()
    return _standing(row, design or NO_DESIGN, today, zone)


@router.get("/accounts/{int:account_id}/history", response=list[StayOut], summary="List an account's stages")
@grants(VIEW)
def list_history(request: ApiRequest, account_id: Id) -> Any:
    """The newest first, moves that were taken back included."""
    account = editable(request.member, VIEW, account_id)
    reads = visible(request.member, FieldClass.PERSONAL)
    return [_stay(row, reads) for row in StageStay.objects.filter(account=account).order_by("-since", "-pk")]


NO_DESIGN = Design(designs.name(JourneyVersion(document={})), ())


def _zone() -> ZoneInfo:
    return ZoneInfo(organisation.current().zone)


def one_in_use(key: str) -> tuple[JourneyVersion, list[JourneyVersion]]:
    versions = designs.in_use()
    found = next((one for one in versions if one.journey.key == key), None)
    if found is None:
        raise Http404(f"no journey {key} in use")
    return found, versions


def shown(row: JourneyVersion) -> dict[str, Any]:
    name = designs.name(row)
    return {
        "key": row.journey.key, "number": row.number, "name": {"en": name.en, "ja": name.ja}, "document": row.document,
        "published_at": row.published_at, "version": row.version,
    }  # fmt: skip


def _told(rows: Any, today: date) -> Any:  # Any: annotated
    return overlays.renewing(rows, today).annotate(ready=F("stay__is_ready"), entitled=F("stay__is_entitled"))


def _standing(row: Any, design: Design, today: date, zone: ZoneInfo) -> dict[str, Any]:  # Any: annotated
    stage = design.find(row.stage)
    return {
        "id": row.pk, "name": row.name, "stage": row.stage, "since": row.since,
        "day": standings.day(row.since, today, zone) if row.since else None,
        "expected_days": stage.days if stage else None, "standing": row.standing, "is_ready": row.ready,
        "is_entitled": row.entitled, "owner": row.owner_id, "renewal_on": row.renewal_on,
        "overlays": [overlays.RENEWAL] if row.decision_on else [], "renewal_decision_on": row.decision_on,
    }  # fmt: skip


def _stay(row: StageStay, reads: bool) -> dict[str, Any]:
    plain = ("stage", "since", "until", "came_from", "is_exact", "unmet", "recorded_at", "undone_at")
    return {name: getattr(row, name) for name in plain} | {
        "id": row.pk, "by": row.by_id, "reason": row.reason if reads else None,
    }  # fmt: skip


def _stall(one: Stall, by: By) -> dict[str, Any]:
    whole = [one.whole] if one.whole else []
    rows = whole if by == "all" else [*one.cohorts, *whole]
    return {"stage": one.stage.stage, "expected_days": one.stage.days, "cohorts": [_cohort(row) for row in rows]}


def _cohort(row: Cohort) -> dict[str, Any]:
    due = row.by_due if row.projects >= FEWEST else None
    return {
        "cohort": row.key, "entered": row.projects, "moved_on": row.reached, "inside": row.under_way,
        "left_or_back": row.over, "median_day": int(row.median) if row.median else None,
        "in_time": [due.value, due.low, due.high] if due else None,
    }  # fmt: skip
