"""The audit log: read, filtered, verified, exported."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts
from nenrin.foundation import journal, verification
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.web.settings.journal_entries import Filters, found
from tests import cast


@pytest.fixture
def head(client: Client, org: Organisation, at: datetime) -> Member:
    member = cast.member(Role.HEAD, "岡田 亮")
    accounts.open(cast.DRIFTING, by=Actor.of(member), at=at)
    journal.seal()
    client.force_login(member)
    return member


def test_every_change_reads_as_a_sentence_with_who_and_when(client: Client, head: Member) -> None:
    page = client.get(reverse("journal")).content.decode()
    assert "岡田 亮" in page and "2026/11/24 09:00" in page


def test_filters_narrow_by_room_person_and_day(org: Organisation, head: Member) -> None:
    assert all(entry.action.startswith("customers.") for entry in found(Filters({"room": "customers"})))
    assert {entry.actor_key for entry in found(Filters({"member": str(head.pk)}))} == {str(head.pk)}
    assert not found(Filters({"first": "2027-01-01"}))
    assert found(Filters({"first": "2026-11-24", "last": "2026-11-24"}))


def test_a_wrong_day_is_told_and_the_other_filters_stay(client: Client, head: Member) -> None:
    page = client.get(reverse("journal") + "?first=2026-02-30&room=customers").content.decode()
    assert "field__error" in page


def test_nothing_found_and_nothing_there_read_differently(client: Client, head: Member) -> None:
    assert "条件に合う記録がありません" in client.get(reverse("journal") + "?first=2030-01-01").content.decode()


def verified(client: Client) -> str:
    """The page after somebody asked and the worker did it."""
    client.post(reverse("journal-verify"))
    verification.step(datetime.now(UTC))
    return client.get(reverse("journal")).content.decode()


def test_the_chain_is_verified_and_a_change_from_outside_is_found(client: Client, head: Member, at: datetime) -> None:
    assert "正常" in verified(client)
    last = Entry.objects.order_by("sequence").last()
    assert last and last.sequence
    forged = {"sequence": last.sequence + 1, "hash": "0" * 64, "valid_at": at, "recorded_at": at}
    Entry.objects.create(action="customers.account.opened", actor_kind="system", **forged)
    assert "切れて" in verified(client)


def test_an_entry_shows_its_particulars_and_its_place(client: Client, head: Member) -> None:
    entry = Entry.objects.filter(action__startswith="customers.").order_by("id").first()
    assert entry
    page = client.get(reverse("journal-entry", args=[entry.pk])).content.decode()
    assert entry.hash in page and entry.action in page


def test_the_export_follows_the_filters_and_defuses_formulas(client: Client, head: Member, at: datetime) -> None:
    accounts.open("=1+1", by=SYSTEM, at=at)
    answer = client.get(reverse("journal-export") + "?room=customers")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "number" and len(rows) == 1 + found(Filters({"room": "customers"})).count()
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_csm_sees_no_audit_log(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.CSM))
    for address in (reverse("journal"), reverse("journal-export"), reverse("journal-entry", args=[1])):
        assert client.get(address).status_code == 403


def test_the_page_of_fifty_stays_within_its_queries(
    client: Client, head: Member, at: datetime, django_assert_max_num_queries: object
) -> None:
    for n in range(60):
        accounts.open(f"会社{n}", by=SYSTEM, at=at)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("journal")).content.decode()
    assert "?page=2" in page
