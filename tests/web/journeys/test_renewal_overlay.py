"""The renewal over the stage: on cards, in the table and its files, as a filter, and on an account's bar."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nenrin.customers import subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(cast.member(Role.OPERATIONS, "佐藤 美咲"))
    return found


@pytest.fixture
def account(client: Client) -> Account:
    """Two stand in a stage; the contract of one ends within 120 days, the other's does not."""
    now = timezone.now()
    world.in_use(now - timedelta(days=5))
    found = [world.customer(name, "onboarding", at=now) for name in (cast.DRIFTING, cast.THRIVING)]
    today = organisation.today(now)
    for one, ago in zip(found, (300, 10), strict=True):
        subscriptions.sign(
            one, starts_on=today - timedelta(ago), term_months=12, mrr_minor=100, auto_renews=False, by=SYSTEM, at=now
        )
    return found[0]


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_board_marks_who_is_up_for_renewal_and_can_show_them_alone(client: Client, account: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        shown = words(client.get(reverse("journey")))
    assert shown.count("更新・判断日") == 1 and "更新 1 " in shown and cast.THRIVING in shown
    assert len(asked) <= 20, len(asked)
    alone = words(client.get(reverse("journey"), {"overlay": "renewal"}))
    assert cast.DRIFTING in alone and cast.THRIVING not in alone and "はじめる 1" in alone, "in its stage as before"
    assert cast.THRIVING in words(client.get(reverse("journey"), {"overlay": "moon"})), (
        "what makes no sense is not asked"
    )


def test_the_table_and_its_file_say_it_too(client: Client, account: Account) -> None:
    shown = words(client.get(reverse("journey-table"), {"overlay": "renewal"}))
    assert "更新・判断日" in shown and cast.THRIVING not in shown
    told = b"".join(client.get(reverse("journey-export", args=["csv"]))).decode()  # type: ignore[arg-type]
    head, *lines = told.strip().splitlines()
    assert "更新判断日" in head
    ends = account.subscriptions.get().ends_on.isoformat()
    assert [ends in line for line in lines if cast.DRIFTING in line] == [True]
    assert [line.endswith(",") for line in lines if cast.THRIVING in line] == [True]


def test_the_bar_of_an_account_says_it_beside_its_stage(client: Client, account: Account) -> None:
    shown = words(client.get(reverse("account-journey-bar", args=[account.pk])))
    assert "更新・判断日" in shown and "はじめる" in shown
    other = Account.objects.get(name=cast.THRIVING)
    assert "更新・判断日" not in words(client.get(reverse("account-journey-bar", args=[other.pk])))
