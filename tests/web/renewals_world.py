"""A called renewal of each owner's account, for the permission matrix; its words hold what only some may read."""

from __future__ import annotations

from datetime import datetime

from nenrin.customers.models import Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.work import renewals


def add(signed: Subscription, canary: str, at: datetime) -> None:
    renewals.say(signed, "open", reason=f"{canary} 検討中", next_step=f"{canary} 電話", by=SYSTEM, at=at)
    renewals.say(signed, "lost", reason=f"{canary} 指摘", side="manager", by=SYSTEM, at=at)
