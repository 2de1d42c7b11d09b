"""Whoever does something else as well has the share of their time for accounts that is customer success's."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import capacities, days, routing
from nenrin.customers.errors import Refused
from nenrin.customers.models import Capacity
from nenrin.customers.models.capacity import WHOLE, shared
from nenrin.customers.routing import Pool, Rule
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Text
from tests import cast


@pytest.fixture
def team(org: Organisation, at: datetime) -> list[Member]:
    days.install(by=SYSTEM, at=at)
    return [cast.member(Role.CSM, name, team="東日本") for name in ("佐藤 美咲", "伊藤 悠斗")]


@given(st.integers(0, 1440), st.integers(0, 100))
def test_a_share_and_the_rest_are_the_whole_within_a_minute(minutes: int, percent: int) -> None:
    one, rest = shared(minutes, percent), shared(minutes, WHOLE - percent)
    assert 0 <= one <= minutes and minutes <= one + rest <= minutes + 1
    assert abs(one - minutes * percent / 100) <= 0.5
    assert shared(minutes, WHOLE) == minutes


@pytest.mark.django_db
def test_minutes_of_a_month_are_those_of_the_share(team: list[Member], at: datetime) -> None:
    unstated, seller = team
    capacities.state(seller, minutes_a_day=300, share_percent=40, other_role="sales", most_accounts=9, by=SYSTEM, at=at)
    loads = capacities.loads([unstated.pk, seller.pk])
    assert (loads[unstated.pk].of_minutes, loads[unstated.pk].percent, loads[unstated.pk].other.en) == (6000, 100, "")
    load = loads[seller.pk]
    assert (load.of_minutes, load.percent, load.other, load.most_accounts) == (2400, 40, Text("Sales", "営業"), 9)


@pytest.mark.django_db
def test_what_says_nothing_of_a_share_is_the_whole(team: list[Member], at: datetime) -> None:
    Capacity.objects.create(member=team[0], minutes_a_day=240, changed_at=at)
    load = capacities.loads([team[0].pk])[team[0].pk]
    assert (load.of_minutes, load.percent, load.other_role, load.is_stated) == (4800, 100, "", True)
    capacities.state(team[1], minutes_a_day=240, by=SYSTEM, at=at)
    assert capacities.loads([team[1].pk])[team[1].pk] == load


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "kept"),
    [("sales", "sales"), ("営業", "sales"), (" SALES ", "sales"), ("採用  と\0研修", "採用 と研修"), ("", "")],
)
def test_another_role_is_one_of_ours_by_any_of_its_names_or_words(
    team: list[Member], at: datetime, said: str, kept: str
) -> None:
    row = capacities.state(team[0], minutes_a_day=300, share_percent=60, other_role=said, by=SYSTEM, at=at)
    assert row.other_role == kept


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("percent", "other", "field"),
    [
        (101, "", "share_percent"),
        (-1, "", "share_percent"),
        (100, "sales", "other_role"),
        (50, "あ" * 61, "other_role"),
    ],
)
def test_a_share_that_cannot_be_is_refused_and_nothing_changes(
    team: list[Member], at: datetime, percent: int, other: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        capacities.state(team[0], minutes_a_day=300, share_percent=percent, other_role=other, by=SYSTEM, at=at)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert not Capacity.objects.exists() and not Entry.objects.filter(action__startswith="customers.capacity").exists()


@pytest.mark.django_db
def test_the_journal_tells_the_share_and_the_other_role_once(team: list[Member], at: datetime) -> None:
    def state(percent: int, other: str) -> None:
        capacities.state(team[0], minutes_a_day=300, share_percent=percent, other_role=other, by=SYSTEM, at=at)

    def told() -> list[str]:
        rows = Entry.objects.filter(action__startswith="customers.capacity").order_by("pk")
        return [journal.sentence(row, row.personal.payload).ja for row in rows]

    state(40, "sales")
    state(40, "営業")
    assert told() == ["佐藤 美咲の対応余力: 勤務時間の40%（1日120分）。兼務: 営業"]
    state(50, "")
    state(100, "")
    assert told()[1:] == ["佐藤 美咲の対応余力: 勤務時間の50%（1日150分）。兼務: —", "佐藤 美咲の対応余力: 1日300分"]
    assert Capacity.objects.get().version == 3


@pytest.mark.django_db
def test_routing_gives_no_more_than_the_share_holds(team: list[Member], at: datetime) -> None:
    """Ten minutes of a day are two hundred of a month: a tenth of them holds one account of fifteen, and no second."""
    routed = Rule("all", Text("All", "すべて"), pools=[Pool(Phase.PRIMARY, members=(team[0].pk,))], is_used=True)
    routing.replace([routed], by=SYSTEM, at=at)
    more = capacities.UNPLANNED

    def room(percent: int) -> bool:
        capacities.state(team[0], minutes_a_day=10, share_percent=percent, by=SYSTEM, at=at)
        return capacities.loads([team[0].pk])[team[0].pk].with_one(more).holds(more)

    assert (room(100), room(20), room(10), room(0)) == (True, True, False, False)
