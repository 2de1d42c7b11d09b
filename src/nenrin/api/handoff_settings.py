"""REST: how handoffs are held: by when after the signature, and whether one opens by itself."""

from __future__ import annotations

from typing import Any

from ninja import Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.work.handing import policies

router = Router(tags=["handoffs"])
CONFIGURE = Permission.JOURNEYS_CONFIGURE


class HandoffSettings(Strict):
    """`due_days`: business days from the signature until sales sends it."""

    due_days: int
    opens_itself: bool


class HandoffSettingsIn(Strict):
    """Fields that are left out stay."""

    due_days: int | None = None
    opens_itself: bool | None = None


@router.get("/settings", response=HandoffSettings, summary="Get how handoffs are held")
@grants(CONFIGURE)
def get_handoff_settings(request: ApiRequest) -> Any:
    """What was chosen, or the defaults."""
    return _told()


@router.put("/settings", response=HandoffSettings, summary="Choose how handoffs are held")
@grants(CONFIGURE)
def put_handoff_settings(request: ApiRequest, body: HandoffSettingsIn) -> Any:
    """For handoffs from now on; those under way keep their day. Safe to repeat."""
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    policies.change(**_told() | given, by=Actor.of(request.member), at=request.at)
    return _told()


def _told() -> dict[str, Any]:
    row = policies.current()
    return {"due_days": row.due_days, "opens_itself": row.opens_itself}
