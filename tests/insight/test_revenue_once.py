"""A ledger is worked out by one thread: whoever asks for the same meanwhile gets that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event

import numpy as np
import pytest

from nenrin.analytics.revenue.policies import Policy
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import books
from nenrin.insight.revenue.books import Ledger

WAIT = 60.0


@pytest.fixture
def ledger(org: Organisation) -> Ledger:
    return books.ledger(date(2026, 11, 24))


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    kept = dict(books._kept)
    yield
    books._kept.clear()
    books._kept.update(kept)


def slowly(made: Ledger | Exception, begun: Event, go: Event, asked: list[int]) -> Callable[[], Ledger]:
    def work() -> Ledger:
        asked.append(1)
        begun.set()
        assert go.wait(WAIT)
        if isinstance(made, Exception):
            raise made
        return made

    return work


def waiting(key: tuple[object, ...], begun: Event, go: Event) -> None:
    """Until the second stands behind the first."""
    assert begun.wait(WAIT)
    assert key in books._turns and books._turns[key].locked()
    go.set()


def test_who_asks_meanwhile_waits_for_the_first(ledger: Ledger) -> None:
    begun, go, asked, key = Event(), Event(), list[int](), ("test", "one")
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(books.once, key, slowly(ledger, begun, go, asked))
        assert begun.wait(WAIT)
        others = [threads.submit(books.once, key, slowly(replace(ledger), begun, go, asked)) for _ in range(3)]
        waiting(key, begun, go)
        assert all(one.result(WAIT) is ledger for one in (first, *others))
    assert len(asked) == 1 and not books._turns


def test_another_day_is_not_waited_for(ledger: Ledger) -> None:
    begun, go, asked, other = Event(), Event(), list[int](), replace(ledger, told="another")
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(books.once, ("test", "slow"), slowly(ledger, begun, go, asked))
        assert begun.wait(WAIT)
        assert books.once(("test", "quick"), lambda: other) is other
        go.set()
        assert first.result(WAIT) is ledger


def test_where_the_first_fails_the_next_tries_itself(ledger: Ledger) -> None:
    begun, go, asked, key = Event(), Event(), list[int](), ("test", "broken")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(books.once, key, slowly(OSError("disk"), begun, go, asked))
        assert begun.wait(WAIT)
        second = threads.submit(books.once, key, slowly(ledger, begun, go, asked))
        waiting(key, begun, go)
        with pytest.raises(OSError, match="disk"):
            first.result(WAIT)
        assert second.result(WAIT) is ledger
    assert len(asked) == 2


def test_what_is_kept_is_the_same_as_what_is_read(ledger: Ledger) -> None:
    books._kept.clear()
    again = books.ledger(ledger.known, Policy())
    assert again is not ledger and books.ledger(ledger.known, Policy()) is again
    assert np.array_equal(again.book.accounts, ledger.book.accounts)
