"""Closed books: every figure of a closed period, not its movements alone, is as it was closed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nenrin.analytics.revenue.cohorts import cohorts
from nenrin.cli.kpis import command
from nenrin.customers import subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.executive import questions
from nenrin.insight.executive.dashboard import dashboard
from nenrin.insight.executive.questions import Question
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks, policies, slices, trends
from nenrin.insight.revenue.locks import Closed
from tests.insight.test_revenue import month, on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


@pytest.fixture
def restated(world: World) -> World:
    """April was closed at 100,000; later a price of March turned out to be 90,000."""
    _, row = sign(world, "灯台", 100_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-10")
    locks.lock(on("2026-04-30"), by=SYSTEM, at=world.now)
    world.today = on("2026-05-20")
    subscriptions.reprice(row, from_on=on("2026-03-01"), mrr_minor=90_000, by=SYSTEM, at=world.now)
    world.carry()
    return world


def asked(world: World, day: str, **how: bool) -> Question:
    return questions.ask(on(day), world.today, known=world.today, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "end"), [("2026-04-30", 100_000), ("2026-05-20", 90_000)])
def test_the_tile_the_bridge_and_the_cohorts_agree(restated: World, day: str, end: int) -> None:
    board = dashboard(asked(restated, day))
    tile = board.tile("mrr")
    assert tile is not None and tile.figure.value == board.statement.end == end
    assert sum(each.mrr[-1] for each in board.cohorts) == end


def test_the_periods_before_are_told_as_they_were_closed(restated: World) -> None:
    tile = dashboard(asked(restated, "2026-05-20")).tile("mrr")
    assert tile is not None and [value for _, value in tile.trend[-2:]] == [100_000, 90_000]
    books = Closed(revenue.ledger(restated.today), None, tuple(locks.locks()))
    told = trends.trend(books, [month("2026-03"), month("2026-04"), month("2026-05")], "month", "mrr")
    assert [each.value for each in told] == [100_000, 100_000, 90_000]


@pytest.mark.parametrize(("more", "mrr"), [([], 100_000), (["--known-at", "2026-05-20"], 90_000)])
def test_the_command_tells_a_closed_month_as_closed(restated: World, more: list[str], mrr: int) -> None:
    found = CliRunner().invoke(command, ["--as-of", "2026-04-30", "--json", *more])
    rows = {row["kpi"]: row for row in json.loads(found.output) if not row["slice"]}
    assert rows["mrr"]["value"] == mrr, found.output
    assert rows["mrr"]["known"] == ("2026-05-20" if more else "2026-05-10")


def test_a_part_of_a_closed_month_is_told_by_the_closed_books_too(restated: World) -> None:
    books = Closed(revenue.ledger(restated.today), None, tuple(locks.locks()))
    ledger = books.telling(month("2026-04"))
    part = slices.slices(ledger, "cohort", month("2026-04"))[0]
    assert locks.statement(books, month("2026-04"), "net", "cohort", part.key).end == 100_000
    assert cohorts(ledger.book, on("2026-04-30"), 3)


def test_who_may_not_see_costs_does_not_see_them_in_closed_books(restated: World) -> None:
    assert not asked(restated, "2026-04-30", sees_costs=False).ledger.shows_costs


def test_a_policy_published_on_the_day_of_closing_counts_from_the_next_day(world: World) -> None:
    sign(world, "灯台", 100_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-10")
    before = policies.live(world.today)
    locks.lock(on("2026-04-30"), by=SYSTEM, at=world.now)
    policies.publish({"gap_merge_days": 7}, by=SYSTEM, at=world.now)
    row = policies.publish({"reactivation_in_nrr": True}, by=SYSTEM, at=world.now)
    assert row.from_on == on("2026-05-11") and policies.live(world.today) == before
    after = policies.live(on("2026-05-11"))
    assert (after.gap_merge_days, after.reactivation_in_nrr) == (7, True), (
        "the second of the day keeps the first's choice"
    )
    closed = Closed(revenue.ledger(on("2026-05-20")), None, tuple(locks.locks())).telling(month("2026-04"))
    assert closed.policy == before
