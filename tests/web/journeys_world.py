"""A journey, and a move of each owner's account in it, in the world of the permission matrix."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.work import journeys
from nenrin.work.models import Journey
from tests.work import journeys_world


def add(world: Any, account: Account, owner: str, canary: str, at: datetime) -> None:
    """With a reason that only some may read."""
    if not Journey.objects.exists():
        journeys_world.in_use(at)
        world.put("journey", "small")
        world.put("journey_stage", "onboarding")
    stay = journeys.move(account, "onboarding", reason=f"{canary} さんの依頼", by=SYSTEM, at=at)
    assert stay
    world.put("stay", stay.pk, owner)
