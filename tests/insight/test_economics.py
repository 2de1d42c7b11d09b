"""Balance and contribution of the organisation: as known on a day, in its own currency, every yen placed once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nenrin.customers import accounts, subscriptions, touch_models
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight.economics import acquiring, contributions, plans
from nenrin.insight.economics.balances import balance_of
from nenrin.insight.economics.plans import NoPlan
from nenrin.insight.lifetimes import scenarios
from nenrin.insight.lifetimes.starts import Start
from nenrin.insight.models import BudgetPlan
from nenrin.insight.revenue import books, policies
from nenrin.insight.revenue.books import Ledger
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY, MARCH, APRIL = date(2026, 4, 6), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def world(org: Organisation) -> World:
    touch_models.replace(touch_models.DEFAULTS, by=SYSTEM, at=World(today=TODAY).now)
    return World(today=TODAY)


def sign(world: World, name: str, minor: int, start: str, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=world.now)
    words = {"starts_on": date.fromisoformat(start), "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=world.now, **words)
    return account


def spend(world: World, key: str, minor: int, month: str = "2026-03-01", category: str = "cs", **body: Any) -> None:
    account = body.pop("account", None)
    body = {"month": month, "category": category, "minor": minor, "currency": "JPY", **body}
    world.say("cost", key, account, body)


def ledger(world: World, known: date = TODAY) -> Ledger:
    world.carry()
    return books.ledger(known)


def test_the_month_that_is_not_over_is_a_row_and_no_part_of_the_whole(world: World) -> None:
    sign(world, THRIVING, 100_000, "2025-02-01")
    spend(world, "a", 60_000)
    spend(world, "b", 5_000, "2026-04-01")
    found = balance_of(ledger(world), TODAY, 6)
    assert [row.existing.minor for row in found.rows][-2:] == [60_000, 5_000]
    assert found.whole.existing.minor == 60_000
    assert found.drift is None  # five whole months are too few


def test_what_became_known_later_is_not_in_what_was_known_before(world: World) -> None:
    sign(world, THRIVING, 100_000, "2025-02-01")
    spend(world, "a", 60_000)
    assert balance_of(ledger(world), MARCH, 2).rows[-1].existing.minor == 60_000
    before = balance_of(books.ledger(date(2026, 4, 5)), MARCH, 2)
    assert before.rows[-1].existing.minor is None and not before.has_costs


def test_costs_of_a_currency_without_a_rate_are_left_out_and_counted(world: World) -> None:
    sign(world, THRIVING, 100_000, "2025-02-01")
    spend(world, "a", 100_00, currency="USD")
    spend(world, "b", 100_00, currency="EUR")
    policies.publish({"rates": {"USD": "150.5"}}, note="社内換算", by=SYSTEM, at=world.now)
    found = balance_of(ledger(world), MARCH, 2)
    assert (found.rows[-1].existing.minor, found.left_out) == (15_050, 1)


def test_touch_models_and_what_is_nobodys_add_up_to_the_whole(world: World) -> None:
    """Of everybody, of a product that nobody has, of an account that pays nothing: 100 + 7 + 3, nothing lost."""
    sign(world, THRIVING, 100_000, "2025-02-01")
    sign(world, DRIFTING, 40_000, "2025-02-01")
    lead = accounts.open("見込み", by=SYSTEM, at=world.now)
    spend(world, "a", 100)
    spend(world, "b", 7, product="gone")
    spend(world, "c", 3, account=lead.pk)
    spend(world, "d", 10**6, category="sales")
    for basis in ("time", "accounts", "mrr"):
        found = contributions.contribution_of(ledger(world), MARCH, 1, basis)  # type: ignore[arg-type]
        parts = [group.line for group in found.groups]
        assert found.nobody.cost == 10
        assert sum(part.cost or 0 for part in parts) + 10 == found.whole.cost == 110
        assert sum(part.earned for part in parts) == found.whole.earned == 140_000


def test_costs_are_shared_by_what_is_chosen(world: World) -> None:
    """100,000 and 40,000 of MRR share 140: 100 and 40 by MRR, 70 each by account."""
    one, other = sign(world, THRIVING, 100_000, "2025-02-01"), sign(world, DRIFTING, 40_000, "2025-02-01")
    spend(world, "a", 140)
    for basis, expected in (("mrr", {one.pk: 100, other.pk: 40}), ("accounts", {one.pk: 70, other.pk: 70})):
        rows = contributions.behind(ledger(world), MARCH, 1, basis)  # type: ignore[arg-type]
        assert {row.account: row.line.cost for row in rows} == expected


def test_contribution_counts_whole_months_alone(world: World) -> None:
    assert contributions.whole_months(TODAY, 2, TODAY) == [date(2026, 2, 1), MARCH]
    assert contributions.whole_months(date(2026, 3, 31), 1, date(2026, 3, 31)) == [MARCH]
    assert contributions.whole_months(date(2026, 3, 31), 1, date(2026, 3, 30)) == [date(2026, 2, 1)]


def test_a_plan_is_written_once_and_taken_back_by_leaving_it_empty(world: World) -> None:
    manner: dict[str, Any] = {"currency": "JPY", "by": SYSTEM, "at": world.now}
    for _ in range(2):
        plans.put(date(2026, 4, 17), "existing", minor=500, minutes=60, **manner)
    assert plans.of(APRIL, APRIL)[APRIL, "existing"].minor == 500
    assert Entry.objects.filter(action="insight.budget.planned").count() == 1
    plans.put(APRIL, "existing", minor=None, minutes=None, **manner)
    assert not BudgetPlan.objects.exists()
    for wrong in ({"side": "shared"}, {"minor": -1}, {"minutes": -1}):
        with pytest.raises(NoPlan):
            plans.put(APRIL, **{"side": "existing", "minor": 1, "minutes": 1, **wrong}, **manner)  # type: ignore[arg-type]


def test_the_phase_of_a_month_is_the_last_one_that_began(world: World) -> None:
    plans.phase(date(2025, 4, 1), "growth", 0.3, by=SYSTEM, at=world.now)
    plans.phase(date(2026, 4, 9), "mature", 0.5, by=SYSTEM, at=world.now)
    assert plans.phase_at(date(2025, 3, 1)) is None
    assert [getattr(plans.phase_at(month), "phase", "") for month in (MARCH, APRIL)] == ["growth", "mature"]
    with pytest.raises(NoPlan):
        plans.phase(MARCH, "decline", 0.5, by=SYSTEM, at=world.now)


def test_the_simulator_starts_from_the_cost_of_winning_that_the_books_tell(world: World) -> None:
    """3,600,000 in twelve months for ten new customers; without costs, or with fewer won, a year of margin is assumed, and for
    a part too."""
    account = sign(world, THRIVING, 100_000, "2026-02-01")
    world.carry()
    assert acquiring.cac(TODAY, "JPY") is None
    spend(world, "a", 3_600_000, category="sales")
    world.carry()
    assert acquiring.cac(TODAY, "JPY") is None
    for n in range(9):
        sign(world, f"顧客{n}", 100_000, "2026-02-01")
    world.carry()
    cac = acquiring.cac(TODAY, "JPY")
    assert (cac, acquiring.cac(TODAY, "USD"), acquiring.cac(TODAY, "JPY", [account.pk])) == (360_000, None, None)
    told = scenarios.company(Start(100_000, 1, 0.02, 0, 0, cac))
    assert told.cac == 360_000 and "cac" in scenarios.known(Start(100_000, 1, 0.02, 0, 0, cac))
    assert scenarios.company(Start(100_000, 1, 0.02, 0, 0)).cac == 100_000 * 12 * told.margin
