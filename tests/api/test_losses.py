"""Losses by the API: listed within one's scope, explained, wrong keys named."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest
from tests.work import losses_world as world

pytestmark = pytest.mark.django_db


def test_programs_list_and_explain_losses(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, at=at)
    subscriptions.give_notice(account.subscriptions.get(), on=date(2026, 11, 20), by=SYSTEM, at=at)
    world.settled(at)
    head, executive = Rest(cast.member(Role.HEAD)), Rest(cast.member(Role.EXECUTIVE, "経営"))
    (found,) = head.get("/losses?state=unexplained").data["items"]
    assert found["account_id"] == account.pk and found["reason"] is None
    assert {one["key"] for one in head.get("/losses/reasons").data} >= {"price", "competitor"}
    told = head.patch(f"/losses/{found['id']}", {"reason": "price", "words": "高い", "version": 1}).data
    assert told["reason"] == "price" and told["words"] == "高い"
    assert executive.get("/losses").data["items"][0]["words"] is None
    assert head.patch(f"/losses/{found['id']}", {"reason": "zodiac"}).status_code == 422
    assert head.patch(f"/losses/{found['id']}", {"words": "x", "version": 1}).status_code == 409
    assert executive.patch(f"/losses/{found['id']}", {"words": "x"}).status_code == 403
    assert head.get("/losses?state=running&decided_from=2026-11-21").data["items"] == []
    assert Rest(cast.member(Role.SALES, "営業")).get("/losses").data["items"] == []


def test_programs_read_losses_added_up(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    subscriptions.give_notice(account.subscriptions.get(), on=date(2026, 11, 20), by=SYSTEM, at=at)
    world.settled(at)
    told = Rest(cast.member(Role.HEAD)).get("/losses/figures").data
    assert (told["count"], told["minor"], told["unknown"], told["unknown_share"]) == (1, 480_000, 1, 1.0)
    (bar,) = told["bars"]
    assert (bar["key"], bar["name_en"], bar["running"]) == ("", "Not known yet", 1.0)
    assert told["before"]["90"]["unknown"] == 1
    none = Rest(cast.member(Role.HEAD)).get("/losses/figures?decided_from=2026-11-21").data
    assert (none["count"], none["unknown_share"]) == (0, None)
