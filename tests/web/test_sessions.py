"""Sessions: they end when nobody uses them, when a password or a role changes, and never skip a second step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from nenrin.foundation import members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.web.middleware import SEEN
from tests import cast


@pytest.fixture
def colleague(client: Client, org: Organisation) -> Member:
    cast.member()
    member = cast.member(Role.CSM, "高橋")
    client.force_login(member)
    return member


def is_in(client: Client) -> bool:
    return client.get(reverse("profile")).status_code == 200


def idle_for(client: Client, hours: float) -> None:
    assert is_in(client)
    session = client.session
    session[SEEN] -= hours * 3600
    session.save()


def test_a_session_ends_after_eight_idle_hours(client: Client, colleague: Member) -> None:
    idle_for(client, 7.9)
    assert is_in(client)
    idle_for(client, 8.1)
    assert not is_in(client)


def test_a_database_that_takes_no_writes_keeps_nobody_from_reading(
    client: Client, colleague: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(SessionStore, "save", full)
    assert is_in(client)


def test_using_a_session_keeps_it(client: Client, colleague: Member) -> None:
    for _ in range(3):
        idle_for(client, 5)
    assert is_in(client)


def test_sessions_end_with_a_change_of_role_and_stay_with_a_new_name(
    client: Client, colleague: Member, at: datetime
) -> None:
    members.change(colleague, by=SYSTEM, at=at, name="高橋 葵")
    assert is_in(client)
    members.change(colleague, by=SYSTEM, at=at, role=Role.SUPPORT)
    assert not is_in(client)


def test_sessions_end_with_a_new_password(client: Client, colleague: Member) -> None:
    now = datetime.now(UTC)
    members.accept(members.invite(colleague, by=SYSTEM, at=now), "another ring each year", at=now)
    assert not is_in(client)


def test_a_link_does_not_skip_the_second_step(colleague: Member) -> None:
    TOTP.activate(colleague, generate_totp_secret())
    secret = members.invite(colleague, by=SYSTEM, at=datetime.now(UTC) - timedelta(hours=1), purpose="reset")
    client = Client()
    answer = client.post(reverse("invitation", args=[secret]), {"password": "another ring each year"})
    assert answer["Location"] == reverse("account_login") and not is_in(client)
    form = {"login": colleague.email, "password": "another ring each year"}
    assert client.post(reverse("account_login"), form)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)


def test_coming_in_by_a_link_is_in_the_journal(colleague: Member) -> None:
    secret = members.invite(colleague, by=SYSTEM, at=datetime.now(UTC))
    client = Client()
    client.post(reverse("invitation", args=[secret]), {"password": "another ring each year"})
    assert is_in(client) and Entry.objects.filter(action="foundation.member.signed_in").count() == 1


def test_no_mail_goes_to_a_stranger_whose_address_somebody_typed(client: Client, colleague: Member) -> None:
    reset = reverse("account_reset_password")
    strange = Client().post(reset, {"email": "stranger@example.com"})
    known = Client().post(reset, {"email": colleague.email})
    assert (strange.status_code, strange["Location"]) == (known.status_code, known["Location"])
    assert [message.to for message in mail.outbox] == [[colleague.email]]


def test_a_nul_in_a_question_is_left_out(client: Client, colleague: Member) -> None:
    assert client.get("/palette?q=a%00b").context["asked"] == "ab"
    for page in ("/journal?member=%00", "/accounts?q=%00", "/members?q=%00", "/contacts?owner=%00"):
        assert client.get(page).status_code in (200, 403)
