"""A ledger is read again where a fact came of which it is made, and taken over as it stands where another came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from nenrin.analytics.lake.facts import VIEWS
from nenrin.customers import accounts, merges
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import books, kpis
from nenrin.insight.revenue import policies as metric_policies
from tests.insight.test_revenue import ledger, month, on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db


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


def test_it_is_made_of_nothing_else(world: World) -> None:
    """A session in which every other view of the facts answers with an error tells a ledger just as well."""
    account, _ = sign(world, "一社", 100, "2026-01-05")
    world.touch(account)
    known = ledger(world)
    policy = metric_policies.live(known.known)
    with world.lake.session(days=(known.known, known.known + timedelta(1)), known=known.known) as db:
        for view in VIEWS.keys() - set(books.READ):
            db.execute(f"create or replace temp view {view} as select error('{view} is none of its views') as account")
        again = books.read(db, policy, known.known, known.told)
        dealings = books._dealings(db, known.known, books.DEALINGS)
    assert np.array_equal(again.book.accounts, known.book.accounts) and dealings.keys() == books.DEALINGS.keys()
