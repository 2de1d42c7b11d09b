"""REST: programs list renewals ahead and call them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from nenrin.customers import accounts
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import RenewalOutcome
from tests import cast
from tests.api.rest import Rest
from tests.work import losses_world as world

pytestmark = pytest.mark.django_db


def test_programs_list_renewals_and_call_them(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    head, executive = Rest(cast.member(Role.HEAD)), Rest(cast.member(Role.EXECUTIVE))
    (found,) = head.get("/renewals?months=24").data["items"]
    assert (found["account_id"], found["probability"], found["call"]) == (account.pk, None, None)
    path, body = f"/renewals/{found['subscription_id']}", {"call": "likely", "reason": "高い", "seen": 0}
    told = head.post(path, body).data
    assert (told["number"], told["probability"], told["reason"]) == (1, 0.8, "高い")
    assert executive.get("/renewals?months=24").data["items"][0]["call"]["reason"] is None
    assert head.post(path, body | {"call": "lost"}).status_code == 409
    assert head.post(path, {"call": "zodiac"}).status_code == 422
    assert executive.post(path, body).status_code == 403
    assert head.post("/renewals/999999", body).status_code == 404


def test_programs_read_the_forecast_and_managers_overrule(org: Organisation, at: datetime) -> None:
    account = world.customer(cast.DRIFTING, at=at, mrr=480_000)
    head, csm = Rest(cast.member(Role.HEAD)), Rest(cast.member(Role.CSM))
    path = f"/renewals/{account.subscriptions.get().pk}"
    head.post(path, {"call": "at_risk", "expansion_minor": -10_000})
    assert csm.post(f"{path}/overrule", {"call": "commit", "reason": "x"}).status_code == 403
    assert head.post(f"{path}/overrule", {"call": "commit"}).status_code == 422, "why does it differ?"
    over = head.post(f"{path}/overrule", {"call": "commit", "reason": "役員の確約", "seen": 1}).data
    assert (over["number"], over["side"]) == (2, "manager")
    told = head.get("/renewals/forecast?months=24&scenario=high").data
    assert (told["due"], told["committed"], told["expected"], told["steps"]["end"]) == (480_000, 480_000, None, 480_000)
    assert head.get("/renewals/forecast?scenario=zodiac").status_code == 422
    (ahead,) = [one for one in head.get("/renewals/quarters").data if one["is_ahead"]]
    assert ahead["steps"]["start"] == 480_000
    assert [one["side"] for one in head.get(f"{path}/calls").data] == ["manager", "csm"]
    assert head.get(f"{path}/checkpoints").data == []
    assert {one["days"] for one in head.get("/renewals/accuracy").data} == {180, 90}
    kept = head.post("/renewals/snapshots", {}).data
    assert (
        head.get("/renewals/snapshots").data["items"] == [kept]
        and csm.post("/renewals/snapshots", {}).status_code == 403
    )
    assert head.post(f"{path}/withdraw", {}).status_code == 204
    assert head.get("/renewals?months=24").data["items"][0]["manager_call"] is None


def test_quarters_reach_a_year_ahead_and_nothing_due_is_nothing_lost(org: Organisation, at: datetime) -> None:
    today = organisation.today(timezone.now())
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at, status="customer")
    world.signed(account, at=at, mrr=480_000, starts=today - timedelta(days=45))
    RenewalOutcome.objects.create(
        account=account, term_end=today, decision_on=today, due_minor=0, kept_minor=0, settled_on=today
    )
    past, ahead = Rest(cast.member(Role.HEAD)).get("/renewals/quarters").data
    assert (past["is_ahead"], past["steps"]["count"], past["left"]) == (False, 1, 0)
    assert (ahead["is_ahead"], ahead["steps"]["start"]) == (True, 480_000)
