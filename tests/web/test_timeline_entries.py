"""Writing into an account's timeline from its page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Touch
from tests import cast


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at)


def signed_in(role: Role, name: str = "佐藤 美咲") -> Client:
    client = Client()
    client.force_login(cast.member(role, name))
    return client


def test_a_meeting_is_written_changed_and_taken_back(account: Account) -> None:
    client = signed_in(Role.HEAD)
    said = {"channel": "meeting", "title": "定例", "happened_at": "2026-04-01T00:30", "minutes": "30", "body": "前向き"}
    answer = client.post(reverse("timeline-write", args=[account.pk]), said)
    assert answer["Location"] == reverse("account-timeline", args=[account.pk])
    touch = Touch.objects.get()
    assert touch.happened_at == datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # wall time in Tokyo
    page = client.get(reverse("timeline-entry", args=[touch.pk])).content.decode()
    assert 'value="2026-04-01T00:30"' in page
    client.post(reverse("timeline-entry", args=[touch.pk]), said | {"title": "定例会"})
    assert Touch.objects.get().title == "定例会"
    client.post(reverse("timeline-retract", args=[touch.pk]))
    assert client.get(reverse("timeline-entry", args=[touch.pk])).status_code == 404


def test_a_form_with_a_problem_comes_back_with_everything_typed(account: Account) -> None:
    client = signed_in(Role.HEAD)
    answer = client.post(
        reverse("timeline-write", args=[account.pk]), {"channel": "call", "title": "", "body": "長い話"}
    )
    assert answer.status_code == 422
    assert "長い話" in answer.content.decode()
    assert not Touch.objects.exists()


def test_nobody_writes_about_an_account_outside_their_scope(account: Account, at: datetime) -> None:
    theirs, stranger = cast.member(Role.SALES, "営業 一郎"), signed_in(Role.SALES, "営業 二郎")
    ownership.assign(account, theirs, by=SYSTEM, at=at)
    said = {"channel": "call", "title": "x"}
    assert stranger.post(reverse("timeline-write", args=[account.pk]), said).status_code == 404
    own = Client()
    own.force_login(theirs)
    assert own.post(reverse("timeline-write", args=[account.pk]), said).status_code == 302
    touch = Touch.objects.get()
    assert stranger.get(reverse("timeline-entry", args=[touch.pk])).status_code == 404
    assert signed_in(Role.EXECUTIVE).post(reverse("timeline-write", args=[account.pk]), said).status_code == 403
