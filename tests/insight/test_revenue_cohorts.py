"""The accounts behind a cohort's figures add up to them, in every cell and for every part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import cohorts, slices
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Period
from tests.insight.test_revenue import on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = on("2026-08-20")


@pytest.fixture
def world(org: Organisation) -> World:
    """Twelve accounts of five months and two plans' worth of prices: some left, some grew, some came and left in one month."""
    made = World(today=TODAY)
    starts = ("2026-01-05", "2026-01-31", "2026-02-01", "2026-03-15", "2026-05-02", "2026-08-01")
    for n in range(12):
        ended = {1: "2026-03-31", 4: "2026-05-20", 7: "2026-02-10"}.get(n)
        more = {"ended_on": on(ended)} if ended else {}
        sign(made, f"会社{n}", 10_000 * (n + 1), starts[n % len(starts)], **more)
    made.carry()
    return made


def each_part(last: date) -> list[Slice | None]:
    ledger, period = revenue.ledger(TODAY), Period(last.replace(day=1), last + timedelta(days=1))
    return [None, *slices.slices(ledger, "tier", period), *slices.slices(ledger, "cohort", period)]


@pytest.mark.parametrize("last", [TODAY, on("2026-06-30"), on("2026-03-15")])
def test_every_cell_is_the_sum_of_its_accounts(world: World, last: date) -> None:
    ledger = revenue.ledger(TODAY)
    for part in each_part(last):
        found = cohorts.table(ledger, last, 8, part)
        for each in found:
            for age, (paying, mrr) in enumerate(zip(each.accounts, each.mrr, strict=True)):
                behind = cohorts.parts(ledger, each.month, age, last, part)
                assert (len(behind), sum(one.now for one in behind)) == (each.at_risk, mrr)
                assert sum(one.fate != "left" for one in behind) == paying
                assert sum(one.first for one in behind) == each.mrr[0]
    assert sum(each.at_risk for each in cohorts.table(ledger, last, 8)) > 2


def test_nobody_stands_behind_a_month_that_has_not_come(world: World) -> None:
    ledger = revenue.ledger(TODAY)
    assert cohorts.parts(ledger, on("2026-01-01"), 8, TODAY) == []
    assert cohorts.parts(ledger, on("2026-01-01"), -1, TODAY) == []
