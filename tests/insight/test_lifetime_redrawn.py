"""After a new fact only the accounts whose contracts changed are drawn anew: the book is the one that is drawn from nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.terms import add_months
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books
from nenrin.insight.lifetimes.books import Book
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def anew() -> Book:
    books._drawn.clear()
    books._whole.cache_clear()
    return books.read(TODAY)


def test_a_book_after_a_fact_is_the_one_drawn_from_nothing(org: Organisation) -> None:
    world = World(today=TODAY)
    made, signed = [], []
    for n in range(6):
        made.append(account := accounts.open(f"会社{n}", by=SYSTEM, at=world.now))
        told = {"ended_on": TODAY - timedelta(200)} if n == 5 else {}
        signed.append(subscriptions.sign(account, by=SYSTEM, at=world.now, starts_on=add_months(date(2025, 1, 10), n), term_months=12,
                                         mrr_minor=10_000 * (n + 1), seats=5, **told))  # fmt: skip
    world.carry()
    first = books.read(TODAY)
    assert len(first.lives) == 6 and not first.coming
    lives = {one.account: one for one in first.lives}

    subscriptions.change(signed[0], by=SYSTEM, at=world.now, noticed_on=TODAY)
    subscriptions.sign(
        made[1], by=SYSTEM, at=world.now, starts_on=TODAY - timedelta(9), term_months=1, mrr_minor=500, seats=1
    )
    subscriptions.sign(
        made[2], by=SYSTEM, at=world.now, starts_on=TODAY - timedelta(9), term_months=12, mrr_minor=-700, is_credit=True
    )
    accounts.change(made[3], by=SYSTEM, at=world.now, status="internal-test")
    late = accounts.open("新会社", by=SYSTEM, at=world.now)
    subscriptions.sign(
        late, by=SYSTEM, at=world.now, starts_on=TODAY - timedelta(3), term_months=1, mrr_minor=900, seats=1
    )
    world.carry()
    second = books.read(TODAY)
    now = {one.account: one for one in second.lives}
    assert second is not first and second == anew() and list(now) == sorted(now)
    assert set(now) == {*lives, late.pk} - {made[3].pk}
    assert (
        second.coming[made[0].pk].is_leaving
        and now[made[1].pk].mrr_minor == 20_500
        and now[made[2].pk].mrr_minor == 29_300
    )
    assert now[made[4].pk] == lives[made[4].pk] and not now[made[5].pk].is_running
    assert second.signed[late.pk].mrr_minor == 900 and made[3].pk not in second.signed


def test_another_day_and_other_rules_are_books_of_their_own(org: Organisation) -> None:
    world = World(today=TODAY)
    account = accounts.open("会社", by=SYSTEM, at=world.now)
    subscriptions.sign(
        account, by=SYSTEM, at=world.now, starts_on=date(2024, 11, 20), term_months=12, mrr_minor=9, seats=1
    )
    world.carry()
    [now], [later] = books.read(TODAY).lives, books.read(TODAY + timedelta(400)).lives
    assert (now.passed, later.passed) == (2, 3)
    assert books.read(TODAY) == anew() and len(books._drawn) <= books.MOST_DRAWN
