"""A period that has not ended is told, and neither praised nor blamed."""

from __future__ import annotations

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation, Team
from nenrin.insight.executive import findings, questions
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.revenue import targets
from tests.insight.test_revenue import on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
FLOWS = ("upsell_rate", "logo_churn", "gross_mrr_churn")


@pytest.fixture
def world(org: Organisation) -> World:
    """Forty customers; targets for April: nobody leaves, five in a hundred buy more, all of the MRR is kept."""
    world = World(today=on("2026-04-06"))
    for n in range(40):
        sign(world, f"顧客{n}", 100_000, "2025-02-01")
    world.carry()
    team = Team.objects.create(name="東日本")
    for kpi, value, leading in (("upsell_rate", 0.05, ""), ("logo_churn", 0.02, "upsell_rate"), ("mrr", 9e6, ""),
                                ("nrr", 1.1, "upsell_rate")):  # fmt: skip
        targets.put(kpi, "month", world.today, value, team=team, leading_kpi=leading, by=SYSTEM, at=world.now)
    return world


def board(world: World, day: str) -> Dashboard:
    world.today = on(day)
    return dashboard(questions.ask(world.today, world.today))


def test_six_days_of_a_month_reach_and_miss_no_target_and_are_set_against_no_whole_month(world: World) -> None:
    found = board(world, "2026-04-06")
    tiles = {tile.kpi.key: tile for tile in found.tiles}
    assert found.ask.is_partial
    assert all(tiles[key].is_reached is None and tiles[key].band is None and tiles[key].change is None for key in FLOWS)
    assert tiles["mrr"].is_reached is False and tiles["mrr"].change == 0, "what stands can be told on any day"
    assert tiles["nrr"].is_reached is False, "twelve months are over whatever the day"
    assert {each.about for each in findings.decisions(found)} == {"kpi:mrr", "kpi:nrr"}


def test_the_month_is_judged_when_it_is_over(world: World) -> None:
    tiles = {tile.kpi.key: tile for tile in board(world, "2026-04-30").tiles}
    assert [tiles[key].is_reached for key in ("upsell_rate", "logo_churn", "mrr", "nrr")] == [False, True, False, False]
    assert all(tiles[key].change is not None for key in FLOWS)
