"""Groups of companies counted as one customer: as if one account had signed all their contracts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.analytics import revenue
from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue import figures
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.contracts import Contract, table
from nenrin.analytics.revenue.kpis import needed
from nenrin.analytics.revenue.rolled import LOGOS, heads, rolled
from nenrin.values import Period
from tests.analytics.revenue_cast import YEN, book, month, paying, value
from tests.analytics.revenue_histories import DAYS, contracts, day
from tests.analytics.test_revenue_kpis import FACTS, ORACLES, lapsing

END = date(2999, 12, 31)
COLUMNS = sorted(frozenset().union(*(needed(KPIS[key]) for key in LOGOS)))


def grouped(of: Book, parents: dict[int, int]) -> Book:
    return rolled(of, heads(of.accounts, parents), END)


def as_one(told: list[Contract], of: Book, parents: dict[int, int]) -> list[Contract]:
    """The same contracts, signed by the account that stands for the group."""
    stands = dict(zip(of.accounts.tolist(), of.accounts[heads(of.accounts, parents)].tolist(), strict=True))
    return [replace(one, account=stands[one.account]) for one in told if one.account in stands]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts, st.integers(0, DAYS), st.integers(1, 200), st.sampled_from([0, 31]), st.data())
def test_a_group_is_as_one_account_with_all_its_contracts(
    told: list[Contract], start: int, length: int, gap: int, data: st.DataObject
) -> None:
    # An account stands below one of a lower number, so that nobody is above itself; 9 has no contract.
    parents = {n: p for n in (1, 2, 3, 4) if (p := data.draw(st.sampled_from([0, 9, *range(1, n)])))}
    policy, period = replace(YEN, gap_merge_days=gap), Period(day(start), day(start + length))
    of = revenue.of_contracts(told, policy)
    found = grouped(of, parents)
    known = revenue.of_contracts(as_one(told, of, parents), policy)
    assert found.accounts.tolist() == known.accounts.tolist()
    ours, theirs = (figures.measured(each, period)[1] for each in (found, known))
    for name in COLUMNS:
        assert ours[name].tolist() == theirs[name].tolist(), name


@pytest.mark.parametrize("text", ["2025-06", "2026-03"])
def test_logo_figures_of_groups_answer_as_their_oracles(text: str) -> None:
    told, period = lapsing(4), month(text)
    policy = replace(YEN, gap_merge_days=31)
    of = book(told, policy)
    parents = {int(account): int(account) - 1 for account in of.accounts if account % 3}
    found = grouped(of, parents)
    assert len(found.accounts) < 0.4 * len(of.accounts)
    sums = made.summed(figures.measured(found, period)[1], COLUMNS)
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("contracts", table(as_one(told, of, parents)))
        db.execute("create temp table ask as select ?::date as start_on, ?::date as end_on, 0.8::double as margin,"
                   " 0.1::double as yearly, 6000000 as acquisition, 31::integer as gap", [period.start, period.end])  # fmt: skip
        db.execute((ORACLES / "prelude.sql").read_text())
        for key in sorted(LOGOS):
            [expected] = db.execute((ORACLES / f"{key}.sql").read_text()).fetchone() or [None]
            assert float(KPIS[key].value(sums, FACTS)[0]) == pytest.approx(float(expected), rel=1e-9), key


def test_a_subsidiary_that_leaves_is_no_lost_customer_and_one_that_comes_is_no_new_one() -> None:
    told = [paying(1, 600, "2025-01-01"), paying(2, 300, "2025-01-01", "2026-02-10"), paying(3, 100, "2026-02-05"),
            paying(4, 200, "2025-01-01", "2026-02-20")]  # fmt: skip
    alone, together = book(told), grouped(book(told), {2: 1, 3: 2})
    february = month("2026-02")
    told_of = {key: (value(alone, february, key), value(together, february, key))
               for key in ("logo_churn", "new_accounts", "paying_accounts", "arpa", "logo_churn_year")}  # fmt: skip
    known = {"logo_churn": (2 / 3, 1 / 2), "new_accounts": (1, 0), "paying_accounts": (2, 1), "arpa": (350, 700),
             "logo_churn_year": (2 / 3, 1 / 2)}  # fmt: skip
    assert told_of == {key: pytest.approx(both) for key, both in known.items()}


def test_a_contract_that_moves_within_a_group_is_a_lapse_like_any_other() -> None:
    told = [paying(1, 100, "2025-01-01", "2026-02-10"), paying(2, 100, "2026-03-05")]
    policy = replace(YEN, gap_merge_days=31)
    assert value(book(told, policy), month("2026-02"), "logo_churn") == 1
    assert value(grouped(book(told, policy), {2: 1}), month("2026-02"), "logo_churn") == 0


def test_who_stands_for_a_group_is_the_topmost_account() -> None:
    accounts = np.array([2, 3, 5])
    assert heads(accounts, {}).tolist() == [0, 1, 2]
    assert heads(accounts, {2: 5, 5: 3}).tolist() == [1, 1, 1]
    assert heads(accounts, {3: 9, 5: 9}).tolist() == [0, 1, 1], "a holding without a contract of its own"
