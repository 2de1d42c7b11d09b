"""CAC of every slice: each unit spent lands with the customers that it won, a sales cycle later, or with nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers import touch_models
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight.revenue import acquisitions, books, kpis, policies, slices
from nenrin.insight.revenue.books import Ledger
from nenrin.values import Period
from tests.cast import DRIFTING, LOST, STARTING, THRIVING
from tests.insight.test_economics import sign, spend
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 6)
ORACLE = Path(__file__).parents[1] / "oracles" / "economics" / "cac_by_touch_model.sql"


@pytest.fixture
def world(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two won of high touch, one of low, one long ago of low; costs of everybody, of a touch model, of an account. Shown
    however few were won: what is tested is whose costs they are."""
    monkeypatch.setitem(KPIS, "cac", replace(KPIS["cac"], minimum_n=1))
    world = World(today=TODAY)
    touch_models.replace(touch_models.DEFAULTS, by=SYSTEM, at=world.now)
    own = {}
    for name, minor, start, model in (
        (THRIVING, 300_000, "2025-09-01", "high"), (DRIFTING, 100_000, "2026-03-01", "high"),
        (STARTING, 50_000, "2026-02-01", "low"), (LOST, 80_000, "2024-01-01", "low"),
    ):  # fmt: skip
        own[name] = sign(world, name, minor, start)
        touch_models.override(own[name], model, reason="担当者の判断", until=date(2027, 4, 1), by=SYSTEM, at=world.now)
    spend(world, "a", 900_000, "2026-01-01", "marketing")
    spend(world, "b", 60_000, "2026-03-01", "sales", touch_model="low")
    spend(world, "c", 7_000, "2026-03-01", "sales", account=own[THRIVING].pk)
    spend(world, "d", 11_000, "2025-04-01", "acquisition")
    spend(world, "e", 5_000_000, "2026-03-01", "cs")
    return world


def ledger(world: World, **choices: Any) -> Ledger:
    if choices:
        policies.publish(choices, note="営業期間", by=SYSTEM, at=world.now)
    world.carry()
    return books.ledger(TODAY)


def told(of: Ledger, period: Period) -> dict[str, float | None]:
    parts = slices.slices(of, "touch_model", period)
    found = kpis.by_slice(of, period, "month", parts, ("cac",))["cac"]
    return {part.key: figure.value for part, figure in zip(parts, found, strict=True)}


@pytest.mark.parametrize("lag", [0, 2, 12])
def test_cac_of_a_slice_is_the_oracles(world: World, lag: int) -> None:
    of = ledger(world, sales_cycle_months=lag)
    period = books.period(TODAY, "month")
    with lakes.current().session(days=(TODAY, TODAY), known=TODAY) as db:
        expected = dict(db.execute(ORACLE.read_text(), {"day": TODAY, "lag": lag}).fetchall())
    found = told(of, period)
    assert {*expected} == {"high", "low"}
    for key, value in expected.items():
        assert (found[key] or 0) == pytest.approx(value, abs=2)  # whole yen are shared out, the oracle's are not


def test_what_slices_and_nobody_get_is_all_that_was_spent(world: World) -> None:
    of = ledger(world)
    period = books.period(TODAY, "month")
    whole = books.facts(of, period, "month").acquisition_minor
    shared = acquisitions.by_account(of, period)
    everyone = np.ones(len(of.book.accounts), dtype=bool)
    [one] = acquisitions.of(of, period, [everyone])
    assert one.all + shared.nobody == whole == 967_000
    assert (one.won, one.own, shared.nobody) == (3, 7_000, 0)


def test_the_sales_cycle_moves_the_months_whose_costs_count(world: World) -> None:
    """April 2025 lies thirteen months before May 2026: it counts only from a cycle of a month on."""
    period = books.period(TODAY, "month")
    now = books.facts(ledger(world), period, "month").acquisition_minor
    later = books.facts(ledger(world, sales_cycle_months=3), period, "month").acquisition_minor
    assert (now, later) == (967_000, 911_000)
    assert books.spent_in(policies.live(TODAY), period)[0] == date(2026, 1, 1)


def test_shared_alike_every_new_customer_costs_the_same(world: World) -> None:
    of = ledger(world, cost_sharing="accounts")
    period = books.period(TODAY, "month")
    parts = {part.key: part for part in slices.slices(of, "touch_model", period)}
    high, low = acquisitions.of(of, period, [parts["high"].before, parts["low"].before])
    assert (high.share, low.share) == (600_000, 360_000) and (high.won, low.won) == (2, 1)


def test_a_slice_has_no_cac_for_who_may_not_see_costs(world: World) -> None:
    of = books.uncosted(ledger(world))
    period = books.period(TODAY, "month")
    parts = slices.slices(of, "touch_model", period)
    found = kpis.figures_of(of, period, "month", parts[0], ("cac", "ltv_to_cac"))
    assert {figure.value for figure in found.values()} == {None}
    assert "cac" not in {row.kpi for row in kpis.rows(of, period, "month", parts)}


def test_the_trend_of_a_slice_divides_its_own_costs(world: World) -> None:
    of = ledger(world)
    period = books.period(TODAY, "month")
    [part] = [one for one in slices.slices(of, "touch_model", period) if one.key == "low"]
    [figure] = kpis.trend(of, [period], "month", "cac", [part])
    assert figure.value == told(of, period)["low"]
