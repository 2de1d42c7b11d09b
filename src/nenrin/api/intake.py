"""REST: the conservation law of received events."""

from __future__ import annotations

from typing import Any

from ninja import Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.foundation.permissions import Permission
from nenrin.ingest import conservation, lakes

router = Router(tags=["sources"])


class IntakeLawOut(Strict):
    """received = stored + duplicate + quarantined + pending. `limited`: refused for their number, "at least"."""

    received: int
    stored: int
    duplicate: int
    quarantined: int
    pending: int
    limited: int
    holds: bool


class IntakeOut(Strict):
    total: IntakeLawOut
    sources: dict[str, IntakeLawOut]


@router.get("", response=IntakeOut, summary="Get what became of received events")
@grants(Permission.DATA_VIEW)
def get_intake(request: ApiRequest) -> Any:
    """The law in total and by the name of each source, at one moment."""
    rows = {name: {**row, "holds": conservation.holds(row)} for name, row in conservation.law(lakes.current()).items()}
    return {"total": rows.pop("total"), "sources": rows}
