"""REST: the whitespace: products and plans over groups of customers."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission
from nenrin.work.opportunities import contracts, whitespace
from nenrin.work.opportunities.whitespace import Cell, Group, Line, Matrix

router = Router(tags=["opportunities"])
VIEW = Permission.OPPORTUNITIES_VIEW


class WhitespaceAsked(Strict):
    by: Group = "tier"


class WhitespaceCell(Strict):
    """Of the `customers` of a group, `having` have it; `healthy_without` are healthy and do not. `share`: null of nobody."""

    having: int
    customers: int
    healthy_without: int
    share: float | None


class WhitespaceLine(Strict):
    """A product (`plan_id` null) or one of its plans; `cells` in the order of `groups`."""

    product_id: int
    plan_id: int | None
    name: str
    cells: list[WhitespaceCell]
    total: WhitespaceCell


class WhitespaceOut(Strict):
    """`groups`: keys of tiers or names of industries, the largest first; empty: not set, "…": the smaller ones together."""

    by: Group
    groups: list[str]
    customers: int
    lines: list[WhitespaceLine]


@router.get("/whitespace", response=WhitespaceOut, summary="Get the whitespace")
@grants(VIEW)
def get_whitespace(request: ApiRequest, asked: Query[WhitespaceAsked]) -> Any:
    """Which groups of the customers in your scope have which products and plans, and how many healthy ones do not yet."""
    within = Account.objects.for_member(request.member, VIEW)
    found: Matrix = whitespace.of(contracts.current(within), asked.by)
    return {
        "by": asked.by,
        "groups": list(found.groups),
        "customers": found.customers,
        "lines": [_line(line) for line in found.lines],
    }


def _line(of: Line) -> dict[str, Any]:
    told = {"product_id": of.product, "plan_id": of.plan, "name": of.name}
    return told | {"cells": [_cell(cell) for cell in of.cells], "total": _cell(of.total)}


def _cell(of: Cell) -> dict[str, Any]:
    told = {"having": of.having, "customers": of.n, "healthy_without": of.healthy_without}
    return told | {"share": of.having / of.n if of.n else None}
