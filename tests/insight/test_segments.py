"""Segments are filters that count themselves and remember who was in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nenrin.analytics.conditions import Unreadable
from nenrin.customers import tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import segments
from nenrin.insight.models import SegmentMembership
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db
FEW = {
    "all": [
        {"field": "weekly_active_users", "op": "<", "value": 2},
        {"field": "status", "op": "=", "value": "customer"},
    ]
}


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    for name, users in ((THRIVING, 3), (DRIFTING, 1)):
        account = made.open(name)
        made.subscribe(account)
        for user in range(users):
            made.use(name, user=f"u{user}")
    made.refresh()
    return made


def test_a_segment_knows_its_accounts_and_says_its_condition(world: World) -> None:
    saved = segments.save("Few users", FEW, by=SYSTEM, at=world.now)
    assert saved.counted == 1
    assert segments.sentence(saved.condition).en == "Weekly active users are below 2 and status is Customer"
    assert "未満" in segments.sentence(saved.condition).ja
    assert not Entry.objects.filter(action="insight.segment.entered").exists()


def test_an_account_that_comes_to_match_enters_and_later_leaves(world: World) -> None:
    saved = segments.save("Few users", FEW, by=SYSTEM, at=world.now)
    before = world.now
    world.end_day()
    for user in range(3):
        world.use(DRIFTING, user=f"v{user}")
    world.refresh()
    saved.refresh_from_db()
    assert saved.counted == 0
    left = SegmentMembership.objects.get(segment=saved)
    assert left.left_at == world.now
    assert Entry.objects.get(action="insight.segment.left").account == left.account_id
    assert segments.counted_on(saved, before + timedelta(hours=1)) == 1
    assert segments.counted_on(saved, world.now) == 0


def test_a_condition_may_ask_for_tags_and_health(world: World) -> None:
    drifting = Account.objects.get(name=DRIFTING)
    tags.change([drifting], add=["pilot"], by=SYSTEM, at=world.now)
    found = segments.accounts_in({"field": "tags", "op": "contains", "value": "pilot"}, at=world.now)
    assert found == [drifting.pk]
    assert len(segments.accounts_in({"field": "health.score", "op": ">=", "value": 0}, at=world.now)) == 2


def test_a_condition_that_does_not_read_is_refused_by_place(world: World) -> None:
    with pytest.raises(Unreadable, match=r"all\[0\].field"):
        segments.save("Broken", {"all": [{"field": "statos", "op": "=", "value": "customer"}]}, by=SYSTEM, at=world.now)


def test_two_who_change_the_same_segment_are_not_silently_merged(world: World) -> None:
    mine = segments.save("Few users", FEW, by=SYSTEM, at=world.now)
    theirs = type(mine).objects.get(pk=mine.pk)
    segments.save("Fewer users", FEW, by=SYSTEM, at=world.now, segment=theirs)
    with pytest.raises(segments.Stale):
        segments.save("Mine", FEW, by=SYSTEM, at=world.now, segment=mine)
    with pytest.raises(segments.NameTaken):
        segments.save("Fewer users", FEW, by=SYSTEM, at=world.now)
