"""The palette: one field that finds accounts, people, pages and actions, in any spelling."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests.cast import DRIFTING, THRIVING, member


@pytest.fixture
def made(org: Organisation, at: datetime) -> dict[str, Account]:
    found = {
        DRIFTING: accounts.open(DRIFTING, by=SYSTEM, at=at, kana="シノノメセイキ", domain="shinonome.example"),
        THRIVING: accounts.open(THRIVING, by=SYSTEM, at=at, kana="トキワシステムカイハツ"),
    }
    contacts.add(found[DRIFTING], "髙橋 由美", by=SYSTEM, at=at, kana="タカハシ ユミ")
    return found


def options(client: Client, **asked: object) -> str:
    return client.get("/palette", asked, headers={"hx-request": "true"}).content.decode()


@pytest.mark.parametrize("said", ["東雲", "しののめ", "シノノメ", "ｼﾉﾉﾒ", "SHINONOME", "shinonome.ex"])
def test_an_account_is_found_by_name_reading_and_domain_in_any_width(
    client: Client, made: dict[str, Account], said: str
) -> None:
    client.force_login(member(Role.HEAD))
    assert DRIFTING in options(client, q=said)


def test_a_person_is_found_by_their_reading_by_those_who_may_read_names(
    client: Client, made: dict[str, Account]
) -> None:
    client.force_login(member(Role.HEAD))
    assert "髙橋 由美" in options(client, q="たかはし")
    client.force_login(member(Role.EXECUTIVE))
    assert "髙橋 由美" not in options(client, q="たかはし")


def test_what_was_seen_lately_stands_first_until_something_is_asked(client: Client, made: dict[str, Account]) -> None:
    client.force_login(member(Role.HEAD))
    keys = f"{made[THRIVING].pk},{made[DRIFTING].pk},999,x,<b>"
    found = options(client, recent=keys)
    assert "最近見た顧客" in found and found.index(THRIVING) < found.index(DRIFTING) < found.index("画面")
    assert "最近見た顧客" not in options(client, q="東雲", recent=keys)


def test_what_was_seen_lately_is_no_way_round_the_scope(client: Client, made: dict[str, Account], at: datetime) -> None:
    person = member(Role.ONBOARDING)
    ownership.assign(made[THRIVING], person, by=SYSTEM, at=at)
    client.force_login(person)
    found = options(client, recent=f"{made[DRIFTING].pk},{made[THRIVING].pk}")
    assert THRIVING in found and DRIFTING not in found


def test_actions_and_pages_are_found_in_both_languages(client: Client, org: Organisation) -> None:
    client.force_login(member(Role.ADMINISTRATOR))
    assert "/accounts/new" in options(client, q="追加") and "/accounts/new" in options(client, q="new account")
    assert "/journal" in options(client, q="audit")
