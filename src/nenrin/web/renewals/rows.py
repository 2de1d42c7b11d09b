"""Which renewals a page or file shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from nenrin.foundation.permissions import Permission
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain
from nenrin.work import renewal_lines
from nenrin.work.models.renewal import CALLS, PROBABILITY, Call
from nenrin.work.renewal_lines import Line

FILTERS: Final = ("q", "months", "owner", "call", "apart")
MONTHS: Final = (("3", Text("3 months", "3か月")), ("6", Text("6 months", "6か月")), ("12", Text("12 months", "12か月")),
                 ("24", Text("24 months", "24か月")))  # fmt: skip
DEFAULT_MONTHS: Final = "6"
UNCALLED: Final = "none"
NOT_CALLED: Final = Text("Not called yet", "未入力")
CHOICES: Final = ((UNCALLED, NOT_CALLED), *((call.value, word) for call, word in CALLS.items()))
DEFAULT_SORT: Final = "apart"

SORTS: Final[dict[str, Callable[[Line], Any]]] = {
    "account": lambda x: x.name, "decision": lambda x: x.decision_on, "ends": lambda x: x.ends_on,
    "mrr": lambda x: (x.mrr.currency, x.mrr.minor), "health": lambda x: x.score, "model": lambda x: x.p,
    "call": lambda x: PROBABILITY[Call(x.call.call)] if x.call else None, "owner": lambda x: x.owner_name or None,
}  # fmt: skip


def asked(
    request: MemberRequest, today: date, permission: Permission = Permission.RENEWALS_VIEW
) -> tuple[list[Line], list[Line], dict[str, str]]:
    """All lines of these months, those that the filters leave, and the filters."""
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    if filters["months"] not in dict(MONTHS):
        filters["months"] = DEFAULT_MONTHS
    until = today + timedelta(days=round(int(filters["months"]) * renewal_lines.MONTH))
    every = renewal_lines.ahead(request.user, today, until, permission)
    return every, [one for one in every if _fits(one, filters)], filters


def _fits(line: Line, filters: dict[str, str]) -> bool:
    if filters["q"] and normal(filters["q"]) not in normal(line.name):
        return False
    if filters["owner"] and filters["owner"] != str(line.owner):
        return False
    if filters["call"] and filters["call"] != (line.call.call if line.call else UNCALLED):
        return False
    return not filters["apart"] or line.is_apart


def ordered(lines: list[Line], sort: str) -> list[Line]:
    """Blanks last either way; without an order, those at odds first."""
    value = SORTS.get(sort.removeprefix("-"))
    if value is None:
        return lines
    blank = [one for one in lines if value(one) is None]
    known = [one for one in lines if value(one) is not None]
    return sorted(known, key=value, reverse=sort.startswith("-")) + blank
