"""What a list says of each account's worth by its own risk is what the account's own page says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.lifetimes import accounts, books, owns, values
from nenrin.insight.lifetimes.books import Coming
from nenrin.insight.lifetimes.worths import Assumptions
from tests import cast
from tests.insight import lifetimes_world
from tests.insight.test_lifetime_own_risk import tell, version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """They make intervals, and no value."""
    monkeypatch.setattr(values, "DRAWS", 5)


DAY = date(2026, 11, 20)
GIVEN = Assumptions(margin=0.5, discount=0.10)
PART = "/lifetimes/accounts?tier=mid_market&term=12"


def part(book: books.Book) -> values.Slice:
    return next(one for one in values.slices(book, "JPY", GIVEN) if (one.tier, one.term_months) == ("mid_market", 12))


def told_of(book: books.Book, found: Sequence[Life], *parts: values.Slice) -> dict[int, owns.Worth]:
    """Of a list in which every account has a model."""
    told = owns.of_list(book, found, GIVEN, parts)
    assert None not in told.values()
    return {account: worth for account, worth in told.items() if worth}


def test_every_account_of_a_list_is_worth_what_its_page_says(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    by, involuntary = version(), version("involuntary")
    for n, account in enumerate(made[-12:]):
        tell(account, by, 0.02 + 0.06 * n, at, DAY)
        if n % 3 == 0:
            tell(account, involuntary, 0.05, at, DAY)
    tell(made[-14], by, 0.3, at, date(2026, 10, 1))  # no news any more
    book = books.read(DAY)
    mine = part(book)
    found = told_of(book, mine.lives, mine)
    running = [one for one in mine.lives if one.is_running]
    assert {one.account for one in running} == {*found} and len(found) > 20
    for one in running[::4]:
        told = accounts.own(book, one.account, GIVEN)
        assert told is not None and told.told is not None
        assert found[one.account].minor == pytest.approx(told.told.worth, rel=1e-6)
        assert found[one.account].why == told.why
    own = [key for key, worth in found.items() if worth.why is None]
    assert {*own} == {one.pk for one in made[-12:]} & {*found} and len(own) > 5


def test_a_part_of_the_accounts_is_told_by_the_lifetimes_of_all(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    tell(made[-6], version(), 0.4, at, DAY)
    whole, own = books.read(DAY), books.read(DAY, [one.pk for one in made[-12:]])
    seen = [one for one in own.lives if one.term_months == 12]
    found = told_of(whole, seen)
    assert {*found} == {one.account for one in seen} and len(found) > 5
    for key, worth in found.items():
        told = accounts.own(whole, key, GIVEN)
        assert told is not None and told.told is not None and worth.minor == pytest.approx(told.told.worth, rel=1e-6)


def text(client: Client, path: str) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig") if answer.streaming else str(answer.content.decode())


def test_the_list_shows_both_sorts_by_either_and_goes_into_a_file(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    tell(made[-6], version(), 0.6, at, DAY)
    client = Client()
    client.force_login(cast.member(Role.HEAD, language="en"))
    page = text(client, f"{PART}&known={DAY}&sort=own")
    assert "Still to come, by its own risk" in page and "as the group" in page
    assert f"/accounts/{made[-6].pk}/value?known={DAY}" in page
    first = page.index(made[-6].name)
    assert all(first < page.index(one.name) for one in made[-5:] if one.name in page), "the least worth comes first"
    rows = [line.split(",") for line in text(client, f"{PART.replace('accounts?', 'accounts/export.csv?')}&known={DAY}&sort=own").splitlines()]  # fmt: skip
    assert rows[1][1] == made[-6].name and float(rows[1][-2]) < float(rows[1][-3])


def test_lists_of_everybody_and_of_plans_tell_each_account_as_its_own_page_does(
    org: Organisation, at: datetime
) -> None:
    made = lifetimes_world.build(at)
    tell(made[-6], version(), 0.6, at, DAY)
    client = Client()
    client.force_login(cast.member(Role.HEAD, language="en"))
    tier = figures(text(client, f"{PART.replace('accounts?', 'accounts/export.csv?')}&known={DAY}"))
    for by in ("by=tier", "by=plan"):
        whole = figures(text(client, f"/lifetimes/accounts/export.csv?known={DAY}&term=12&{by}"))
        assert whole == tier and len(whole) > 20, "everybody on annual terms is of one tier here"
        page = text(client, f"/lifetimes/accounts?known={DAY}&term=12&{by}&sort=own")
        assert "as its tier" in page and "as the group" not in page
    monthly = text(client, f"/lifetimes/accounts?known={DAY}&term=1")
    assert monthly.count("too few customers or losses of its tier and term") == lifetimes_world.MONTHLY
    assert "Still to come, by its own risk" not in text(client, f"/lifetimes/accounts?known={DAY}&term=12&state=lost")


def figures(told: str) -> dict[str, tuple[str, str]]:
    """By account: the amount by its own risk, and why that is not in it."""
    rows = [line.split(",") for line in told.splitlines()[1:]]
    return {row[1]: (row[-2], row[-1]) for row in rows}


def test_who_has_given_notice_is_worth_nothing_more_and_agreed_steps_count(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    tell(made[-7], version(), 0.4, at, DAY)
    steps = {made[-6].pk: Coming(is_leaving=True), made[-7].pk: Coming(False, ((0, 20_000), (2, -5_000)))}
    book = replace(books.read(DAY), coming=steps)
    found = told_of(book, part(book).lives, part(book))
    assert found[made[-6].pk] == owns.Worth(0.0)
    told = accounts.own(book, made[-7].pk, GIVEN)
    assert told is not None and told.told is not None
    assert found[made[-7].pk].minor == pytest.approx(told.told.worth, rel=1e-6)
