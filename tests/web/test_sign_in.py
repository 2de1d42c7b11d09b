"""Signing in: guessing is slowed down where it comes from and shuts nobody else out; a second step may be asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from nenrin.foundation import members, organisation, second_steps
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/login/"
HERE, THERE = "203.0.113.5", "198.51.100.7"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def owner(org: Organisation) -> Member:
    return cast.member()


def attempt(client: Client, member: Member, password: str, place: str = HERE) -> bool:
    """Is the session in afterwards?"""
    client.post(SIGN_IN, {"login": member.email, "password": password}, REMOTE_ADDR=place)
    return "_auth_user_id" in client.session


def guess(member: Member, times: int, place: str = HERE) -> None:
    stranger = Client()
    for _ in range(times):
        assert not attempt(stranger, member, "wrong guess of mine", place)


def test_a_stranger_who_guesses_keeps_the_owner_out_nowhere_else(owner: Member) -> None:
    guess(owner, 20, THERE)
    assert attempt(Client(), owner, cast.PASSWORD, HERE)


def test_guessing_is_slowed_down_where_it_comes_from(owner: Member) -> None:
    guess(owner, 5)
    assert not attempt(Client(), owner, cast.PASSWORD)


def test_the_owners_own_browser_is_let_in_though_a_neighbour_guesses(owner: Member) -> None:
    own = Client()
    assert attempt(own, owner, cast.PASSWORD)
    own.post("/sign-in/logout/")
    guess(owner, 20)
    assert attempt(own, owner, cast.PASSWORD)


def test_a_browser_that_is_known_may_not_guess_without_end_either(owner: Member) -> None:
    own = Client()
    assert attempt(own, owner, cast.PASSWORD)
    own.post("/sign-in/logout/")
    for _ in range(10):
        assert not attempt(own, owner, "wrong guess of mine")
    assert not attempt(own, owner, cast.PASSWORD)


def test_a_browser_is_known_for_its_own_member_and_until_the_next_password(owner: Member) -> None:
    own, other = Client(), cast.member(Role.CSM, "高橋")
    assert attempt(own, owner, cast.PASSWORD)
    own.post("/sign-in/logout/")
    guess(other, 5)
    assert not attempt(own, other, cast.PASSWORD)
    now = datetime.now(UTC)
    members.accept(members.invite(owner, by=SYSTEM, at=now), "another ring each year", at=now)
    owner.refresh_from_db()
    guess(owner, 5)
    assert not attempt(own, owner, "another ring each year")


def test_a_forged_device_counts_for_nothing(owner: Member) -> None:
    own = Client()
    own.cookies["device"] = '["1","x"]:forged:value'
    guess(owner, 5)
    assert not attempt(own, owner, cast.PASSWORD)


def test_a_strange_address_and_a_wrong_password_get_the_same_answer(owner: Member) -> None:
    known = Client().post(SIGN_IN, {"login": owner.email, "password": "wrong guess of mine"})
    strange = Client().post(SIGN_IN, {"login": "nobody@example.com", "password": "wrong guess of mine"})
    said = [answer.context["form"].errors.as_json() for answer in (known, strange)]
    assert known.status_code == strange.status_code and said[0] == said[1]


def test_a_strange_address_costs_a_password_check_too(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the time of the answer would tell which addresses are members'."""
    hashed: list[str] = []
    monkeypatch.setattr(Member, "set_password", lambda self, raw: hashed.append(raw))
    Client().post(SIGN_IN, {"login": "nobody@example.com", "password": "wrong guess of mine"})
    assert hashed


def test_the_session_key_changes_with_the_sign_in(owner: Member) -> None:
    """A key that somebody planted before is worth nothing afterwards."""
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sid"] = before
    assert attempt(client, owner, cast.PASSWORD)
    assert client.session.session_key != before
    assert not Client().session.get("_auth_user_id")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_no_sign_in_leads_to_another_host(owner: Member, target: str) -> None:
    form = {"login": owner.email, "password": cast.PASSWORD, "next": target}
    where = Client().post(SIGN_IN, form)["Location"]
    assert "evil" not in where and where.startswith("/")
    assert Client().post(reverse("preferences"), {"theme": "dark", "next": target})["Location"] == "/"


def test_a_sign_in_leads_back_to_the_page_that_was_asked_for(owner: Member) -> None:
    client = Client()
    asked = client.get("/accounts?q=x")["Location"]
    form = {"login": owner.email, "password": cast.PASSWORD, "next": "/accounts?q=x"}
    assert asked.startswith(SIGN_IN) and client.post(SIGN_IN, form)["Location"] == "/accounts?q=x"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_the_second_step_is_set_up_and_asked_for(owner: Member, django_capture_on_commit_callbacks: Any) -> None:
    client = Client()
    attempt(client, owner, cast.PASSWORD)
    assert "2段階認証" in client.get("/profile").content.decode()
    client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200, page.headers
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert second_steps.has(owner)
    kept = Authenticator.objects.get(user=owner, type="totp").data["secret"]
    assert secret not in kept, "the key lies encrypted"
    assert Entry.objects.filter(action="foundation.member.second_step_on").count() == 1
    again = Client()
    assert not attempt(again, owner, cast.PASSWORD)
    codes = RecoveryCodes(Authenticator.objects.get(user=owner, type="recovery_codes")).get_unused_codes()
    again.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" in again.session
    used = Client()
    attempt(used, owner, cast.PASSWORD)
    used.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" not in used.session, "a recovery code works once"


