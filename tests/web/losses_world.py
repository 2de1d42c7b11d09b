"""A loss of each owner's account, for the permission matrix; its words hold what only some may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.work import churn_reasons, losses
from nenrin.work.losses import Leaving
from nenrin.work.models import ChurnReason

if TYPE_CHECKING:
    from tests.web.matrix_world import World


def add(world: World, account: Account, owner: str, canary: str, at: datetime) -> None:
    churn_reasons.install(by=SYSTEM, at=at)
    (row,) = losses.open_many([Leaving(account, None, date(2026, 11, 1), None, 0)], by=SYSTEM, at=at)
    losses.explain(row, competitor=canary, words=f"{canary} が退職", by=SYSTEM, at=at)
    world.put("loss", row.pk, owner)
    world.put("churn_reason", ChurnReason.objects.earliest("pk").pk)
    world.put("churn_reason_key", ChurnReason.objects.earliest("pk").key)
