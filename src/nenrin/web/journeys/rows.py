"""Accounts by stage as the board, the table and the files say them: counted by the database, drawn up to a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import RowNumber

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Scope, allowed
from nenrin.insight.models import Health
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money, Text
from nenrin.web.journeys.common import EDIT, MARKS, Here
from nenrin.work.journeys import overlays, stalls, standings
from nenrin.work.journeys.documents import StageDesign, stage_name
from nenrin.work.journeys.stalls import Stall
from nenrin.work.models import OnboardingProject, Task
from nenrin.work.models.journey import STANDINGS, Standing
from nenrin.work.models.onboarding import State as ProjectState
from nenrin.work.models.task import State as TaskState
from nenrin.work.onboarding.cohorts import By

CAP: Final = 20
MORE: Final = 200
_URGENCY = {Standing.STUCK: 0, Standing.BEHIND: 1, Standing.ON_TRACK: 2}


def base(accounts: QuerySet[Account], here: Here) -> QuerySet[Any]:  # Any: annotated
    """With `stay`, `since` and `standing`; prospects only where the journey has their stage."""
    rows = standings.standing(standings.staying(accounts), here.design, here.today, here.zone)
    return rows.filter(Q(stage__in=here.design.keys) | Q(status=Status.CUSTOMER))


@dataclass(frozen=True, slots=True)
class Line:
    """One account. `day` is None where nobody knows since when; `standing` then says nothing."""

    account: Account
    stage: Text
    day: int | None
    of: int | None
    standing: Text
    band: str
    health: Health | None
    late: int  # tasks of ours past their day
    theirs: int  # onboarding steps of the customer's past their day
    is_ready: bool
    is_unfit: bool
    is_exact: bool
    renewal: date | None  # the day of the decision where the renewal lies over the stage
    may_move: bool


def lines(accounts: Iterable[Account], here: Here, member: Member) -> list[Line]:
    """Accounts of `base` with what stands beside them: four queries."""
    rows = list(accounts)
    keys = [row.pk for row in rows]
    health = {one.account_id: one for one in Health.objects.filter(account__in=keys).only("account", "score", "band")}
    tasks = Task.objects.filter(account__in=keys, state=TaskState.OPEN, due_on__lt=here.today)
    late = dict(tasks.order_by().values("account").annotate(n=Count("pk")).values_list("account", "n"))
    projects = OnboardingProject.objects.filter(account__in=keys, state=ProjectState.RUNNING)
    theirs = dict(projects.order_by().values("account").annotate(n=Sum("overdue_theirs")).values_list("account", "n"))
    own = _movable(keys, member)
    return [
        _line(row, here, health.get(row.pk), (late.get(row.pk, 0), theirs.get(row.pk, 0)), may_move=row.pk in own)
        for row in rows
    ]


def _movable(keys: Sequence[int], member: Member) -> set[int]:
    """Those of these accounts that the member may move: a query only where the scope is not all or nothing."""
    scope = allowed(member, EDIT)
    if scope is None or scope is Scope.ALL:
        return set(keys) if scope else set()
    return set(Account.objects.for_member(member, EDIT).filter(pk__in=keys).values_list("pk", flat=True))


def _line(
    row: Any, here: Here, health: Health | None, overdue: tuple[int, int], *, may_move: bool
) -> Line:  # Any: annotated
    stage = here.design.find(row.stage)
    knows = row.since is not None and bool(row.stage)
    standing = Standing(row.standing)
    return Line(
        row,
        named(here, row.stage),
        standings.day(row.since, here.today, here.zone) if knows else None,
        stage.days if stage else None,
        STANDINGS[standing] if knows else Text("", ""),
        MARKS[standing] if knows else "",
        health,
        *overdue,
        bool(row.ready),
        row.entitled is False,
        row.exact is not False,
        row.decision_on,
        may_move,
    )


def named(here: Here, stage: str) -> Text:
    """The journey's word for a stage; "" is without one."""
    if not stage:
        return Text("No stage", "ステージなし")
    found = here.design.find(stage)
    return found.name if found else stage_name(stage)


