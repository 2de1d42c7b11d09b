"""A key that was used for an account out of one's scope: sent again it shows nothing of what stands there."""

from __future__ import annotations

import pytest

from nenrin.customers import ownership
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingProject, Promise
from tests import cast
from tests.api.rest import Rest
from tests.work import onboarding_cast as world

pytestmark = pytest.mark.django_db


def test_a_promise_to_a_strange_account_is_not_told_by_its_key(org: Organisation) -> None:
    seller = cast.member(Role.SALES, "山口")
    mine, strange = world.company("自分の顧客"), world.company("よその顧客")
    ownership.assign(mine, seller, by=SYSTEM, at=world.BEGAN)
    said = {"words": "値引きを約束", "key": "crm:9"}
    assert Rest(cast.member(Role.HEAD)).post("/promises", {"account_id": strange.pk, **said}).status_code == 201
    answer = Rest(seller).post("/promises", {"account_id": mine.pk, **said})
    assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == "/key"
    assert [row.account_id for row in Promise.objects.all()] == [strange.pk]
    other = Rest(seller).post("/promises", {"account_id": mine.pk, "words": "研修", "key": "crm:10"})
    assert other.status_code == 201 and other.data["account_id"] == mine.pk


def test_an_onboarding_of_a_strange_account_is_not_told_by_its_key(org: Organisation) -> None:
    world.template()
    guide = cast.member(Role.ONBOARDING, "案内", team="東日本")
    mine, strange = world.company("自分の顧客", guide), world.company("よその顧客")
    body = {"template": "small", "starts_on": "2026-11-02", "key": "crm:9"}
    assert Rest(cast.member(Role.HEAD)).post("/onboarding", {"account": strange.pk, **body}).status_code == 201
    answer = Rest(guide).post("/onboarding", {"account": mine.pk, **body})
    assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == "/key"
    assert [row.account_id for row in OnboardingProject.objects.all()] == [strange.pk]
    assert Rest(guide).post("/onboarding", {"account": mine.pk, **body, "key": "crm:10"}).status_code == 201


def test_a_key_longer_than_the_ledger_keeps_is_refused(org: Organisation) -> None:
    body = {"account_id": world.company().pk, "words": "研修", "key": "k" * 81}
    rest = Rest(cast.member(Role.HEAD))
    assert rest.post("/promises", body).status_code == 422
    assert rest.post("/promises", {**body, "key": "k" * 80}).status_code == 201
