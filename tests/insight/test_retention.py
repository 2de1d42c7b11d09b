"""Retention by group from the lake's contracts: who is counted, in which group, for how long; and what goes with it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.insight.lifetimes import books, groups
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.insight.retention import curves, factors, reports, stays
from tests.insight import lifetimes_world

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def read(by: stays.By, **more: Any) -> curves.Retention:
    return curves.read(books.read(DAY), by, **more)


def test_months_are_counted_from_the_first_contract(org: Organisation, at: datetime) -> None:
    """Sixty signed in April 2022 for a year; 14 left after 12 months, 7 after 24, 4 after 36, 2 after 48."""
    lifetimes_world.build(at, monthly=0)
    [everybody] = read("all").groups
    assert [everybody.at_risk(month) for month in (0, 12, 13, 25, 55, 56)] == [60, 60, 46, 39, 33, 0]
    shares = [everybody.share(month) for month in (11, 12, 24, 36, 48, 55)]
    assert [found[0] for found in shares if found] == pytest.approx([1, 46 / 60, 39 / 60, 35 / 60, 33 / 60, 33 / 60])
    assert everybody.share(56) is None


def test_where_nobody_left_at_most_three_may(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, monthly=0)
    [everybody] = read("all").groups
    assert everybody.share(6) == (1.0, pytest.approx(1 - 3 / 60), 1.0)


def test_groups_are_compared_and_small_ones_have_no_curve(org: Organisation, at: datetime) -> None:
    """Four monthly customers are too few; with twelve the two terms are compared."""
    lifetimes_world.build(at)
    found = read("term")
    assert [(one.key, len(one.stays), one.curve is None) for one in found.groups] == [
        ("12", 60, False), ("1", 4, True),
    ]  # fmt: skip
    assert found.comparison is None and "not enough data" in reports.of_retention(found)["groups"][1]["reason"]


def test_who_never_leaves_and_who_does_are_told_apart(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, monthly=40)
    found = read("tier")
    assert found.comparison is not None and found.comparison.p < 1e-4
    assert found.comparison.lost == (27, 0) and found.losses == 27
    told = reports.of_retention(found)
    assert told["log_rank"]["degrees"] == 1 and told["groups"][0]["months"][12]["share"] == pytest.approx(46 / 60)
    json.dumps(told)


def test_sources_are_those_of_the_accounts(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at, monthly=0)
    Account.objects.filter(pk__in=[one.pk for one in made[:30]]).update(source="webinar")
    found = {one.key: len(one.stays) for one in read("source").groups}
    assert found == {"webinar": 30, "": 30}


def test_a_segment_stands_beside_all_others(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at, monthly=0)
    segment = Segment.objects.create(name="A", condition={}, created_at=at, changed_at=at)
    for one in made[-20:]:
        SegmentMembership.objects.create(segment=segment, account=one, entered_at=at)
    found = {one.key: (len(one.stays), one.losses) for one in read("segment", segment=segment.pk).groups}
    assert found == {groups.OUTSIDE: (40, 27), groups.INSIDE: (20, 0)}


def test_a_past_day_counts_what_was_known_then(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, monthly=0)
    [then] = curves.read(books.read(date(2024, 3, 31)), "all").groups
    assert then.losses == 14 and then.months == 23


def test_factors_of_leaving_are_told_with_enough_losses(org: Organisation, at: datetime) -> None:
    """27 losses carry two traits, of which only the price varies on both sides: half of the sixty paid twice as much,
    and of these more left."""
    made = lifetimes_world.build(at, monthly=0)
    _paying(made, 200_000, range(0, 60, 2))
    found = factors.read(books.read(DAY), "JPY")
    assert found.customers == 60 and found.losses == 27
    [price] = found.told
    assert price.trait.kind == "mrr" and price.effect.low < price.effect.factor < price.effect.high
    assert factors.read(books.read(DAY), "USD").customers == 0
    # Who leaves faster stays for a shorter time, and both are told of the same rows.
    assert price.longer and price.longer.low < price.longer.factor < price.longer.high
    assert (price.effect.factor > 1) == (price.longer.factor < 1)
    told = json.loads(json.dumps(reports.of_factors(found)))
    assert told["factors"][0]["time"]["factor"] == price.longer.factor
    assert found.shape and told["weibull_shape"]["low"] < found.shape.factor < told["weibull_shape"]["high"]


def test_what_does_not_differ_gives_a_reason_and_no_factor(org: Organisation, at: datetime) -> None:
    """Five annual customers left, ten monthly ones stayed: the monthly ones have no loss, the price is the same."""
    lifetimes_world.build(at, annual=5, monthly=10)
    found = factors.read(books.read(DAY), "JPY")
    assert found.told == () and reports.of_factors(found)["reason"].startswith("no trait differs")


def test_few_losses_are_said(org: Organisation, at: datetime) -> None:
    """Five losses, prices differ; a factor takes ten."""
    made = lifetimes_world.build(at, annual=5, monthly=0)
    _paying(made, 200_000, range(2))
    found = factors.read(books.read(DAY), "JPY")
    assert (found.losses, found.told, found.needed) == (5, (), 10)
    assert "not enough data" in reports.of_factors(found)["reason"]


def _paying(made: list[Account], mrr: int, which: range) -> None:
    """The accounts of these places signed for so much."""
    lost = {one.account: one.lost_on for one in books.read(DAY).lives}
    for n in which:
        day = lost[made[n].pk]
        ends = {"ends_on": day.isoformat(), "ended_on": day.isoformat()} if day else {"ends_on": "2023-04-01"}
        lifetimes_world.resign(made[n], mrr_minor=mrr, **ends)


def test_first_value_is_asked_of_those_who_stayed_for_three_months(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten reached it in May 2022 and ten in December, too late; whoever signed before usage was known is left out."""
    made = lifetimes_world.build(at, monthly=0)
    reached = {one.pk: date(2022, 5, 10) for one in made[:10]} | {one.pk: date(2022, 12, 1) for one in made[10:20]}
    monkeypatch.setattr(stays, "first_values", lambda as_of: (date(2022, 1, 1), reached))
    found = read("first_value")
    assert {one.key: len(one.stays) for one in found.groups} == {groups.INSIDE: 10, groups.OUTSIDE: 50}
    assert found.since == 3 and found.left_out == 0
    inside = next(one for one in found.groups if one.key == groups.INSIDE)
    assert inside.losses == 10 and inside.months == 9  # they left after twelve months
    monkeypatch.setattr(stays, "first_values", lambda as_of: (date(2022, 5, 1), reached))
    assert read("first_value").left_out == 60


def test_first_values_come_from_usage(org: Organisation) -> None:
    assert stays.first_values(DAY) == (None, {})
