"""Replay identity: every past day recomputed as known then equals what was stored that day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.insight.days import number
from tests.insight import histories
from tests.insight.world import World


@pytest.mark.django_db
def test_thirty_random_histories_replayed_are_what_was_stored(org: Organisation) -> None:
    outcome = histories.live(World().begin(), histories=30, days=6, seed=20261122)
    assert outcome.compared > 150
    assert outcome.differences == []


@pytest.mark.django_db
def test_a_fact_that_slips_behind_a_closed_day_is_found(org: Organisation) -> None:
    """The comparison can fail: a pulse that claims to have been known on a day that is closed changes that day."""
    world = World().begin()
    first = world.today
    histories.live(world, histories=2, days=3, seed=5)
    closed = world.today - timedelta(1)
    for account in Account.objects.all():
        world.say("pulse", f"sneaked.{account.pk}", account.pk, {"grade": 1}, valid=closed)
    world.today = closed
    Organisation.objects.update(closed_through=None)
    world.carry()
    assert {found["day"] for found in histories.compared(world, first, closed, 2).differences} == {number(closed)}
