"""Published and recomputed examples: what every good tool answers, and where tools differ, which answer is which."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import numpy as np
import pytest

from nenrin.analytics import intervals, revenue
from nenrin.analytics.revenue import findings, movements, shares
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.cohorts import cohorts
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.kpis import band_of
from nenrin.analytics.revenue.movements import CAUSES
from nenrin.analytics.revenue.periods import day_of
from nenrin.values import Period
from tests.analytics.revenue_cast import DOLLARS, YEN, between, book, day, month, moved, paying, value


def test_stripes_example_comes_to_12500_dollars_without_its_misprint() -> None:
    monthly = [paying(n, 100_00, "2026-01-01", currency="USD") for n in range(100)]
    yearly = [paying(100 + n, shares.monthly(600_00, 12), "2026-01-01", currency="USD") for n in range(50)]
    assert value(book([*monthly, *yearly], DOLLARS), month("2026-01"), "mrr") == 12_500_00


def test_a_fixed_term_is_spread_over_its_months_not_its_days() -> None:
    assert shares.monthly(1_200_000, 12) == 100_000


def test_chartmoguls_example_moves_as_its_documentation_says() -> None:
    gold = Contract("gold", 1, day("2025-01-10"), day("2026-01-10"),
                    [Step(day("2025-01-10"), shares.monthly(2_000_00, 12), 4)], "app", "gold", "USD",
                    ended_on=day("2026-01-10"))  # fmt: skip
    silver = Contract("silver", 1, day("2025-02-10"), day("2099-01-01"), [Step(day("2025-02-10"), 60_00, 2)], "app",
                      "silver", "USD", 1, ended_on=day("2025-05-20"))  # fmt: skip
    again = Contract("again", 1, day("2026-06-01"), day("2099-01-01"), [Step(day("2026-06-01"), 150_00, 3)], "app",
                     "gold", "USD", 1)  # fmt: skip
    told = book([gold, silver, again], DOLLARS)
    assert moved(told, month("2025-01")) == {"new": 166_67, "end": 166_67}
    assert moved(told, month("2025-02"))["expansion"] == 60_00
    # Another subscription lives on, so what was cancelled is a contraction and no churn.
    assert moved(told, month("2025-05")) == {"begin": 226_67, "contraction": -60_00, "end": 166_67}
    assert moved(told, month("2026-01")) == {"begin": 166_67, "churn": -166_67}
    assert moved(told, month("2026-06")) == {"reactivation": 150_00, "end": 150_00}


@pytest.mark.parametrize(
    ("recognition", "when"), [("request", "2025-11"), ("billing", "2025-12"), ("service", "2026-01")]
)
def test_churn_is_recognised_at_the_request_at_the_end_of_billing_or_of_the_service(
    recognition: str, when: str
) -> None:
    gold = Contract("gold", 1, day("2025-01-10"), day("2026-01-10"), [Step(day("2025-01-10"), 100)], noticed_on=day(
        "2025-11-20"), billed_to=day("2025-12-15"))  # fmt: skip
    told = book([gold], replace(YEN, churn_recognition=recognition))
    churned = [m for m in ("2025-11", "2025-12", "2026-01") if "churn" in moved(told, month(m))]
    assert churned == [when]


def test_a_thousand_five_hundred_thirty_and_fifty_make_three_churn_rates() -> None:
    """1,000 at the start, 500 join, 30 of the old and 50 of the new leave: 3.0 %, 8.0 %, 5.33 %."""
    old = [paying(n, 100, "2025-01-01", "2026-03-20" if n < 30 else None) for n in range(1000)]
    new = [paying(1000 + n, 100, "2026-03-15", "2026-03-28" if n < 50 else None) for n in range(500)]
    told = book([*old, *new])
    march = month("2026-03")
    assert value(told, march, "logo_churn") == 0.03
    assert value(told, march, "logo_churn_with_newcomers") == 0.08
    assert value(told, march, "logo_churn_stripe") == pytest.approx(0.0533, abs=5e-5)


def test_who_grows_does_not_hide_who_shrinks() -> None:
    """Two accounts of 100 become 150 and 50: NRR 1.00, GRR .75."""
    told = book([paying(1, 100, "2025-01-01", then=[("2026-02-01", 150)]),
                 paying(2, 100, "2025-01-01", then=[("2026-02-01", 50)])])  # fmt: skip
    assert value(told, month("2026-03"), "nrr") == 1.0
    assert value(told, month("2026-03"), "grr") == 0.75


def test_the_chained_rate_counts_newcomers_growth_and_the_cohorts_does_not() -> None:
    """100 flat, and one that joins at 50 in month 6 and pays 100 from month 9: cohort 1.000, chained 1.333."""
    told = book([paying(1, 100, "2024-01-01"), paying(2, 50, "2025-06-01", then=[("2025-09-01", 100)])])
    assert value(told, month("2025-12"), "nrr") == 1.0
    assert value(told, month("2025-12"), "nrr_chained") == pytest.approx(4 / 3, abs=1e-9)


def test_a_product_swap_is_no_loss_of_the_account() -> None:
    """60 -> 0 and 40 -> 100 on one account: GRR 1.00; by subscription it would be .40."""
    told = book([paying(1, 60, "2025-01-01", "2026-01-01", product="a"),
                 paying(1, 40, "2025-01-01", then=[("2026-01-01", 100)], product="b")])  # fmt: skip
    assert value(told, month("2026-01"), "grr") == 1.0
    assert moved(told, month("2026-01")) == {"begin": 100, "end": 100}


def test_by_product_a_swap_is_a_loss_of_the_first_and_the_second_is_told_apart() -> None:
    """60 to nothing and 40 to 100: subscription by subscription .40 is kept of the gross and all of the net."""
    of = book([
        paying(1, 60, "2024-01-01", "2025-05-10", product="a"), paying(1, 40, "2024-01-01", then=[("2025-05-10", 100)], product="b"),
    ])  # fmt: skip
    june = month("2025-06")
    assert [value(of, june, key) for key in ("grr_product", "nrr_product", "grr", "nrr")] == [0.4, 1.0, 1.0, 1.0]
    other = book([paying(1, 60, "2024-01-01", "2025-05-10", product="a"), paying(1, 90, "2025-05-10", product="b")])
    assert [value(other, june, key) for key in ("grr_product", "nrr_product", "grr", "nrr")] == [0.0, 0.0, 1.0, 1.5]


def test_a_price_that_rises_over_a_lapse_that_counts_as_none_is_no_upsell() -> None:
    """Of two products one is taken up again after the paper of the renewal came, dearer; the other is dropped."""
    told = [paying(1, 100, "2025-01-01", "2025-03-25", product="a"), paying(1, 30, "2025-01-01", "2025-03-25", product="b"),
            paying(1, 160, "2025-04-05", product="a")]  # fmt: skip
    of = book(told, replace(YEN, gap_merge_days=31))
    found = movements.net(of, month("2025-04"))
    assert dict(zip(CAUSES, found.gains.sum(axis=0).tolist(), strict=True))["price"] == 30 == found.gains.sum()
    assert value(of, month("2025-04"), "upsell_rate") == value(of, month("2025-04"), "cross_sell_rate") == 0
    assert moved(of, month("2025-03")) == {"begin": 130, "end": 130}


def test_ten_small_accounts_of_a_hundred_are_ten_percent_of_the_logos_and_one_of_the_revenue() -> None:
    told = book([paying(n, 1_000 if n < 10 else 10_000, "2025-01-01", "2026-02-10" if n < 10 else None)
                 for n in range(100)])  # fmt: skip
    assert value(told, month("2026-02"), "logo_churn") == 0.10
    assert value(told, month("2026-02"), "gross_mrr_churn") == pytest.approx(0.0110, abs=5e-5)


def test_midnight_in_tokyo_decides_the_month_and_the_fiscal_year() -> None:
    moment = datetime.fromisoformat("2025-03-31T15:30:00+00:00")
    tokyo, utc = (day_of(moment, zone) for zone in ("Asia/Tokyo", "UTC"))
    for left_on, when in ((tokyo, "2025-04"), (utc, "2025-03")):
        told = book([paying(1, 100, "2024-01-01", left_on.isoformat())])
        assert moved(told, month(when)) == {"begin": 100, "churn": -100}


def test_an_upgrade_undone_within_the_month_shows_only_in_the_gross_view() -> None:
    told = book([paying(1, 100, "2026-01-01", then=[("2026-06-05", 150), ("2026-06-20", 100)])])
    assert moved(told, month("2026-06")) == {"begin": 100, "end": 100}
    gross = moved(told, month("2026-06"), movements.gross)
    assert gross == {"begin": 100, "expansion": 50, "contraction": -50, "end": 100}


def test_who_comes_back_in_the_same_month_shows_only_in_the_gross_view() -> None:
    told = book([paying(1, 100, "2026-01-01", "2026-06-05"), paying(1, 100, "2026-06-20")])
    assert moved(told, month("2026-06")) == {"begin": 100, "end": 100}
    gross = moved(told, month("2026-06"), movements.gross)
    assert gross == {"begin": 100, "reactivation": 100, "churn": -100, "end": 100}


@pytest.mark.parametrize(("gap", "churned"), [(31, False), (30, True)])
def test_a_lapse_up_to_the_merging_days_is_no_churn(gap: int, churned: bool) -> None:
    lapsed = [paying(1, 100, "2025-01-01", "2026-03-10"), paying(1, 120, "2026-04-10")]
    told = book(lapsed, replace(YEN, gap_merge_days=gap))
    assert ("churn" in moved(told, month("2026-03"))) is churned
    assert moved(told, month("2026-04")).get("expansion" if not churned else "reactivation") == (
        20 if not churned else 120
    )


def test_a_discount_that_ends_is_an_expansion_of_its_own_and_no_upsell() -> None:
    steps = [Step(day("2025-04-01"), 80, 5, list_minor=100), Step(day("2026-04-01"), 100, 5, list_minor=100)]
    discounted = Contract("c", 1, day("2025-04-01"), day("2099-01-01"), steps)
    found = movements.net(book([discounted]), month("2026-04"))
    assert found.gains.sum(axis=0).tolist() == [20 if cause == "discount" else 0 for cause in CAUSES]
    assert value(book([discounted]), month("2026-04"), "upsell_rate") == 0
    assert moved(book([discounted], replace(YEN, coupons="ignore")), month("2025-04")) == {"new": 100, "end": 100}


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ({"minor": 100, "seats": 5}, {"minor": 120, "seats": 6}, "seats"),
        ({"minor": 100, "seats": 5}, {"minor": 120, "seats": 5}, "price"),
    ],
)  # fmt: skip
def test_more_seats_are_an_upsell_and_a_price_increase_is_none(
    before: dict[str, int], after: dict[str, int], cause: str
) -> None:
    steps = [Step(day("2025-01-01"), **before), Step(day("2026-01-01"), **after)]
    told = book([Contract("c", 1, day("2025-01-01"), day("2099-01-01"), steps)])
    assert movements.net(told, month("2026-01")).gains.sum(axis=0).tolist()[CAUSES.index(cause)] == 20
    assert value(told, month("2026-01"), "upsell_rate") == (1 if cause == "seats" else 0)


def test_another_product_is_an_upsell() -> None:
    told = book([paying(1, 100, "2025-01-01", product="a"), paying(1, 30, "2026-01-01", product="b")])
    assert movements.net(told, month("2026-01")).gains[0, CAUSES.index("product")] == 30


def test_an_invoice_overdue_for_a_month_is_churn_against_the_customers_will() -> None:
    contracts = [paying(1, 100, "2025-01-01", past_due_on=day("2026-02-10")), paying(2, 50, "2025-01-01")]
    assert value(book(contracts), month("2026-03"), "logo_churn_unwilling") == 0  # unless the policy says so
    told = book(contracts, replace(YEN, dunning="invoices"))
    assert moved(told, month("2026-02")) == {"begin": 150, "end": 150}
    march = movements.net(told, month("2026-03"))
    assert march.unwilling.tolist() == [True, False]
    assert value(told, month("2026-03"), "logo_churn_unwilling") == 0.5


def test_metered_usage_counts_as_the_profile_says() -> None:
    steps = [Step(day("2026-01-01"), 100, committed_minor=20, usage_minor=35)]
    contract = Contract("c", 1, day("2026-01-01"), day("2099-01-01"), steps)
    counted = {u: value(book([contract], replace(YEN, usage=u)), month("2026-01"), "mrr")
               for u in ("none", "committed", "trailing")}  # fmt: skip
    assert counted == {"none": 100, "committed": 120, "trailing": 135}


def test_a_ramp_counts_step_by_step_or_at_its_average() -> None:
    steps = [Step(day("2026-01-01"), 60), Step(day("2026-07-01"), 120)]
    ramp = Contract("c", 1, day("2026-01-01"), day("2027-01-01"), steps, is_ramp=True)
    by_step = [value(book([ramp]), month(m), "mrr") for m in ("2026-01", "2026-07", "2027-01")]
    averaged = book([ramp], replace(YEN, ramp="average"))
    assert by_step == [60, 120, 120]
    assert [value(averaged, month(m), "mrr") for m in ("2026-01", "2026-07", "2027-01")] == [90, 90, 120]


def test_usage_of_a_ramp_counts_from_its_own_day_beside_the_average() -> None:
    """100 and from July 200 average 150; 120 of usage from March, 60 from September on."""
    steps = [Step(day("2026-01-01"), 100), Step(day("2026-03-01"), 100, usage_minor=120),
             Step(day("2026-07-01"), 200, usage_minor=120), Step(day("2026-09-01"), 200, usage_minor=60)]  # fmt: skip
    ramp = Contract("c", 1, day("2026-01-01"), day("2027-01-01"), steps, is_ramp=True)
    averaged = book([ramp], replace(YEN, ramp="average", usage="trailing"))
    months = ("2026-01", "2026-02", "2026-03", "2026-07", "2026-09", "2027-01")
    assert [value(averaged, month(m), "mrr") for m in months] == [150, 150, 270, 270, 210, 260]


def test_a_credit_that_outlives_its_account_stands_for_nothing() -> None:
    """100 until 2027, with a credit of 30 from before its start until 2028: what leaves is 70, and nothing comes after."""
    paid = replace(paying(1, 100, "2026-01-01"), ended_on=day("2027-01-01"))
    credit = replace(paying(1, -30, "2025-11-01"), key="credit", product="app", ended_on=day("2028-01-01"))
    told = book([paid, credit])
    assert [moved(told, month(m)) for m in ("2025-11", "2026-01", "2027-01", "2028-01")] == [
        {}, {"new": 70, "end": 70}, {"begin": 70, "churn": -70}, {},
    ]  # fmt: skip
    assert value(told, month("2027-01"), "mrr") == 0


def test_a_currency_without_a_rate_is_not_computable_and_never_zero() -> None:
    contracts = [paying(1, 100, "2026-01-01"), paying(2, 10_00, "2026-01-01", currency="USD")]
    unknown = book(contracts)
    assert unknown.left_out == ((2, "USD"),) and value(unknown, month("2026-01"), "mrr") == 100
    known = book(contracts, replace(YEN, rates={"USD": "150.5"}))
    assert known.left_out == () and value(known, month("2026-01"), "mrr") == 100 + 1505


def test_month_end_rates_have_a_line_of_their_own() -> None:
    policy = replace(YEN, currency="month_end")
    rates = {"USD": {day("2026-01-31"): Fraction(150), day("2026-02-28"): Fraction(140)}}
    contracts = [paying(1, 10_00, "2026-01-01", currency="USD", then=[("2026-02-10", 12_00)])]
    told = revenue.of_contracts(contracts, policy, Exchange(policy, rates))
    assert moved(told, month("2026-02")) == {"begin": 1500, "expansion": 280, "fx": -100, "end": 1680}


def test_a_month_end_without_its_rate_leaves_the_account_out_of_both_ends_and_names_it() -> None:
    policy = replace(YEN, currency="month_end")
    ends = {day("2026-01-31"): Fraction(150), day("2026-03-31"): Fraction(160), day("2026-04-30"): Fraction(155)}
    contracts = [paying(1, 100, "2025-01-01"), paying(2, 10_00, "2025-01-01", currency="USD"),
                 paying(3, 7_00, "2025-01-01", currency="EUR")]  # fmt: skip
    told = revenue.of_contracts(contracts, policy, Exchange(policy, {"USD": ends}))
    assert told.left_out == ((3, "EUR"),)  # no rate of any month: in no figure at all
    assert moved(told, month("2026-02")) == moved(told, month("2026-03")) == {"begin": 100, "end": 100}
    assert moved(told, month("2026-04")) == {"begin": 100 + 1600, "fx": -50, "end": 100 + 1550}
    quarter = Period(day("2026-02-01"), day("2026-04-01"))  # only its ends need a rate
    assert moved(told, quarter) == {"begin": 100 + 1500, "fx": 100, "end": 100 + 1600}
    notes = {m: [(one.kind, one.account, one.words) for one in findings.unrated(told, month(m))]
             for m in ("2026-02", "2026-03", "2026-04")}  # fmt: skip
    february = ("no_month_end", 2, "USD 2026-02")
    assert notes == {"2026-02": [february], "2026-03": [february], "2026-04": []}


def test_within_a_month_the_last_months_end_holds() -> None:
    policy = replace(YEN, currency="month_end")
    rates = {"USD": {day("2026-01-31"): Fraction(150), day("2026-02-28"): Fraction(140)}}
    told = revenue.of_contracts([paying(1, 10_00, "2025-01-01", currency="USD")], policy, Exchange(policy, rates))
    so_far = Period(day("2026-03-01"), day("2026-03-20"))
    assert moved(told, so_far) == {"begin": 1400, "end": 1400}


def test_renewal_rates_count_contracts_due_and_an_early_renewal_when_it_was_due() -> None:
    yearly = {"term_months": 12, "ends_on": day("2026-04-01")}
    stays = paying(1, 100, "2025-04-01", **yearly | {"ends_on": day("2027-04-01")})
    shrinks = paying(2, 100, "2025-04-01", then=[("2026-04-01", 60)], **yearly | {"ends_on": day("2027-04-01")})
    leaves = paying(3, 100, "2025-04-01", "2026-04-01", **yearly)
    early = [paying(4, 100, "2025-04-01", "2026-02-01", **yearly), paying(4, 110, "2026-02-01")]
    told = book([stays, shrinks, leaves, *early])
    april = month("2026-04")
    assert value(told, april, "renewals_due") == 4
    assert value(told, april, "renewal_rate") == 0.75
    assert value(told, april, "renewal_rate_mrr") == (100 + 60 + 0 + 100) / 400
    assert value(told, april, "renewals_due_arr") == 12 * 400


def test_a_currency_changed_when_a_contract_came_due_is_a_renewal_and_no_other_product() -> None:
    """$100 at 150 yen become 16,000 yen on the day of renewal: all of it went on, and what came on top is a price."""
    old = paying(1, 100_00, "2025-04-01", "2026-04-01", currency="USD", product="a", ends_on=day("2026-04-01"))
    new = paying(1, 16_000, "2026-04-01", product="a", ends_on=day("2027-04-01"))
    told, april = book([old, new], replace(YEN, rates={"USD": "150"})), month("2026-04")
    assert moved(told, april) == {"begin": 15_000, "expansion": 1_000, "end": 16_000}
    assert dict(zip(CAUSES, movements.net(told, april).gains.sum(axis=0).tolist(), strict=True))["price"] == 1_000
    found = {key: value(told, april, key) for key in ("renewals_due", "renewal_rate", "renewal_rate_mrr", "upsell_rate", "cross_sell_rate")}  # fmt: skip
    assert found == {
        "renewals_due": 1,
        "renewal_rate": 1,
        "renewal_rate_mrr": 1,
        "upsell_rate": 0,
        "cross_sell_rate": 0,
    }
    seats = replace(new, steps=[replace(new.steps[0], seats=3)])
    more = book([old, seats], replace(YEN, rates={"USD": "150"}))
    assert (value(more, april, "upsell_rate"), value(more, april, "cross_sell_rate")) == (1, 0)
    cheaper = replace(new, steps=[replace(new.steps[0], minor=9_000)])
    assert value(book([old, cheaper], replace(YEN, rates={"USD": "150"})), april, "renewal_rate_mrr") == 0.6


def test_committed_mrr_knows_what_is_signed_and_what_was_given_notice_of() -> None:
    told = book([paying(1, 100, "2025-01-01", noticed_on=day("2026-01-10"), ends_on=day("2026-06-01")),
                 paying(2, 70, "2026-05-01"), paying(3, 50, "2025-01-01")])  # fmt: skip
    assert value(told, month("2026-01"), "mrr") == 150
    assert value(told, month("2026-01"), "committed_mrr") == 120


def test_the_quick_ratio_and_the_net_churn_count_what_their_names_say() -> None:
    told = book([paying(1, 100, "2025-01-01", "2026-02-01"), paying(2, 100, "2025-01-01", then=[("2026-02-01", 150)]),
                 paying(3, 350, "2026-02-01")])  # fmt: skip
    february = month("2026-02")
    assert value(told, february, "quick_ratio") == 4
    assert band_of(KPIS["quick_ratio"], 4).label.en == "4 or more"  # type: ignore[union-attr]
    assert value(told, february, "net_mrr_churn") == 0.25
    assert value(told, february, "gross_mrr_churn") == 0.5


def test_reactivation_enters_net_churn_only_where_the_profile_says_so() -> None:
    told = book([paying(1, 100, "2025-01-01", "2026-02-05"), paying(2, 100, "2025-01-01"),
                 paying(3, 50, "2025-01-01", "2025-06-01"), paying(3, 40, "2026-02-10")])  # fmt: skip
    february = month("2026-02")
    assert value(told, february, "net_mrr_churn") == 0.5
    assert value(told, february, "net_mrr_churn", Facts(reactivation_in_nrr=True)) == 0.3


# --- unit economics -------------------------------------------------------------------------------------------------


def worked(key: str, churn: float = 0.02, **facts: float) -> float:
    """A KPI of the worked example: 50,000 a month and account, margin .8, so many percent of churn a month."""
    base = 10**12
    sums = {"end": 50_000 * 90, "accounts_end": 90, "accounts_base": base, "accounts_won": 10,
            "accounts_kept": round(base * (1 - churn) ** 12), "won_mrr": 500_000, "won_paying": 10}  # fmt: skip
    told = Facts(acquisition_minor=6_000_000, **{"gross_margin": 0.8, **facts})
    return float(KPIS[key].value({name: np.array([amount]) for name, amount in sums.items()}, told)[0])


def test_lifetime_values_of_the_worked_example() -> None:
    assert round(worked("ltv")) == 2_000_000
    assert round(worked("ltv_discounted", yearly_discount=0.10)) == 1_441_294
    assert worked("ltv_to_cac") == pytest.approx(3.33, abs=5e-3)
    assert worked("payback_months") == 15.0


def test_no_churn_is_no_infinite_value() -> None:
    assert worked("ltv", churn=0) == pytest.approx(40_000 / (1 - (1 - 3 / 10**12) ** (1 / 12)), rel=1e-2)
    assert intervals.rule_of_three(60) == 0.05


@pytest.mark.parametrize(
    ("churn", "ratio", "words"),
    [(0.02, 3.33, "healthy"), (0.03, 2.22, "to improve"), (0.04, 1.67, "not sustainable")],
)
def test_the_bands_of_ltv_to_cac(churn: float, ratio: float, words: str) -> None:
    found = worked("ltv_to_cac", churn)
    assert found == pytest.approx(ratio, abs=5e-3)
    assert band_of(KPIS["ltv_to_cac"], found).label.en == words  # type: ignore[union-attr]


def test_a_rate_between_two_tiers_bands_belongs_to_none() -> None:
    churn = KPIS["logo_churn"]
    assert band_of(churn, 0.025) is None
    assert [band_of(churn, 0.025, tier).label.en for tier in ("enterprise", "mid_market", "smb")] == [  # type: ignore[union-attr]
        "above the usual", "above the usual", "below the usual",
    ]  # fmt: skip


def test_acquisition_costs_make_cac_payback_and_their_ratio() -> None:
    told = book([*(paying(n, 50_000, "2024-01-01", "2026-01-10" if n < 20 else None) for n in range(100)),
                 *(paying(200 + n, 40_000, "2026-01-01") for n in range(10))])  # fmt: skip
    facts = Facts(acquisition_minor=6_000_000, gross_margin=0.8)
    january = month("2026-01")
    assert value(told, january, "cac", facts) == 600_000
    assert value(told, january, "payback_months", facts) == 600_000 / (40_000 * 0.8)
    monthly = 1 - 0.8 ** (1 / 12)
    arpa = (80 * 50_000 + 10 * 40_000) / 90
    assert value(told, january, "ltv", facts) == pytest.approx(arpa * 0.8 / monthly)
    assert value(told, january, "ltv_to_cac", facts) == pytest.approx(arpa * 0.8 / monthly / 600_000)


def test_a_quarter_is_not_three_months_added_up() -> None:
    told = book([paying(1, 100, "2025-01-01", then=[("2026-04-10", 150), ("2026-05-10", 100)])])
    assert moved(told, between("2026-04-01", "2026-07-01")) == {"begin": 100, "end": 100}


def test_cohorts_are_by_first_paid_month_with_who_was_there_and_a_last_month_that_is_not_over() -> None:
    told = book([paying(1, 100, "2026-01-10"), paying(2, 100, "2026-01-20", "2026-03-05"),
                 paying(3, 50, "2026-02-01", then=[("2026-03-10", 80)]),
                 paying(4, 70, "2025-06-01", "2025-08-01"), paying(4, 70, "2026-02-01")])  # fmt: skip
    january, february, march = cohorts(told, day("2026-03-20"), 3)
    assert (january.at_risk, january.mrr, january.accounts) == (2, (200, 200, 100), (2, 2, 1))
    assert (january.kept(2), january.stayed(2), january.kept(3)) == (0.5, 0.5, None)
    # Who had paid before belongs to the month of the first time.
    assert (february.at_risk, february.mrr, february.kept(1)) == (1, (50, 80), 1.6)
    assert (march.at_risk, march.kept(0), march.is_partial) == (0, None, True)
    assert not cohorts(told, day("2026-02-28"), 1)[0].is_partial
