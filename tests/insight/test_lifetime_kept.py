"""What a book keeps is what it would work out anew, and nothing of another question's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.lifetimes import books, starts, values
from nenrin.insight.lifetimes.books import Book, Coming, Signed
from nenrin.insight.lifetimes.values import By, Slice
from nenrin.insight.lifetimes.worths import Assumptions

DAY = date(2026, 11, 24)
GIVEN = Assumptions(margin=0.5, discount=0.10)


def told() -> Book:
    """Ninety of a large tier and eight of a small one, a third of them lost; two in another currency."""
    lives = tuple(
        Life(n, DAY - timedelta(1000 - 7 * n), n % 4, is_lost, 5, 12 if n % 5 else 1, 100 + n, "USD" if n in (7, 50) else "JPY",
             DAY if is_lost else None, DAY if is_lost else None)
        for n in range(98) for is_lost in [n % 3 == 1]
    )  # fmt: skip
    tiers = {one.account: "big" if one.account < 90 else "small" for one in lives}
    signed = {
        one.account: Signed("basic" if one.account % 2 else "pro", one.term_months, 90, one.currency) for one in lives
    }
    return Book(DAY, lives, tiers, signed, {0: Coming(is_leaving=True), 3: Coming(is_leaving=False, steps=((1, 50),))})


def told_by(parts: list[Slice]) -> list[object]:
    return [(one.tier, one.term_months, one.lives, one.cohort, one.worth, one.upper_churn, one.model) for one in parts]


def test_parts_asked_again_are_those_of_a_book_that_kept_nothing() -> None:
    book, ways = told(), list[By](["tier", "all", "plan"])
    for given in (GIVEN, replace(GIVEN, margin=0.8), replace(GIVEN, convention="acquired"), GIVEN):
        for currency in ("JPY", "USD"):
            for by in ways:
                found = values.slices(book, currency, given, by)
                assert (
                    found
                    and any(one.worth for one in found) == (currency == "JPY")
                    and told_by(found) == told_by(values.slices(told(), currency, given, by))
                )
                found.clear()
    assert values.slices(book, "JPY", GIVEN) == values.slices(book, "JPY", GIVEN) != []


def test_a_part_of_a_book_keeps_its_own() -> None:
    book = told()
    whole = starts.start(book, "JPY", cac=5.0)
    assert whole == starts.start(told(), "JPY", cac=5.0) and starts.start(book, "JPY") == replace(whole, cac=None)
    dollars = [one.mrr_minor for one in book.lives if one.currency == "USD" and one.is_running]
    assert starts.start(book, "USD").mrr == sum(dollars) > 0
    some = book.within(range(40))
    assert len(values.slices(some, "JPY", GIVEN, "all")) == len(values.slices(book, "JPY", GIVEN, "all"))
    assert starts.start(some, "JPY").mrr < whole.mrr
    assert told_by(values.slices(some, "JPY", GIVEN)) == told_by(values.slices(told().within(range(40)), "JPY", GIVEN))


def test_a_book_lets_the_oldest_answers_go() -> None:
    book = told()
    for n in range(3 * books.MOST_KEPT):
        assert book.kept(("number", n), lambda n=n: n) == n  # type: ignore[misc]
    assert len(book.worked_out) == books.MOST_KEPT
    assert book.kept(("number", 0), lambda: -1) == -1 and book.kept(("number", 3 * books.MOST_KEPT - 1), lambda: -1) > 0
