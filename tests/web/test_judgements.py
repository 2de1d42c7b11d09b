"""Pulses and overrides by their forms on the account's page, and by REST: refused alike, taken back alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Override, Pulse
from tests import cast
from tests.api.rest import Rest


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.DRIFTING, by=SYSTEM, at=at)


@pytest.fixture
def until(account: Account) -> date:
    return organisation.today(datetime.now(UTC)) + timedelta(30)


@pytest.fixture
def client(org: Organisation) -> Client:
    client = Client()
    client.force_login(cast.member(Role.HEAD, language="en"))
    return client


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"expires_on": ""}, {"expires_on": "2020-01-01"}, {"expires_on": "2199-01-01"}, {"band": ""}],
)
def test_an_override_without_reason_or_with_no_end_to_come_comes_back_with_what_was_typed(
    client: Client, account: Account, until: date, wrong: dict[str, str]
) -> None:
    said = {"band": "caution", "reason": "merger under way", "expires_on": str(until), **wrong}
    answer = client.post(reverse("account-override", args=[account.pk]), said)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Override.objects.exists()
    assert "reason" in wrong or "merger under way" in page
    assert 'aria-invalid="true"' in page


def test_an_override_is_set_and_taken_back(client: Client, account: Account, until: date) -> None:
    said = {"band": "caution", "reason": "merger under way", "expires_on": str(until)}
    assert client.post(reverse("account-override", args=[account.pk]), said).status_code == 302
    row = Override.objects.get()
    assert (row.band, row.reason, row.expires_on) == ("caution", "merger under way", until)
    client.post(reverse("account-override-lift", args=[account.pk, row.pk]))
    row.refresh_from_db()
    assert row.lifted_at is not None


def test_a_pulse_is_given_with_at_most_three_reasons_and_taken_back(client: Client, account: Account) -> None:
    address = reverse("account-pulse", args=[account.pk])
    four = ["value", "budget", "support", "growth"]
    assert client.post(address, {"grade": "3", "reasons": four}).status_code == 422
    assert client.post(address, {"grade": "9"}).status_code == 422
    assert client.post(address, {"reasons": four[:1]}).status_code == 422 and not Pulse.objects.exists()
    assert client.post(address, {"grade": "3", "reasons": four[:3], "note": "lunch"}).status_code == 302
    row = Pulse.objects.get()
    assert (row.grade, row.reasons, row.note) == (3, four[:3], "lunch")
    client.post(reverse("account-pulse-lift", args=[account.pk, row.pk]))
    row.refresh_from_db()
    assert row.lifted_at is not None


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"reason": "  "}, "/reason"), ({"expires_on": "2020-01-01"}, "/expires_on"), ({"score": 50}, "/band"),
        ({"band": ""}, "/band"), ({"band": "blue"}, "/band"), ({"expires_on": None}, "/expires_on"),
    ],
)  # fmt: skip
def test_the_api_refuses_the_same_with_a_pointer(
    account: Account, until: date, wrong: dict[str, object], pointer: str
) -> None:
    rest, path = Rest(cast.member(Role.HEAD)), f"/accounts/{account.pk}/overrides"
    entries = Entry.objects.count()
    answer = rest.post(path, {"band": "caution", "reason": "merger", "expires_on": str(until), **wrong})
    assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == pointer
    assert rest.post(path, {"band": "caution", "expires_on": str(until)}).status_code == 422, "no reason at all"
    assert rest.post(path, {"band": "caution", "reason": "merger"}).status_code == 422, "no end at all"
    assert not Override.objects.exists() and Entry.objects.count() == entries


def test_the_api_sets_lists_and_takes_back_overrides(account: Account, until: date) -> None:
    rest, path = Rest(cast.member(Role.HEAD)), f"/accounts/{account.pk}/overrides"
    said = {"band": "caution", "reason": "merger", "expires_on": str(until)}
    made = rest.post(path, said)
    assert made.status_code == 201 and made.data["by_id"] and said.items() <= made.data.items()
    for _ in range(2):
        assert rest.delete(f"{path}/{made.data['id']}").data["lifted_at"]
    assert [row["id"] for row in rest.get(path).data] == [made.data["id"]]
    assert Entry.objects.filter(action="insight.override.lifted").count() == 1
    assert rest.delete(f"{path}/999").status_code == 404


def test_the_api_gives_pulses_and_hides_the_note_where_personal_data_is_not_read(account: Account) -> None:
    rest, path = Rest(cast.member(Role.HEAD)), f"/accounts/{account.pk}/pulses"
    made = rest.post(path, {"grade": 2, "reasons": ["budget"], "note": "山田さんの話"})
    assert made.status_code == 201 and made.data["expires_on"] and made.data["note"] == "山田さんの話"
    assert rest.post(path, {"grade": 7}).status_code == 422
    assert rest.post(path, {"grade": 2, "reasons": ["weather"]}).data["errors"][0]["pointer"] == "/reasons"
    assert rest.post(path, {"grade": 2, "expires_on": "2020-01-01"}).data["errors"][0]["pointer"] == "/expires_on"
    assert Rest(cast.member(Role.PRODUCT)).get(path).data[0]["note"] is None
    assert Rest(cast.member(Role.PRODUCT)).post(path, {"grade": 2}).status_code == 403
    assert rest.delete(f"{path}/{made.data['id']}").data["lifted_at"] and Pulse.objects.count() == 1
