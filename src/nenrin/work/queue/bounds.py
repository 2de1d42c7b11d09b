"""Whose signals, of which accounts, from when and up to when: as values, or as places for them in a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import BigIntegerField, DateField, DateTimeField

from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.prepared import Numbers, Place
from nenrin.work.opportunities import holding
from nenrin.work.queue.portfolio import Portfolio

#: How far back each kind is looked for, and how long an urgent ticket may be open.
LEFT_DAYS, ANSWER_DAYS, TICKET_DAYS = 90, 45, 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """Any: a value as the comment says, or a `Place` for one."""

    accounts: Any  # ids of the portfolio's
    only: Any  # ids to which all else is narrowed; None for no such thing
    member: Any  # an id
    on: Any  # date
    soon: Any  # date: the end of the next business day
    left: Any  # date since when
    at: Any  # datetime
    answered: Any  # datetime since when, as `waiting` and unlike it `opened`
    waiting: Any
    opened: Any  # datetime before which

    def values(self) -> Mapping[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def of(portfolio: Portfolio) -> Bounds:
    on, at = portfolio.on, portfolio.at
    return Bounds(
        accounts=list(portfolio), only=portfolio.only, member=portfolio.member.pk, on=on, soon=add_business_days(on, 1),
        left=on - timedelta(LEFT_DAYS), at=at, answered=at - timedelta(ANSWER_DAYS), waiting=holding.since(at),
        opened=at - timedelta(TICKET_DAYS),
    )  # fmt: skip


def places(*, is_narrow: bool) -> Bounds:
    """`is_narrow`: with a place for the accounts to which all else is narrowed."""
    day = {name: Place(name, DateField()) for name in ("on", "soon", "left")}
    moment = {name: Place(name, DateTimeField()) for name in ("at", "answered", "waiting", "opened")}
    only = Numbers("only") if is_narrow else None
    return Bounds(accounts=Numbers("accounts"), only=only, member=Place("member", BigIntegerField()), **day, **moment)
