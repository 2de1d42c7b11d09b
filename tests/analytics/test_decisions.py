"""The day on which a customer decided to leave: one definition for risk models and backtest cards."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings

from nenrin.analytics.revenue import decisions
from nenrin.analytics.revenue.books import of_contracts
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.decisions import Signed, Spell, signed
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.policies import Policy
from tests.analytics import revenue_histories

AS_OF = date(2026, 11, 21)


def day(month: int, of: int = 1, year: int = 2026) -> date:
    return date(year, month, of)


def annual(starts: date, ends: date, **rest: object) -> Signed:
    told = {"auto_renews": True, "term_months": 12, "noticed_on": None, "ended_on": None} | rest
    return signed(starts, ends, **told)  # type: ignore[arg-type]


def spell(*contracts: Signed, as_of: date = AS_OF, gap_days: int = 31) -> list[Spell]:
    return decisions.spells({1: list(contracts)}, as_of, gap_days=gap_days)


def test_the_decision_is_the_notice_not_the_end() -> None:
    left = annual(day(4, year=2024), day(4), noticed_on=day(2, 20), ended_on=day(4))
    assert spell(left) == [Spell(1, number(day(4, year=2024)), number(day(2, 20)), number(AS_OF), ends=number(day(4)))]
    running = annual(day(4, year=2024), day(4, year=2027), noticed_on=day(11, 1))
    assert spell(running)[0].decided == number(day(11, 1)), "given, though the contract still runs"
    assert spell(running, as_of=day(10, 31))[0].decided is None


def test_without_a_notice_the_last_day_of_service_is_the_decision() -> None:
    assert spell(annual(day(4, year=2025), day(4), auto_renews=False))[0].decided == number(day(3, 31))
    assert spell(annual(day(4, year=2025), day(4), ended_on=day(2, 10)))[0].decided == number(day(2, 9))
    late = annual(day(4, year=2025), day(4), ended_on=day(2, 10), noticed_on=day(3))
    assert spell(late)[0].decided == number(day(2, 9)), "a notice written down after the end"


def test_a_contract_that_renews_has_not_been_left() -> None:
    assert spell(annual(day(4, year=2020), day(4, year=2021)))[0].decided is None


def test_a_renewal_whose_paper_may_still_come_is_not_a_loss_yet() -> None:
    ended = annual(day(11, year=2025), day(11), auto_renews=False)
    open_ = spell(ended)[0]
    assert open_.decided is None and open_.until == number(date(2026, 10, 24))
    assert spell(ended, as_of=day(12, 2))[0].decided == number(day(10, 31))
    assert spell(ended, gap_days=20)[0].decided == number(day(10, 31)), "the metric policy waits for twenty days only"


def test_another_contract_that_goes_on_keeps_the_account() -> None:
    left = annual(day(4, year=2024), day(4), noticed_on=day(2, 20), ended_on=day(4))
    assert [one.decided for one in spell(left, annual(day(1), day(1, year=2027)))] == [None]


def test_an_account_decides_with_the_last_contract_that_it_lets_go() -> None:
    noticed = annual(day(4, year=2024), day(4), noticed_on=day(2, 20), ended_on=day(4))
    assert spell(noticed, annual(day(1), day(4, 11), auto_renews=False))[0].decided == number(day(4, 10))


def test_coming_back_after_a_gap_is_another_spell() -> None:
    left = annual(day(4, year=2024), day(4, year=2025), noticed_on=day(2, year=2025), ended_on=day(4, year=2025))
    back = annual(day(6), day(6, year=2027))
    assert [one.decided is None for one in spell(left, back)] == [False, True]
    assert [one.decided for one in spell(left, back, gap_days=500)] == [None], "merged, where the policy says so"


def test_a_failed_payment_is_no_decision_and_ends_the_watch() -> None:
    unpaid = annual(day(1), day(1, year=2027), ended_on=day(6), is_involuntary=True, noticed_on=day(3))
    assert spell(unpaid) == [
        Spell(1, number(day(1)), None, number(day(5, 31)), is_involuntary=True, ends=number(day(6)))
    ]


def test_a_contract_given_up_for_its_unpaid_bill_is_no_decision_either() -> None:
    given_up = annual(day(1), day(1, year=2027), noticed_on=day(8), given_up_on=day(6))
    assert [(one.decided, one.until, one.ends) for one in spell(given_up)] == [
        (None, number(day(5, 31)), number(day(6)))
    ]
    assert spell(annual(day(1), day(5), auto_renews=False, given_up_on=day(6)))[0].decided == number(day(4, 30))


def test_nothing_is_decided_where_nothing_is_paid() -> None:
    year = annual(day(1, year=2025), day(1), auto_renews=False)
    assert decisions.paid(year, [(day(1, year=2025), 0)]) == []
    free_later = decisions.paid(year, [(day(1, year=2025), 9), (day(3, year=2025), 7), (day(6, year=2025), 0)])
    assert [(one.starts_on, one.stops_on) for one in free_later] == [(day(1, year=2025), day(6, year=2025))]
    assert spell(*free_later)[0].decided == number(day(5, 31, year=2025))


def _signed(one: Contract) -> list[Signed]:
    told = signed(
        one.starts_on, one.ends_on, auto_renews=one.auto_renews, term_months=one.term_months,
        noticed_on=one.noticed_on, ended_on=one.ended_on, is_involuntary=one.is_involuntary,
    )  # fmt: skip
    return decisions.paid(told, [(step.from_on, step.minor) for step in one.steps])


@settings(deadline=None, max_examples=20)
@given(revenue_histories.contracts)
def test_whoever_the_ledger_loses_has_decided_and_nobody_else(told: list[Contract]) -> None:
    """Of any book: the days on which an account's MRR falls to nothing are the ends of its spells."""
    policy, last = Policy(), date(2999, 1, 1)
    book = of_contracts(told, policy)
    fell = (book.line.before > 0) & (book.line.level <= 0)
    lost = set(zip(book.accounts[book.line.row[fell]].tolist(), book.line.day[fell].tolist(), strict=True))
    own: dict[int, list[Signed]] = {}
    for one in told:
        own.setdefault(one.account, []).extend(_signed(one))
    found = decisions.spells(own, last, gap_days=policy.gap_merge_days)
    assert {(one.account, one.ends) for one in found if one.decided is not None} == lost
    assert all(one.decided is None or one.decided < (one.ends or 0) for one in found)


def test_a_notice_in_a_later_term_ends_the_revenue_with_that_term() -> None:
    told = Contract(
        "a", 1, day(4, year=2024), day(4, year=2025), (Step(day(4, year=2024), 100),), noticed_on=day(2), term_months=12
    )
    line = of_contracts([told], Policy()).line
    assert line.day.tolist() == [number(day(4, year=2024)), number(day(4))]
    assert spell(*_signed(told))[0].ends == number(day(4))
    assert spell(*_signed(told), as_of=day(2) - timedelta(1))[0].decided is None
