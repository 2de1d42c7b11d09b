from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nenrin.foundation import leases

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
