"""What is wrong or missing in the data is said with the accounts concerned, and has the stated effect on the figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nenrin.analytics import revenue
from nenrin.analytics.revenue import findings
from nenrin.analytics.revenue.contracts import Contract, table
from nenrin.analytics.revenue.policies import Policy
from nenrin.customers import subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import kpis, notes
from nenrin.insight.revenue import slices as revenue_slices
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, day, month, moved, paying, value
from tests.analytics.test_revenue_ledger import book
from tests.cast import DRIFTING, LOST, THRIVING
from tests.insight.test_revenue import ledger, more, on, sign
from tests.insight.world import World

duckdb = pytest.importorskip("duckdb")


def found(contracts: list[Contract], policy: Policy = YEN) -> dict[tuple[str, int], findings.Finding]:
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("contracts", table(contracts))
        told = findings.found(db, revenue.book(db, policy).left_out)
    return {(one.kind, one.account): one for one in told}


def test_contracts_that_overlap_both_count_and_are_named_with_the_days() -> None:
    told = [paying(1, 100, "2025-01-01", "2025-06-01", product="a"), paying(1, 50, "2025-03-01", product="a"),
            paying(2, 100, "2025-01-01", "2025-03-01"), paying(2, 100, "2025-03-01")]  # fmt: skip
    named = found(told)
    assert set(named) == {("overlap", 1)}
    assert (named["overlap", 1].since, named["overlap", 1].until) == (day("2025-03-01"), day("2025-06-01"))
    assert value(book(told[:2]), month("2025-04"), "mrr") == 150


def test_a_contract_turned_round_counts_as_nothing_and_is_named() -> None:
    told = [paying(1, 100, "2025-03-01", "2025-02-01"), paying(2, 70, "2025-03-01", ends_on=day("2025-03-01"),
                                                              auto_renews=False)]  # fmt: skip
    assert set(found(told)) == {("reversed", 1), ("reversed", 2)}
    assert moved(book(told), month("2025-03")) == {}


def test_a_currency_changed_in_mid_term_is_neither_churn_nor_new_and_needs_both_rates() -> None:
    told = [paying(1, 15_000, "2025-01-01", "2025-06-15"), paying(1, 120_00, "2025-06-15", currency="USD")]
    rates = replace(YEN, rates={"USD": "150"})
    assert moved(book(told, rates), month("2025-06")) == {"begin": 15_000, "expansion": 3_000, "end": 18_000}
    assert set(found(told, rates)) == {("two_currencies", 1)}
    assert {kind for kind, _ in found(told)} == {"two_currencies", "no_rate"}
    assert moved(book(told), month("2025-06")) == {}  # not computable, never zero: left out whole


def test_nothing_but_credits_is_no_paying_account_and_lowers_no_figure_of_the_others() -> None:
    told = [paying(1, -30, "2025-01-01"), paying(2, 100, "2025-01-01")]
    assert set(found(told)) == {("negative", 1)}
    assert value(book(told), month("2025-02"), "paying_accounts") == 1
    assert value(book(told), month("2025-02"), "mrr") == 100
    assert value(book(told), month("2025-02"), "arpa") == 100


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-04-06"))


@pytest.mark.django_db
def test_a_page_is_told_what_its_period_cannot_know(world: World) -> None:
    thriving, _ = sign(world, THRIVING, 100_000, "2026-02-01")
    more(world, thriving, 5_000, "2026-03-01")
    foreign, _ = sign(world, DRIFTING, 900_00, "2026-02-01", currency="EUR")
    _, gone = sign(world, LOST, 50_000, "2025-10-05")
    subscriptions.end(gone, on=on("2025-12-15"), by=SYSTEM, at=world.now)
    told = replace(ledger(world), costs={on("2026-02-01"): 90_000})
    of = {note.name.en: note for note in notes.notes(told, month("2026-03"))}
    assert of["contracts that overlap"].accounts == (thriving.pk,)
    assert of["currency without an exchange rate"].accounts == (foreign.pk,)
    assert any(name.startswith("months without any MRR: 2025-12") for name in of)
    assert any(name.startswith("no acquisition costs for 2025-04") and "2026-02" not in name for name in of)
    assert "no MRR at the start of the period" in {note.name.en for note in notes.notes(told, month("2026-02"))}
    assert [one.account for one in notes.listed(told, month("2026-03"), "overlap")] == [thriving.pk]


@pytest.mark.django_db
def test_a_slice_of_three_accounts_says_that_its_rates_are_not_told(world: World) -> None:
    for n in range(3):
        sign(world, f"{THRIVING} {n}", 100_000, "2025-02-01")
    told = ledger(world)
    found = revenue_slices.slices(told, "cohort", month("2026-03"))
    assert [(each.key, each.name.ja) for each in found] == [("2024", "2024年度")]
    [note] = [n for n in notes.notes(told, month("2026-03"), found) if "fewer than 30" in n.name.en]
    assert note.name.ja == "30社未満の区分：2024年度"
    figures = kpis.by_slice(told, month("2026-03"), "month", found)
    assert figures["logo_churn"][0].value is None and figures["mrr"][0].value == 300_000


def test_what_ended_long_before_a_period_is_no_note_of_it() -> None:
    told = found(
        [
            paying(1, 100, "2023-01-01", "2023-06-01", product="a"),
            paying(1, 50, "2023-03-01", "2023-07-01", product="a"),
        ]
    )
    every = tuple(told.values())
    assert findings.touching(every, month("2026-03")) == []
    assert len(findings.touching(every, Period(on("2023-05-01"), on("2023-06-01")))) == 1
