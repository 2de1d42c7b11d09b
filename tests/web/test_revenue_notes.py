"""Data notes on the revenue pages: said where the figures are, with the accounts concerned, and as a file."""

from __future__ import annotations

import pytest
from django.test import Client

from nenrin.foundation.models import Member
from tests.cast import LOST, THRIVING
from tests.web.test_revenue import MARCH, carry, companies, head, page, rows, sign

pytestmark = pytest.mark.django_db
__all__ = ["companies", "head"]


@pytest.fixture
def foreign(head: Member) -> str:
    """A contract in euros, of which nobody said what one is worth."""
    sign("Nordsee GmbH", 900_00, "2026-02-01", currency="EUR")
    carry()
    return "Nordsee GmbH"


@pytest.mark.parametrize("url", [f"/revenue?{MARCH}", f"/kpis?{MARCH}", f"/kpis/mrr?{MARCH}"])
def test_a_contract_without_an_exchange_rate_is_said_beside_the_figures(client: Client, foreign: str, url: str) -> None:
    told = page(client, url)
    assert "Data notes" in told and "currency without an exchange rate" in told and foreign in told
    assert "not computable" in told and "kind=no_rate" in told


def test_the_accounts_concerned_are_listed_and_exported(client: Client, foreign: str) -> None:
    told = page(client, f"/revenue/notes?{MARCH}&kind=no_rate")
    assert foreign in told and "EUR" in told and THRIVING not in told
    assert "Nothing to note" in page(client, f"/revenue/notes?{MARCH}&kind=overlap")
    assert client.get(f"/revenue/notes?{MARCH}&kind=mood").status_code == 404
    [heads, line] = rows(client, f"/revenue/notes/export.csv?{MARCH}")
    assert line[1] == foreign and line[heads.index("Detail")] == "EUR"


def test_small_slices_and_a_period_that_has_not_ended_are_said(client: Client, head: Member) -> None:
    assert "fewer than 30 accounts" in page(client, f"/kpis?{MARCH}&by=tier")
    told = page(client, "/kpis/mrr")
    assert 'class="hatch"' in told and "has not ended" in told
    assert 'class="hatch"' not in page(client, f"/kpis/mrr?{MARCH}")


def test_slices_by_the_year_of_the_first_payment_hold_who_began_in_it(client: Client, head: Member) -> None:
    told = page(client, f"/revenue?{MARCH}&by=cohort")
    assert "FY2024" in told and "FY2025" in told
    assert LOST in page(client, f"/revenue/accounts?{MARCH}&by=cohort&slice=2024&kind=churn")
