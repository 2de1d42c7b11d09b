"""However an account comes to somebody else: what the one before has open there is proposed to them, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import accounts, deputies, handovers, ownership
from nenrin.customers.models import Account, Handover
from nenrin.customers.ownership import Wanted
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import handing_over, handoff_rounds, handoffs, owner_changes, plans, promises, tasks
from nenrin.work.models import Handoff, Notice
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.models.plan import SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task
from nenrin.work.onboarding import projects
from tests import cast
from tests.work import onboarding_cast

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 1)
DAY = timedelta(days=1)


@pytest.fixture
def giver(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def heir(giver: Member) -> Member:
    return cast.member(Role.CSM, "伊藤 悠斗", team="東日本")


@pytest.fixture
def account(giver: Member, at: datetime) -> Account:
    made = accounts.open(cast.STARTING, by=SYSTEM, at=at - DAY)
    ownership.assign(made, giver, by=SYSTEM, at=at - DAY)
    read(at - DAY)
    return Account.objects.get(pk=made.pk)


def read(at: datetime) -> int:
    journal.seal()
    return owner_changes.step(at)


def told(member: Member) -> list[Notice]:
    return list(Notice.objects.filter(member=member, code__in=("handoff.given", "handoff.proposed")))


def test_all_that_the_giver_has_open_goes_along_once_the_receiver_accepts(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    promises.make(account, "帳票を直す", owner=giver, due_on=DUE, by=SYSTEM, at=at)
    plans.open(account, title="定着", owner=giver, by=SYSTEM, at=at)
    onboarding_cast.template(at)
    projects.start(account, "small", starts_on=DUE, owner=giver, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    assert (read(at), read(at)) == (1, 0)
    row = Handover.objects.get()
    assert (row.giver, row.receiver, row.state) == (giver, heir, "proposed")
    [notice] = told(heir)
    assert notice.url == f"/handovers/{row.pk}" and "4件" in notice.text["ja"] and "4 open" in notice.text["en"]
    assert Task.objects.get().assignee == giver, "nothing moves before the receiver accepts"
    handing_over.accept(row, by=Actor.of(heir), at=at)
    assert [
        Task.objects.get().assignee, Promise.objects.get().owner, SuccessPlan.objects.get().owner,
        OnboardingProject.objects.get().owner,
    ] == [heir] * 4  # fmt: skip
    assert read(at) == 0 and Handover.objects.count() == 1
    assert Handover.objects.get().contents == {"tasks": 1, "promises": 1, "plans": 1, "projects": 1}


def test_what_belongs_to_others_stays(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    other = cast.member(Role.SUPPORT, "第三 者")
    tasks.open(account, "他の人の作業", assignee=other, due_on=DUE, by=SYSTEM, at=at)
    tasks.open(account, "前任の作業", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    read(at)
    handing_over.accept(Handover.objects.get(), by=Actor.of(heir), at=at)
    assert Task.objects.get(title="他の人の作業").assignee == other
    assert Task.objects.get(title="前任の作業").assignee == heir


def test_two_hundred_at_once_are_told_in_one_notice(giver: Member, heir: Member, at: datetime) -> None:
    made = [accounts.open(f"会社 {n:03}", by=SYSTEM, at=at - DAY) for n in range(200)]
    ownership.assign_many([Wanted(row.pk, giver.pk) for row in made], by=SYSTEM, at=at - DAY)
    for row in made[::2]:
        promises.make(row, "約束", owner=giver, due_on=DUE, by=SYSTEM, at=at - DAY)
    read(at - DAY)
    ownership.assign_many([Wanted(row.pk, heir.pk) for row in made], by=SYSTEM, at=at)
    assert (read(at), read(at)) == (100, 0)
    assert set(Handover.objects.values_list("account", flat=True)) == {row.pk for row in made[::2]}
    [notice] = told(heir)
    assert notice.url == "/handovers" and "200社" in notice.text["ja"] and "100件" in notice.text["ja"]


def test_one_that_was_asked_for_by_hand_is_enough(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    row = handing_over.propose(account, heir, by=Actor.of(giver), at=at)
    handing_over.accept(row, by=Actor.of(heir), at=at + DAY)
    assert read(at + DAY) == 0 and Handover.objects.count() == 1
    assert [notice.code for notice in told(heir)] == ["handoff.proposed"]


def test_asked_for_by_hand_and_then_given_it_still_is_one(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    row = handing_over.propose(account, heir, by=Actor.of(giver), at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at + DAY)
    assert read(at + DAY) == 0
    handing_over.accept(row, by=Actor.of(heir), at=at + DAY)
    assert Task.objects.get().assignee == heir


def test_given_back_nothing_is_asked_any_more(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    assert read(at) == 1
    ownership.assign(account, giver, by=SYSTEM, at=at + timedelta(minutes=1))
    assert read(at + timedelta(minutes=1)) == 0
    assert [row.state for row in Handover.objects.all()] == ["withdrawn"]
    ownership.assign(account, heir, by=SYSTEM, at=at + DAY)
    ownership.assign(account, giver, by=SYSTEM, at=at + DAY)
    assert read(at + DAY) == 0 and Handover.objects.filter(state="proposed").count() == 0


def test_from_hand_to_hand_it_reaches_the_last(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    third = cast.member(Role.CSM, "三人目", team="東日本")
    tasks.open(account, "前任の作業", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    assert read(at) == 1
    tasks.open(account, "後任の作業", assignee=heir, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, third, by=SYSTEM, at=at + DAY)
    assert read(at + DAY) == 1
    row = Handover.objects.get(state="proposed")
    assert (row.giver, row.receiver) == (heir, third)
    handing_over.accept(row, by=Actor.of(third), at=at + DAY)
    assert set(Task.objects.values_list("assignee", flat=True)) == {third.pk}


def test_declined_it_is_not_asked_again(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    read(at)
    handovers.decline(Handover.objects.get(), reason="前任が終える", by=Actor.of(heir), at=at)
    assert read(at + DAY) == 0 and Task.objects.get().assignee == giver


def test_who_keeps_another_phase_keeps_its_work(account: Account, giver: Member, heir: Member, at: datetime) -> None:
    """The CSM who led the onboarding too gives the onboarding away: its project goes, the promises stay."""
    accounts.change(account, by=SYSTEM, at=at, stage="onboarding")
    ownership.assign(account, giver, by=SYSTEM, at=at, phase=Phase.ONBOARDING)
    promises.make(account, "帳票を直す", owner=giver, due_on=DUE, by=SYSTEM, at=at)
    onboarding_cast.template(at)
    projects.start(account, "small", starts_on=DUE, owner=giver, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at + DAY, phase=Phase.ONBOARDING)
    assert read(at + DAY) == 1
    handing_over.accept(Handover.objects.get(), by=Actor.of(heir), at=at + DAY)
    assert (OnboardingProject.objects.get().owner, Promise.objects.get().owner) == (heir, giver)


def test_the_next_phases_owner_is_asked_when_the_stage_changes(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    ownership.assign(account, heir, by=SYSTEM, at=at, phase=Phase.ONBOARDING)
    accounts.change(account, by=SYSTEM, at=at, stage="onboarding")
    tasks.open(account, "利用開始の確認", assignee=heir, due_on=DUE, by=SYSTEM, at=at)
    assert read(at) == 0
    accounts.change(account, by=SYSTEM, at=at + DAY, stage="adoption")
    assert (read(at + DAY), read(at + DAY)) == (1, 0)
    row = Handover.objects.get()
    assert (row.giver, row.receiver, row.phase) == (heir, giver, Phase.PRIMARY)
    assert [notice.url for notice in told(giver)] == [f"/handovers/{row.pk}"]
    handing_over.accept(row, by=Actor.of(giver), at=at + DAY)
    assert Task.objects.get().assignee == giver


def test_history_and_who_took_it_themselves_are_no_news(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    ownership.assign(account, heir, by=Actor.of(heir), at=at)
    assert read(at) == 0 and told(heir) == []
    tasks.open(account, "折り返し", assignee=heir, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, giver, by=SYSTEM, at=at - timedelta(days=40))
    assert read(at) == 0 and told(giver) == []


def test_without_anything_open_the_receiver_still_hears_of_it(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    ownership.assign(account, heir, by=Actor.of(giver), at=at)
    assert read(at) == 0
    assert [notice.url for notice in told(heir)] == [f"/accounts/{account.pk}"]


def test_a_handoff_from_sales_waits_for_whoever_has_the_account_now(
    account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    assert made.receiver == giver
    ownership.assign(account, heir, by=SYSTEM, at=at)
    read(at)
    assert Handoff.objects.get().receiver == heir


def test_the_worker_does_it_and_the_page_shows_it(
    client: Client, account: Account, giver: Member, heir: Member, at: datetime
) -> None:
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    onboarding_cast.template(at)
    projects.start(account, "small", starts_on=DUE, owner=giver, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    journal.seal()
    handoff_rounds.step(at)
    client.force_login(heir)
    page = client.get(reverse("handover", args=[Handover.objects.get().pk])).content.decode()
    for words in ("折り返し", "小さな導入", 'value="accept"', "前任者の未完了"):
        assert words in page, words


def test_of_two_workers_that_read_the_same_one_tells(
    account: Account, giver: Member, heir: Member, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one does its whole round, with what came meanwhile, while this one has read and not yet written."""
    tasks.open(account, "折り返し", assignee=giver, due_on=DUE, by=SYSTEM, at=at)
    ownership.assign(account, heir, by=SYSTEM, at=at)
    journal.seal()
    second = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    ownership.assign(second, giver, by=SYSTEM, at=at)
    ownership.assign(second, heir, by=SYSTEM, at=at)
    real, seen = owner_changes._matters, list[int]()

    def interleaved(entry: Entry) -> bool:
        monkeypatch.setattr(owner_changes, "_matters", real)
        seen.append(read(at))
        return real(entry)

    monkeypatch.setattr(owner_changes, "_matters", interleaved)
    assert (owner_changes.step(at), seen) == (0, [1])
    assert len(told(heir)) == 1 and Handover.objects.count() == 1
    assert read(at) == 0 and len(told(heir)) == 1


