"""Who is left alone: by a stable hash, evenly within strata at any moment, without parting families."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.analytics.effects import assignment


@given(some.integers(0, 10**6), some.floats(0, 1))
def test_the_share_left_alone_is_the_share_asked_for(salt: int, share: float) -> None:
    """Over many strata the first of each is left alone as often as any other."""
    held = sum(assignment.place(f"{salt}", f"s{n}", 0) < share for n in range(400)) / 400
    assert held == pytest.approx(share, abs=0.16)  # some six standard deviations


@given(some.text(max_size=3), some.integers(1, 600), some.floats(0, 1))
def test_at_any_moment_as_many_of_a_stratum_are_left_alone_as_the_share_says(
    salt: str, count: int, share: float
) -> None:
    held = sum(assignment.place("rescue", salt, n) < share for n in range(count))
    assert abs(held - share * count) <= 3 + count.bit_length() / 2


@given(some.integers(0, 10**6), some.integers(3, 9))
def test_a_whole_block_is_balanced_to_the_last(salt: int, power: int) -> None:
    """Of the first 2^k exactly one lies in each 2^-k-th."""
    count = 2**power
    found = sorted(assignment.place(f"{salt}", "large", n) for n in range(count))
    assert [int(one * count) for one in found] == list(range(count))


def test_two_draws_choose_independently_also_where_accounts_come_in_the_same_order() -> None:
    """As many in both as chance says, also in a single stratum: what the test of the groups' sizes counts on."""
    for shares in ((0.5, 0.5), (0.1, 0.5), (0.1, 0.1)):
        for stratum in range(20):
            both = sum(
                assignment.place("a", f"{stratum}", n) < shares[0]
                and assignment.place("b", f"{stratum}", n) < shares[1]
                for n in range(800)
            )
            expected = 800 * shares[0] * shares[1]
            assert abs(both - expected) < 5 * expected**0.5


@given(some.floats(0, 1, exclude_max=True), some.floats(0, 1), some.floats(0, 1))
def test_a_larger_share_keeps_who_is_left_alone_under_a_smaller(place: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    if assignment.arm(place, low) == "holdout":
        assert assignment.arm(place, high) == "holdout"


@given(
    some.dictionaries(some.integers(0, 10_000), some.sampled_from(["a", "b|x", ""]), max_size=200), some.floats(0, 1)
)
def test_those_drawn_at_once_do_not_depend_on_the_order_they_are_told_in(strata: dict[int, str], share: float) -> None:
    found = assignment.places("s", strata)
    assert found == assignment.places("s", dict(reversed(strata.items())))
    for stratum, size in Counter(strata.values()).items():
        held = sum(assignment.arm(found[one].at, share) == "holdout" for one, own in strata.items() if own == stratum)
        assert abs(held - share * size) <= 3 + size.bit_length() / 2


def test_who_comes_later_goes_on_where_the_others_ended() -> None:
    whole = dict.fromkeys(range(40), "s")
    first = assignment.places("x", dict.fromkeys(range(30), "s"))
    later = assignment.places("x", dict.fromkeys(range(30, 40), "s"), {"s": 30})
    told = sorted(one.number for one in (*first.values(), *later.values()))
    assert told == list(range(40)) and first.keys() | later.keys() == whole.keys()


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(assignment.NotAShare):
        assignment.arm(0.5, share)
