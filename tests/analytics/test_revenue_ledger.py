"""The ledger's law: begin plus movements is end, to the minor unit, for everyone and for any slice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.analytics import revenue
from nenrin.analytics.revenue import books, figures, movements
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.contracts import Contract
from nenrin.analytics.revenue.movements import CHURN, CONTRACTION, EXPANSION, NEW, REACTIVATION
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.policies import Policy, UnknownChoice, from_document, to_document
from nenrin.analytics.revenue.shares import allocate, allocate_rows
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, book, month, moved, paying
from tests.analytics.revenue_histories import DAYS, contracts, day, lowered_contracts, rate, rich_contracts

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
periods = st.tuples(st.integers(0, DAYS), st.integers(1, 200)).map(lambda p: Period(day(p[0]), day(p[0] + p[1])))
policies = st.builds(
    lambda gap, recognition, coupons, usage, ramp: replace(
        YEN, gap_merge_days=gap, churn_recognition=recognition, coupons=coupons, usage=usage, ramp=ramp),
    st.sampled_from([0, 31]), st.sampled_from(["request", "billing", "service"]), st.sampled_from(["reduce", "ignore"]),
    st.sampled_from(["none", "committed", "trailing"]), st.sampled_from(["step", "average"]),
)  # fmt: skip
profiles = st.tuples(policies, st.sampled_from([movements.net, movements.gross]))


@FEW
@given(rich_contracts | lowered_contracts, periods, profiles, st.lists(st.booleans(), min_size=4, max_size=4))
def test_begin_and_movements_are_the_end_for_everyone_and_for_any_slice(
    told: list[Contract], period: Period, profile: tuple[Policy, object], chosen: list[bool]
) -> None:
    policy, view = profile
    found = view(revenue.of_contracts(told, policy), period)  # type: ignore[operator]
    inside = np.array(chosen[: len(found.after)], dtype=bool)
    for rows in (np.ones(len(found.after), dtype=bool), inside, ~inside):
        assert found.before[rows].sum() + found.fx[rows].sum() + found.amounts[rows].sum() == found.after[rows].sum()
    assert (found.gains.sum(axis=1) == found.amounts[:, EXPANSION]).all()
    assert (found.losses.sum(axis=1) == found.amounts[:, CONTRACTION]).all()
    assert (found.amounts[:, [NEW, REACTIVATION, EXPANSION]] >= 0).all()
    assert (found.amounts[:, [CONTRACTION, CHURN]] <= 0).all()


@FEW
@given(rich_contracts | lowered_contracts, st.integers(0, DAYS + 300), policies)
def test_the_rate_of_a_day_is_what_the_contracts_of_that_day_add_up_to(
    told: list[Contract], on: int, policy: Policy
) -> None:
    policy = replace(policy, gap_merge_days=0, ramp="step")
    found = revenue.of_contracts(told, policy)
    rates = found.line.at([number(day(on))])[:, 0].tolist()
    known = {account: rate(told, account, day(on), policy) for account in {one.account for one in told}}
    assert dict(zip(found.accounts.tolist(), rates, strict=True)) == {a: known[a] for a in found.accounts.tolist()}
    assert all(known[account] == 0 for account in set(known) - set(found.accounts.tolist()))


@FEW
@given(contracts, periods, st.integers(1, 4))
def test_a_part_of_the_book_answers_as_the_whole_does_for_those_accounts(
    told: list[Contract], period: Period, account: int
) -> None:
    whole = revenue.of_contracts(told, YEN)
    part = books.within(whole, np.array([account]))
    alone = revenue.of_contracts([one for one in told if one.account == account] or told[:0], YEN)
    of_part, of_alone = figures.measured(part, period)[1], figures.measured(alone, period)[1]
    assert {name: values.tolist() for name, values in of_part.items()} == {
        name: values.tolist() for name, values in of_alone.items()
    }


@FEW
@given(st.integers(0, 10**17), st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any))
def test_whole_units_are_divided_without_losing_one(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, weights)) == total
    parts = allocate_rows(np.array([total]), np.array([weights]))
    assert parts.sum() == total and all(part >= 0 for part in parts[0])


def test_a_quadrillion_yen_is_kept_to_the_yen() -> None:
    told = book([paying(1, 10**15 + 1, "2025-01-01", then=[("2025-02-01", 10**15 + 3)])])
    assert moved(told, month("2025-02")) == {"begin": 10**15 + 1, "expansion": 2, "end": 10**15 + 3}


def test_a_credit_is_negative_revenue_and_the_sum_still_holds() -> None:
    told = book([paying(1, 100, "2025-01-01"), paying(1, -30, "2025-02-01", product="credit")])
    assert moved(told, month("2025-02")) == {"begin": 100, "contraction": -30, "end": 70}


def test_a_contract_that_ends_before_it_begins_is_no_revenue() -> None:
    told = book([paying(1, 100, "2025-03-01", "2025-02-01"), paying(2, 100, "2025-03-01", "2025-03-01")])
    assert moved(told, month("2025-03")) == {}


def test_two_contracts_of_one_product_that_overlap_both_count() -> None:
    told = book([paying(1, 100, "2025-01-01", product="a"), paying(1, 50, "2025-02-01", product="a")])
    assert moved(told, month("2025-02")) == {"begin": 100, "expansion": 50, "end": 150}


def test_a_contract_in_place_of_another_is_no_churn() -> None:
    told = book([paying(1, 100, "2025-01-01", "2025-02-10"), paying(1, 130, "2025-02-10")])
    assert moved(told, month("2025-02")) == {"begin": 100, "expansion": 30, "end": 130}


def test_an_empty_book_answers_every_kpi_with_nothing() -> None:
    _, columns = figures.measured(book([]), month("2025-02"))
    found = figures.whole(columns, figures.Facts())
    assert found["mrr"].value is None and found["nrr"].value is None and found["logo_churn"].n == 0


def test_three_accounts_are_not_enough_for_a_rate_but_for_their_sum() -> None:
    _, columns = figures.measured(book([paying(n, 100, "2025-01-01") for n in range(3)]), month("2025-02"))
    found = figures.whole(columns, figures.Facts())
    assert found["logo_churn"].value is None and found["logo_churn"].n == 3 and found["mrr"].value == 300


def test_a_profile_goes_to_a_document_and_back() -> None:
    policy = Policy(version=3, gap_merge_days=7, rates={"USD": "150.5"})
    assert from_document(to_document(policy)) == policy


@pytest.mark.parametrize(
    "document",
    [{"churn_recognition": "whenever"}, {"colour": "red"}, {"rates": {"USD": "-1"}}, {"rates": {"USD": "x"}}],
)
def test_a_profile_with_an_unknown_choice_is_refused_by_name(document: dict[str, object]) -> None:
    with pytest.raises(UnknownChoice, match=next(iter(document))):
        from_document(document)


def test_the_same_day_counts_once_whatever_the_order_it_was_told_in() -> None:
    told = [paying(1, 100, "2025-01-01", "2025-02-01"), paying(1, 100, "2025-02-01", "2025-03-01"),
            paying(1, 100, "2025-03-01")]  # fmt: skip
    for order in (told, told[::-1]):
        found: Book = book(order)
        assert moved(found, Period(date(2025, 1, 15), date(2025, 4, 1))) == {"begin": 100, "end": 100}
        assert len(found.line.row) == 1
