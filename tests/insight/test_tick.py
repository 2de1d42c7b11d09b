"""Days that are over: final, stored, explained, and scanned at once where history was imported."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nenrin.analytics.scores.bands import Band
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import backfill, explanation, hard_events, overrides, queries, refresh, tick
from nenrin.insight.models import DailyScore, Health, HealthDetail, Progress
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import FIRST, World, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.say("mapping", "product|signed_in", None, {"use": "login", "feature": None})
    made.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    return made


def live(world: World, days: int, *, key: str = THRIVING, users: int = 4) -> None:
    for _ in range(days):
        for user in range(users):
            world.use(key, user=f"u{user}", times=2)
            world.use(key, event="exported", user=f"u{user}", times=5)
        world.end_day()


def test_missed_days_are_closed_one_by_one_and_then_there_is_nothing_left(world: World) -> None:
    world.open(THRIVING)
    world.carry()
    later = at(FIRST + timedelta(3), hour=6)
    assert [tick.close_day(later) for _ in range(4)] == [FIRST, FIRST + timedelta(1), FIRST + timedelta(2), None]
    assert DailyScore.objects.count() == 3


def test_a_tick_that_died_before_its_tables_is_made_good_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.open(THRIVING)
    world.subscribe(account)
    live(world, 2)
    world.use(THRIVING)
    world.carry()

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(tick.projection, "show", dies)
        with pytest.raises(RuntimeError):
            tick.close_day(at(world.today + timedelta(1), hour=0))
    assert tick.close_day(at(world.today + timedelta(1), hour=1)) == world.today
    assert DailyScore.objects.filter(account=account).count() == 3
    assert len(queries.health_table(world.today).rows) == 1


def test_a_silent_customer_falls_and_says_why_in_both_languages(world: World) -> None:
    world.model(half_life_days=2)
    account = world.open(DRIFTING)
    world.subscribe(account, seats=4)
    world.touch(account)
    live(world, 5, key=DRIFTING)
    busy = Health.objects.get(account=account)
    for _ in range(10):
        world.use("somebody else")
        world.end_day()
    found = explanation.of(account.pk, since=busy.as_of)
    assert found is not None and found.score < busy.score
    assert round(sum(row.contribution for row in found.rows), 1) == found.score
    assert round(sum(row.loss for row in found.rows), 1) == round(100 - found.score, 1)
    assert round(sum(row.change for row in found.rows), 1) == found.difference
    assert round(sum(part.points for part in found.parts), 1) == found.difference
    assert found.finding.en.startswith("Down from") and "低下" in found.finding.ja
    said = Entry.objects.get(action="insight.health.fell", account=account.pk)
    assert journal.sentence(said).en.startswith("Health fell to caution (")
    assert "アクティブ" in journal.sentence(said).ja or "利用" in journal.sentence(said).ja


def test_a_hard_event_is_at_risk_at_once_and_an_override_is_shown_as_one(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account, seats=4)
    world.touch(account)
    live(world, 3)
    world.use(THRIVING)
    world.refresh()
    assert Health.objects.get(account=account).band == Band.HEALTHY
    hard_events.tell(account.pk, "payment_failed", by=SYSTEM, at=world.now, reason="card expired")
    world.refresh()
    assert Health.objects.get(account=account).band == Band.AT_RISK
    world.end_day()
    overrides.set_(
        account.pk,
        band="caution",
        by=SYSTEM,
        at=world.now,
        reason="talked to the CFO",
        expires_on=world.today + timedelta(7),
    )
    world.refresh()
    assert (health := Health.objects.get(account=account)).band == Band.CAUTION and health.is_overridden
    sentence = Entry.objects.filter(action="insight.health.fell").get().particulars
    assert sentence["finding_en"].startswith("Payment failed twice.")


def test_health_of_any_past_day_is_what_was_shown_that_day(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account, seats=4)
    live(world, 2)
    shown = Health.objects.get(account=account)
    live(world, 4, users=1)
    table = queries.health_table(shown.as_of)
    assert table.basis == "shown"
    assert [(row.account, row.score) for row in table.rows] == [(account.pk, round(shown.score, 1))]
    assert table.rows[0].model == "standard v1"


def test_late_facts_change_a_recomputation_and_never_what_was_shown(world: World) -> None:
    account = world.open(THRIVING)
    world.subscribe(account, seats=4)
    live(world, 2, users=1)
    first = world.today - timedelta(1)
    for user in range(4):
        world.use(THRIVING, user=f"late{user}", on=first)
    world.end_day()
    shown, now = queries.health_table(first), queries.health_table(first, known_at=world.today)
    assert (shown.basis, now.basis) == ("shown", "recomputed")
    assert now.rows[0].today > shown.rows[0].today
    assert queries.health_table(first, model="standard:1").rows[0].today == shown.rows[0].today


def test_imported_history_is_scanned_as_if_it_had_been_lived(world: World) -> None:
    """The same life twice: day by day with a tick each, and at once over the grid."""
    account = world.open(THRIVING)
    world.subscribe(account, seats=4)
    live(world, 4)
    live(world, 4, users=0)
    live(world, 2, users=2)
    lived = list(
        DailyScore.objects.filter(account=account).values_list("day", "today", "score", "band").order_by("day")
    )
    last, closed = world.today - timedelta(1), HealthDetail.objects.get(account=account).closed
    for table in ("history_scores", "history_measures"):
        (world.lake.path / table).rename(world.lake.path / f"{table}.was")
    for model in (DailyScore, Health, HealthDetail):
        model.objects.all().delete()
    Progress.objects.update(scored_through=None)
    told: list[int] = []
    assert backfill.backfill(FIRST, last, at=world.now, told=told.append) == 1
    assert (
        list(DailyScore.objects.filter(account=account).values_list("day", "today", "score", "band").order_by("day"))
        == lived
    )
    assert HealthDetail.objects.get(account=account).closed == closed
    assert told == [1]
    with pytest.raises(backfill.NotYesterday):
        backfill.backfill(FIRST, last - timedelta(1), at=world.now)
    world.use(THRIVING)
    world.end_day()
    assert refresh.here().scored_through == last + timedelta(1)
