"""My day as a page: the queue in order, answers by form, what stands beside it, and whom sign-in leads there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import tasks, touches
from nenrin.work.models import Task
from nenrin.work.models.queue import QueueAnswer
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
SHIRAKABA = "白樺メディカル株式会社"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def sato(org: Organisation, at: datetime) -> Member:
    """A CSM whose four accounts were all called yesterday."""
    member = cast.member(Role.CSM, team="東日本")
    for account in portfolio_world.build(at).values():
        ownership.assign(account, member, by=SYSTEM, at=at)
        when = at - timedelta(days=1)
        touches.write(account, "call", title="定例", happened_at=when, by=Actor.of(member), at=at)
    return member


@pytest.fixture
def desk(client: Client, sato: Member) -> Client:
    client.force_login(sato)
    return client


def read(client: Client, address: str = "/my-day") -> str:
    return client.get(address).content.decode()


def key_of(name: str) -> int:
    return Account.objects.get(name=name).pk


def answer(client: Client, name: str, do: str, **said: object) -> int:
    return client.post(f"/my-day/accounts/{key_of(name)}/answer", {"do": do, **said}).status_code


def test_the_queue_stands_in_the_order_of_worth_with_its_why(desk: Client) -> None:
    page = read(desk)
    assert "今日やること 2件" in page
    assert page.index(SHIRAKABA) < page.index(cast.DRIFTING)
    assert "更新拒絶期限日まで9日" in page and "決裁者と話す" in page and "20分" in page
    assert "1,000万円" in page or "1,200万円" in page  # ARR of the four


def test_the_order_is_explained_with_the_rows_own_figures(desk: Client) -> None:
    page = read(desk)
    assert "2,880,000円 × 10.0%（基準値、90日） × 30% ÷ 20分 = 4,320円/分" in page
    assert "効果が測定されるまでは目安" in page


def test_it_reads_in_english(desk: Client, sato: Member) -> None:
    Member.objects.filter(pk=sato.pk).update(language="en")
    page = read(desk)
    assert "My day: 2" in page and "Notice deadline in 9 days" in page and "Take on" in page


def test_taking_on_makes_a_task_and_says_so_with_a_way_back(desk: Client, sato: Member) -> None:
    assert answer(desk, SHIRAKABA, "accept") == 302
    assert Task.objects.get().assignee == sato
    page = read(desk)
    assert "タスクにしました" in page and "完了する" in page
    deed = QueueAnswer.objects.values_list("deed", flat=True)[0]
    assert f"/my-day/undo/{deed}" in page
    desk.post(f"/my-day/undo/{deed}")
    assert not Task.objects.open().exists() and "完了する" not in read(desk)


def test_putting_off_asks_for_a_day_and_a_reason(desk: Client) -> None:
    assert answer(desk, SHIRAKABA, "snooze", until="", words="") == 422
    assert answer(desk, SHIRAKABA, "snooze", until="2026-11-27", words="先方不在") == 302
    assert SHIRAKABA not in read(desk).split('id="changed"')[0].split('id="queue"')[1]
    assert "先方不在" in read(desk, "/my-day/put-off")


def test_a_dismissal_keeps_what_was_typed_where_it_is_refused(desk: Client) -> None:
    response = desk.post(f"/my-day/accounts/{key_of(SHIRAKABA)}/answer", {"do": "dismiss", "words": "x" * 301})
    assert response.status_code == 422 and "x" * 301 in response.content.decode()


def test_a_colleague_can_be_asked(desk: Client) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    assert answer(desk, SHIRAKABA, "assign", member=mate.pk) == 302
    assert Task.objects.get().assignee == mate


def test_a_row_that_has_gone_is_no_error(desk: Client) -> None:
    assert answer(desk, cast.THRIVING, "accept") == 302
    assert "すでになくなっています" in read(desk) and not Task.objects.exists()


def test_another_teams_account_cannot_be_answered_for(client: Client, sato: Member) -> None:
    client.force_login(cast.member(Role.CSM, "他部門", team="西日本"))
    assert client.get(f"/my-day/accounts/{key_of(SHIRAKABA)}/answer").status_code == 404


def test_nobody_takes_back_a_colleagues_answer(desk: Client, client: Client, sato: Member) -> None:
    answer(desk, SHIRAKABA, "accept")
    deed = QueueAnswer.objects.values_list("deed", flat=True)[0]
    client.force_login(cast.member(Role.CSM, "伊藤 悠斗", team="東日本"))
    client.post(f"/my-day/undo/{deed}")
    assert QueueAnswer.objects.exists() and Task.objects.open().exists()


def test_a_due_task_elsewhere_stands_beside_the_queue(desk: Client, sato: Member, at: datetime) -> None:
    tasks.open(None, "週報を書く", assignee=sato, due_on=TODAY, by=SYSTEM, at=at)
    assert "週報を書く" in read(desk).split('id="others"')[1]


def test_an_empty_day_suggests_whom_nobody_met_for_longest(client: Client, org: Organisation, at: datetime) -> None:
    member = cast.member(Role.CSM, team="東日本")
    account = portfolio_world.build(at)[cast.THRIVING]
    ownership.assign(account, member, by=SYSTEM, at=at)
    client.force_login(member)
    page = read(client)
    assert "今日対応が必要な顧客はありません" in page and cast.THRIVING in page and "接点の記録なし" in page


def test_whoever_has_no_account_is_told_so(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.PRODUCT))
    assert "担当する顧客がありません" in read(client)


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.CSM, "/my-day"), (Role.ONBOARDING, "/my-day"), (Role.HEAD, "/my-day"), (Role.EXECUTIVE, "/")],
)
def test_sign_in_leads_those_with_accounts_of_their_own_to_their_day(
    client: Client, org: Organisation, role: Role, where: str
) -> None:
    member = cast.member(role, team="東日本")
    response = client.post("/sign-in/login/", {"login": member.email, "password": cast.PASSWORD})
    assert response.status_code == 302 and response["Location"] == where
