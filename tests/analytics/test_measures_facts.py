"""Measures of contracts, tickets, answers, pulses and touches, with the arithmetic shown."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nenrin.analytics import kpis
from nenrin.customers import terms
from nenrin.values import Text
from tests.analytics.measures_cast import Said

BEGAN = date(2025, 4, 1)
TODAY = date(2026, 6, 15)


def value(said: Said, path: Path, measure: str, day: date = TODAY, **wanted: object) -> float | None:
    table = kpis.evaluate(said.written(path), kpis.find(measure), kpis.Grid.on(day, **wanted), accounts=[1])  # type: ignore[arg-type]
    return table.column(measure).to_pylist()[0]


def contract(**changes: object) -> dict:
    """A year from 1 April 2025, renewed by itself, notice until the end of February."""
    return {
        "starts_on": BEGAN, "ends_on": date(2026, 4, 1), "auto_renews": True, "term_months": 12, "status": "active",
        "notice_deadline": date(2026, 2, 28), "noticed_on": None, "ended_on": None, "seats": 10, "mrr_minor": 30_000,
        "currency": "JPY", "steps": [{"from_on": BEGAN, "mrr_minor": 30_000, "seats": 10}],
    } | changes  # fmt: skip


def signed(**changes: object) -> Said:
    said = Said().account(1, BEGAN)
    return said.fact("subscription", "s1", contract(**changes), account=1, valid=BEGAN, known=BEGAN)


@pytest.mark.parametrize(
    ("day", "left"), [(date(2026, 3, 31), 1), (date(2026, 4, 1), 365), (date(2027, 3, 31), 1), (date(2027, 4, 1), 366)]
)
def test_an_automatic_renewal_rolls_the_term_over_on_its_day(tmp_path: Path, day: date, left: int) -> None:
    assert value(signed(), tmp_path, "days_to_renewal", day) == left


@pytest.mark.parametrize(("day", "left"), [(date(2026, 2, 28), 0), (date(2026, 3, 1), 364), (date(2027, 3, 1), 365)])
def test_the_next_notice_deadline_follows_the_one_that_passed(tmp_path: Path, day: date, left: int) -> None:
    # 28 February 2027 is the next one, then 29 February 2028: always the day before the month of notice
    assert value(signed(), tmp_path, "days_to_notice", day) == left


def test_a_subscription_with_notice_ends_with_its_term_and_asks_for_no_notice(tmp_path: Path) -> None:
    said = signed()
    said.fact("subscription", "s1", contract(noticed_on=date(2026, 2, 10)), account=1, valid=date(2026, 2, 10),
              known=date(2026, 2, 10))  # fmt: skip
    assert value(said, tmp_path / "a", "mrr", date(2026, 3, 31)) == 30_000
    assert value(said, tmp_path / "b", "mrr", date(2026, 4, 1)) == 0
    assert value(said, tmp_path / "c", "days_to_notice", date(2026, 2, 20)) is None


def test_price_steps_change_seats_and_mrr_on_their_day(tmp_path: Path) -> None:
    steps = [{"from_on": BEGAN, "mrr_minor": 30_000, "seats": 10}, {"from_on": TODAY, "mrr_minor": 42_000, "seats": 14}]
    assert value(signed(steps=steps), tmp_path / "a", "mrr", TODAY - timedelta(1)) == 30_000
    assert value(signed(steps=steps), tmp_path / "b", "mrr") == 42_000
    assert value(signed(steps=steps), tmp_path / "c", "seats_paid") == 14


def test_amounts_in_two_currencies_are_not_added(tmp_path: Path) -> None:
    said = signed().fact("subscription", "s2", contract(currency="USD"), account=1, valid=BEGAN, known=BEGAN)
    assert value(said, tmp_path, "mrr") is None


def test_a_merge_brings_the_contracts_along_and_its_undoing_takes_them_away(tmp_path: Path) -> None:
    said = signed().account(2, BEGAN)
    said.fact("subscription", "s2", contract(mrr_minor=5_000, steps=[]), account=2, valid=BEGAN, known=BEGAN)
    said.fact("survivor", "2", {"survivor": 1}, account=2, known=date(2026, 5, 1))
    said.fact("survivor", "2", account=2, known=date(2026, 6, 1), gone=True)
    days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]
    found = kpis.evaluate(said.written(tmp_path), kpis.find("mrr"), kpis.Grid(tuple(days)))
    assert found.to_pylist() == [
        {"account": 1, "as_of": days[0], "mrr": 30_000}, {"account": 1, "as_of": days[1], "mrr": 35_000},
        {"account": 1, "as_of": days[2], "mrr": 35_000}, {"account": 1, "as_of": days[3], "mrr": 30_000},
        {"account": 2, "as_of": days[0], "mrr": 5_000}, {"account": 2, "as_of": days[3], "mrr": 5_000},
    ]  # fmt: skip


def test_urgent_tickets_are_open_until_they_are_resolved_and_the_oldest_gives_the_age(tmp_path: Path) -> None:
    said = signed()
    for number, (opened, resolved) in enumerate([(12, None), (5, None), (20, 2)]):
        day = TODAY - timedelta(opened)
        body = {
            "priority": "urgent",
            "opened_on": day,
            "resolved_on": None if resolved is None else TODAY - timedelta(resolved),
        }
        said.fact("ticket", f"t{number}", body, account=1, valid=day, known=day)
    assert value(said, tmp_path / "a", "urgent_tickets_open") == 2
    assert value(said, tmp_path / "b", "urgent_ticket_age") == 12


@pytest.mark.parametrize(("silent_days", "expected"), [(29, 0), (30, None)])
def test_no_ticket_is_zero_while_tickets_of_others_arrive_and_missing_after(
    tmp_path: Path, silent_days: int, expected: int | None
) -> None:
    day = TODAY - timedelta(silent_days)
    said = signed().account(2, BEGAN)
    said.fact(
        "ticket", "t", {"priority": "normal", "opened_on": day, "resolved_on": day}, account=2, valid=day, known=day
    )
    assert value(said, tmp_path, "urgent_tickets_open") == expected


def test_nps_is_promoters_minus_detractors_of_180_days_and_knows_its_age(tmp_path: Path) -> None:
    said = signed()
    for number, (ago, score) in enumerate([(10, 10), (20, 9), (30, 7), (179, 3), (180, 0)]):
        day = TODAY - timedelta(ago)
        said.fact(
            "answer",
            f"a{number}",
            {"survey": "nps", "score": score, "answered_on": day},
            account=1,
            valid=day,
            known=day,
        )
    table = kpis.evaluate(said.written(tmp_path), kpis.find("nps", "nps_age"), kpis.Grid.on(TODAY), ages=True)
    assert table.to_pylist() == [{"account": 1, "as_of": TODAY, "nps": 25.0, "nps__age": 10.0, "nps_age": 10.0}]


def test_a_pulse_counts_45_days_or_until_it_expires(tmp_path: Path) -> None:
    def given(ago: int, expires: date | None = None) -> Said:
        day = TODAY - timedelta(ago)
        return signed().fact("pulse", "1", {"grade": 5, "expires_on": expires}, account=1, valid=day, known=day)

    assert value(given(44), tmp_path / "a", "pulse") == 5
    assert value(given(45), tmp_path / "b", "pulse") is None
    assert value(given(3, expires=TODAY), tmp_path / "c", "pulse") is None


def test_an_untouched_account_waits_since_it_became_a_customer(tmp_path: Path) -> None:
    said = signed().account(2, BEGAN)
    said.fact(
        "touch",
        "c",
        {"channel": "call", "direction": "out", "human": True, "on": TODAY},
        account=2,
        valid=TODAY,
        known=TODAY,
    )
    assert value(said, tmp_path, "days_since_touch") == (TODAY - BEGAN).days


def test_a_late_correction_changes_the_past_only_for_those_who_ask_later(tmp_path: Path) -> None:
    said = signed()
    said.fact(
        "subscription", "s1", contract(mrr_minor=28_000, steps=[]), account=1, valid=BEGAN, known=date(2026, 6, 20)
    )
    assert value(said, tmp_path / "a", "mrr") == 30_000
    assert value(said, tmp_path / "b", "mrr", known=date(2026, 6, 20)) == 28_000


def test_a_numeric_attribute_of_accounts_is_a_measure(tmp_path: Path) -> None:
    said = Said().account(1, BEGAN, attributes={"monthly_charges": 29.85, "form": "web"}).account(2, BEGAN)
    said.fact("account", "1", {"attributes": {"monthly_charges": "31.5"}}, account=1, valid=TODAY, known=TODAY)
    charges = kpis.attribute("monthly_charges", Text("Monthly charges", "月額料金"))
    form = kpis.attribute("form", Text("Form", "形態"))
    grid = kpis.Grid((TODAY - timedelta(1), TODAY))
    found = kpis.evaluate(said.written(tmp_path), [charges, form], grid)
    assert found.column("attribute:monthly_charges").to_pylist() == [29.85, 31.5, None, None]
    assert found.column("attribute:form").to_pylist() == [None] * 4


@settings(max_examples=25, deadline=None)
@given(
    anchor=st.dates(date(2024, 1, 1), date(2026, 1, 31)), months=st.sampled_from([1, 3, 6, 12]),
    notice=st.tuples(st.integers(0, 3), st.integers(0, 20)), ahead=st.integers(0, 900), is_last=st.booleans(),
)  # fmt: skip
def test_renewals_and_notices_of_a_past_day_are_those_of_the_contract(
    anchor: date, months: int, notice: tuple[int, int], ahead: int, is_last: bool
) -> None:
    start = (terms.add_months(anchor, 1).replace(day=1) - timedelta(1)) if is_last else anchor
    ends = [terms.term_end(start, n, months) for n in range(1, 100)]
    deadlines = [terms.notice_deadline(end, *notice) for end in ends]
    assume(all(deadline >= start for deadline in deadlines))
    told = contract(
        starts_on=start, ends_on=ends[0], term_months=months, notice_deadline=deadlines[0], anchor_on=start,
        notice_months=notice[0], notice_days=notice[1], steps=[],
    )  # fmt: skip
    said = Said().account(1, start).fact("subscription", "s1", told, account=1, valid=start, known=start)
    day = start + timedelta(ahead)
    with TemporaryDirectory() as folder:
        names = ["days_to_renewal", "days_to_notice"]
        table = kpis.evaluate(said.written(Path(folder)), kpis.find(*names), kpis.Grid.on(day), accounts=[1])
        found = [table.column(name).to_pylist()[0] for name in names]
    assert found == [
        (next(d for d in days if d >= low) - day).days for days, low in ((ends, day + timedelta(1)), (deadlines, day))
    ]
