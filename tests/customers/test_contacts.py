"""Contacts: people, their addresses, their leaving, and forgetting them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import accounts, contacts, privacy
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Contact
from nenrin.customers.statuses import DecisionRole
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation, PersonalPart
from tests.cast import DRIFTING

NAME = "小林 由美"


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(DRIFTING, by=SYSTEM, at=at)


def added(account: Account, at: datetime, **fields: object) -> Contact:
    given = {"role": "champion", "emails": ["Kobayashi@Shinonome.example", "y.k@shinonome.example"], **fields}
    return contacts.add(account, NAME, by=SYSTEM, at=at, **given)


def test_a_contact_has_several_addresses_the_first_of_which_we_write_to(account: Account, at: datetime) -> None:
    contact = added(account, at)
    assert [str(e) for e in contact.emails.all()] == ["kobayashi@shinonome.example", "y.k@shinonome.example"]
    contact = contacts.change(contact, by=SYSTEM, at=at, emails=["y.k@shinonome.example"])
    assert [str(e) for e in Contact.objects.get().emails.all()] == ["y.k@shinonome.example"]


def test_the_journal_keeps_the_person_in_the_erasable_part(account: Account, at: datetime) -> None:
    added(account, at)
    entry = Entry.objects.get(action="customers.contact.added")
    assert NAME not in str(entry.particulars) and entry.personal.payload == {"name": NAME}
    assert journal.sentence(entry, entry.personal.payload).ja == f"顧客担当者「{NAME}」を登録"


def test_a_champion_who_leaves_leaves_a_hard_event_behind(account: Account, at: datetime) -> None:
    contact = contacts.leave(added(account, at), on=date(2026, 11, 6), by=SYSTEM, at=at)
    fact = Entry.objects.get(action="customers.contact.left").particulars["fact"]
    assert (fact["kind"], fact["body"]) == (
        "hard_event",
        {"event": "champion_left", "expires_on": "2027-01-05"},
    )
    contacts.change(contact, by=SYSTEM, at=at, left_on=None)
    assert Entry.objects.get(action="customers.contact.changed").particulars["fact"]["gone"] is True


def test_an_operator_who_leaves_does_not(account: Account, at: datetime) -> None:
    contacts.leave(added(account, at, role=DecisionRole.OPERATOR), on=date(2026, 11, 6), by=SYSTEM, at=at)
    assert "fact" not in Entry.objects.get(action="customers.contact.left").particulars


def test_putting_by_key_adds_then_changes_then_rests(account: Account, at: datetime) -> None:
    def put(name: str) -> str:
        row = contacts.Row(account=account.pk, fields={"name": name}, namespace="crm", key="C-1")
        return contacts.put_many([row], by=SYSTEM, at=at)[0].happened

    assert [put(NAME), put("小林 由美子"), put("小林 由美子")] == ["added", "changed", "unchanged"]


def test_wrong_addresses_and_stale_versions_are_refused(account: Account, at: datetime) -> None:
    with pytest.raises(Refused, match=r"emails\.1"):
        added(account, at, emails=["a@example.jp", "nobody"])
    contact = added(account, at)
    contacts.change(contact, by=SYSTEM, at=at, title="課長")
    with pytest.raises(Conflict):
        contacts.change(contact, by=SYSTEM, at=at, version=1, title="部長")


def test_forgetting_a_person_leaves_no_trace_and_keeps_the_chain(account: Account, at: datetime) -> None:
    contact = added(account, at, kana="コバヤシ ユミ", phone="03-1234-5678")
    journal.seal()
    assert NAME in str(privacy.exported(contact))
    privacy.erase(contact, by=SYSTEM, at=at)
    privacy.erase(contact, by=SYSTEM, at=at)
    journal.seal()
    everything = [*Contact.objects.values(), *Entry.objects.values(), *PersonalPart.objects.values()]
    assert not any(word in str(everything) for word in (NAME, "コバヤシ", "kobayashi", "03-1234"))
    assert journal.first_break() is None
    assert Entry.objects.filter(action="customers.contact.erased").count() == 1
