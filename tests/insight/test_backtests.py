"""Backtests of an organisation's own health models: from the lake's past to a card kept with the version."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest

from nenrin.analytics.backtests import replays
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import lakes
from nenrin.insight import health_models
from nenrin.insight.backtests import learning, parts, reading, replaying, reports, rounds, runs
from nenrin.insight.backtests.reading import Staleness
from nenrin.insight.models import Backtest, HealthModelVersion
from tests.insight import backtests_world
from tests.insight.backtests_world import ACCOUNTS, LEAVING

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def weekly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only every seventh day is lived through: quick enough for a test."""
    monkeypatch.setattr(runs, "MANY", 0)
    monkeypatch.setattr(replaying, "WEEKS", 64)


@pytest.fixture
def version(org: Organisation, at: datetime, weekly: None) -> HealthModelVersion:
    return backtests_world.build(at)[0]


def done(version: HealthModelVersion, at: datetime) -> Backtest:
    return runs.finish(runs.ask(version, by=SYSTEM, at=at), lambda: at)


def test_a_model_that_reads_the_right_answers_is_shown_to_tell_who_leaves(
    version: HealthModelVersion, at: datetime
) -> None:
    row = done(version, at)
    assert row.state == "done" and row.card["accounts"] == ACCOUNTS
    told = next(one for one in row.card["due"] if one["horizon"] == 30)
    assert told["behind"]["left"] == LEAVING and told["areas"]["model"]["value"] > 0.95
    assert row.card["leads"]["model"]["median"] == pytest.approx(60, abs=7)
    assert row.card["decisions"] == LEAVING
    assert reading.newest(version) == row and reading.unfinished(version) is None
    codes = list(Entry.objects.filter(action__startswith="insight.backtest").values_list("action", flat=True))
    assert codes == ["insight.backtest.asked", "insight.backtest.done"]
    assert not (lakes.current().path / "backtests" / str(row.pk)).exists()


def test_what_was_learned_later_changes_no_past_day(version: HealthModelVersion, at: datetime) -> None:
    lake, asked = lakes.current(), replaying.setup(version.document, None, TODAY - timedelta(1))
    everybody = list(Account.objects.values_list("pk", flat=True))
    before = replaying.panel(lake, asked, TODAY - timedelta(1), everybody, apart=7)
    late = [backtests_world.answer(pk, date(2025, 12, 1), 0, known=TODAY) for pk in everybody]
    backtests_world.say(late, 2)
    after = replaying.panel(lakes.current(), asked, TODAY - timedelta(1), everybody, apart=7)
    assert after.scores["model"].tolist() == before.scores["model"].tolist()
    assert after.day.tolist() == before.day.tolist()


def test_a_draft_is_compared_with_the_version_that_is_live_on_the_same_rows(
    version: HealthModelVersion, at: datetime
) -> None:
    document = json.loads(json.dumps(version.document))
    document["groups"][0]["measures"][0] |= {"better": "lower", "curve": [[-100, 100], [100, 0]]}
    draft = health_models.draft(document, by=SYSTEM, at=at)
    row = done(draft, at)
    assert row.rival == version
    told = next(one for one in row.card["due"] if one["horizon"] == 30)
    assert told["gains"]["rival"]["value"] < -0.5 and told["gains"]["rival"]["sure"] < 0.05
    assert told["areas"]["model"]["value"] + told["areas"]["rival"]["value"] == pytest.approx(1, abs=0.1)
    assert row.card["earlier"][0] <= -53, "the median of the live version is 60 days"


def test_a_card_is_stale_once_the_draft_changed_or_a_month_has_passed(
    version: HealthModelVersion, at: datetime
) -> None:
    draft = health_models.draft({**version.document, "half_life_days": 7}, by=SYSTEM, at=at)
    row = backtests_world.finished(draft, at)
    assert reading.staleness(row, TODAY) is None
    assert reading.staleness(row, TODAY + timedelta(40)) is Staleness.OLD
    health_models.draft({**version.document, "half_life_days": 9}, by=SYSTEM, at=at)
    assert reading.staleness(reading.newest(draft), TODAY) is Staleness.CHANGED  # type: ignore[arg-type]


