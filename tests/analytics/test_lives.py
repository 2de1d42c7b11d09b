"""Contracts become occasions to leave, on the days on which leaving was possible."""

from __future__ import annotations

from datetime import date

import pytest

from nenrin.analytics.forecasts.lifetimes.lives import NEVER, Contract, Life, life, stop

AS_OF = date(2026, 11, 24)


def contract(start: str, end: str, stops: date = NEVER, term: int = 12, mrr: int = 100, currency: str = "JPY") -> Contract:  # fmt: skip
    return Contract(date.fromisoformat(start), date.fromisoformat(end), stops, term, mrr, currency)


def told(*contracts: Contract, as_of: date = AS_OF) -> Life:
    found = life(1, contracts, as_of)
    assert found is not None
    return found


def test_an_annual_customer_could_leave_once_a_year() -> None:
    """Signed on 1 April 2023: renewed in 2024, 2025 and 2026."""
    found = told(contract("2023-04-01", "2027-04-01"))
    assert (found.passed, found.is_lost, found.possible) == (3, False, 3)


def test_a_first_year_is_no_loyalty() -> None:
    assert told(contract("2026-01-10", "2027-01-10")).possible == 0


def test_a_loss_at_renewal_counts_that_renewal() -> None:
    """Left at the second renewal; by now a third one would have been possible."""
    found = told(contract("2023-04-01", "2025-04-01", date(2025, 4, 1)))
    assert (found.passed, found.is_lost, found.possible, found.lost_on) == (2, True, 3, date(2025, 4, 1))


@pytest.mark.parametrize(
    ("day", "renewal"), [("2025-03-31", 2), ("2025-04-03", 2), ("2024-09-15", 2), ("2024-04-01", 1)]
)
def test_who_leaves_in_mid_term_leaves_at_the_next_renewal(day: str, renewal: int) -> None:
    found = told(contract("2023-04-01", "2025-04-01", date.fromisoformat(day)))
    assert (found.passed, found.is_lost) == (renewal, True)


def test_terms_joined_to_the_fiscal_year_count_from_their_end() -> None:
    """A first term of two months, then years: renewed on 1 April 2025 and 2026."""
    found = told(contract("2025-02-01", "2027-04-01"))
    assert found.passed == 2


def test_monthly_contracts_count_months() -> None:
    assert told(contract("2026-01-31", "2026-12-31", term=1)).passed == 9
    assert told(contract("2026-01-31", "2026-12-31", term=1), as_of=date(2026, 2, 28)).passed == 1
    assert told(contract("2026-01-31", "2026-12-31", term=1), as_of=date(2026, 2, 27)).passed == 0


def test_a_short_gap_is_late_paper_and_a_long_one_is_the_end() -> None:
    first = contract("2022-04-01", "2024-04-01", date(2024, 4, 1))
    late = told(first, contract("2024-04-25", "2027-04-25"))
    assert not late.is_lost and late.starts_on == date(2022, 4, 1)
    back = told(first, contract("2025-04-01", "2027-04-01"))
    assert back.is_lost and back.lost_on == date(2024, 4, 1) and back.passed == 2


def test_a_contract_that_ended_last_week_may_still_be_renewed_on_paper() -> None:
    ended = contract("2024-11-20", "2026-11-20", date(2026, 11, 20))
    assert (told(ended).is_lost, told(ended).passed) == (False, 1)
    assert (told(ended).is_running, told(ended).ended_on) == (False, date(2026, 11, 20))
    assert told(ended, as_of=date(2026, 12, 25)).is_lost


def test_the_largest_contract_sets_the_pace_and_all_of_them_the_price() -> None:
    found = told(contract("2023-04-01", "2027-04-01", mrr=900), contract("2024-06-01", "2026-12-01", term=1, mrr=50))
    assert (found.term_months, found.mrr_minor, found.passed) == (12, 950, 3)


def test_what_has_not_begun_has_no_life() -> None:
    assert life(1, [contract("2027-04-01", "2028-04-01")], AS_OF) is None
    assert life(1, [], AS_OF) is None


@pytest.mark.parametrize(
    ("renews", "noticed", "ended", "stops"),
    [
        (True, None, None, NEVER),
        (False, None, None, date(2026, 4, 1)),
        (True, date(2026, 2, 1), None, date(2026, 4, 1)),
        (True, date(2026, 5, 2), None, date(2027, 4, 1)),
        (True, date(2024, 5, 2), None, date(2026, 4, 1)),
        (True, None, date(2025, 12, 1), date(2025, 12, 1)),
    ],
)
def test_when_a_contract_stops(renews: bool, noticed: date | None, ended: date | None, stops: date) -> None:
    assert stop(date(2026, 4, 1), renews, 12, noticed, ended) == stops