def test_while_the_receiver_is_away_their_deputy_answers_on_the_page(
    account: Account, giver: Member, heir: Member, client: Client, at: datetime
) -> None:
    """A colleague who stands in for nobody cannot."""
    away, now = cast.member(Role.CSM, "小川 蓮", team="西日本"), timezone.now()
    deputy, other = (cast.member(Role.CSM, name, team="西日本") for name in ("三浦 恵", "石田 涼"))
    deputies.appoint(away, deputy, from_on=now.date() - DAY, until_on=now.date() + 9 * DAY, by=SYSTEM, at=now)
    row = handing_over.propose(account, away, by=Actor.of(giver), at=now)
    client.force_login(other)
    client.post(f"/handovers/{row.pk}/answer", {"do": "accept"})
    assert Handover.objects.get(pk=row.pk).state == "proposed"
    assert "回答</h2>" not in client.get(f"/handovers/{row.pk}").content.decode()
    client.force_login(deputy)
    notice = Notice.objects.get(member=deputy)
    assert notice.url == f"/handovers/{row.pk}" and "小川 蓮の代理" in notice.text["ja"]
    page = client.get(notice.url).content.decode()
    assert "小川 蓮に代わる回答" in page
    assert row in [line[0] for line in client.get("/handovers").context["mine"]]
    client.post(f"/handovers/{row.pk}/answer", {"do": "accept"})
    assert Account.objects.get(pk=account.pk).owner == away
    told = Entry.objects.get(action="customers.handover.deputed")
    assert (told.actor_key, told.particulars["receiver_id"]) == (str(deputy.pk), away.pk)
