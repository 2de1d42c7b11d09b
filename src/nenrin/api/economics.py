"""REST: the balance of the budget, its plan, and what customer success contributes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router
from ninja import Status as Answer

from nenrin.analytics.economics.balance import Cell, Row
from nenrin.analytics.economics.contribution import SOURCES, Line
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight.economics import balances, contributions, plans
from nenrin.insight.economics.contributions import Basis
from nenrin.insight.revenue import books, policies
from nenrin.insight.revenue.books import Ledger

router = Router(tags=["economics"])
VIEW, EDIT = Permission.COSTS_VIEW, Permission.COSTS_EDIT
Side = Literal["acquisition", "existing"]
Month = Annotated[str, Field(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]


class Asking(Strict):
    """`months` up to the one of `last` (as in 2026-03), with what was known at the end of `known`."""

    months: int = Field(12, ge=1, le=60)
    last: Month | None = None
    known: date | None = None


class SharedBy(Asking):
    """`share`: by what costs of nobody's own are shared among accounts."""

    share: Basis = "time"


class CellOut(Strict):
    """Money in minor units; null: not told, not planned. `arr` is won, at twelve times the MRR."""

    minor: int | None
    minutes: int | None
    plan_minor: int | None
    plan_minutes: int | None
    arr: int
    arr_per_unit: float | None


class RowOut(Strict):
    """`month` null: the months that are over, together. `share` of existing customers, of one."""

    month: date | None
    acquisition: CellOut
    existing: CellOut
    share: float | None
    plan_share: float | None
    hours_share: float | None


class DriftOut(Strict):
    """New MRR a month and customer marketing's share of all marketing: the last three months, and three before."""

    new_before: int
    new_now: int
    share_before: float
    share_now: float
    warns: bool


class BalanceOut(Strict):
    known: date
    currency: str
    phase: str | None
    phase_share: float | None
    left_out: int
    months: list[RowOut]
    whole: RowOut
    drift: DriftOut | None


class PlanIn(Strict):
    """Minor units of the reporting currency, and minutes; null: not planned. Both null take the plan back."""

    minor: int | None = Field(None, ge=0, le=10**15)
    minutes: int | None = Field(None, ge=0, le=60_000_000)


class PhaseIn(Strict):
    from_month: Month
    phase: Literal["growth", "mature"]
    existing_share: float = Field(ge=0, le=1)


class LineOut(Strict):
    """Money in minor units, added up month by month. `accounts` by month; null: costs or hours not told of a month."""

    accounts: int
    revenue: dict[str, int]
    cost: int | None
    own_cost: int | None
    contribution: int | None
    cost_per_account: float | None
    minutes: int | None
    kept_per_hour: float | None


class MonthOut(Strict):
    month: date
    line: LineOut


class GroupOut(Strict):
    """`touch_model` empty: accounts without one."""

    touch_model: str
    line: LineOut


class ContributionOut(Strict):
    """`nobody`: what could be given to no account. Groups and nobody add up to the whole."""

    known: date
    currency: str
    share: str
    left_out: int
    months: list[MonthOut]
    groups: list[GroupOut]
    nobody: LineOut
    whole: LineOut


class BehindOut(Strict):
    account_id: int
    touch_model: str
    line: LineOut


def _ledger(asking: Asking, request: ApiRequest) -> tuple[Ledger, date]:
    today = organisation.today(request.at)
    known = min(asking.known or today, today)
    last = date.fromisoformat(f"{asking.last}-01") if asking.last else known
    return books.ledger(known), min(last, known)


def _cell(cell: Cell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in CellOut.model_fields}


def _row(row: Row) -> dict[str, Any]:
    sides = {"acquisition": _cell(row.acquisition), "existing": _cell(row.existing)}
    return {name: sides.get(name, getattr(row, name)) for name in RowOut.model_fields}


@router.get("/balance", response=BalanceOut, summary="Get the balance of the budget")
@grants(VIEW)
def get_balance(request: ApiRequest, asking: Query[Asking]) -> Any:
    """Plan and actual of both sides by month, the ARR each won, and whether the balance drifts."""
    ledger, last = _ledger(asking, request)
    found = balances.balance_of(ledger, last, asking.months)
    drift = {name: getattr(found.drift, name) for name in DriftOut.model_fields} if found.drift else None
    return {
        "known": ledger.known, "currency": found.currency, "phase": found.phase.phase if found.phase else None,
        "phase_share": found.phase.existing_share if found.phase else None, "left_out": found.left_out,
        "months": [_row(row) for row in found.rows], "whole": _row(found.whole), "drift": drift,
    }  # fmt: skip


@router.put("/plan/{month}/{side}", response={204: None}, summary="Plan a month of one side")
@grants(EDIT)
def put_plan(request: ApiRequest, month: Month, side: Side, body: PlanIn) -> Any:
    """Money and hours that one side may spend in a month. Safe to repeat."""
    start, by = date.fromisoformat(f"{month}-01"), Actor.of(request.member)
    currency = policies.live(organisation.today(request.at)).reporting_currency
    plans.put(start, side, minor=body.minor, minutes=body.minutes, currency=currency, by=by, at=request.at)
    return Answer(204, None)


@router.put("/phase", response={204: None}, summary="Set the phase of the business")
@grants(EDIT)
def put_phase(request: ApiRequest, body: PhaseIn) -> Any:
    """From a month on: growth or mature, and the share of the money that existing customers should get."""
    start = date.fromisoformat(f"{body.from_month}-01")
    plans.phase(start, body.phase, body.existing_share, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _line(line: Line) -> dict[str, Any]:
    plain = {name: getattr(line, name) for name in LineOut.model_fields if name != "revenue"}
    return plain | {"revenue": dict(zip(SOURCES, line.revenue, strict=True))}


@router.get("/contribution", response=ContributionOut, summary="Get what customer success contributes")
@grants(VIEW)
def get_contribution(request: ApiRequest, asking: Query[SharedBy]) -> Any:
    """Revenue kept and expanded by source less the cost of serving, over whole months: by month and by touch model."""
    ledger, last = _ledger(asking, request)
    found = contributions.contribution_of(ledger, last, asking.months, asking.share)
    return {
        "known": ledger.known, "currency": found.currency, "share": found.basis, "left_out": found.left_out,
        "months": [{"month": month, "line": _line(line)} for month, line in found.months],
        "groups": [{"touch_model": group.key, "line": _line(group.line)} for group in found.groups],
        "nobody": _line(found.nobody), "whole": _line(found.whole),
    }  # fmt: skip


class AccountsAsking(SharedBy):
    """`touch_model` as in the groups; left out: every account. The first `limit` of those that contribute least."""

    touch_model: str | None = None
    limit: int = Field(200, ge=1, le=2000)


@router.get("/contribution/accounts", response=list[BehindOut], summary="List the accounts behind the contribution")
@grants(VIEW)
def list_contribution_accounts(request: ApiRequest, asking: Query[AccountsAsking]) -> Any:
    """Those that contribute least first."""
    ledger, last = _ledger(asking, request)
    found = contributions.behind(ledger, last, asking.months, asking.share, asking.touch_model)
    return [
        {"account_id": one.account, "touch_model": one.touch_model, "line": _line(one.line)}
        for one in found[: asking.limit]
    ]
