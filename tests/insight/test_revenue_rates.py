"""Month-end rates as facts: the choice opens with the first, corrections adjust closed books, gaps are named."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import rates as told_rates
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks, notes, policies, rates
from nenrin.insight.revenue.policies import Untold
from tests.insight.test_revenue import closed, month, on, sign, told
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


def quote(world: World, month: str, rate: str, *, lag: bool = False) -> None:
    knowing = Knowing("lag", world.today) if lag else on_arrival(world.today)
    row = told_rates.Told(date.fromisoformat(f"{month}-01"), "USD", "JPY", rate)
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
