"""Segments and health models on the past: who would have moved, which colours, which playbooks; as known on each day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.analytics.conditions import Unreadable
from nenrin.analytics.replays.edges import UNSURE
from nenrin.analytics.scores.bands import Band
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry
from nenrin.insight import health_models, segments
from nenrin.insight.days import number
from nenrin.insight.models import HealthModelVersion
from nenrin.playbooks import playbooks
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion, Rehearsal
from nenrin.playbooks.rehearsing import health_models as models
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.playbooks.rehearsing import segments as pasts
from nenrin.playbooks.replaying import replays
from nenrin.playbooks.replaying.grids import Rows
from tests.insight.world import World, at
from tests.playbooks import stage

QUIET = {"field": "days_since_activity", "op": ">=", "value": 7}


def _world() -> World:
    """Two accounts: one in use throughout, one silent from its sixteenth day on."""
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    drifting, thriving = world.open("東雲精機株式会社"), world.open("常磐システム開発株式会社")
    for account in (drifting, thriving):
        world.subscribe(account, seats=2)
    world.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    world.say("mapping", "product|signed_in", None, {"use": "login"})
    for day in range(40):
        for event in ("signed_in", "exported"):
            world.use(thriving.name, event=event, user="u1", times=4)
            if day < 15:
                world.use(drifting.name, event=event, user="u2", times=4)
        world.end_day()
    return world


@given(some.lists(some.sampled_from([0, 1, UNSURE]), min_size=1, max_size=40), some.integers(0, 3))
def test_what_enters_and_leaves_adds_up(states: list[int], come: int) -> None:
    """Inside at the end = inside on the first day + entered - left; what is not known is outside, as in the live segment."""
    seen, days = pasts.Seen(), np.arange(come, come + len(states))
    own = np.array(states, np.int8)
    pasts.gather(seen, Rows(np.ones(len(states), np.int64), days, {"own": own}), 0, come + len(states) - 1)
    inside = [state == 1 for state in states]
    begun = inside[0] if come == 0 else False
    entered = sum(move[2] for move in seen.moves)
    left = len(seen.moves) - entered
    assert inside[-1] == begun + entered - left
    assert seen.on_first == begun and seen.on_last == inside[-1]
    assert seen.stays == entered + begun and seen.days_inside == states.count(1)
    assert seen.unknown == states.count(UNSURE) and (1 in seen.inside) == (1 in states)


@pytest.mark.django_db
def test_a_segment_tells_who_would_have_entered_it_and_what_it_overlaps() -> None:
    world = _world()
    quiet = segments.save("利用なし", QUIET, by=SYSTEM, at=world.now)
    everybody = segments.save("全顧客", {"field": "status", "op": "=", "value": "customer"}, by=SYSTEM, at=world.now)
    segments.save("担当別", {"field": "owner", "op": "=", "value": str(stage.csm().pk)}, by=SYSTEM, at=world.now)
    row = rehearsals.of_segment(quiet, months=1, by=SYSTEM, at=world.now)
    assert rehearsals.of_segment(quiet, months=1, by=SYSTEM, at=world.now).pk == row.pk
    assert rehearsals.step(world.now) == 1 and rehearsals.step(world.now) == 0
    report = Rehearsal.objects.get().report
    assert (report["entered"], report["left"], report["accounts"]) == (1, 0, 1)
    [[_, day, entered]] = report["moves"]
    assert entered and day == number(date(2026, 4, 6) + timedelta(14)) + 7
    [overlap] = report["overlaps"]
    assert (overlap["segment"], overlap["ever"], overlap["last"]) == (everybody.pk, 1, 1)
    assert report["left_out"] == ["担当別"] and report["on_last"] == 1 and sum(m[1] for m in report["months"]) == 1
    assert Entry.objects.filter(action__startswith="playbooks.rehearsal.").count() == 2


@pytest.mark.django_db
def test_a_draft_stands_beside_the_segment_and_with_it_once_it_is_saved() -> None:
    world = _world()
    quiet = segments.save("利用なし", QUIET, by=SYSTEM, at=world.now)
    everybody = {"field": "status", "op": "=", "value": "customer"}
    draft = rehearsals.of_draft(everybody, segment=quiet, months=1, by=SYSTEM, at=world.now)
    assert rehearsals.of_draft(everybody, segment=quiet, months=1, by=SYSTEM, at=world.now).pk == draft.pk
    live = rehearsals.beside(draft, quiet)
    assert live is not None and live.document == QUIET and Rehearsal.objects.count() == 2
    while rehearsals.step(world.now):
        pass
    draft.refresh_from_db()
    live.refresh_from_db()
    assert (draft.report["accounts"], live.report["entered"]) == (2, 1) and draft.report["overlaps"] == []
    assert rehearsals.newest("segment", str(quiet.pk)) == live, "the draft is not the segment's own"
    quiet.refresh_from_db()
    saved = segments.save("利用なし", everybody, by=SYSTEM, at=world.now, segment=quiet)
    assert rehearsals.adopt(saved, by=SYSTEM) == 1
    assert Rehearsal.objects.get(pk=draft.pk).key == str(quiet.pk) and rehearsals.adopt(saved, by=SYSTEM) == 0
    alone = rehearsals.of_draft(QUIET, months=1, by=SYSTEM, at=world.now)
    rehearsals.step(world.now)
    alone.refresh_from_db()
    assert alone.state == "done" and [one["segment"] for one in alone.report["overlaps"]] == [quiet.pk]
    with pytest.raises(Unreadable):
        rehearsals.of_draft({"field": "no_such", "op": "=", "value": 1}, months=1, by=SYSTEM, at=world.now)


@pytest.mark.django_db
def test_a_condition_that_the_past_cannot_answer_is_refused_with_its_name() -> None:
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    world.open("東雲精機株式会社")
    condition = {"field": "owner", "op": "=", "value": str(stage.csm().pk)}
    rehearsals.of_segment(segments.save("担当別", condition, by=SYSTEM, at=world.now), by=SYSTEM, at=world.now)
    rehearsals.step(world.now)
    row = Rehearsal.objects.get()
    assert row.state == "failed" and row.problem["ja"] == "過去のデータにない項目: owner"


@pytest.mark.django_db
def test_a_replay_hears_an_answer_on_the_day_on_which_it_became_known() -> None:
    world = _world()
    account = world.open("若葉商事株式会社")
    world.subscribe(account)
    world.end_day()
    told = {"survey": "nps", "score": 3, "answered_on": (world.today - timedelta(20)).isoformat(), "role": ""}
    world.say("answer", "a1", account.pk, told)
    known = world.today
    for _ in range(3):
        world.end_day()
    document = stage.document(when=[{"trigger": "answer", "survey": "nps", "low": 0, "high": 6}])
    playbooks.draft(document, by=SYSTEM, at=world.now)
    replays.ask(PlaybookVersion.objects.get(), months=1, by=SYSTEM, at=world.now)
    replays.step(world.now)
    [[who, day, _]] = PlaybookReplay.objects.get().report["firings"]
    assert (who, day) == (account.pk, number(known)), "an answer that came late fires when it came"


@pytest.mark.django_db
def test_a_draft_that_is_the_live_version_changes_nothing_and_a_stricter_one_turns_more_red() -> None:
    world = _world()
    stage.published(stage.document(), at=world.now)
    live = HealthModelVersion.objects.get(key="standard", state="published")
    rehearsals.of_model(live, months=1, by=SYSTEM, at=world.now)
    rehearsals.step(world.now)
    report = Rehearsal.objects.get().report
    assert report["live"] == report["draft"] and not report["moved"] and report["apart"] == 1
    [playbook] = report["playbooks"]
    assert playbook["live"] == playbook["draft"] and playbook["playbook"] == "rescue"
    assert report["live"]["account_years"] == pytest.approx(2 * 30 / 365, abs=0.06)
    strict = {**live.document["bands"], "healthy": 99.0, "caution": 98.0}
    health_models.draft({**live.document, "bands": strict}, by=SYSTEM, at=world.now)
    draft = HealthModelVersion.objects.get(key="standard", state="draft")
    rehearsals.of_model(draft, months=1, by=SYSTEM, at=world.now)
    rehearsals.step(world.now)
    report = rehearsals.newest("health_model", f"standard/{draft.number}").report  # type: ignore[union-attr]
    red = Band.AT_RISK.value
    assert report["draft"]["bands"][red] > report["live"]["bands"][red] and report["moved"]


def test_a_change_from_or_to_unknown_is_no_change_of_colour() -> None:
    shown = np.array([3, 0, 3, 2, 2, 1, 1, 1], np.int8)
    account = np.array([1, 1, 1, 1, 1, 1, 2, 2], np.int64)
    lived = models.Lived(account, np.arange(8), np.zeros(8, np.int64), shown, np.ones(8))
    assert models.changed(lived).tolist() == [False, False, False, True, False, True, False, False]


def test_a_week_stands_for_each_of_its_days() -> None:
    lived = models.Lived(np.array([1, 1]), np.array([0, 7]), np.array([5, 9]), np.array([3, 1], np.int8), np.ones(2))
    table = models.Daily(lived, 7)(None, date(1970, 1, 3), date(1970, 1, 10))  # type: ignore[arg-type]
    assert table.column("score").to_pylist() == [5] * 5 + [9] * 3
    assert table.column("day").to_pylist()[0] == date(1970, 1, 3) and table.column("shown").to_pylist()[-1] == "at_risk"
