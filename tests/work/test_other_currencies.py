"""Customers who pay in another currency count in every sum at the policy's rate, and are named where there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books, starts
from nenrin.insight.revenue import own_money, policies
from nenrin.work import (
    loss_figures,
    renewal_accuracy,
    renewal_forecast,
    renewal_pipeline,
    renewal_quarters,
    renewal_snapshots,
)
from nenrin.work.models import Loss, RenewalCheckpoint, RenewalOutcome, RenewalSnapshot, RenewalSnapshotLine
from nenrin.work.models.renewal import Outcome
from tests.insight.test_revenue import more, on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    """30,000 yen, 300.01 dollars at 150.5 (45,151.505 yen), 70 pounds without a rate; signed half a year ago."""
    world = World(today=on("2026-04-06"))
    policies.publish({"rates": {"USD": "150.5"}}, by=SYSTEM, at=world.now)
    sign(world, "港", 30_000, "2025-10-01")
    sign(world, "灯台", 300_01, "2025-10-01", currency="USD")
    sign(world, "岬", 70_00, "2025-10-01", currency="GBP")
    return world


def test_lifetimes_and_the_simulation_begin_with_all_that_has_a_rate(world: World) -> None:
    world.carry()
    book = books.read(world.today)
    lives = {Account.objects.get(pk=one.account).name: (one.mrr_minor, one.currency) for one in book.lives}
    assert lives == {"港": (30_000, "JPY"), "灯台": (45_152, "JPY"), "岬": (70_00, "GBP")}
    assert book.abroad == {"USD"} and books.unrated(book, "JPY") == ["岬"]
    start = starts.start(book, "JPY")
    assert (start.mrr, start.accounts) == (75_152, 2)
    assert [(one.currency, one.accounts) for one in start.elsewhere] == [("GBP", 1)]
    dollars = next(key for key, signed in book.signed.items() if Account.objects.get(pk=key).name == "灯台")
    assert (book.signed[dollars].mrr_minor, book.signed[dollars].currency) == (45_152, "JPY")


def test_contracts_in_two_currencies_of_one_account_add_up(world: World) -> None:
    both, _ = sign(world, "両替", 10_000, "2025-01-01")
    more(world, both, 100_00, "2025-01-01", currency="USD")
    world.carry()
    [life] = [one for one in books.read(world.today).lives if one.account == both.pk]
    assert (life.mrr_minor, life.currency) == (10_000 + 15_050, "JPY")


def test_the_renewal_forecast_holds_what_has_a_rate(world: World) -> None:
    own = own_money.on(world.today)
    rows = renewal_pipeline.ahead(Subscription.objects.order_by("pk"), world.today, world.today + timedelta(days=400))
    told = renewal_forecast.of(renewal_pipeline.read(rows, own), own.currency)
    assert (told.count, told.due, told.foreign) == (3, 75_152, 1)


def test_what_a_snapshot_expected_is_told_at_the_rate_like_its_other_figures(world: World) -> None:
    """Kept in dollars, for want of a rate on its day: 0.9 of 300.01 dollars, and 0.8 of 30,000 yen."""
    made = RenewalSnapshot.objects.create(taken_on=world.today, taken_at=world.now, count=3)
    for name, minor, currency, p in (
        ("港", 30_000, "JPY", 0.8),
        ("灯台", 300_01, "USD", 0.9),
        ("岬", 70_00, "GBP", 0.5),
    ):
        RenewalSnapshotLine.objects.create(
            snapshot=made, account=Account.objects.get(name=name), term_end=on("2026-09-30"), decision_on=on("2026-08-31"),
            currency=currency, held="commit", p=p, due_minor=minor, committed_minor=minor, best_minor=minor,
            worst_minor=minor, expected_minor=p * minor,
        )  # fmt: skip
    until, own = world.today + timedelta(400), own_money.on(world.today)
    was = renewal_snapshots.was(made, RenewalSnapshotLine.objects.all(), world.today, until, own)
    assert was.worst == 30_000 + 45_152
    assert was.expected == pytest.approx(24_000 + 0.9 * 300_01 * 1.505)


def test_renewals_that_came_add_up_at_the_rate(world: World) -> None:
    account, own = Account.objects.get(name="灯台"), own_money.on(world.today)
    for currency, due, kept in (("JPY", 30_000, 30_000), ("USD", 100_00, 50_00), ("GBP", 70_00, 0)):
        end = on("2026-03-01") + timedelta(days=len(currency) + due)
        RenewalOutcome.objects.create(
            account=account, term_end=end, decision_on=on("2026-03-02"), due_minor=due, kept_minor=kept, currency=currency,
            settled_on=end,
        )  # fmt: skip
    found = renewal_quarters.past(
        RenewalOutcome.objects.all(), Subscription.objects.none(), world.today, own, policies.fiscal()
    )
    [steps] = [one.steps for one in found if one.steps.count]
    assert (steps.count, steps.start, steps.downsell, steps.churn) == (2, 30_000 + 15_050, -7_525, 0)


def test_how_good_forecasts_were_is_told_at_the_rate(world: World) -> None:
    own = own_money.on(world.today)
    for n in range(renewal_accuracy.LEAST):
        for currency, due in (("JPY", 1_000), ("USD", 10_00), ("GBP", 7_00)):
            name = {"JPY": "港", "USD": "灯台", "GBP": "岬"}[currency]
            RenewalCheckpoint.objects.create(
                account=Account.objects.get(name=name), term_end=on("2026-01-01") + timedelta(days=n), days=90,
                decision_on=on("2026-01-01"), taken_on=on("2025-10-01"), mrr_minor=due, kept_minor=due, currency=currency,
                outcome=Outcome.RENEWED, probability_of_model=0.5,
            )  # fmt: skip
    [model] = [one for one in renewal_accuracy.of(RenewalCheckpoint.objects.all(), 90, own) if one.side == "model"]
    assert (model.came, model.foretold) == (10 * (1_000 + 1_505), 5 * (1_000 + 1_505))


def test_losses_add_up_at_the_rate_and_name_who_is_not_in_the_sum(world: World) -> None:
    for name, minor, currency in (("港", 30_000, "JPY"), ("灯台", 100_00, "USD"), ("岬", 70_00, "GBP")):
        Loss.objects.create(
            account=Account.objects.get(name=name), decided_on=on("2026-03-01"), ends_on=on("2026-04-01"), mrr_minor=minor,
            currency=currency, created_at=world.now, changed_at=world.now,
        )  # fmt: skip
    told = loss_figures.of(Loss.objects.select_related("reason", "account"), own_money.on(world.today))
    assert (told.count, told.minor, told.foreign) == (3, 30_000 + 15_050, 1)
    assert told.left_out == ("岬",) and told.abroad == {"USD"}