def with_signals(rows: QuerySet[Any], today: date) -> QuerySet[Any]:
    """With what a line needs of the open stay, and what lies over its stage."""
    told = overlays.renewing(rows, today).annotate(
        ready=F("stay__is_ready"), entitled=F("stay__is_entitled"), exact=F("stay__is_exact")
    )
    found: QuerySet[Any] = told.select_related("owner")
    return found


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage of the board: what stands in its head, and the cards that are drawn."""

    key: str
    name: Text
    stage: StageDesign | None  # None: without a stage, or one that the journey does not have
    count: int
    arr: Money
    behind: int
    stuck: int
    ready: int
    unfit: int
    renewing: int
    abroad: int  # accounts in another currency, added at its rate
    unrated: int  # in one without a rate, not added
    stall: Stall | None
    lines: Sequence[Line]

    @property
    def anchor(self) -> str:
        return self.key or "none"

    @property
    def rest(self) -> int:
        return self.count - len(self.lines)


def lanes(
    rows: QuerySet[Any], here: Here, member: Member, own: OwnMoney, found: Mapping[str, Stall], wide: str = ""
) -> list[Lane]:
    """Every stage of the journey, and the others only where somebody stands there: six queries."""
    counted = {one["stage"]: one for one in _counted(rows, own, here.today)}
    drawn: dict[str, list[Line]] = {}
    for line in lines(_drawn(rows, here.today, wide), here, member):
        drawn.setdefault(line.account.stage, []).append(line)
    others = [key for key in counted if key not in here.design.keys]
    return [
        _lane(key, here, counted.get(key, {}), own, found.get(key), drawn.get(key, []))
        for key in (*sorted(others), *here.design.keys)
    ]


def _counted(rows: QuerySet[Any], own: OwnMoney, today: date) -> Any:
    return (
        rows.order_by()
        .values("stage")
        .annotate(
            n=Count("pk"),
            mrr=Sum(own.sql()),
            unrated=Count("pk", filter=own.unknown()),
            abroad=Count("pk", filter=own.abroad()),
            behind=Count("pk", filter=Q(standing=Standing.BEHIND)),
            stuck=Count("pk", filter=Q(standing=Standing.STUCK)),
            ready=Count("pk", filter=Q(stay__is_ready=True)),
            unfit=Count("pk", filter=Q(stay__is_entitled=False)),
            renewing=Count("pk", filter=overlays.counted(today)),
        )
    )


def _drawn(rows: QuerySet[Any], today: date, wide: str) -> list[Any]:
    """The first of each stage: stuck before behind before on track, those longest inside first. Two queries: to rank many
    thousand keys and to read the few that are drawn takes a third of ranking whole rows."""
    urgency = Case(
        *(When(standing=one.value, then=Value(place)) for one, place in _URGENCY.items()),
        default=Value(9), output_field=IntegerField(),
    )  # fmt: skip
    order = (urgency.asc(), F("since").asc(nulls_last=True), F("pk").asc())
    placed = rows.order_by().annotate(place=Window(RowNumber(), partition_by=[F("stage")], order_by=order))
    kept = Q(place__lte=CAP)
    if wide:
        kept |= Q(place__lte=MORE, stage="" if wide == "none" else wide)
    places = dict(placed.filter(kept).values_list("pk", "place"))
    drawn = with_signals(rows.order_by(), today).filter(pk__in=bulk.among(sorted(places)))
    return sorted(drawn, key=lambda row: places[row.pk])


def _lane(
    key: str, here: Here, counted: Mapping[str, Any], own: OwnMoney, stall: Stall | None, drawn: Sequence[Line]
) -> Lane:
    get = counted.get
    arr = Money(12 * (get("mrr") or 0), own.currency)
    return Lane(
        key, named(here, key), here.design.find(key), get("n", 0), arr, get("behind", 0), get("stuck", 0),
        get("ready", 0), get("unfit", 0), get("renewing", 0), get("abroad", 0), get("unrated", 0), stall, drawn,
    )  # fmt: skip


def stalled(accounts: QuerySet[Account], here: Here, by: By = "all") -> dict[str, Stall]:
    """How long each stage takes, of all accounts given whatever the filters: one query."""
    rows = stalls.told(accounts)
    return {one.stage.stage: one for one in stalls.read(rows, here.design, here.today, here.zone, by=by)}
