"""The team's day: load against capacity, a colleague's queue, accounts given on after a look, deputies."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from nenrin.customers import capacities, days, deputies, ownership, regrading, rule_preview, touch_models
from nenrin.customers.models import Account, Capacity, Deputy, Handover
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import own_money
from nenrin.work import capacity, handoff_rounds, meetings, tasks, touch_changes
from nenrin.work.models import Notice
from nenrin.work.models.day_load import DayLoad
from nenrin.work.queue import loads
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
    member = cast.member(Role.CSM, team="東日本")
    for account in portfolio_world.build(at).values():
        ownership.assign(account, member, by=SYSTEM, at=at)
    return member


@pytest.fixture
def ito(sato: Member) -> Member:
    return cast.member(Role.CSM, "伊藤 悠斗", team="東日本")


@pytest.fixture
def head(client: Client, sato: Member, ito: Member) -> Client:
    client.force_login(cast.member(Role.HEAD, "髙木 直美"))
    return client


def line_of(member: Member, org: Organisation, at: datetime) -> capacity.Line:
    return next(one for one in capacity.lines([member], TODAY, at, own_money.on(TODAY)))


def test_a_line_counts_accounts_arr_tasks_and_who_was_left_alone(sato: Member, org: Organisation, at: datetime) -> None:
    account = Account.objects.get(name=SHIRAKABA)
    tasks.open(account, "連絡", assignee=sato, due_on=TODAY - timedelta(3), minutes=25, by=SYSTEM, at=at)
    tasks.open(None, "週報", assignee=sato, due_on=TODAY, by=SYSTEM, at=at)
    tasks.open(None, "来月", assignee=sato, due_on=TODAY + timedelta(30), by=SYSTEM, at=at)
    line = line_of(sato, org, at)
    assert line.portfolio == capacity.Portfolio(4, 12_000_000, 1, 2_880_000, 1)
    assert line.due == capacity.Due(2, 1, TODAY - timedelta(3), 25 + 15)
    assert line.queue is None and line.minutes == 40


def test_the_worker_keeps_the_load_of_every_day_and_leaves_fresh_ones_alone(
    sato: Member, org: Organisation, at: datetime
) -> None:
    assert loads.step(at) == 1 and loads.step(at) == 0
    assert loads.step(at + timedelta(minutes=31)) == 1
    kept = DayLoad.objects.get(member=sato)
    assert kept.rows == 2 and kept.minutes == line_of(sato, org, at).minutes


def test_the_page_names_everybody_with_the_minutes_of_queue_and_tasks(
    head: Client, sato: Member, ito: Member, at: datetime
) -> None:
    loads.step(at)
    page = head.get("/team-day").content.decode()
    assert sato.name in page and ito.name in page and "/ 300分" in page
    assert "タスクのみ" in page  # nobody has made Ito's day yet: without accounts there is none to make


@pytest.fixture
def away(sato: Member, ito: Member, at: datetime) -> Member:
    """Sato, for whom Ito stands in today."""
    until = TODAY + timedelta(3)
    deputies.appoint(sato, ito, from_on=TODAY - timedelta(1), until_on=until, by=SYSTEM, at=at)
    account = Account.objects.get(name=SHIRAKABA)
    tasks.open(account, "連絡", assignee=sato, due_on=TODAY, minutes=25, by=SYSTEM, at=at)
    tasks.open(None, "週報", assignee=sato, due_on=TODAY, minutes=10, by=SYSTEM, at=at)
    return sato


def team_of(at: datetime, *members: Member) -> dict[str, capacity.Line]:
    return {one.member.name: one for one in capacity.lines(members, TODAY, at, own_money.on(TODAY))}


def test_the_rows_of_who_is_away_count_once_with_the_deputy(away: Member, ito: Member, at: datetime) -> None:
    before = team_of(at, away, ito)
    assert not before[away.name].is_covered, "nobody's queue holds the rows yet"
    assert (before[away.name].minutes, before[ito.name].minutes) == (35, 0)
    assert loads.step(at) == 2, "a deputy without accounts of their own has a day too"
    alone = DayLoad.objects.get(member=away).minutes
    assert DayLoad.objects.get(member=ito).minutes == alone > 0
    found = team_of(at, away, ito)
    gone, there = found[away.name], found[ito.name]
    assert (gone.minutes, gone.rows, gone.free, gone.share, gone.is_over) == (10, 0, 0, None, False)
    assert (there.minutes, there.free, there.share) == (alone, 300, alone / 300)
    assert team_of(at, ito)[ito.name].minutes == alone


def test_rows_stay_with_their_owner_where_the_deputy_is_away_too(away: Member, ito: Member, at: datetime) -> None:
    mate = cast.member(Role.CSM, "小川 蓮", team="東日本")
    deputies.appoint(ito, mate, from_on=TODAY, until_on=TODAY + timedelta(1), by=SYSTEM, at=at)
    loads.step(at)
    found = team_of(at, away, ito, mate)
    assert not found[away.name].is_covered and found[away.name].is_over
    assert found[ito.name].minutes == 0 and found[ito.name].free == 0


def test_meetings_of_the_day_leave_less_for_accounts(sato: Member, ito: Member, at: datetime) -> None:
    def meet(owner: Member, hour: int, minutes: int, **more: Any) -> None:
        begins = AT + timedelta(hours=hour)
        ends = begins + timedelta(minutes=minutes)
        meetings.plan(None, "会議", starts_at=begins, ends_at=ends, owner=owner, by=SYSTEM, at=at, **more)

    meet(sato, 1, 60, members=[ito])
    meet(sato, 1, 90)  # overlaps
    meet(sato, 30, 60)  # tomorrow
    meet(ito, 5, 600)
    tasks.open(None, "週報", assignee=ito, due_on=TODAY, minutes=10, by=SYSTEM, at=at)
    found = team_of(at, sato, ito)
    assert (found[sato.name].busy, found[sato.name].free) == (90, 210)
    assert (found[ito.name].busy, found[ito.name].free, found[ito.name].is_over) == (660, 0, True)


def test_the_page_and_its_file_say_what_meetings_and_absences_leave(
    head: Client, away: Member, ito: Member, at: datetime
) -> None:
    begins = AT + timedelta(hours=1)
    meetings.plan(None, "会議", starts_at=begins, ends_at=begins + timedelta(minutes=75), owner=ito, by=SYSTEM, at=at)
    while loads.step(at):
        pass
    took = DayLoad.objects.get(member=ito).minutes
    page = head.get("/team-day").content.decode()
    assert "会議 75分" in page and "/ 225分" in page and "/ 0分" in page
    lines = csv.reader(io.StringIO(b"".join(head.get("/team-day/export.csv").streaming_content).decode("utf-8-sig")))
    names, *rows = lines
    told = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    figures = ("今日の見込み（分）", "今日の会議（分）", "今日使える時間（分）", "今日やることの件数")
    assert [told[ito.name][name] for name in figures[:3]] == [str(took), "75", "225"]
    assert [told[away.name][name] for name in figures] == ["10", "0", "0", "0"]


def test_a_head_looks_at_a_colleagues_day_but_does_not_answer_for_them(head: Client, sato: Member) -> None:
    page = head.get(f"/team-day/members/{sato.pk}").content.decode()
    assert SHIRAKABA in page and f"{sato.name}: 今日" in page
    assert "my-day/accounts/" not in page and not DayLoad.objects.exists()


def test_whoever_leads_nobody_does_not_see_the_team(client: Client, sato: Member) -> None:
    client.force_login(sato)
    assert client.get("/team-day").status_code == 403


def test_accounts_are_looked_at_before_they_are_given_on(head: Client, sato: Member, ito: Member) -> None:
    keys = list(Account.objects.values_list("pk", flat=True))
    said = {"account": keys[:2], "receiver": ito.pk}
    page = head.post(f"/team-day/members/{sato.pk}/reassign", {**said, "do": "look"}).content.decode()
    assert "4 → 2" in page and "0 → 2" in page
    assert Account.objects.filter(owner=ito).count() == 0
    assert head.post(f"/team-day/members/{sato.pk}/reassign", {**said, "do": "move"}).status_code == 302
    assert Account.objects.filter(owner=ito).count() == 2


def test_a_colleague_can_be_asked_before_anything_moves(head: Client, sato: Member, ito: Member) -> None:
    key = Account.objects.get(name=SHIRAKABA).pk
    head.post(
        f"/team-day/members/{sato.pk}/reassign",
        {"account": [key], "receiver": ito.pk, "do": "ask", "note": "お願いします"},
    )
    row = Handover.objects.get()
    assert (row.giver, row.receiver, row.state, row.note) == (sato, ito, "proposed", "お願いします")
    assert Account.objects.get(pk=key).owner == sato


def test_nothing_is_given_without_a_choice(head: Client, sato: Member) -> None:
    assert head.post(f"/team-day/members/{sato.pk}/reassign", {"do": "move"}).status_code == 422


def test_a_members_minutes_can_be_stated(head: Client, sato: Member) -> None:
    assert (
        head.post(f"/team-day/members/{sato.pk}/capacity", {"minutes_a_day": 180, "most_accounts": 40}).status_code
        == 302
    )
    assert Capacity.objects.get(member=sato).minutes_a_day == 180
    assert "/ 180分" in head.get("/team-day").content.decode()


def test_a_member_sets_their_own_deputy_and_nobody_elses(client: Client, sato: Member, ito: Member) -> None:
    client.force_login(sato)
    days = {"from_on": "2026-11-25", "until_on": "2026-12-01"}
    assert client.post("/deputies", {"member": ito.pk, "deputy": sato.pk, **days}).status_code == 422
    assert client.post("/deputies", {"member": sato.pk, "deputy": ito.pk, **days}).status_code == 302
    row = Deputy.objects.get()
    client.force_login(ito)
    assert client.post(f"/deputies/{row.pk}/end").status_code == 404
    client.force_login(sato)
    client.post(f"/deputies/{row.pk}/end")
    row.refresh_from_db()
    assert row.ended_at is not None


def test_a_deputy_who_could_not_work_on_the_accounts_is_refused(client: Client, sato: Member) -> None:
    stranger = cast.member(Role.CSM, "他部門", team="西日本")
    client.force_login(sato)
    days = {"from_on": "2026-11-25", "until_on": "2026-12-01"}
    response = client.post("/deputies", {"member": sato.pk, "deputy": stranger.pk, **days})
    assert response.status_code == 422 and "同じチーム" in response.content.decode()


def test_a_change_of_touch_models_is_told_in_minutes_for_each_owner(head: Client, sato: Member, at: datetime) -> None:
    days.install(by=SYSTEM, at=at)
    stands = touch_models.DEFAULTS
    doubled = [replace(model, minutes_a_month=2 * (model.minutes_a_month or 0)) for model in stands]
    found = rule_preview.of_models(doubled, sato, TODAY)
    # Four accounts without size or tier: tech touch, five minutes a month each, ten then; 300 x 20 minutes of her own.
    assert found.touch_moves == 0
    assert found.minutes == (rule_preview.Minutes(sato, 4 * 5, 4 * 10, 6000),)
    assert rule_preview.of_models(stands, sato, TODAY).minutes == ()


def test_heads_are_told_what_changed_touch_models_do_to_whose_minutes(
    head: Client, sato: Member, ito: Member, at: datetime
) -> None:
    days.install(by=SYSTEM, at=at)
    journal.seal()
    touch_changes.tell(at=at)
    minutes = capacities.planned()
    Account.objects.filter(owner=sato).update(touch_model="high")
    before = capacities.loads([sato.pk])[sato.pk].minutes
    assert regrading.regrade(as_of=TODAY, by=SYSTEM, at=at) == 4  # without size or tier: tech touch
    ownership.assign(Account.objects.get(name=SHIRAKABA), ito, by=SYSTEM, at=at)
    journal.seal()
    assert (touch_changes.tell(at=at), touch_changes.tell(at=at)) == (2, 0)
    after, one = 3 * minutes["tech"], minutes["high"]
    page = head.get("/team-day").content.decode()
    assert f"3社のタッチモデルが変わり、月の計画が{before - one:,} → {after:,}分" in page
    assert f"1社のタッチモデルが変わり、月の計画が{one:,} → {minutes['tech']:,}分" in page
    assert f"/team-day/members/{sato.pk}/reassign" in page and "再割り当てを提案" not in page
    assert not Notice.objects.filter(code="capacity.changed").exclude(member__role=Role.HEAD).exists()


def test_more_than_there_is_time_for_is_proposed_to_be_given_on(head: Client, sato: Member, at: datetime) -> None:
    days.install(by=SYSTEM, at=at)
    capacities.state(sato, minutes_a_day=1, by=SYSTEM, at=at)  # twenty a month
    journal.seal()
    touch_changes.tell(at=at)
    assert "再割り当てを提案" not in head.get("/team-day").content.decode()
    models = [replace(model, conditions=()) for model in touch_models.DEFAULTS]
    assert touch_models.replace(models, by=SYSTEM, at=at) == 4  # the first holds for all: high touch
    journal.seal()
    handoff_rounds.step(at)
    page = head.get("/team-day").content.decode()
    assert "20 → 960分（20分中）" in page and "再割り当てを提案" in page
