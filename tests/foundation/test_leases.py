from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from nenrin.foundation import leases
from nenrin.foundation.models import Lease

AT = datetime(2026, 11, 24, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_one_holder_at_a_time() -> None:
    assert leases.take("drain", holder="a", seconds=60, at=AT)
    assert not leases.take("drain", holder="b", seconds=60, at=AT)
    assert leases.take("drain", holder="a", seconds=60, at=AT)


def test_a_dead_holders_right_runs_out() -> None:
    leases.take("drain", holder="dead", seconds=60, at=AT)
    assert not leases.take("drain", holder="b", seconds=60, at=AT + timedelta(seconds=59))
    assert leases.take("drain", holder="b", seconds=60, at=AT + timedelta(seconds=60))


def test_a_right_is_given_back_at_the_end_even_after_an_error() -> None:
    with pytest.raises(RuntimeError), leases.held("drain", holder="a", seconds=60, at=AT) as mine:
        assert mine
        raise RuntimeError
    with leases.held("drain", holder="b", seconds=60, at=AT) as mine:
        assert mine


def test_a_right_given_back_is_free_whatever_the_clock_says() -> None:
    """A worker that starts after the clock was set back does not wait for an hour to come round again."""
    with leases.held("drain", holder="a", seconds=60, at=AT):
        pass
    assert leases.take("drain", holder="b", seconds=60, at=AT - timedelta(hours=1))


def test_a_dead_holder_from_before_the_clock_was_set_back_is_not_waited_for() -> None:
    leases.take("drain", holder="dead", seconds=60, at=AT)
    assert not leases.take("drain", holder="b", seconds=60, at=AT - timedelta(minutes=4))
    assert leases.take("drain", holder="b", seconds=60, at=AT - timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_a_step_longer_than_its_right_keeps_it() -> None:
    with leases.held("drain", holder="a", seconds=1, at=AT) as mine:
        assert mine
        time.sleep(1.5)
        assert not leases.take("drain", holder="b", seconds=60, at=AT + timedelta(seconds=1.5))
    assert leases.take("drain", holder="b", seconds=60, at=AT + timedelta(seconds=1.5))


@pytest.mark.django_db(transaction=True)
def test_a_right_that_was_lost_is_not_taken_back_by_its_heartbeat() -> None:
    with leases.held("drain", holder="a", seconds=1, at=AT):
        Lease.objects.update(holder="b")
        time.sleep(0.6)
    assert Lease.objects.get().holder == "b"
