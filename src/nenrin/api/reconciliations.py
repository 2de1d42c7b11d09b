"""REST: from what a forecast counts as lost in a month to the churn of its movements."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ninja import Router
from ninja.errors import HttpError

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import OLDEST, own
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.insight.executive import reconciliations
from nenrin.insight.executive.reconciliations import Line
from nenrin.insight.refresh import here

router = Router(tags=["risk"])
MOST = 500


class PartOut(Strict):
    account: int
    minor: int


class LineOut(Strict):
    """Minor units, losses positive; at most 500 of `total` accounts, the largest amounts first."""

    line: str
    name_en: str
    name_ja: str
    minor: int
    total: int
    items: list[PartOut]


class ReconciliationOut(Strict):
    """`lines` add up to `booked`, the churn of the month's movements (net view); the first one is the forecast's `actual`."""

    begins: date
    ends: date
    known: date
    currency: str
    booked: int
    lines: list[LineOut]


@router.get("/reconciliation", response=ReconciliationOut, summary="Get what ties a forecast to the churn booked")
@grants(Permission.SUBSCRIPTIONS_VIEW)
def get_reconciliation(request: ApiRequest, as_of: date | None = None) -> Any:
    """Of the month that holds `as_of`; without it, of the last one that is over. 422 for a month that is not over."""
    known = here().scored_through or organisation.today(request.at) - timedelta(days=1)
    newest = (known + timedelta(days=1)).replace(day=1)  # the first month that is not over
    begins = as_of.replace(day=1) if as_of else (newest - timedelta(days=1)).replace(day=1)
    if not OLDEST <= begins < newest:
        raise HttpError(422, f"as_of: {as_of} must lie between {OLDEST} and {newest - timedelta(days=1)}")
    found = reconciliations.reconciliation(begins, known, own(request.member))
    return {
        "begins": found.begins,
        "ends": found.ends,
        "known": known,
        "currency": found.currency,
        "booked": found.booked,
        "lines": [_line(line) for line in found.lines],
    }


def _line(of: Line) -> dict[str, Any]:
    parts = [{"account": account, "minor": minor} for account, minor in of.accounts[:MOST]]
    return {"line": of.key, "name_en": of.name.en, "name_ja": of.name.ja, "minor": of.minor, "total": len(of.accounts),
            "items": parts}  # fmt: skip
