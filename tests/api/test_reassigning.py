"""By the API: a member's accounts given on, deputies taken back, how handoffs are held."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account, Deputy, Handover
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.handing import policies
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def sato(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def ito(sato: Member) -> Member:
    return cast.member(Role.CSM, "伊藤 悠斗", team="東日本")


@pytest.fixture
def held(sato: Member, at: datetime) -> list[Account]:
    made = [accounts.open(name, status="customer", by=SYSTEM, at=at) for name in (cast.DRIFTING, cast.STARTING)]
    for one in made:
        ownership.assign(one, sato, by=SYSTEM, at=at)
    return made


@pytest.fixture
def head(sato: Member) -> Rest:
    return Rest(cast.member(Role.HEAD, "髙木 直美"))


def test_accounts_are_given_at_once_or_asked_for(head: Rest, sato: Member, ito: Member, held: list[Account]) -> None:
    path = f"/team-day/{sato.pk}/reassign"
    asked = {"receiver_id": ito.pk, "account_ids": [held[0].pk], "note": "担当替え"}
    assert [head.post(path, asked).status_code for _ in range(2)] == [200, 200]
    assert Handover.objects.get().receiver == ito and Account.objects.get(pk=held[0].pk).owner == sato
    moved = head.post(path, asked | {"account_ids": [held[1].pk], "do": "move"})
    assert moved.data["changed"] == 1 and Account.objects.get(pk=held[1].pk).owner == ito


def test_all_are_given_or_none(head: Rest, sato: Member, ito: Member, held: list[Account], at: datetime) -> None:
    path, other = f"/team-day/{sato.pk}/reassign", accounts.open("別の会社", by=SYSTEM, at=at)
    told = {"receiver_id": ito.pk, "account_ids": [one.pk for one in held], "do": "move"}
    for wrong in (
        {"account_ids": [held[0].pk, other.pk]},
        {"account_ids": []},
        {"receiver_id": sato.pk},
        {"do": "fly"},
        {"colour": "red"},
    ):
        assert head.post(path, told | wrong).status_code == 422
    assert (
        Rest(sato).post(path, told).status_code == 403
        and head.post("/team-day/999999/reassign", told).status_code == 404
    )
    assert Account.objects.filter(owner=sato).count() == 2 and not Handover.objects.exists()


def test_a_deputy_is_taken_back_by_whom_it_is_or_who_leads(head: Rest, sato: Member, ito: Member) -> None:
    def appointed() -> str:
        told = {"member_id": sato.pk, "deputy_id": ito.pk, "from_on": "2199-01-05", "until_on": "2199-01-09"}
        return f"/deputies/{Rest(sato).post('/deputies', told).data['id']}"

    path = appointed()
    assert Rest(ito).delete(path).status_code == 404 and head.delete("/deputies/999999").status_code == 404
    assert Rest(cast.member(Role.EXECUTIVE, "経営")).delete(path).status_code == 403
    assert Deputy.objects.get().ended_at is None
    assert [Rest(sato).delete(path).status_code for _ in range(2)] == [204, 204]
    assert head.delete(appointed()).status_code == 204 and head.get("/deputies").data == []
    assert Entry.objects.filter(action="customers.deputy.ended").count() == 2


def test_how_handoffs_are_held_is_chosen_by_who_configures(head: Rest, sato: Member) -> None:
    before = head.get("/handoffs/settings").data
    chosen = [head.put("/handoffs/settings", {"due_days": 9}).data for _ in range(2)]
    assert chosen == [before | {"due_days": 9}] * 2 and policies.current().due_days == 9
    assert Entry.objects.filter(action="work.handoff.ruled").count() == 1
    for wrong in ({"due_days": 99}, {"colour": "red"}, {"opens_itself": "perhaps"}):
        assert head.put("/handoffs/settings", wrong).status_code == 422
    assert (
        Rest(sato).put("/handoffs/settings", {}).status_code == Rest(sato).get("/handoffs/settings").status_code == 403
    )
