"""A change of the organisation's currency or fiscal year: from a day on, and never of what is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.analytics.revenue import fiscal
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.models import KpiTarget, MetricPolicy
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import locks, own_money, policies, slices, targets, words
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.policies import Untold
from nenrin.values import Period
from nenrin.work import renewal_quarters
from nenrin.work.models import RenewalOutcome
from tests.insight.test_revenue import closed, month, on, sign, told
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


def closed_april(world: World) -> Closed:
    sign(world, "灯台", 100_000, "2026-02-01")
    world.carry()
    world.today = on("2026-05-10")
    locks.lock(on("2026-04-30"), by=SYSTEM, at=world.now)
    return closed(world)


def test_closed_books_stay_as_they_are_when_the_currency_changes(world: World) -> None:
    before = told(locks.statement(closed_april(world), month("2026-04"), "net"))
    world.today = on("2026-06-03")
    policies.reorganise(by=SYSTEM, at=world.now, currency="USD")
    after = closed(world)
    assert told(locks.statement(after, month("2026-04"), "net")) == before == {"begin": 100_000, "end": 100_000}
    assert after.ledger(on("2026-04-30")).policy.reporting_currency == "JPY"
    assert after.open.policy.reporting_currency == "USD" and not after.open.book.accounts.size
    assert told(locks.statement(after, month("2026-05"), "net")) == {}
    assert list(MetricPolicy.objects.values_list("number", "note")) == [(2, "JPY → USD"), (1, "")]


def test_a_new_currency_takes_the_rates_along(world: World) -> None:
    sign(world, "灯台", 150_000, "2026-02-01")
    sign(world, "桟橋", 100_00, "2026-02-01", currency="USD")
    world.carry()
    policies.publish({"rates": {"USD": "150"}}, by=SYSTEM, at=world.now)
    world.today = on("2026-05-10")
    policies.reorganise(by=SYSTEM, at=world.now, currency="USD")
    assert told(locks.statement(closed(world), month("2026-04"), "net"))["end"] == 1_100_00
    assert policies.live(on("2026-05-09")).reporting_currency == "JPY"


def test_settings_changed_before_changes_were_versioned_become_a_version_with_the_next(world: World) -> None:
    policies.publish({"gap_merge_days": 7}, by=SYSTEM, at=world.now)
    organisation.change(by=SYSTEM, at=world.now, currency="USD", fiscal_start_month=1)
    world.today = on("2026-05-10")
    policies.reorganise(by=SYSTEM, at=world.now, name="別名")
    live = policies.live(world.today)
    assert (live.version, live.reporting_currency, live.fiscal_start_month, live.gap_merge_days) == (3, "USD", 1, 7)
    first = policies.live(on("2026-01-01"))
    assert (first.version, first.reporting_currency, first.fiscal_start_month) == (1, "JPY", 4), "as the oldest tells"
    assert policies.fiscal().begins == ((date.min, 4), (on("2027-01-01"), 1))
    policies.reorganise(by=SYSTEM, at=world.now, name="元の名")
    assert policies.live(world.today).version == 3


def test_back_in_a_currency_its_last_rates_hold_where_none_leads_there(world: World) -> None:
    policies.publish({"rates": {"USD": "150"}}, by=SYSTEM, at=world.now)
    policies.reorganise(by=SYSTEM, at=world.now, currency="EUR")
    assert policies.live(world.today).rates == {}
    policies.reorganise(by=SYSTEM, at=world.now, currency="JPY")
    assert policies.live(world.today).rates == {"USD": "150"}
    policies.reorganise(by=SYSTEM, at=world.now, currency="USD")
    policies.publish({"rates": {"JPY": "1/160"}}, by=SYSTEM, at=world.now)
    policies.reorganise(by=SYSTEM, at=world.now, currency="JPY")
    assert policies.live(world.today).rates == {"USD": "160"}, "the newest rate that is told"


def test_only_a_rate_keeps_contracts_in_the_figures_of_another_currency(world: World) -> None:
    assert policies.left_out("USD", world.today) == [], "no contract"
    sign(world, "灯台", 100_000, "2026-02-01")
    sign(world, "Nordsee GmbH", 900_00, "2026-02-01", currency="GBP")
    assert policies.left_out("USD", world.today) == ["JPY"], "nothing told the other before"
    policies.publish({"rates": {"USD": "150"}}, by=SYSTEM, at=world.now)
    assert policies.left_out("USD", world.today) == []


def test_years_that_are_over_keep_their_months_when_the_fiscal_year_changes(world: World) -> None:
    closed_april(world)
    targets.put("mrr", "year", on("2026-03-15"), 1.0, by=SYSTEM, at=world.now)
    policies.reorganise(by=SYSTEM, at=world.now, fiscal_start_month=1)
    assert revenue.period(on("2026-03-31"), "year").start == on("2025-04-01")
    held = policies.fiscal().holding
    assert (held(on("2026-05-10"), "year").start, held(on("2026-05-10"), "year").end) == (
        on("2026-04-01"), on("2027-01-01"))  # fmt: skip
    assert held(on("2027-03-31"), "year").start == on("2027-01-01")
    assert targets.of("year", held(on("2026-03-15"), "year").start).keys() == {"mrr"} == {
        row.kpi for row in KpiTarget.objects.all()}  # fmt: skip


def test_quarters_of_renewals_and_cohorts_of_years_that_are_over_keep_their_months(world: World) -> None:
    sign(world, "灯台", 100_000, "2026-03-05")
    sign(world, "桟橋", 50_000, "2026-04-02")
    world.carry()
    world.today = on("2026-05-10")
    policies.reorganise(by=SYSTEM, at=world.now, fiscal_start_month=3)
    cohorts = slices.slices(revenue.ledger(world.today), "cohort", month("2026-04"))
    assert {each.key for each in cohorts} == {"2025", "2026"}
    account, fiscal_years = Account.objects.get(name="灯台"), policies.fiscal()
    for day in ("2026-03-31", "2026-04-01"):
        RenewalOutcome.objects.create(account=account, term_end=on(day), decision_on=on(day), due_minor=100, kept_minor=0,
                                      settled_on=on(day))  # fmt: skip
    found = renewal_quarters.past(
        RenewalOutcome.objects.all(), Subscription.objects.none(), world.today, own_money.on(world.today), fiscal_years
    )
    assert [(str(one.period.start), str(one.period.end), one.steps.count) for one in found] == [
        ("2026-01-01", "2026-04-01", 1), ("2026-04-01", "2026-07-01", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), policies.UNTOLD)
def test_a_choice_that_nothing_is_told_for_is_refused_and_says_what_is_missing(
    world: World, name: str, value: str
) -> None:
    """Else a version would be published and printed, and change no figure, or leave every foreign account out."""
    sign(world, "桟橋", 100_00, "2026-02-01", currency="USD")
    policies.publish({"rates": {"USD": "150"}}, by=SYSTEM, at=world.now)
    with pytest.raises(Untold) as refused:
        policies.publish({name: value}, by=SYSTEM, at=world.now)
    assert refused.value.why == policies.UNTOLD[name, value] and policies.live(world.today).version == 2
    world.carry()
    assert revenue.ledger(world.today).book.left_out == ()


def test_settings_that_no_figure_rests_on_make_no_version(world: World) -> None:
    policies.reorganise(by=SYSTEM, at=world.now, name="別名", language="en")
    assert not MetricPolicy.objects.exists() and policies.live(world.today).version == 1


def test_a_year_that_was_cut_short_is_told_from_the_next_by_its_days() -> None:
    years = fiscal.changed(1, [(date(2026, 5, 10), 4)])
    short, whole = (Period(date(2027, first, 1), date(2027, first, 10)) for first in (1, 4))
    assert [words.named(one, "year", years).en for one in (short, whole)] == [
        "FY2027 (1 Jan 2027 to 31 Mar 2027)",
        "FY2027",
    ]
    assert words.named(short, "year", years).ja.startswith("2027年度（2027/01/01〜")
    assert words.named(short, "quarter", years) != words.named(whole, "quarter", years)
    assert words.named(short, "month", years).en == words.period_name(short, "month").en


def test_a_change_of_the_fiscal_year_that_is_taken_back_before_it_begins_leaves_no_short_year() -> None:
    for back in (date(2026, 5, 10), date(2026, 12, 31)):
        assert fiscal.changed(4, [(date(2026, 5, 10), 1), (back, 4)]) == fiscal.changed(4, [])
    begun = fiscal.changed(4, [(date(2026, 5, 10), 1), (date(2027, 1, 1), 4)])
    assert [str(start) for start, _ in begun.begins[1:]] == ["2027-01-01", "2027-04-01"]


@pytest.mark.parametrize("changes", [[], [(date(2026, 5, 10), 1)], [(date(2025, 2, 3), 10), (date(2026, 5, 10), 7)],
                                     [(date(2026, 5, 10), 1), (date(2026, 6, 1), 4)]])  # fmt: skip
def test_every_day_lies_in_one_period_whatever_was_changed(changes: list[tuple[date, int]]) -> None:
    years = fiscal.changed(4, changes)
    for grain in ("month", "quarter", "year"):
        day = date(2024, 1, 1)
        while day < date(2029, 1, 1):
            held = years.holding(day, grain)
            assert held.start <= day < held.end and years.holding(held.end - timedelta(days=1), grain) == held
            assert years.holding(held.start, grain) == held
            day = held.end