def test_a_key_from_another_installation_fits_no_code(owner: Member) -> None:
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    row = Authenticator.objects.get(user=owner, type="totp")
    assert TOTP(row).validate_code(code_of(secret))
    with override_settings(SECRET_KEY="y" * 40):
        assert not TOTP(row).validate_code(code_of("A" * 32))


def test_administrators_are_asked_to_set_up_a_second_step_until_they_have(client: Client, owner: Member) -> None:
    client.force_login(owner)
    assert reverse("mfa_activate_totp") in client.get("/profile").content.decode()
    TOTP.activate(owner, generate_totp_secret())
    assert reverse("mfa_activate_totp") not in client.get("/profile").content.decode()
    client.force_login(cast.member(Role.CSM, "高橋"))
    assert reverse("mfa_activate_totp") not in client.get("/profile").content.decode()


def test_a_demo_asks_nobody_to_protect_it(client: Client, owner: Member) -> None:
    Organisation.objects.update(is_demo=True)
    client.force_login(owner)
    assert reverse("mfa_activate_totp") not in client.get("/profile").content.decode()


def test_an_administrator_says_who_must_use_two_steps(client: Client, owner: Member) -> None:
    TOTP.activate(owner, generate_totp_secret())
    client.force_login(owner)
    form = client.get("/organisation").context["form"]
    sent = {name: form[name].value() for name in form.fields}
    for asked, kept in (("everyone", "everyone"), ("nobody", ""), ("administrators", "administrators")):
        assert client.post("/organisation", sent | {"second_step": asked}).status_code == 302
        assert Organisation.objects.get().second_step == kept


def test_a_forgotten_password_is_set_by_the_mails_link_once(owner: Member) -> None:
    client, other = Client(), Client()
    other.force_login(owner)
    client.post(reverse("account_reset_password"), {"email": owner.email})
    (link,) = re.findall(r"https?://[^/]+(/\S+)", mail.outbox[0].body)
    form = client.get(link)["Location"]
    new = "another ring each year"
    assert client.get(form).status_code == 200
    assert client.post(form, {"password1": "short", "password2": "short"}).status_code == 200
    client.post(form, {"password1": new, "password2": new})
    assert attempt(Client(), owner, new) and not attempt(Client(), owner, cast.PASSWORD)
    assert other.get("/profile").status_code == 302, "sessions end with the old password"
    assert "password1" not in Client().get(link, follow=True).content.decode(), "the link works once"


@pytest.mark.parametrize(("asked", "role", "is_led"), [
    ("administrators", Role.ADMINISTRATOR, True), ("administrators", Role.CSM, False), ("everyone", Role.CSM, True),
    ("", Role.ADMINISTRATOR, False),
])  # fmt: skip
def test_whoever_must_use_two_steps_is_led_there_first(
    client: Client, owner: Member, at: datetime, asked: str, role: Role, is_led: bool
) -> None:
    organisation.change(by=SYSTEM, at=at, second_step=asked)
    member = cast.member(role, "高橋")
    client.force_login(member)
    answer = client.get("/members")
    assert (answer.status_code == 302 and answer["Location"] == reverse("mfa_activate_totp")) is is_led
    TOTP.activate(member, generate_totp_secret())
    assert client.get("/members").status_code == 200


def test_a_lost_phone_is_no_end_an_administrator_takes_the_second_step_away(client: Client, owner: Member) -> None:
    other = cast.member(Role.CSM, "高橋")
    TOTP.activate(other, generate_totp_secret())
    client.force_login(owner)
    client.post(reverse("member-second-step", args=[other.pk]))
    assert not second_steps.has(other) and attempt(Client(), other, cast.PASSWORD)
    assert Entry.objects.filter(action="foundation.member.second_step_off").count() == 1


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere(owner: Member) -> None:
    office, train = (
        Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140.0"),
        Client(HTTP_USER_AGENT="iPhone Safari/1"),
    )
    attempt(office, owner, cast.PASSWORD)
    attempt(train, owner, cast.PASSWORD, THERE)
    other = Client()
    other.force_login(cast.member(Role.CSM, "高橋"))
    page = office.get("/profile").content.decode()
    assert "Firefox, Linux" in page and "Safari, iPhone" in page and THERE in page
    office.post(reverse("sessions-end"))
    assert office.get("/profile").status_code == 200 and other.get("/profile").status_code == 200
    assert train.get("/profile").status_code == 302
