"""Month-end rates as facts: the choice opens with the first, corrections adjust closed books, gaps are named."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.schedule import Step
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import rates as told_rates
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.lifetimes import books as lifetimes
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks, notes, own_money, policies, rates
from nenrin.insight.revenue.policies import Untold
from nenrin.insight.risk import outcomes
from tests.insight.test_revenue import closed, month, on, sign, told
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


def quote(world: World, month: str, rate: str, *, lag: bool = False, pair: tuple[str, str] = ("USD", "JPY")) -> None:
    knowing = Knowing("lag", world.today) if lag else on_arrival(world.today)
    row = told_rates.Told(date.fromisoformat(f"{month}-01"), *pair, rate)
    manner = {"namespace": told_rates.NAMESPACE, "by": SYSTEM, "at": world.now, "zone": ZoneInfo("Asia/Tokyo")}
    told_rates.put([row], knowing=knowing, **manner)


def at_month_ends(world: World) -> None:
    policies.publish({"currency": "month_end"}, by=SYSTEM, at=world.now)


def test_the_choice_opens_with_the_first_rate(world: World) -> None:
    with pytest.raises(Untold):
        at_month_ends(world)
    quote(world, "2026-03", "150")
    at_month_ends(world)
    assert policies.live(world.today).currency == "month_end"
    assert ("currency", "month_end") not in policies.untold()


def test_a_corrected_rate_is_an_adjustment_of_closed_books(world: World) -> None:
    for each, rate in (("2026-02", "150"), ("2026-03", "140")):
        quote(world, each, rate, lag=True)
    at_month_ends(world)
    sign(world, "灯台", 1_000_00, "2026-02-01", currency="USD")
    world.carry()
    world.today = on("2026-05-10")
    quote(world, "2026-04", "144")
    world.carry()
    assert told(locks.statement(closed(world), month("2026-03"), "net")) == {
        "begin": 150_000,
        "fx": -10_000,
        "end": 140_000,
    }
    locks.lock(on("2026-03-31"), by=SYSTEM, at=world.now)
    world.today = on("2026-05-20")
    quote(world, "2026-03", "141")
    world.carry()
    books = closed(world)
    assert told(locks.statement(books, month("2026-03"), "net")) == {"begin": 150_000, "fx": -10_000, "end": 140_000}
    april = locks.statement(books, month("2026-04"), "net")
    assert (april.begin, april.adjustment, april.fx, april.end) == (140_000, 1_000, 3_000, 144_000) and april.holds
    assert [(each.before, each.after) for each in locks.adjusted(books, month("2026-04"))] == [(140_000, 141_000)]


def test_a_month_without_its_rate_is_noted_with_the_accounts_and_never_a_zero(world: World) -> None:
    quote(world, "2026-02", "150", lag=True)
    at_month_ends(world)
    dollars, _ = sign(world, "灯台", 1_000_00, "2026-02-01", currency="USD")
    sign(world, "港", 30_000, "2026-02-01")
    world.carry()
    ledger = revenue.ledger(world.today)
    march = locks.statement(closed(world), month("2026-03"), "net")
    assert told(march) == {"begin": 30_000, "end": 30_000} and march.holds
    [note] = [one for one in notes.notes(ledger, month("2026-03")) if one.kind == "no_month_end"]
    assert note.accounts == (dollars.pk,)
    assert [one.words for one in notes.listed(ledger, month("2026-03"), "no_month_end")] == ["USD 2026-03"]
    told_rates.retract(list(ExchangeRate.objects.values_list("pk", flat=True)), by=SYSTEM, at=world.now)
    world.carry()
    assert revenue.ledger(world.today).book.left_out == ((dollars.pk, "USD"),)
    assert rates.current(world.today).minor(100, "USD", world.today) is None


def test_lists_of_today_take_the_last_rate_told_and_say_of_which_month(world: World) -> None:
    """On 6 April nobody has typed the rate of March: a list of today counts dollars at that of February, the ledger waits."""
    quote(world, "2026-01", "140", lag=True)
    quote(world, "2026-02", "150", lag=True)
    at_month_ends(world)
    sign(world, "灯台", 1_000_00, "2026-02-01", currency="USD")
    world.carry()
    own = own_money.on(world.today)
    assert own.minor(1_000_00, "USD") == 150_000 and own.knows("USD") and not own.knows("GBP")
    told = own.used()
    assert told is not None and "1 USD = 150 JPY of Feb 2026" in told.en and "2026年2月" in told.ja
    [life] = lifetimes.read(world.today).lives
    assert (life.mrr_minor, life.currency) == (150_000, "JPY")
    assert revenue.ledger(world.today).book.unrated(world.today).size == 1
    quote(world, "2026-03", "160")
    assert own_money.on(world.today).minor(1_000_00, "USD") == 160_000


def test_euros_told_in_dollars_count_through_them_and_it_is_said(world: World) -> None:
    for each, euros, dollars in (("2026-02", "1.1", "150"), ("2026-03", "1.2", "140")):
        quote(world, each, euros, lag=True, pair=("EUR", "USD"))
        quote(world, each, dollars, lag=True)
    at_month_ends(world)
    sign(world, "灯台", 1_000_00, "2026-02-01", currency="EUR")
    sign(world, "港", 100_00, "2026-02-01", currency="USD")
    world.carry()
    ledger = revenue.ledger(world.today)
    march = locks.statement(closed(world), month("2026-03"), "net")
    assert told(march) == {"begin": 180_000, "fx": 2_000, "end": 182_000} and march.holds
    [note] = [one for one in notes.notes(ledger, month("2026-03")) if "through another" in one.name.en]
    assert "EUR through USD (2026-02), EUR through USD (2026-03)" in note.name.en and "USD経由" in note.name.ja
    used = own_money.on(world.today).used()
    assert used is not None and "1 EUR = 168 JPY of Mar 2026 through USD" in used.en
    assert "1 USD = 140 JPY of Mar 2026" in used.en and "（2026年3月、USD経由）" in used.ja
    quote(world, "2026-03", "165", pair=("EUR", "JPY"))
    world.carry()
    assert revenue.ledger(world.today).book.exchange.worth("EUR", world.today) == 165
    assert notes.crossed(revenue.ledger(world.today), month("2026-03")) == {"EUR": {date(2026, 2, 28): "USD"}}


def test_who_grew_in_a_month_without_its_rate_grew(world: World) -> None:
    """Only the rate of March is told: what happened in February is known in dollars, and told at the last rate."""
    quote(world, "2026-03", "150", lag=True)
    at_month_ends(world)
    told = (("2025-10-01", 1_000_00, 5), ("2026-02-10", 1_500_00, 8), ("2026-03-05", 900_00, 4))
    steps = [Step(on(day), minor, seats) for day, minor, seats in told]
    account = accounts.open("灯台", by=SYSTEM, at=world.now)
    subscriptions.sign(
        account, by=SYSTEM, at=world.now, starts_on=on("2025-10-01"), term_months=12, currency="USD", steps=steps
    )
    world.carry()
    found = outcomes.decided(revenue.ledger(world.today)).standing(
        [on("2026-01-01"), on("2026-02-01"), on("2026-03-01")], [on("2026-02-01"), on("2026-03-01"), on("2026-04-01")]
    )
    assert found.account.tolist() == [account.pk] * 3
    assert found.outcome.tolist() == [outcomes.STAYED, outcomes.GREW, outcomes.SHRANK]
    assert found.change.tolist() == [0, 75_000, -90_000]


def test_costs_without_a_rate_are_named_beside_what_leaves_them_out(world: World) -> None:
    quote(world, "2026-02", "150", lag=True)
    at_month_ends(world)
    sign(world, "港", 30_000, "2026-02-01")
    for key, day, currency in (("a", "2026-02-01", "JPY"), ("b", "2026-01-01", "USD"), ("c", "2026-01-01", "USD"), ("d", "2026-02-01", "USD")):  # fmt: skip
        world.say("cost", key, None, {"month": day, "category": "sales", "minor": 1_000, "currency": currency})
    world.carry()
    ledger = revenue.ledger(world.today)
    told = {note.name.en: note for note in notes.notes(ledger, month("2026-03"))}
    assert "2 acquisition costs without an exchange rate: 2026-01" in told
    assert ledger.costs == {on("2026-02-01"): 1_000 + 1_500}
    for unseen in (revenue.uncosted(ledger), revenue.limited(ledger, [1])):
        assert not any("acquisition cost" in note.name.en for note in notes.notes(unseen, month("2026-03")))
