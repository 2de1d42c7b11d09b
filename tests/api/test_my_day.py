"""My day by REST: the queue with its figures, answers and their way back; handovers, deputies and loads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from nenrin.customers import deputies, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Task
from nenrin.work.models.day_load import DayLoad
from nenrin.work.queue import loads
from tests import cast
from tests.api.rest import Rest
from tests.web import portfolio_world

SHIRAKABA = "白樺メディカル株式会社"
pytestmark = pytest.mark.django_db


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
def rest(sato: Member) -> Rest:
    return Rest(sato)


def account() -> int:
    return Account.objects.get(name=SHIRAKABA).pk


def test_the_day_comes_with_the_figures_of_its_order(rest: Rest) -> None:
    day = rest.get("/my-day").data
    assert day["accounts"] == 4 and day["capacity"] == 300
    first = day["items"][0]
    assert (first["account"], first["rank"], first["is_within"]) == (SHIRAKABA, 1, True)
    assert [reason["key"] for reason in first["reasons"]] == ["notice_deadline", "renewal_call"]
    assert first["headline"]["ja"].startswith("更新拒絶期限日まで9日、")
    worth = first["worth"]
    assert (worth["play"], worth["minutes"]) == (first["play"]["code"], first["play"]["minutes"])
    assert worth["stake_minor"] * worth["probability"] * worth["moves"] / worth["minutes"] == worth["a_minute_minor"]


def test_an_answer_can_be_given_and_taken_back(rest: Rest, sato: Member) -> None:
    given = rest.post("/my-day/answers", {"account_id": account(), "do": "accept"})
    assert given.status_code == 200 and Task.objects.get(pk=given.data["task_id"]).assignee == sato
    assert rest.post(f"/my-day/answers/{given.data['deed']}/undo", {}).data == {"reasons": 2}
    assert rest.get("/my-day").data["items"][0]["task_id"] is None


def test_what_is_not_asked_any_more_is_a_conflict_and_a_missing_reason_a_fault(rest: Rest) -> None:
    said = {"account_id": account(), "do": "dismiss"}
    assert [error["pointer"] for error in rest.post("/my-day/answers", said).data["errors"]] == ["/words"]
    assert rest.post("/my-day/answers", {**said, "words": "合意済み"}).status_code == 200
    assert rest.post("/my-day/answers", {**said, "words": "合意済み"}).status_code == 409


def test_a_handover_is_asked_for_and_accepted_by_its_receiver_alone(rest: Rest, sato: Member) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    made = rest.post("/handovers", {"account_id": account(), "receiver_id": mate.pk})
    assert made.status_code == 201
    path = f"/handovers/{made.data['id']}/answer"
    assert rest.post(path, {"do": "accept"}).status_code == 404
    theirs = Rest(mate)
    assert theirs.get("/handovers").data["items"][0]["state"] == "proposed"
    assert theirs.post(path, {"do": "accept"}).data["state"] == "accepted"
    assert Account.objects.get(pk=account()).owner == mate
    assert theirs.post(path, {"do": "decline", "reason": "余力がない"}).status_code == 409


def test_a_handover_is_answered_by_the_receivers_deputy_and_the_journal_says_for_whom(rest: Rest, sato: Member) -> None:
    mate, away = (cast.member(Role.CSM, name, team="東日本") for name in ("伊藤 悠斗", "小川 蓮"))
    made = rest.post("/handovers", {"account_id": account(), "receiver_id": away.pk})
    path, today = f"/handovers/{made.data['id']}/answer", organisation.today(timezone.now())
    theirs = Rest(mate)
    assert theirs.post(path, {"do": "accept"}).status_code == 404
    deputies.appoint(away, mate, from_on=today, until_on=today + timedelta(2), by=SYSTEM, at=timezone.now())
    assert theirs.post(path, {"do": "accept"}).data["state"] == "accepted"
    assert Account.objects.get(pk=account()).owner == away, "it goes to the receiver, whoever answers"
    told = Entry.objects.get(action="customers.handover.deputed")
    assert (told.actor_key, told.particulars["receiver_id"]) == (str(mate.pk), away.pk)
    assert journal.sentence(told, told.personal.payload).ja == "伊藤 悠斗が小川 蓮に代わって引き継ぎに回答"


def test_a_member_sets_their_own_deputy_only(rest: Rest, sato: Member) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    days = {"from_on": "2026-11-25", "until_on": "2026-12-01"}
    assert rest.post("/deputies", {"member_id": mate.pk, "deputy_id": sato.pk, **days}).status_code == 422
    assert rest.post("/deputies", {"member_id": sato.pk, "deputy_id": mate.pk, **days}).status_code == 201
    assert len(rest.get("/deputies").data) == 1


def test_loads_are_for_those_who_lead(rest: Rest, sato: Member) -> None:
    assert rest.get("/team-day").status_code == 403
    head = Rest(cast.member(Role.HEAD, "髙木 直美"))
    assert head.put(f"/team-day/{sato.pk}/capacity", {"minutes_a_day": 180}).status_code == 200
    line = next(one for one in head.get("/team-day").data if one["member_id"] == sato.pk)
    assert (line["accounts"], line["arr_minor"], line["minutes_a_day"]) == (4, 12_000_000, 180)
    assert (line["minutes_in_meetings"], line["minutes_left"], line["is_covered"]) == (0, 180, False)
    today, mate = organisation.today(timezone.now()), cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    deputies.appoint(sato, mate, from_on=today, until_on=today + timedelta(2), by=SYSTEM, at=timezone.now())
    loads.step(timezone.now())
    lines = {one["member_id"]: one for one in head.get("/team-day").data}
    mine, theirs = lines[sato.pk], lines[mate.pk]
    assert (mine["minutes_today"], mine["minutes_left"], mine["is_covered"], mine["deputy_id"]) == (0, 0, True, mate.pk)
    assert theirs["minutes_today"] == DayLoad.objects.get(member=mate).minutes > 0
