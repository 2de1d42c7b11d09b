"""Opportunities by the API: opened with a reason where held back, proposed, handed over, won; candidates with evidence."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import ownership
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Opportunity
from tests import cast
from tests.api.rest import Rest
from tests.work import opportunities_world as world

pytestmark = pytest.mark.django_db


def test_programs_follow_an_opportunity_to_its_end(org: Organisation, at: datetime) -> None:
    account, seller = world.customer(at=at), cast.member(Role.SALES, "山口 健")
    ownership.assign(account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    world.health(account, "at_risk", 31)
    head, sales, executive = Rest(cast.member(Role.HEAD)), Rest(seller), Rest(cast.member(Role.EXECUTIVE, "経営"))
    given = {"account_id": account.pk, "kind": "seats", "key": "crm-7", "expected_minor": 30_000, "next_step": "電話"}
    refused = head.post("/opportunities", given)
    assert refused.status_code == 422 and "31" in str(refused.data) and "/reason" in str(refused.data)
    made = head.post("/opportunities", {**given, "reason": "依頼あり"}).data
    assert made["held"][0]["code"] == "red" and made["held_words"] == "依頼あり" and made["state"] == "open"
    assert head.post("/opportunities", given).data["id"] == made["id"]
    path = f"/opportunities/{made['id']}"
    assert head.post(f"{path}/proposals", {"benefit": "早まる"}).status_code == 422
    told = head.post(f"{path}/proposals", {"benefit": "早まる", "reason": "合意", "minutes": 20}).data
    assert told["state"] == "proposed" and told["proposals"][0]["minutes"] == 20
    assert head.post(f"{path}/answer", {"answer": "declined"}).status_code == 422
    assert head.post(f"{path}/answer", {"answer": "accepted"}).data["proposals"][0]["answer"] == "accepted"
    assert head.patch(path, {"next_step": "訪問", "version": 1}).status_code == 409
    assert head.post(f"{path}/hand", {}).data["seller_id"] == seller.pk
    assert sales.post(f"{path}/take").data["taken_at"] is not None
    won = sales.post(f"{path}/win", {"won_minor": 28_000}).data
    assert (won["state"], won["won_minor"]) == ("won", 28_000)
    assert executive.get("/opportunities").data["items"][0]["next_step"] is None
    assert executive.post(f"{path}/withdraw", {"words": "x"}).status_code == 403
    assert head.get("/opportunities?running=true").data["items"] == []
    stranger = Rest(cast.member(Role.SALES, "別の営業"))
    assert stranger.get("/opportunities").data["items"] == [] and stranger.post(f"{path}/take").status_code == 404


def test_programs_read_candidates(org: Organisation, at: datetime) -> None:
    account = world.customer(at=at)
    world.health(account, "healthy")
    world.used(account, 0.9, 18)
    head = Rest(cast.member(Role.HEAD))
    [found] = head.get("/opportunities/candidates").data
    assert (found["account_id"], found["kind"], found["expected_minor"], found["holds"]) == (
        account.pk,
        "seats",
        30_000,
        [],
    )
    assert found["probability"] is None and found["worth_minor"] == 36_000 and found["signs"][0]["sign"] == "seats"
    assert {name: found["signs"][0][name] for name in ("used", "limit", "share", "as_of")} == {
        "used": 18, "limit": 20, "share": 0.9, "as_of": "2026-11-24",
    }  # fmt: skip


def test_programs_open_candidates_or_put_them_away(org: Organisation, at: datetime) -> None:
    account = world.customer(at=at)
    world.health(account, "healthy")
    world.used(account, 0.9, 18)
    head, stranger = Rest(cast.member(Role.HEAD)), Rest(cast.member(Role.SALES))
    path = f"/opportunities/candidates/{account.pk}/seats"
    for wrong in ({}, {"words": "x", "days": 0}, {"words": "x", "colour": "red"}):
        assert head.post(f"{path}/dismiss", wrong).status_code == 422
    told = [head.post(f"{path}/dismiss", {"words": "予算なし", "days": 30}).data for _ in range(2)]
    assert told[0] == told[1] and told[0]["words"] == "予算なし"
    assert (
        head.get("/opportunities/candidates").data == [] and head.get("/opportunities/candidates/away").data == told[:1]
    )
    assert Rest(cast.member(Role.EXECUTIVE)).get("/opportunities/candidates/away").data[0]["words"] is None
    assert [head.post(f"{path}/restore").status_code for _ in range(2)] == [204, 204]
    assert Entry.objects.filter(action__startswith="work.candidate.").count() == 2
    assert stranger.post(f"{path}/open", {}).status_code == stranger.post(f"{path}/dismiss", {}).status_code == 404
    assert Rest(cast.member(Role.EXECUTIVE, "役員")).post(f"{path}/open", {}).status_code == 403
    one, two = head.post(f"{path}/open", {}), head.post(f"{path}/open", {})
    assert one.status_code == 200 and Opportunity.objects.get().pk == one.data["opportunity_id"]
    assert two.status_code == 422, "an opportunity of the kind is open by now"
    assert head.post(f"/opportunities/candidates/{account.pk}/moon/open", {}).status_code == 422
