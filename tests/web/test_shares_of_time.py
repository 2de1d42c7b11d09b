"""A share of the working time, and another role, on pages and by REST: stated by who may, followed by the day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from nenrin.customers import accounts, capacities, ownership, routing
from nenrin.customers.models import Account, Capacity
from nenrin.customers.routing import Pool, Rule
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.executive.capacity import of_accounts
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.work import capacity
from nenrin.work.queue import asking
from tests import cast
from tests.api.rest import Rest
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY

pytestmark = pytest.mark.django_db
SHARED = {"minutes_a_day": 300, "share_percent": 40, "other_role": "sales"}


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 24, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def sato(org: Organisation, at: datetime) -> Member:
    member = cast.member(Role.CSM, team="東日本")
    for account in portfolio_world.build(at).values():
        ownership.assign(account, member, by=SYSTEM, at=at)
    return member


@pytest.fixture
def boss(sato: Member) -> Member:
    return cast.member(Role.HEAD, "髙木 直美")


@pytest.fixture
def head(client: Client, boss: Member) -> Client:
    client.force_login(boss)
    return client


def address(member: Member) -> str:
    return f"/team-day/members/{member.pk}/capacity"


def test_a_share_and_another_role_are_stated_on_the_page_and_stand_in_the_team(head: Client, sato: Member) -> None:
    assert head.post(address(sato), {**SHARED, "other_role": "営業"}).status_code == 302
    row = Capacity.objects.get(member=sato)
    assert (row.minutes_a_day, row.share_percent, row.other_role, row.minutes) == (300, 40, "sales", 120)
    page = head.get("/team-day").content.decode()
    assert "CS業務 40%（兼務 営業）" in page and "/ 120分" in page
    form = head.get(address(sato)).content.decode()
    assert 'value="40"' in form and 'value="営業"' in form and "2,400" in form and '<option value="サポート">' in form


def test_the_teams_file_holds_the_share_and_the_other_role(
    head: Client, boss: Member, sato: Member, at: datetime
) -> None:
    capacities.state(sato, minutes_a_day=300, share_percent=50, other_role="採用", by=SYSTEM, at=at)
    lines = csv.reader(io.StringIO(b"".join(head.get("/team-day/export.csv").streaming_content).decode("utf-8-sig")))
    names, *rows = lines
    told = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    figures = ("CS業務の割合（%）", "兼務", "顧客対応に使える時間（分）")
    assert [told[sato.name][name] for name in figures] == ["50", "採用", "150"]
    assert [told[boss.name][name] for name in figures] == ["100", "", "300"]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"share_percent": 101}, "id_share_percent_error"),
        ({"share_percent": "半分"}, "id_share_percent_error"),
        ({"share_percent": 100, "other_role": "営業"}, "id_other_role_error"),
        ({"share_percent": "", "other_role": "営業"}, "id_other_role_error"),
        ({"share_percent": 50, "other_role": "あ" * 61}, "id_other_role_error"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(head: Client, sato: Member, said: dict[str, Any], wrong: str) -> None:
    answer = head.post(address(sato), {"minutes_a_day": 300, **said})
    assert answer.status_code == 422 and wrong in answer.content.decode()
    assert not Capacity.objects.exists()


def test_an_empty_share_is_the_whole(head: Client, sato: Member) -> None:
    assert head.post(address(sato), {"minutes_a_day": 240, "share_percent": ""}).status_code == 302
    assert Capacity.objects.get(member=sato).minutes == 240
    assert "CS業務 " not in head.get("/team-day").content.decode()


@pytest.mark.parametrize("role", [Role.CSM, Role.SALES, Role.MARKETER, Role.EXECUTIVE, Role.SUPPORT])
def test_only_who_assigns_accounts_states_a_share(client: Client, sato: Member, role: Role) -> None:
    member = cast.member(role, "小川 蓮", team="東日本")
    client.force_login(member)
    assert client.get(address(sato)).status_code == client.post(address(sato), SHARED).status_code == 403
    assert Rest(member).put(f"/team-day/{sato.pk}/capacity", SHARED).status_code == 403
    assert not Capacity.objects.exists()


def test_a_share_by_rest_is_in_the_load_and_what_is_not_sent_is_the_default(boss: Member, sato: Member) -> None:
    rest = Rest(boss)
    put = rest.put(f"/team-day/{sato.pk}/capacity", {**SHARED, "other_role": "Sales"})
    assert put.status_code == 200 and put.data == {**SHARED, "most_accounts": None, "minutes": 120, "version": 1}
    assert rest.get(f"/team-day/{sato.pk}/capacity").data == put.data
    line = next(one for one in rest.get("/team-day").data if one["member_id"] == sato.pk)
    told = ("share_percent", "other_role", "minutes_a_day", "minutes_left", "minutes_a_month")
    assert [line[name] for name in told] == [40, "sales", 120, 120, 2400]
    assert Rest(sato).get("/my-day").data["capacity"] == 120
    again = rest.put(f"/team-day/{sato.pk}/capacity", {"minutes_a_day": 300})
    assert (again.data["share_percent"], again.data["other_role"]) == (100, "")


@pytest.mark.parametrize("said", [{"share_percent": 101}, {"share_percent": 100}, {"other_role": "x" * 61}])
def test_rest_refuses_what_cannot_be(boss: Member, sato: Member, said: dict[str, Any]) -> None:
    assert Rest(boss).put(f"/team-day/{sato.pk}/capacity", {**SHARED, **said}).status_code == 422
    assert not Capacity.objects.exists()


def test_a_seller_with_a_share_is_on_the_teams_day_without_accounts(head: Client, boss: Member, at: datetime) -> None:
    seller, other = (cast.member(Role.SALES, name, team="東日本") for name in ("森 結衣", "小川 蓮"))
    capacities.state(seller, minutes_a_day=300, share_percent=40, other_role="sales", by=SYSTEM, at=at)
    page = head.get("/team-day").content.decode()
    assert seller.name in page and other.name not in page
    told = {line["member_id"]: line["minutes_a_day"] for line in Rest(boss).get("/team-day").data}
    assert told[seller.pk] == 120 and other.pk not in told


def test_the_day_the_team_and_the_board_follow_the_share(sato: Member, org: Organisation, at: datetime) -> None:
    def figures() -> tuple[int, int, int, int]:
        [line] = capacity.lines([sato], TODAY, at, own_money.on(TODAY))
        held = of_accounts(set(Account.objects.filter(owner=sato).values_list("pk", flat=True)))
        assert held is not None
        day = asking.my_day(sato, TODAY, at, org, busy=30)
        return line.minutes_a_day, line.planned.of_minutes, held.of_minutes, day.free

    capacities.state(sato, minutes_a_day=300, by=SYSTEM, at=at)
    assert figures() == (300, 6000, 6000, 270)
    capacities.state(sato, minutes_a_day=300, share_percent=33, other_role="marketer", by=SYSTEM, at=at)
    assert figures() == (99, 1980, 1980, 69)


def test_the_router_passes_by_whoever_has_no_share_left(sato: Member, at: datetime) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    pool = Pool(Phase.PRIMARY, members=(sato.pk, mate.pk))
    rule = Rule("all", Text("All", "すべて"), pools=[pool], is_used=True)
    new = accounts.open("新規", by=SYSTEM, at=at)

    def chosen(percent: int) -> int | None:
        capacities.state(mate, minutes_a_day=300, share_percent=percent, by=SYSTEM, at=at)
        return next(one.member for one in routing.preview([rule]) if one.account == new.pk)

    assert (chosen(100), chosen(0)) == (mate.pk, sato.pk)


def test_a_capacity_that_a_colleague_stated_meanwhile_is_not_overwritten_unseen(
    head: Client, sato: Member, at: datetime
) -> None:
    assert 'name="version" value="0"' in head.get(address(sato)).content.decode()
    capacities.state(sato, minutes_a_day=200, by=SYSTEM, at=at)
    answer = head.post(address(sato), {**SHARED, "version": "0"})
    told = answer.content.decode()
    assert answer.status_code == 422 and Capacity.objects.get(member=sato).minutes_a_day == 200
    assert 'class="conflict"' in told and ">200<" in told and ">300<" in told, "both sides"
    assert 'name="version" value="1"' in told and 'value="40"' in told, "what was typed is kept"
    assert head.post(address(sato), {**SHARED, "version": "1"}).status_code == 302
    assert Capacity.objects.get(member=sato).share_percent == 40
    assert head.post(address(sato), {**SHARED, "version": "1"}).status_code == 302, "the same again changes nothing"


def test_rest_refuses_a_capacity_over_a_change_that_was_not_seen(boss: Member, sato: Member, at: datetime) -> None:
    rest, path = Rest(boss), f"/team-day/{sato.pk}/capacity"
    seen = rest.get(path)
    assert (seen.data["minutes_a_day"], seen.data["version"], seen["ETag"]) == (300, 0, '"0"')
    capacities.state(sato, minutes_a_day=200, by=SYSTEM, at=at)
    assert rest.put(path, SHARED | {"version": 0}).status_code == 409
    assert rest.call("PUT", path, SHARED, **{"If-Match": seen["ETag"]}).status_code == 412
    assert rest.put(path, SHARED | {"version": 1}).data["version"] == 2
    assert rest.get("/team-day/999999/capacity").status_code == 404


def test_whoever_assigns_finds_the_form_of_a_seller_without_accounts(head: Client, sato: Member) -> None:
    seller = cast.member(Role.SALES, "森 結衣", team="東日本")
    link = f'href="{address(seller)}"'
    assert (
        link not in head.get("/team-day").content.decode()
        and 'href="/members"' in head.get("/team-day").content.decode()
    )
    assert link in head.get("/members").content.decode()
    head.force_login(cast.member(Role.ADMINISTRATOR, "管理者"))
    assert link in head.get(f"/members/{seller.pk}").content.decode()
    head.force_login(cast.member(Role.CSM, "小川 蓮", team="東日本"))
    assert link not in head.get("/members").content.decode()
