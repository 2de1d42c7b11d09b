"""A world of stories and generated customers: consistent with itself, the same for the same seed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from nenrin.customers.terms import notice_deadline
from nenrin.foundation.calendar import is_business_day
from nenrin.simulator import product, tracking, world
from nenrin.simulator.names import corporate_numbers
from nenrin.simulator.names.words import INDUSTRIES
from nenrin.simulator.prose import texts
from nenrin.simulator.records import Customer
from nenrin.simulator.stories import terms

TODAY = date(2026, 11, 22)
TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> world.World:
    return world.built(today=TODAY)


def _logins(demo: world.World, customer: Customer, first: date, last: date) -> int:
    sent = tracking.events(customer, demo.window, demo.seed, TOKYO)
    days = [event["timestamp"][:10] for event in sent if event.get("event") == product.LOGIN]
    return sum(first.isoformat() <= day < last.isoformat() for day in days)


def test_the_demo_is_of_a_size_that_one_looks_through_in_an_afternoon(demo: world.World) -> None:
    standing = [customer for customer in demo.customers if not customer.is_lost]
    assert 50 <= len(standing) <= 80
    assert len(demo.stories) >= 12


def test_the_demo_has_the_facts_that_its_centre_asks_for(demo: world.World) -> None:
    """Ten won in a year for CAC, ten of the standard health model's lost for its backtest, thirty a year ago for churn; and
    the same on the days to come."""
    for made in (demo, world.built(today=date(2026, 12, 10), with_stories=False)):
        year = made.today - timedelta(365)
        lost = {customer.key: customer.loss.on for customer in made.customers if customer.loss}
        won = [customer for customer in made.customers if customer.since > year]
        paying = [one for one in made.customers if one.since <= year and lost.get(one.key, made.today) > year]
        noticed = {one.key: one.loss.noticed_on or one.loss.on for one in made.customers if one.loss}
        judged = [one for one in made.customers if one.tier != "smb" and one.key in lost]
        assert len(won) >= 10 and len(paying) >= 30
        begun = max(made.today - timedelta(728), made.window.first + timedelta(30))
        assert len([one for one in judged if noticed[one.key] > max(begun, one.since + timedelta(90))]) >= 10


def test_nobody_of_the_team_meets_customers_on_a_day_off(demo: world.World) -> None:
    met = [touch for customer in demo.customers for touch in customer.touches]
    assert len(met) > 300
    assert [touch.on for touch in met if not is_business_day(touch.on)] == []


def test_the_same_seed_and_day_give_the_same_world(demo: world.World) -> None:
    assert world.built(today=TODAY).customers == demo.customers
    assert world.built(today=TODAY, seed=7).customers != demo.customers


def test_every_customer_has_a_name_a_valid_number_a_contract_and_people(demo: world.World) -> None:
    for customer in demo.customers:
        assert customer.name
        assert customer.contacts
        assert customer.industry in INDUSTRIES
        assert not customer.corporate_number or corporate_numbers.is_valid(customer.corporate_number)
        assert all(contact.email.endswith(f"@{customer.domain}") for contact in customer.contacts)
    for column in ("key", "name", "domain"):
        assert len({getattr(customer, column) for customer in demo.customers}) == len(demo.customers)


def test_nothing_in_a_history_lies_in_the_future_or_before_the_customer(demo: world.World) -> None:
    for customer in demo.customers:
        happened = [
            *(ticket.opened_on for ticket in customer.tickets),
            *(answer.on for answer in customer.answers),
            *(touch.on for touch in customer.touches),
            *(pulse.on for pulse in customer.pulses),
        ]
        assert all(customer.since <= day <= TODAY for day in happened), customer.key


def test_contracts_hold_together(demo: world.World) -> None:
    for customer in demo.customers:
        (contract,) = customer.contracts
        assert contract.starts_on <= contract.steps[0].on
        assert [step.on for step in contract.steps] == sorted({step.on for step in contract.steps})
        assert all(step.minor > 0 and step.seats > 0 for step in contract.steps)
        assert (contract.ends_on > TODAY) or customer.is_lost
        assert bool(contract.ended_on) == customer.is_lost


def test_some_customers_stand_under_others(demo: world.World) -> None:
    keys = {customer.key for customer in demo.customers}
    parents = {customer.parent for customer in demo.customers if customer.parent}
    assert demo.story("parent").key in parents
    assert parents - keys <= {customer.parent for customer in demo.customers}


def test_the_notice_deadline_of_its_story_is_in_nine_days_whatever_the_day() -> None:
    for today in (TODAY, date(2027, 2, 20), date(2028, 2, 29), date(2026, 12, 31)):
        contract = world.built(today=today).story("notice").contracts[0]
        assert 9 <= (notice_deadline(contract.ends_on, contract.notice_months, 0) - today).days <= 11


def test_the_champion_of_the_drifting_one_left_on_the_last_day_of_transfers(demo: world.World) -> None:
    champion = next(contact for contact in demo.story("drifting").contacts if contact.role == "champion")
    assert champion.left_on == date(2026, 10, 1)
    assert terms.last_transfer(date(2026, 6, 1)) == date(2026, 4, 1)
    assert terms.last_transfer(date(2026, 10, 20)) == date(2026, 9, 1)


def test_the_drifting_one_is_used_less_than_half_as_much_as_before(demo: world.World) -> None:
    drifting = demo.story("drifting")
    before = _logins(demo, drifting, TODAY - timedelta(90), TODAY - timedelta(62))
    now = _logins(demo, drifting, TODAY - timedelta(28), TODAY)
    assert now < before / 2
    left = tracking.user_id(drifting, 1)
    sent = tracking.events(drifting, demo.window, demo.seed, TOKYO)
    assert max(event["timestamp"] for event in sent if event["userId"] == left) < "2026-10-01"


def test_the_silent_one_has_been_silent_since_its_connection_stopped(demo: world.World) -> None:
    silent = demo.story("silent")
    stopped = silent.behaviour.silent_from
    assert stopped == TODAY - timedelta(41)
    assert _logins(demo, silent, stopped - timedelta(28), stopped) > 0
    assert _logins(demo, silent, stopped, TODAY) == 0


def test_the_stuck_one_never_reached_first_value_and_uses_one_feature(demo: world.World) -> None:
    sent = tracking.events(demo.story("stuck"), demo.window, demo.seed, TOKYO)
    assert {event["event"] for event in sent if event["type"] == "track"} == {product.LOGIN, "Record Created"}


def test_a_lost_one_sends_nothing_after_it_left(demo: world.World) -> None:
    for customer in demo.customers:
        if customer.loss:
            sent = tracking.events(customer, demo.window, demo.seed, TOKYO)
            assert all(event["timestamp"][:10] <= customer.loss.on.isoformat() for event in sent)


def test_deliveries_are_segment_batches_accepted_after_what_they_hold(demo: world.World) -> None:
    some = [demo.story("thriving"), demo.story("urgent")]
    held = list(tracking.deliveries(some, demo.window, demo.seed, TOKYO, until=NOON))
    assert [each.received_at for each in held] == sorted(each.received_at for each in held)
    seen: list[str] = []
    for each in held:
        body = msgspec.json.decode(each.body)
        assert each.events == len(body["batch"]) <= tracking.LARGEST_BATCH * 1.01 + 1
        assert all(datetime.fromisoformat(event["timestamp"]) <= NOON for event in body["batch"])
        assert datetime.fromisoformat(body["sentAt"]) <= NOON
        seen += [event["messageId"] for event in body["batch"]]
    assert len(seen) > len(set(seen)), "some come twice, as they do from real clients"
    sent = sum(len(tracking.events(one, demo.window, demo.seed, TOKYO)) for one in some)
    assert sent - 20 <= len(set(seen)) <= sent, "only what is not yet due, or on its way, is missing"


def test_every_person_is_introduced_before_anything_it_does(demo: world.World) -> None:
    known: set[str] = set()
    for event in tracking.events(demo.story("thriving"), demo.window, demo.seed, TOKYO):
        if event["type"] == "identify":
            known.add(event["userId"])
        assert event["userId"] in known


def test_every_text_can_be_filled_in_both_languages() -> None:
    word = product.FEATURES[0].name
    rng = np.random.default_rng(1)
    for situation in texts.TOUCHES:
        for _ in range(20):
            touch = texts.touch(situation, rng, person=word, feature=word, department=word)
            assert "{" not in touch.body.en + touch.body.ja
    for kind in texts.TICKETS:
        assert "{" not in texts.ticket(kind, rng, feature=word).ja


def test_every_story_says_what_a_page_should_show(demo: world.World) -> None:
    for customer in demo.stories:
        assert customer.shown is not None
        assert customer.shown.band in {"healthy", "caution", "at_risk", "unknown", "lost"}
        assert customer.shown.sentence.en
        assert customer.shown.sentence.ja
