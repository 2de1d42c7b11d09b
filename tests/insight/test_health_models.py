"""Health models: drafted, previewed, published, gone back on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.documents import DocumentError
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import explanation, health_models
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.insight.previewing import preview
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.say("mapping", "product|signed_in", None, {"use": "login", "feature": None})
    made.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    for name in (THRIVING, DRIFTING):
        account = made.open(name)
        made.subscribe(account, seats=4)
        made.touch(account)
    for _ in range(2):
        for user in range(4):
            made.use(THRIVING, user=f"u{user}", times=2)
            made.use(THRIVING, event="exported", user=f"u{user}", times=5)
        made.use(DRIFTING, event="exported")
        made.end_day()
    made.use(THRIVING)
    made.refresh()
    return made


def standard() -> dict[str, Any]:
    return dict(HealthModelVersion.objects.get(key="standard", state="published", number=1).document)


def test_the_library_is_live_and_its_order_is_stated(world: World) -> None:
    assert [one.key for one in health_models.listed()] == ["onboarding", "tech_touch", "standard"]
    assert health_models.install(at=world.now) == []
    assert all(abs(one.model.total - 100) < 1e-9 for one in health_models.listed())


def test_a_preview_is_what_publishing_then_does(world: World) -> None:
    """Edges of 95 and 90: the thriving account would no longer be healthy."""
    before = Health.objects.get(account__name=THRIVING)
    assert before.band == Band.HEALTHY
    strict = {**standard(), "bands": {"healthy": 99, "caution": 97, "hysteresis": 0, "dwell_days": 0}}
    drafted = health_models.draft(strict, by=SYSTEM, at=world.now)
    seen = preview.of(health_models.model_of(drafted), at=world.now)
    assert (seen.before[Band.HEALTHY], seen.after[Band.HEALTHY], seen.taken) == (1, 0, 2)
    assert [(change.name, change.after) for change in seen.changed if change.name == THRIVING] == [
        (THRIVING, Band.AT_RISK)
    ]
    assert Health.objects.get(account__name=THRIVING).band == Band.HEALTHY
    health_models.publish("standard", by=SYSTEM, at=world.now, note="stricter")
    world.refresh()
    after = Health.objects.get(account__name=THRIVING)
    assert after.band == Band.AT_RISK
    (change,) = [change for change in seen.changed if change.name == THRIVING]
    assert change.score_after == round(after.score, 1)


def test_a_new_version_is_the_configuration_part_of_the_difference(world: World) -> None:
    account = Health.objects.get(account__name=THRIVING).account_id
    groups = [group for group in standard()["groups"] if group["key"] != "value"]
    health_models.draft({**standard(), "groups": groups}, by=SYSTEM, at=world.now)
    health_models.publish("standard", by=SYSTEM, at=world.now, note="fewer")
    world.refresh()
    found = explanation.of(account, since=world.today - timedelta(1))
    assert found is not None and found.version.number == 2
    parts = {part.key: part.points for part in found.parts}
    assert parts["configuration"] != 0
    assert round(sum(parts.values()), 1) == found.difference


def test_going_back_publishes_the_earlier_version_anew_and_keeps_the_draft(world: World) -> None:
    first = HealthModelVersion.objects.get(key="standard", number=1)
    world.model(half_life_days=3)
    health_models.draft({**standard(), "grace_days": 5}, by=SYSTEM, at=world.now)
    live = health_models.roll_back(first, by=SYSTEM, at=world.now)
    assert live.number > 2 and live.document == first.document
    assert HealthModelVersion.objects.get(key="standard", state="draft").document["grace_days"] == 5
    assert Entry.objects.filter(action="insight.model.published", version=live.number).exists()


def test_a_withdrawn_model_leaves_its_accounts_to_the_next(world: World) -> None:
    health_models.withdraw("standard", by=SYSTEM, at=world.now, note="gone")
    world.refresh()
    assert Health.objects.count() == 0
    world.model("standard")
    world.refresh()
    assert Health.objects.count() == 2


def test_a_draft_that_somebody_else_saved_is_not_overwritten(world: World) -> None:
    mine = health_models.draft(standard(), by=SYSTEM, at=world.now)
    health_models.draft(standard(), by=SYSTEM, at=world.now + timedelta(minutes=5))
    with pytest.raises(health_models.Stale):
        health_models.draft(standard(), by=SYSTEM, at=world.now + timedelta(minutes=9), seen=mine.changed_at)


def test_a_model_with_a_measure_nobody_knows_is_refused(world: World) -> None:
    document = standard()
    document["groups"][0]["measures"][0]["measure"] = "log_ins"
    with pytest.raises(DocumentError, match="measure 'log_ins': there is no such measure"):
        health_models.draft(documents.to_yaml(documents.from_dict(document)), by=SYSTEM, at=world.now)


def test_closed_days_keep_the_model_they_had(world: World) -> None:
    health_models.draft(standard(), by=SYSTEM, at=world.now)
    with pytest.raises(health_models.DayIsClosed):
        health_models.publish("standard", by=SYSTEM, at=world.now, live_from=world.today - timedelta(1))
