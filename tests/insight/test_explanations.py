"""Why a score is what it is, between any two days: whatever happened in between, the parts add up."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest

from nenrin.customers import accounts, attributes
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import explanation, overrides
from nenrin.insight.explanation import Explanation
from nenrin.insight.models import HealthModelVersion
from nenrin.values import Text
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db
DAYS = 6


def _tier(world: World, account: Account, tier: str) -> None:
    body = {"status": "customer", "tier": tier, "tags": [], "attributes": account.attributes}
    world.say("account", str(account.pk), account.pk, {**body, "customer_since": "2025-01-06"})


def _model(world: World, random: Random) -> HealthModelVersion:
    """Another version that judges by the attribute, with a curve of its own for big customers."""
    curve = {"default": [[0, 0], [random.randint(5, 9), 100]], "enterprise": [[0, 0], [random.randint(30, 60), 100]]}
    stores = {"measure": "attribute:stores", "weight": random.randint(5, 40), "better": "higher", "curve": curve}
    kept = [group for group in world.model().document["groups"] if group["key"] != "stores"]
    groups = [*kept, {"key": "stores", "name": "Stores", "measures": [stores]}]
    return world.model(groups=groups, half_life_days=random.choice((0, 7)), grace_days=0, min_coverage=0.1)


@pytest.fixture
def lived(org: Organisation) -> tuple[World, list[Account], date]:
    """Six days: stores open and close, a tier changes, three versions of the model, one override."""
    random, world = Random(20261122), World().begin()
    attributes.declare("stores", name=Text("Stores", "店舗数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=world.now)
    born = [world.open(name, attributes={"stores": 4}) for name in (THRIVING, DRIFTING)]
    first = world.today
    for day in range(DAYS):
        if day in (1, 3):
            _model(world, random)
        for account in born:
            world.use(account.name, user=f"u{random.randrange(3)}", times=random.randint(1, 5))
            account.refresh_from_db()
            accounts.change(account, by=SYSTEM, at=world.now, attributes={"stores": random.choice((None, 2, 7, 20))})
        if day == 4:
            _tier(world, born[0], "enterprise")
            overrides.set_(
                born[1].pk, by=SYSTEM, at=world.now, reason="known", score=33.3, expires_on=world.today + timedelta(30)
            )
        world.end_day()
    world.refresh()
    return world, born, first


def _adds_up(told: Explanation) -> None:
    assert round(sum(row.contribution for row in told.rows), 1) == told.score
    assert round(sum(row.loss for row in told.rows), 1) == round(100 - told.score, 1)
    assert round(sum(row.recent_loss for row in told.rows), 1) == round(-told.difference, 1)
    for figures in ([row.change for row in told.rows], [part.points for part in told.parts]):
        assert round(sum(figures), 1) == told.difference


def test_between_any_two_days_contributions_changes_and_parts_add_up(
    lived: tuple[World, list[Account], date],
) -> None:
    world, born, first = lived
    moved: dict[str, float] = {}
    versions = set()
    for account in born:
        for since, on in combinations([first + timedelta(n) for n in range(DAYS + 1)], 2):
            told = explanation.of(account.pk, None if on == world.today else on, since)
            assert told is not None and (told.as_of, told.since) == (on, since)
            _adds_up(told)
            versions.add(told.version.number)
            for part in told.parts:
                moved[part.key] = moved.get(part.key, 0) + abs(part.points)
    assert len(versions) == 2
    assert all(moved[part] > 0 for part in ("data", "missing", "configuration", "override", "carried"))


def test_a_curve_of_another_tier_and_another_version_are_told_apart(lived: tuple[World, list[Account], date]) -> None:
    """On the fifth day nothing but the tier and the facts changed: no part of it is the configuration's."""
    _, (thriving, _), first = lived
    told = explanation.of(thriving.pk, first + timedelta(4), first + timedelta(3))
    assert told is not None and {part.key: part.points for part in told.parts}["configuration"] == 0
    told = explanation.of(thriving.pk, first + timedelta(3), first + timedelta(2))
    assert told is not None and {part.key: part.points for part in told.parts}["configuration"] != 0