def test_the_worker_goes_on_where_another_stopped(
    version: HealthModelVersion, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "ACCOUNTS_WEEKLY", 9)
    monkeypatch.setattr(replaying, "WEEKS", 2)
    row = runs.ask(version, by=SYSTEM, at=at)
    moved = [runs.step(at) for _ in range(3)]
    assert moved == [9, 9, 6]
    row.refresh_from_db()
    assert (row.state, row.done) == ("running", ACCOUNTS)
    parts.forget(row.pk)  # the files are lost
    assert runs.step(at) == 1
    row.refresh_from_db()
    assert row.done == 0, "begun anew instead of telling half"
    assert runs.finish(row, lambda: at).state == "done"
    assert runs.step(at) == 0


def test_a_backtest_that_cannot_be_computed_is_given_up_and_said_so(
    version: HealthModelVersion, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(replays, "walk", broken)
    row = runs.ask(version, by=SYSTEM, at=at)
    for _ in range(rounds.ATTEMPTS):
        with pytest.raises(RuntimeError):
            runs.step(at)
    assert runs.step(at) == 1
    row.refresh_from_db()
    assert row.state == "failed" and runs.step(at) == 0
    assert Entry.objects.filter(action="insight.backtest.failed").count() == 1


def test_asking_twice_while_one_waits_asks_once(version: HealthModelVersion, at: datetime) -> None:
    assert runs.ask(version, by=SYSTEM, at=at) == runs.ask(version, by=SYSTEM, at=at)
    assert Backtest.objects.count() == 1
    with pytest.raises(runs.AheadOfToday):
        runs.ask(version, by=SYSTEM, at=at, as_of=TODAY)


def test_without_any_account_there_is_no_card(org: Organisation, at: datetime) -> None:
    health_models.install(at=at)
    row = done(reading.version("standard"), at)
    assert row.state == "done" and row.card == {} and row.weights == {}


def test_only_a_few_finished_ones_are_kept(
    version: HealthModelVersion, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 1)
    monkeypatch.setattr(replaying, "WEEKS", 2)
    rows = [done(version, at + timedelta(hours=n)) for n in range(2)]
    assert list(Backtest.objects.values_list("pk", flat=True)) == [rows[1].pk]


def test_learned_weights_go_into_a_draft_and_nowhere_else(org: Organisation, at: datetime) -> None:
    health_models.install(at=at)
    live = reading.version("standard")
    row = backtests_world.finished(live, at)
    measures = [m["measure"] for group in live.document["groups"] for m in group["measures"]]
    row.weights = {"measures": [{"measure": key, "learned": 50.0 if n < 2 else 0.0, "blended": 100 / len(measures)}
                                for n, key in enumerate(measures)]}  # fmt: skip
    draft = learning.put_into_draft(row, "learned", by=SYSTEM, at=at)
    weights = [m["weight"] for group in draft.document["groups"] for m in group["measures"]]
    assert draft.state == "draft" and sum(weights) == pytest.approx(100) and min(weights) == 0.1
    assert weights[0] == pytest.approx(weights[1], abs=0.11) and weights[0] > 49
    live.refresh_from_db()
    assert live.state == "published" and live.document != draft.document
    row.weights = {"measures": [{"measure": "nps", "learned": 100.0, "blended": 100.0}]}
    with pytest.raises(learning.NothingLearned):
        learning.put_into_draft(row, "learned", by=SYSTEM, at=at)


def test_a_report_for_programs_has_every_figure_and_no_day_as_a_number(org: Organisation, at: datetime) -> None:
    health_models.install(at=at)
    told = reports.of(backtests_world.finished(reading.version("standard"), at), TODAY)
    assert told["card"]["first"] == "2022-10-07" and told["state"] == "done" and told["stale"] is None
    assert {one["horizon"] for one in told["card"]["due"]} == {30, 90, 180, 365}


@pytest.mark.parametrize("wanted", ["7", "draft", "x", "９９９９９９９９９９"])
def test_a_version_that_is_not_there_is_named(org: Organisation, at: datetime, wanted: str) -> None:
    health_models.install(at=at)
    with pytest.raises(reading.NoSuchVersion, match=wanted):
        reading.version("standard", wanted)
