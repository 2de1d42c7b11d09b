"""What a new day does to customers, and what a new installation starts with."""

from __future__ import annotations

from datetime import date, datetime

from nenrin.customers import regrading, rollovers, tiers, touch_models
from nenrin.customers.models import TierRule, TouchModel
from nenrin.foundation.actors import SYSTEM, Actor


def turn(as_of: date, *, at: datetime) -> int:
    """Terms roll over, deadlines pass, overrides run out: for the daily tick. Returns how many rows changed.

    Safe to repeat, and to call after days that were missed.
    """
    rolled = rollovers.roll(as_of, at=at)
    return rolled + regrading.regrade(as_of=as_of, by=SYSTEM, at=at, only_expired=True)


def install(*, by: Actor, at: datetime) -> None:
    """The default tiers and touch models, where there are none yet."""
    if not TierRule.objects.exists():
        tiers.replace(tiers.DEFAULTS, by=by, at=at)
    if not TouchModel.objects.exists():
        touch_models.replace(touch_models.DEFAULTS, by=by, at=at)
