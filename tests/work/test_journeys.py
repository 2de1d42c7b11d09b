"""Journeys: designed in versions, moved along with a reason where criteria are unmet, remembered, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.conditions import standard
from nenrin.customers import accounts
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import segments
from nenrin.work import following, journeys
from nenrin.work.journeys import checks, designs, documents, placing, rounds, stalls, standings
from nenrin.work.journeys.stalls import Told
from nenrin.work.models import Journey, StageStay
from nenrin.work.models.journey import Standing
from nenrin.work.privacy import journeys as privacy
from tests import cast
from tests.work import journeys_world as world

TOKYO = ZoneInfo("Asia/Tokyo")
DESIGN = documents.parse(world.DOCUMENT, standard())
pytestmark = pytest.mark.django_db


def history(account: Account) -> list[tuple[str, datetime, datetime | None]]:
    rows = StageStay.objects.counted().filter(account=account).order_by("since", "pk")
    return list(rows.values_list("stage", "since", "until"))


def test_a_move_needs_a_reason_where_criteria_are_unmet(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    account = world.customer(cast.STARTING, "onboarding", at=at, tags=["well"])
    with pytest.raises(journeys.NeedsReason) as refused:
        journeys.move(account, "adoption", by=SYSTEM, at=at)
    [objection] = refused.value.objections[account.pk]
    assert objection.code == "exit" and "done" in objection.text.en and "はじめる" in objection.text.ja
    account.refresh_from_db()
    assert account.stage == "onboarding"
    later = at + timedelta(days=3)
    stay = journeys.move(account, "adoption", reason="社長の意向", by=SYSTEM, at=later)
    assert stay and (stay.stage, stay.came_from, stay.reason, stay.unmet) == (
        "adoption",
        "onboarding",
        "社長の意向",
        ["exit"],
    )
    assert history(account) == [("onboarding", at, later), ("adoption", later, None)]
    told = Entry.objects.get(action="work.journey.moved")
    assert told.account == account.pk and "社長" not in str(told.particulars) and told.particulars["stage_ja"] == "活用"


def test_who_meets_the_criteria_moves_without_a_word(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    account = world.customer(cast.THRIVING, "onboarding", at=at, tags=["done", "well"])
    assert journeys.move(account, "adoption", by=SYSTEM, at=at + timedelta(days=1))
    assert journeys.move(account, "adoption", by=SYSTEM, at=at + timedelta(days=2)) is None, "asked twice, moved once"
    assert Entry.objects.filter(action="work.journey.passed").count() == 1
    with pytest.raises(journeys.NeedsReason) as refused:
        journeys.move(account, "onboarding", by=SYSTEM, at=at + timedelta(days=3))
    assert [one.code for one in refused.value.objections[account.pk]] == ["back"]


def test_entry_criteria_and_stages_outside_of_the_journey_speak_against_a_move(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    account = world.customer(cast.DRIFTING, "onboarding", at=at, tags=["done"])
    with pytest.raises(journeys.NeedsReason) as refused:
        journeys.move(account, "adoption", by=SYSTEM, at=at)
    assert [one.code for one in refused.value.objections[account.pk]] == ["entry"]
    with pytest.raises(journeys.NeedsReason) as refused:
        journeys.move(account, "advocacy", by=SYSTEM, at=at)
    assert [one.code for one in refused.value.objections[account.pk]] == ["outside"]
    with pytest.raises(Refused):
        journeys.move(account, "nowhere", reason="x", by=SYSTEM, at=at)


def test_who_saw_another_stage_is_told_of_the_conflict(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, "onboarding", at=at)
    journeys.move(account, "expansion", by=SYSTEM, at=at, expected="onboarding")
    with pytest.raises(Conflict) as found:
        journeys.move(account, "adoption", by=SYSTEM, at=at, expected="onboarding")
    assert found.value.theirs == {"stage": "expansion"}
    assert journeys.move(account, "expansion", by=SYSTEM, at=at, expected="onboarding") is None, "the same wish, met"


def test_a_change_made_elsewhere_comes_into_the_history_and_keeps_its_place(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, "onboarding", at=at)
    one, two = at + timedelta(days=1), at + timedelta(days=2)
    accounts.change(account, stage="adoption", by=SYSTEM, at=one)
    journeys.move(account, "onboarding", by=SYSTEM, at=two)
    assert world.settled(two) == 1 and world.settled(two) == 0
    assert history(account) == [("onboarding", at, one), ("adoption", one, two), ("onboarding", two, None)]
    accounts.change(account, stage="", by=SYSTEM, at=at + timedelta(days=3))
    world.settled(at)
    assert [row[0] for row in history(account)] == ["onboarding", "adoption", "onboarding", ""]


def test_a_mistaken_move_is_taken_back_and_the_days_go_on(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    account = world.customer(cast.DRIFTING, "onboarding", at=at)
    stay = journeys.move(account, "expansion", reason="誤操作", by=SYSTEM, at=at + timedelta(days=5))
    assert stay
    journeys.take_back(stay, by=SYSTEM, at=at + timedelta(days=5, minutes=1))
    journeys.take_back(stay, by=SYSTEM, at=at + timedelta(days=5, minutes=2))
    world.settled(at + timedelta(days=5, minutes=3))
    account.refresh_from_db()
    assert account.stage == "onboarding" and history(account) == [("onboarding", at, None)]
    assert StageStay.objects.filter(account=account).count() == 2, "nothing is written over"
    again = journeys.move(account, "expansion", reason="今度は正しい", by=SYSTEM, at=at + timedelta(days=6))
    assert again
    with pytest.raises(Refused):
        journeys.take_back(again, by=SYSTEM, at=at + timedelta(days=8))


def test_many_move_at_once_and_those_who_may_not_stay(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    tags = (["done", "well"], ["done"], ["well"])
    rows = [world.customer(f"会社{n}", "onboarding", at=at, tags=each) for n, each in enumerate(tags)]
    there = world.customer("会社3", "adoption", at=at)
    outcome = journeys.move_many(
        [*(row.pk for row in rows), there.pk], "adoption", by=SYSTEM, at=at + timedelta(hours=1)
    )
    assert [row.account_id for row in outcome.moved] == [rows[0].pk] and outcome.unchanged == 1
    assert {key: [one.code for one in found] for key, found in outcome.refused.items()} == {
        rows[1].pk: ["entry"], rows[2].pk: ["exit"],
    }  # fmt: skip


def test_the_first_journey_that_fits_holds(org: Organisation, at: datetime) -> None:
    default = world.in_use(at)
    inside, outside = (
        world.customer(name, "onboarding", at=at, tags=tags)
        for name, tags in ((cast.THRIVING, ["key"]), (cast.DRIFTING, []))
    )
    segments.save("重点", {"field": "tags", "op": "contains", "value": "key"}, by=SYSTEM, at=at)
    own = world.in_use(at, "key", world.DOCUMENT | {"for": {"segment": "重点"}})
    used = designs.in_use()
    assert used == [own, default], "the journey for everybody else comes last"
    assert placing.of([inside.pk, outside.pk], used) == {inside.pk: own, outside.pk: default}
    assert list(placing.on(Account.objects.all(), default, used)) == [outside]
    with pytest.raises(Refused):
        world.in_use(at, "second", world.DOCUMENT)


def test_a_journey_is_drafted_published_and_put_away(org: Organisation, at: datetime) -> None:
    assert designs.install(by=SYSTEM, at=at) == 1 and designs.install(by=SYSTEM, at=at) == 0
    row = designs.draft("standard", world.DOCUMENT, by=SYSTEM, at=at)
    assert row.number == 2 and designs.draft("standard", world.DOCUMENT, by=SYSTEM, at=at).version == row.version
    with pytest.raises(Conflict):
        designs.draft("standard", world.DOCUMENT | {"note": "x"}, by=SYSTEM, at=at, version=9)
    designs.publish(row, by=SYSTEM, at=at)
    assert designs.publish(row, by=SYSTEM, at=at).published_at == at
    [used] = designs.in_use()
    assert designs.shown(used).keys == ("onboarding", "adoption", "expansion")
    designs.archive(used.journey, by=SYSTEM, at=at)
    assert designs.in_use() == []
    journey = designs.draft("once", world.DOCUMENT, by=SYSTEM, at=at)
    designs.discard(journey, by=SYSTEM, at=at)
    assert not Journey.objects.filter(key="once").exists()


def test_every_problem_of_a_document_is_told_by_its_place() -> None:
    wrong = {
        "name": "x",
        "stages": [
            {"stage": "onboarding", "days": 10, "stuck_after": 5, "exits": {"all": [{"field": "teir", "op": "=", "value": 1}]}},
            {"stage": "onboarding", "content": [{"title": "a", "url": "javascript:alert(1)"}]},
            {"stage": "moon"},
        ],
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        documents.parse(wrong, standard())
    fields = [fault.field for fault in refused.value.faults]
    assert any(field.startswith("stages[0].exits") for field in fields)
    assert {"stages[0].stuck_after", "stages[1].content[0].url", "stages[2].stage"} <= set(fields)


def test_a_document_comes_back_as_it_was() -> None:
    for document in (*designs.ready().values(), world.DOCUMENT):
        found = documents.parse(document, standard())
        assert documents.parse(documents.dump(found), standard()) == found


def test_a_ready_made_journey_asks_for_nps_on_the_scale_of_an_account_and_of_whoever_comes_later() -> None:
    for document in designs.ready().values():
        first, *later = documents.parse(document, standard()).stages
        assert all(one.enters for one in later), "whoever is brought there in trouble is told to have left its criteria"
        asked = [part for one in (first, *later) for found in (one.enters, one.exits) if found for part in found["all"]]
        nps = [part["value"] for part in asked if part["field"] == "nps"]
        assert nps and all(10 < value <= 100 for value in nps), "of an account, -100 to 100; an answer is 0 to 10"
        assert {"field": "health.band", "op": "in", "value": ["healthy"]} in (later[-1].enters or {})["all"]


def test_the_checks_say_who_is_ready_and_who_no_longer_fits(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    ready = world.customer("準備完了", "onboarding", at=at, tags=["done"])
    waiting = world.customer("準備中", "onboarding", at=at)
    fallen = world.customer("条件割れ", "adoption", at=at)
    assert checks.refresh(at) == 3 and checks.refresh(at) == 0
    found = {row.account_id: (row.is_ready, row.is_entitled) for row in StageStay.objects.open()}
    assert found == {ready.pk: (True, None), waiting.pk: (False, None), fallen.pk: (None, False)}
    accounts.change(waiting, tags=["done"], by=SYSTEM, at=at)
    rounds.step(at)
    assert StageStay.objects.open().get(account=waiting).is_ready


def test_a_stage_that_was_taken_out_asks_nothing_of_who_stands_in_it(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    account = world.customer("条件割れ", "adoption", at=at)
    assert checks.refresh(at) == 1
    first, _, last = world.DOCUMENT["stages"]  # type: ignore[misc]
    world.in_use(at, document=world.DOCUMENT | {"stages": [first, last]})
    assert checks.refresh(at) == 1 and checks.refresh(at) == 0
    assert StageStay.objects.open().get(account=account).is_entitled is None


def test_who_saw_only_what_is_in_use_does_not_write_over_anothers_first_draft(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    assert designs.draft("small", world.DOCUMENT | {"note": "a"}, by=SYSTEM, at=at, version=1).version == 2
    with pytest.raises(Conflict):
        designs.draft("small", world.DOCUMENT | {"note": "b"}, by=SYSTEM, at=at, version=1)


def test_standings_say_the_same_in_sql_as_in_words(org: Organisation, at: datetime) -> None:
    world.in_use(at)
    today = date(2026, 11, 24)
    for days in (1, 10, 11, 20, 21, 60):
        world.customer(f"{days}日目", "onboarding", at=at - timedelta(days=days - 1))
    rows = standings.standing(standings.staying(Account.objects.all()), DESIGN, today, TOKYO)
    stage = DESIGN.find("onboarding")
    for row in rows:
        day = standings.day(row.since, today, TOKYO)
        assert f"{day}日目" == row.name and row.standing == standings.of(day, stage)
    assert [standings.of(n, stage) for n in (10, 11, 20, 21)] == [
        Standing.ON_TRACK, Standing.BEHIND, Standing.BEHIND, Standing.STUCK,
    ]  # fmt: skip
    assert standings.of(999, DESIGN.find("expansion")) is Standing.ON_TRACK


def test_reasons_that_name_a_person_are_handed_over_and_forgotten(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, "onboarding", at=at)
    journeys.move(
        account, "adoption", reason="田中様の依頼", by=Actor.of(cast.member(Role.CSM)), at=at + timedelta(days=1)
    )
    assert [row["reason"] for row in privacy.exported(["田中"])] == ["田中様の依頼"]
    assert privacy.erase(["田中"], at=at) == 1 and privacy.exported(["田中"]) == []
    entry = Entry.objects.get(action="work.journey.moved")
    assert entry.personal.payload == {}


def test_the_history_stays_with_the_account_that_has_the_stage() -> None:
    assert "work.stagestay.account" not in {table.name for table in following.tables()}


# --- where accounts stall


def told(account: int, *steps: tuple[str, int], lost: int | None = None) -> list[Told]:
    """A history from (stage, day of entry), days counted from the first of 2026."""
    first = datetime(2026, 1, 1, 3, tzinfo=UTC)
    when = [first + timedelta(days=day) for _stage, day in steps]
    lost_on = date(2026, 1, 1) + timedelta(days=lost) if lost is not None else None
    return [
        Told(account, stage, when[n], when[n + 1] if n + 1 < len(steps) else None, True, lost_on)
        for n, (stage, _day) in enumerate(steps)
    ]


def test_who_is_still_inside_counts_for_as_long_as_it_was_seen() -> None:
    """By hand: of five in onboarding two moved on after 5 and 9 days, one left on day 4, two are inside on day 21."""
    rows = [
        *told(1, ("onboarding", 0), ("adoption", 4)),
        *told(2, ("onboarding", 0), ("adoption", 8)),
        *told(3, ("onboarding", 0), lost=3),
        *told(4, ("onboarding", 0)),
        *told(5, ("onboarding", 0)),
    ]
    [onboarding, adoption, _] = stalls.read(stalls.history(rows), DESIGN, date(2026, 1, 21), TOKYO, by="all")
    found = onboarding.whole
    assert found and (found.projects, found.reached, found.under_way, found.over) == (5, 2, 2, 1)
    assert found.share(9) is not None and round(found.share(9)[0], 6) == 0.4  # type: ignore[index]
    assert found.median is None, "fewer than half have moved on"
    assert found.by_due and (found.by_due.part, found.by_due.whole) == (2, 5)
    assert adoption.whole and adoption.whole.curve is None, "two are not enough"


def test_going_back_is_not_moving_on_and_what_began_before_it_was_told_is_left_out() -> None:
    rows = [
        *told(1, ("adoption", 0), ("onboarding", 3)),
        *(row._replace(is_exact=False) for row in told(2, ("adoption", 0), ("expansion", 3))),
    ]
    stall = stalls.read(stalls.history(rows), DESIGN, date(2026, 3, 1), TOKYO, by="all")[1]
    assert stall.whole and (stall.whole.projects, stall.whole.reached, stall.whole.over) == (1, 0, 1)


def test_cohorts_are_those_who_entered_together() -> None:
    rows = [row for n in range(6) for row in told(n, ("onboarding", 40 * n), ("adoption", 40 * n + n))]
    stall = stalls.read(stalls.history(rows), DESIGN, date(2026, 12, 1), TOKYO, by="quarter")[0]
    assert [one.key for one in stall.cohorts] == ["2026-Q3", "2026-Q2", "2026-Q1"]
    assert sum(one.projects for one in stall.cohorts) == 6 == (stall.whole.projects if stall.whole else 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=5, max_size=40))
def test_the_share_that_moved_on_is_the_product_over_its_days(lives: Sequence[tuple[int, bool]]) -> None:
    """Against the estimate written out: the product over days of one minus moved over those still watched."""
    today = date(2026, 2, 10)
    rows = []
    for n, (days, moved) in enumerate(lives):
        began = 40 - days
        rows += told(n, ("onboarding", began), *((("adoption", began + days),) if moved else ()))
    stall = stalls.read(stalls.history(rows), DESIGN, today, TOKYO, by="all")[0]
    assert stall.whole and stall.whole.curve
    seen = [(days + 1, moved) for days, moved in lives]
    left = 1.0
    for day in sorted({days for days, _ in seen}):
        watched = sum(days >= day for days, _ in seen)
        left *= 1 - sum(moved for days, moved in seen if days == day) / watched
        assert stall.whole.curve.at(day) == pytest.approx(left)
