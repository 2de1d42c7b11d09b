"""A ledger is read again where a fact came of which it is made, and taken over as it stands where another came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from typing import Any

import duckdb
import pytest

from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.facts import VIEWS
from nenrin.customers import accounts, merges
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.executive import ahead
from nenrin.insight.lifetimes import books as lives
from nenrin.insight.lifetimes import buyers
from nenrin.insight.revenue import books, kpis, spendings
from nenrin.insight.revenue import policies as metric_policies
from nenrin.insight.revenue.books import Ledger
from tests.insight.test_revenue import ledger, month, on, sign
from tests.insight.test_revenue_rates import quote
from tests.insight.world import World

pytestmark = pytest.mark.django_db
INVOICE = {"issued_on": "2026-01-05", "due_on": "2026-01-31", "minor": 100, "currency": "JPY", "status": "open"}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    kept = dict(books._kept)
    books._kept.clear()
    yield
    books._kept.clear()
    books._kept.update(kept)


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-02-10"))


def test_a_touch_leaves_the_book_and_lets_the_figures_be_worked_out_anew(world: World) -> None:
    account, _ = sign(world, "一社", 100, "2026-01-05")
    before = ledger(world)
    kpis.rows(before, month("2026-01"), "month")
    assert before.worked_out
    world.touch(account)
    after = ledger(world)
    assert after is not before and after.told == before.told and not after.worked_out
    assert after.book.states is before.book.states, "nothing was read again"
    touched = books.used(after).book.dealings.touches
    assert len(touched.row) == 1


def test_where_an_account_came_from_counts_at_once(world: World) -> None:
    account, _ = sign(world, "一社", 100, "2026-01-05")
    before = ledger(world)
    accounts.change(account, by=SYSTEM, at=world.now, source="紹介")
    world.touch(account)
    after = ledger(world)
    assert before.book.dealings.source.tolist() != after.book.dealings.source.tolist()


@pytest.mark.parametrize("kind", sorted({VIEWS[view][0] for view in books.READ}))
def test_a_fact_of_which_it_is_made_has_it_read_again(world: World, kind: str) -> None:
    account, _ = sign(world, "一社", 100, "2026-01-05")
    before = ledger(world)
    world.say(kind, "new", account.pk, {})
    assert ledger(world).told != before.told


def test_a_merge_has_it_read_again(world: World) -> None:
    kept, _ = sign(world, "残る社", 100, "2026-01-05")
    gone, _ = sign(world, "消える社", 40, "2026-01-05")
    before = ledger(world)
    merges.merge(kept, gone, by=SYSTEM, at=world.now)
    after = ledger(world)
    assert len(before.book.accounts) == 2 and after.book.accounts.tolist() == [kept.pk]


SESSION = Lake.session


@contextmanager
def only(lake: Lake, views: Sequence[str], *args: Any, **named: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session of the lake in which there is no other view of the facts."""
    with SESSION(lake, *args, **named) as db:
        for view in VIEWS.keys() - set(views):
            db.execute(f"drop view {view}")
        yield db


def forget() -> None:
    """Let whoever asks next read from the lake."""
    for kept in (books._kept, spendings._kept, lives._drawn):
        kept.clear()
    for each in (lives._whole, buyers._invoiced, ahead._running):
        each.cache_clear()


READERS: dict[str, tuple[tuple[str, ...], Callable[[Ledger], object]]] = {
    "ledger": (books.READ, lambda of: books.ledger(of.known).book.accounts.tolist()),
    "lives": (lives.READ, lambda of: lives.read(of.known)),
    "buyers": (buyers.READ, lambda of: buyers.read(lives.Book(of.known, (), {}), "JPY")),
    "spending": (spendings.READ, spendings.spending),
    "renewals ahead": (ahead.READ, lambda of: ahead._running(Path("lake"), "", of.known, of.known, "JPY")),
}


@pytest.mark.parametrize("dunning", ["off", "invoices"])
@pytest.mark.parametrize(("views", "read"), READERS.values(), ids=READERS.keys())
def test_what_is_kept_until_some_views_tell_more_is_made_of_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch, views: Sequence[str], read: Callable[[Ledger], object], dunning: str
) -> None:
    account, _ = sign(world, "一社", 100, "2026-01-05")
    quote(world, "2026-01", "150")
    metric_policies.publish({"dunning": dunning, "currency": "month_end"}, by=SYSTEM, at=world.now)
    for kind, body in (("invoice", INVOICE), ("cost", {"month": "2026-01-01", "category": "marketing", "minor": 7})):
        world.say(kind, "one", account.pk, body)
    world.touch(account)
    of = ledger(world)
    there = read(of)
    forget()
    monkeypatch.setattr(Lake, "session", partialmethod(only, views))
    assert read(of) == there
    forget()
    monkeypatch.setattr(Lake, "session", partialmethod(only, views[1:]))
    with pytest.raises(duckdb.Error):
        read(of)
