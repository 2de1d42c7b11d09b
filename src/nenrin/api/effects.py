"""REST: what playbooks bring, against those left alone; to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.http import Http404
from ninja import Field, Query, Router

from nenrin.analytics.effects.differing import Group
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import lakes
from nenrin.insight import measures
from nenrin.playbooks import holdouts
from nenrin.playbooks.effects import exposures, outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.effects.readings import DAYS, Reading
from nenrin.playbooks.models import Exposure, Playbook, UniversalExclusion, UniversalExposure, UniversalHoldout
from nenrin.values import Text

router = Router(tags=["playbooks"])
holdout = Router(tags=["playbooks"])
VIEW, CHANGE = Permission.PLAYBOOKS_VIEW, Permission.PLAYBOOKS_PUBLISH


class Asking(Strict):
    """`metric`: churn, health, or a measure's key. `days` after each account's first occasion: 30, 90, 180 or 365."""

    metric: str = CHURN
    days: int = 90


class IntervalOut(Strict):
    low: float
    high: float


class EffectOut(Strict):
    """`effect`: mean of the treated less mean of those left alone, in the metric's unit (churn: a share). `interval`
    holds at every look together, `interval_once` at one look fixed beforehand. `treated` and `held` count families.
    `crossed`: accounts left alone at first that were helped
    later; they still count as left alone. `undrawn`: accounts met while nobody could be left alone, the first on
    `undrawn_since`; they are no part of the comparison. `chance`: of groups as uneven as these if the draw was sound; below .001 the verdict is `mismatch`."""

    playbook: str
    metric: str
    days: int
    as_of: date
    verdict: Literal["mismatch", "few", "gain", "harm", "not_detectable", "none_seen"]
    treated: int
    held: int
    accounts: int
    waiting: int
    silent: int
    always: int
    crossed: int
    undrawn: int
    undrawn_since: date | None
    share: float
    chance: float
    mean_treated: float | None
    mean_held: float | None
    effect: float | None
    interval: IntervalOut | None
    interval_once: IntervalOut | None
    detectable: float | None


class GroupOut(Strict):
    """`key`: the tier's or colour's, or 1 to 5 from the largest effect foretold. `effect` is null with fewer than 30 families
    in an arm; its interval holds for all groups of the table together, at one look. `foretold`: the mean foretold, of fifths."""

    key: str
    treated: int
    held: int
    effect: float | None
    interval: IntervalOut | None
    foretold: float | None


class TableOut(Strict):
    """`name`: tier, band or foretold. `chance`: of effects at least as unlike if they were all the same (Cochran's Q)."""

    name: str
    groups: list[GroupOut]
    chance: float | None


class DifferingOut(Strict):
    """`verdict`: not_compared (the effect itself cannot be told), few, none (no heterogeneity detected: the interval of `qini`
    holds 0; with few families only a large difference would show), or some. `qini`: what aiming by the effect foretold gains
    over chance, from -1 to 1. Its interval, and so the verdict, is for one look: read again and again, `some` can come of
    chance, so that it decides only on a day that was set beforehand."""

    playbook: str
    metric: str
    days: int
    as_of: date
    verdict: Literal["not_compared", "few", "none", "some"]
    qini: float | None
    interval: IntervalOut | None
    tables: list[TableOut]


class ExclusionOut(Strict):
    """Either a `condition` on accounts (docs/conditions.md) or a playbook's key."""

    id: int
    condition: Any
    playbook: str | None
    reason: str
    created_at: datetime


class HoldoutOut(Strict):
    """`share` of families that no playbook touches; `exclusions` are never held back. `usual`: the share that a playbook
    begun on its page leaves alone by itself, unless it says otherwise. `met`: accounts in your scope that had an occasion for
    any playbook, whether there was a group or not, the first at `met_since`."""

    share: float
    usual: float
    changed_at: datetime | None
    met: int
    met_since: datetime | None
    exclusions: list[ExclusionOut]


class ShareIn(Strict):
    """`share` from 0 to 0.1, `usual` from 0 to 0.5 (null: as it is); the reason stands in the journal."""

    share: float = Field(ge=0, le=holdouts.HIGHEST_SHARE)
    usual: float | None = Field(None, ge=0, le=holdouts.HIGHEST_USUAL)
    reason: str = Field(min_length=1, max_length=300)


class ExclusionIn(Strict):
    condition: dict[str, Any] | None = None
    playbook: str | None = None
    reason: str = Field(min_length=1, max_length=300)


class MemberOut(Strict):
    """An account of the group. `helped`: why it is helped all the same; empty where it is left alone."""

    account: int
    name: str
    helped: str


class ExposureOut(Strict):
    """An account's first occasion since there is a group: `arm` is treated, holdout or always."""

    account: int
    arm: str
    at: datetime
    playbook: str
    share: float


@holdout.get("", response=HoldoutOut, summary="Get the universal holdout")
@grants(VIEW)
def get_holdout(request: ApiRequest) -> Any:
    """Its share, since when and why, and what is on its list of exclusions."""
    return _holdout(request)


@holdout.put("", response=HoldoutOut, summary="Change the share of the universal holdout")
@grants(CHANGE)
def put_holdout(request: ApiRequest, told: ShareIn) -> Any:
    """Accounts in danger are put on the list of exclusions when a share is first set."""
    by = Actor.of(request.member)
    with transaction.atomic():
        holdouts.change(told.share, reason=told.reason, by=by, at=request.at)
        if told.usual is not None:
            holdouts.change_usual(told.usual, reason=told.reason, by=by, at=request.at)
    return _holdout(request)


@holdout.post("/exclusions", response={201: ExclusionOut}, summary="Never hold back some accounts, or a playbook")
@grants(CHANGE)
def post_exclusion(request: ApiRequest, told: ExclusionIn) -> Any:
    """The accounts that meet `condition`, or every account for one `playbook`; `reason` is kept and shown."""
    row = Playbook.objects.filter(key=told.playbook).first() if told.playbook else None
    if told.playbook and row is None:
        raise Refused.one("playbook", Text("a playbook's key", "プレイブックのキー"), told.playbook)
    by = Actor.of(request.member)
    made = holdouts.exclude(condition=told.condition, playbook=row, reason=told.reason, by=by, at=request.at)
    return 201, _excluded(made)


@holdout.delete("/exclusions/{int:exclusion_id}", response={204: None}, summary="Take an exclusion off the list")
@grants(CHANGE)
def delete_exclusion(request: ApiRequest, exclusion_id: Id) -> Any:
    """204 also where it ended before; 404 where there was none."""
    row = UniversalExclusion.objects.filter(pk=exclusion_id).first()
    if row is None:
        raise Http404(f"no exclusion {exclusion_id}")
    holdouts.include(row, by=Actor.of(request.member), at=request.at)
    return 204, None


@holdout.get("/accounts", response=Page[MemberOut], summary="List the accounts of the universal holdout")
@grants(VIEW)
def list_members(request: ApiRequest, window: Query[Window]) -> Any:
    """Of the accounts in your scope. `helped`: why one is treated all the same; empty where it is held back."""
    mine = Account.objects.for_member(request.member, VIEW).filter(archived_at__isnull=True, status="customer")
    inside = holdouts.members(dict(mine.values_list("pk", "parent_id")), holdouts.share())
    helped = holdouts.helped(holdouts.exclusions(), sorted(inside), request.at)
    rows = mine.filter(pk__in=bulk.among(sorted(inside)))

    def shown(some: list[Account]) -> list[dict[str, Any]]:
        said = {account: row.reason for account, row in helped.items()}
        return [{"account": one.pk, "name": one.name, "helped": said.get(one.pk, "")} for one in some]

    return page(rows, window, {"id", "name"}, shown)


@holdout.get(
    "/exposures", response=Page[ExposureOut], summary="List first occasions since there is a universal holdout"
)
@grants(VIEW)
def list_exposures(request: ApiRequest, window: Query[Window]) -> Any:
    """Of the accounts in your scope: when each first had an occasion, in which arm, at which share of that day."""
    mine = Account.objects.for_member(request.member, VIEW).values("pk")
    rows = UniversalExposure.objects.filter(account__in=mine).select_related("playbook")

    def shown(some: list[UniversalExposure]) -> list[dict[str, Any]]:
        return [
            {"account": row.account_id, "arm": row.arm, "at": row.at, "playbook": row.playbook.key, "share": row.share}
            for row in some
        ]

    return page(rows, window, {"id", "at"}, shown)


@holdout.get("/effect", response=EffectOut, summary="Get the effect of all playbooks together")
@grants(VIEW)
def get_universal_effect(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Against the universal holdout, of the accounts that the token's member may see; `playbook` is empty."""
    metric = _metric(asking)
    mine = Account.objects.for_member(request.member, VIEW).values("pk")
    rows = UniversalExposure.objects.filter(account__in=mine)
    today = organisation.today(request.at)
    return _told("", readings.read(lakes.current(), rows, metric, asking.days, as_of=today))


def _holdout(request: ApiRequest) -> dict[str, Any]:
    row = UniversalHoldout.objects.first()
    mine = Account.objects.for_member(request.member, VIEW).values("pk")
    met = exposures.met(Exposure.objects.filter(account__in=mine))
    listed = [_excluded(one) for one in holdouts.exclusions().rows]
    return {
        "share": row.share if row else 0.0,
        "usual": row.usual if row else 0.0,
        "changed_at": row.changed_at if row and row.share else None,
        "met": met.accounts,
        "met_since": met.since,
        "exclusions": listed,
    }


def _excluded(row: UniversalExclusion) -> dict[str, Any]:
    return {"id": row.pk, "condition": row.condition, "playbook": row.playbook.key if row.playbook else None,
            "reason": row.reason, "created_at": row.created_at}  # fmt: skip


def _metric(asking: Asking) -> outcomes.Metric:
    metric = outcomes.metric(asking.metric, measures.usable())
    if metric is None:
        raise Refused.one(
            "metric", Text("churn, health or a measure's key", "churn・health・指標のキーのいずれか"), asking.metric
        )
    if asking.days not in DAYS:
        raise Refused.one("days", Text("30, 90, 180 or 365", "30・90・180・365のいずれか"), asking.days)
    return metric


@router.get("/{playbook}", response=EffectOut, summary="Get the effect of a playbook")
@grants(VIEW)
def get_effect(request: ApiRequest, playbook: str, asking: Query[Asking]) -> Any:
    """Of the accounts that the token's member may see; 404 where the playbook met none of them."""
    return _told(playbook, _reading(request, playbook, asking))


@router.get("/{playbook}/differences", response=DifferingOut, summary="Get for whom a playbook works better")
@grants(VIEW)
def get_differences(request: ApiRequest, playbook: str, asking: Query[Asking]) -> Any:
    """Its effect by tier, by colour and by the effect foretold, of the accounts that the token's member may see."""
    reading = _reading(request, playbook, asking)
    found = reading.differing()
    tables = [] if found is None else [*found.tables, *([found.fifths] if found.fifths else [])]
    return {
        "playbook": playbook, "metric": reading.metric.key, "days": reading.days, "as_of": reading.as_of,
        "verdict": found.verdict if found else "not_compared", "qini": found.qini if found else None,
        "interval": found.interval._asdict() if found and found.interval else None,
        "tables": [{"name": one.name, "chance": one.chance, "groups": [_group(row) for row in one.groups]} for one in tables],
    }  # fmt: skip


def _group(row: Group) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("key", "treated", "held", "effect", "foretold")}
    return {**told, "interval": row.interval and row.interval._asdict()}


def _reading(request: ApiRequest, playbook: str, asking: Asking) -> Reading:
    metric = _metric(asking)
    mine = Account.objects.for_member(request.member, VIEW).values("pk")
    rows = Exposure.objects.filter(playbook__key=playbook, account__in=mine)
    if not rows.exists():
        raise Http404(f"no playbook {playbook!r} has met an account")
    return readings.read(lakes.current(), rows, metric, asking.days, as_of=organisation.today(request.at))


def _told(playbook: str, reading: Reading) -> dict[str, Any]:
    found = reading.readout
    return {
        "playbook": playbook, "metric": reading.metric.key, "days": reading.days, "as_of": reading.as_of,
        "verdict": found.verdict, "treated": found.treated, "held": found.held, "accounts": found.accounts,
        "waiting": reading.waiting, "silent": reading.silent, "always": reading.always, "crossed": reading.crossed,
        "undrawn": reading.undrawn, "undrawn_since": reading.met_on, "share": reading.share,
        "chance": found.chance, "mean_treated": found.mean, "mean_held": found.base, "effect": found.effect,
        "interval": found.now and found.now._asdict(), "interval_once": found.once and found.once._asdict(),
        "detectable": found.detectable,
    }  # fmt: skip
