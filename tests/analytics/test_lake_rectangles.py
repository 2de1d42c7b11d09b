"""Painting with statements known on different days about different days."""

from __future__ import annotations

from datetime import date

from nenrin.analytics.lake.days import EVER, FOREVER
from nenrin.analytics.lake.rectangles import Rectangle, Statement, followed, only, painted

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


def test_a_key_that_moved_keeps_its_history() -> None:
    moved = [Statement(JAN, EVER, "acme"), Statement(APR, MAR, "beta")]

    assert painted(moved) == [
        Rectangle(EVER, FOREVER, JAN, APR, "acme"),
        Rectangle(EVER, MAR, APR, FOREVER, "acme"),
        Rectangle(MAR, FOREVER, APR, FOREVER, "beta"),
    ]


def test_a_correction_of_everything_replaces_everything_from_when_it_was_known() -> None:
    corrected = [Statement(JAN, EVER, "acme"), Statement(APR, EVER, "beta")]

    assert painted(corrected) == [
        Rectangle(EVER, FOREVER, JAN, APR, "acme"),
        Rectangle(EVER, FOREVER, APR, FOREVER, "beta"),
    ]


def test_the_only_group_of_a_user_reaches_back_and_a_second_one_ends_the_certainty() -> None:
    groups = {"acme": [Statement(JAN, FEB, "acme")], "beta": [Statement(APR, MAR, "beta")]}

    assert set(only(groups)) == {
        Rectangle(EVER, FOREVER, JAN, APR, "acme"),  # as known before beta was heard of
        Rectangle(EVER, MAR, APR, FOREVER, "acme"),  # afterwards, up to beta's beginning; then two: neither
    }


def test_a_user_who_left_one_group_for_another_is_certain_again() -> None:
    groups = {"acme": [Statement(JAN, JAN, "acme"), Statement(MAR, MAR, None)], "beta": [Statement(MAR, MAR, "beta")]}

    assert set(only(groups)) == {
        Rectangle(EVER, FOREVER, JAN, MAR, "acme"),
        Rectangle(EVER, MAR, MAR, FOREVER, "acme"),
        Rectangle(MAR, FOREVER, MAR, FOREVER, "beta"),
    }


def test_merges_follow_each_other_end_with_an_undo_and_survive_a_circle() -> None:
    merges = {1: [(JAN, 2)], 2: [(FEB, 3), (APR, None)]}
    assert list(followed(merges)) == [
        (1, 1, EVER, JAN), (1, 2, JAN, FEB), (1, 3, FEB, APR), (1, 2, APR, FOREVER),
        (2, 2, EVER, FEB), (2, 3, FEB, APR), (2, 2, APR, FOREVER),
    ]  # fmt: skip

    assert list(followed({1: [(JAN, 2)], 2: [(JAN, 1)]})) == [
        (1, 1, EVER, JAN), (1, 2, JAN, FOREVER), (2, 2, EVER, JAN), (2, 1, JAN, FOREVER),
    ]  # fmt: skip
