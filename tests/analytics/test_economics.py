"""Balance and contribution: small books whose arithmetic can be followed, and what holds for any."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.economics import balance, categories, contribution, sharing
from nenrin.analytics.economics.balance import Plan, Won
from nenrin.analytics.economics.sharing import Served
from nenrin.analytics.economics.spending import Entry, Spending, total
from nenrin.analytics.revenue import movements
from tests.analytics.revenue_cast import book, month, paying

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
TOUCH = {"high": [True, True, False, False], "tech": [False, False, True, True]}


def served(present: list[bool], weights: list[int], **known: dict[str, list[bool]]) -> Served:
    masks = {name: {key: np.array(mask) for key, mask in each.items()} for name, each in known.items()}
    accounts = np.arange(1, len(present) + 1, dtype=np.int64)
    return Served(
        accounts, np.array(present), np.array(weights, dtype=np.int64), masks.get("products", {}),
        masks.get("touch_models", {}), masks.get("segments", {}),
    )  # fmt: skip


def test_each_side_is_judged_by_its_own_money_and_its_own_revenue() -> None:
    """300 won customers 20 a month: 12 * 20 / 300 = .8; 200 grew those there 50 a month: 12 * 50 / 200 = 3."""
    spent = Spending(
        (Entry(APRIL, "sales", 200), Entry(APRIL, "marketing", 100), Entry(APRIL, "cs", 200), Entry(APRIL, "other", 999)),
        (Entry(APRIL, "cs", 600), Entry(APRIL, "sales", 1800)),
    )  # fmt: skip
    plans = {(APRIL, "acquisition"): Plan(250, None), (APRIL, "existing"): Plan(250, 900)}
    [row] = balance.rows([APRIL], spent, plans, {APRIL: Won(20, 50)})
    assert (row.acquisition.minor, row.existing.minor) == (300, 200)
    assert (row.acquisition.arr_per_unit, row.existing.arr_per_unit) == (0.8, 3.0)
    assert (row.share, row.plan_share, row.hours_share) == (0.4, 0.5, 0.25)
    assert (row.acquisition.used, row.existing.plan_minutes) == (1.2, 900)


def test_a_month_nobody_told_of_is_no_month_without_costs() -> None:
    rows = balance.rows([APRIL, MAY], Spending((Entry(APRIL, "cs", 10),)), {}, {APRIL: Won(5, 5), MAY: Won(7, 7)})
    assert [row.existing.minor for row in rows] == [10, None]
    assert (rows[0].acquisition.arr_per_unit, rows[1].existing.arr_per_unit, rows[0].share) == (None, None, None)
    whole = balance.whole(rows)
    assert (whole.existing.minor, whole.existing.arr, whole.existing.arr_per_unit) == (10, 60, 6.0)  # April's alone
    assert balance.whole([]).existing.minor is None


def drifting(new: list[int], shares: list[int]) -> balance.Drift | None:
    months = [date(2026, n, 1) for n in range(1, len(new) + 1)]
    costs = [Entry(m, "customer_marketing", s) for m, s in zip(months, shares, strict=True)]
    costs += [Entry(m, "marketing", 100 - s) for m, s in zip(months, shares, strict=True)]
    return balance.drift(months, Spending(tuple(costs)), {m: Won(n, 0) for m, n in zip(months, new, strict=True)})


@pytest.mark.parametrize(
    ("new", "shares", "warns"),
    [
        ([10, 10, 10, 9, 9, 9], [20, 20, 20, 22, 22, 22], True),  # a tenth less, two points more
        ([10, 10, 10, 10, 9, 9], [20, 20, 20, 22, 22, 22], True),  # 28 / 3 rounds to 9
        ([10, 10, 10, 10, 10, 10], [20, 20, 20, 40, 40, 40], False),
        ([10, 10, 10, 1, 1, 1], [20, 20, 20, 21, 21, 21], False),
        ([0, 0, 0, 0, 0, 0], [20, 20, 20, 40, 40, 40], False),
    ],
)
def test_falling_new_revenue_beside_more_customer_marketing_is_warned_of(
    new: list[int], shares: list[int], warns: bool
) -> None:
    drift = drifting(new, shares)
    assert drift is not None
    assert drift.warns is warns


def test_nothing_is_said_of_a_drift_from_five_months_or_with_a_month_untold() -> None:
    assert drifting([9] * 5, [20] * 5) is None
    months = [date(2026, n, 1) for n in range(1, 7)]
    told = Spending(tuple(Entry(m, "marketing", 5) for m in months[:5]))
    assert balance.drift(months, told, {m: Won(1, 1) for m in months}) is None


def test_what_is_an_accounts_own_stays_with_it_and_the_rest_goes_by_weight() -> None:
    """Of the 100 for high touch 30 to 10 minutes: 75 and 25; the 40 of everybody by 30, 10, 0, 0: 30 and 10."""
    place = served([True, True, True, False], [30, 10, 0, 0], touch_models=TOUCH)
    found = sharing.shared(
        [Entry(APRIL, "cs", 7, account=4), Entry(APRIL, "cs", 100, touch_model="high"), Entry(APRIL, "cs", 40),
         Entry(APRIL, "cs", 9, touch_model="tech"), Entry(APRIL, "cs", 5, touch_model="none"),
         Entry(APRIL, "cs", 3, account=99)],
        place,
    )  # fmt: skip
    assert found.own.tolist() == [0, 0, 0, 7]
    assert found.share.tolist() == [105, 35, 9, 0]  # tech touch has one account present, and no weight: all is its
    assert (found.nobody, found.total) == (8, 164)


ENTRY = st.builds(
    Entry, st.just(APRIL), st.sampled_from(sorted(categories.CATEGORIES)), st.integers(-(10**9), 10**12),
    st.one_of(st.none(), st.integers(1, 6)), st.sampled_from(["", "crm", "gone"]),
    st.sampled_from(["", "high", "tech"]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(ENTRY, max_size=8), st.lists(st.booleans(), min_size=4, max_size=4),
       st.lists(st.integers(0, 10**7), min_size=4, max_size=4))  # fmt: skip
def test_sharing_out_loses_nothing(entries: list[Entry], present: list[bool], weights: list[int]) -> None:
    place = served(present, weights, touch_models=TOUCH, products={"crm": [True, False, True, False]})
    found = sharing.shared(entries, place)
    assert found.total == sum(entry.amount for entry in entries)
    assert not found.share[~np.array(present)].any()


def test_revenue_by_source_is_what_everybody_but_the_new_pays() -> None:
    """100 stays, 100 grows to 130 by seats, 80 falls to 50, 60 leaves, 40 is new, 70 comes back."""
    contracts = [
        paying(1, 100, "2026-01-01"), paying(2, 100, "2026-01-01", then=[("2026-04-10", 130)]),
        paying(3, 80, "2026-01-01", then=[("2026-04-10", 50)]), paying(4, 60, "2026-01-01", "2026-04-10"),
        paying(5, 40, "2026-04-10"), paying(6, 70, "2025-01-01", "2025-06-01"), paying(6, 70, "2026-04-10"),
    ]  # fmt: skip
    moved = movements.net(book(contracts), month("2026-04"))
    found = dict(zip(contribution.SOURCES, contribution.revenue(moved).sum(axis=0).tolist(), strict=True))
    assert found.pop("kept") == 100 + 100 + 50
    assert found.pop("reactivation") == 70
    assert {name: value for name, value in found.items() if value} == {"price": 30}
    assert int(moved.after.sum()) - 40 == 100 + 100 + 50 + 70 + 30


def of_april() -> contribution.Accounts:
    contracts = [paying(1, 100, "2026-01-01"), paying(2, 300, "2026-01-01"), paying(3, 50, "2026-04-10")]
    moved = movements.net(book(contracts), month("2026-04"))
    place = served(
        [True, True, True], [60, 20, 0], touch_models={"high": [True, False, False], "tech": [False, True, True]}
    )
    costs = [
        Entry(APRIL, "cs", 40),
        Entry(APRIL, "infrastructure", 40, touch_model="high"),
        Entry(APRIL, "sales", 10**6),
    ]
    return contribution.accounts(moved, place, costs, [Entry(APRIL, "cs", 120, touch_model="high")])


def test_a_touch_model_earns_its_revenue_less_its_share_of_the_cost() -> None:
    """High touch: 100 kept, 30 of the 40 by 60 to 20 minutes and its own 40: 30 left; 100 kept in two hours."""
    found = of_april()
    high = contribution.line(found, np.array([True, False, False]))
    assert (high.kept, high.cost, high.contribution, high.kept_per_hour) == (100, 70, 30, 50.0)
    tech = contribution.line(found, np.array([False, True, True]))
    assert (tech.accounts, tech.earned, tech.cost, tech.contribution) == (2, 300, 10, 290)
    assert (tech.cost_per_account, tech.kept_per_hour) == (5.0, None)
    whole = contribution.together([high, tech, contribution.unassigned(found)])
    assert (whole.cost, whole.contribution) == (80, 320)
    assert found.by_category == {"cs": 40, "infrastructure": 40}


def test_without_costs_there_is_no_contribution_and_without_hours_nothing_for_an_hour() -> None:
    moved = movements.net(book([paying(1, 100, "2026-01-01")]), month("2026-04"))
    bare = contribution.line(contribution.accounts(moved, served([True], [1]), [], []), np.array([True]))
    assert (bare.contribution, bare.cost_per_account, bare.kept_per_hour, bare.cost_share) == (None,) * 4
    assert contribution.together([bare, contribution.line(of_april(), np.array([True] * 3))]).contribution is None


def test_every_category_has_a_side() -> None:
    assert {key for side in categories.SIDES for key in categories.of(side)} == set(categories.CATEGORIES)
    assert total([], "acquisition") is None
