from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from nenrin.foundation import journal
from nenrin.foundation.actions import UnknownAction
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, PersonalPart

AT = datetime(2026, 11, 24, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _note(name: str = "first") -> Entry:
    return journal.record(
        "foundation.token.issued", actor=SYSTEM, at=AT, subject=("token", 1), particulars={"name": name}
    )


def test_readers_see_sealed_entries_only_and_in_order() -> None:
    _note("a"), _note("b")
    assert journal.unread("mirror") == []
    assert journal.seal() == 2
    assert [e.particulars["name"] for e in journal.unread("mirror")] == ["a", "b"]
    assert [e.sequence for e in journal.unread("mirror")] == [1, 2]


def test_a_reader_goes_on_after_its_last_entry() -> None:
    _note("a"), _note("b")
    journal.seal()
    journal.advance("mirror", journal.unread("mirror")[0])
    assert [e.particulars["name"] for e in journal.unread("mirror")] == ["b"]
    assert len(journal.unread("another")) == 2


def test_the_chain_names_the_entry_that_somebody_changed_by_hand() -> None:
    for name in "abc":
        _note(name)
    journal.seal()
    assert journal.first_break() is None
    second = Entry.objects.get(sequence=2)
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON foundation_entry"
        cursor.execute(f"DROP TRIGGER entry_no_change{on}")
        cursor.execute("UPDATE foundation_entry SET action = 'forged' WHERE sequence = 2")
    assert journal.first_break() == second


def test_the_chain_goes_on_over_a_second_sealing() -> None:
    _note("a")
    journal.seal()
    _note("b")
    journal.seal()
    assert journal.first_break() is None
    assert Entry.objects.aggregate(last=Max("sequence"))["last"] == 2


def test_the_database_refuses_to_change_a_sealed_entry() -> None:
    entry = _note()
    journal.seal()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(action="forged")


def test_erasing_personal_data_leaves_the_chain_whole() -> None:
    journal.record(
        "foundation.member.added", actor=SYSTEM, at=AT, particulars={"role": "csm"}, personal={"member": "佐藤 美咲"}
    )
    journal.seal()
    PersonalPart.objects.update(payload={}, erased_at=AT)
    assert journal.first_break() is None
    assert "佐藤" not in str(list(Entry.objects.values()))


def test_the_chain_names_the_entry_whose_personal_part_somebody_changed_or_took() -> None:
    for name in ("佐藤 美咲", "高橋 葵"):
        journal.record("foundation.member.added", actor=SYSTEM, at=AT, particulars={}, personal={"member": name})
    journal.seal()
    assert journal.first_break() is None
    first, second = Entry.objects.order_by("sequence")
    PersonalPart.objects.filter(entry=second).delete()
    assert journal.first_break() == second
    PersonalPart.objects.filter(entry=first).update(payload={"member": "別人"})
    assert journal.first_break() == first


def test_an_action_that_nobody_registered_is_refused_with_the_remedy() -> None:
    with pytest.raises(UnknownAction, match=r"text\.py"):
        journal.record("foundation.unheard.of", actor=SYSTEM, at=AT)


def test_a_sentence_speaks_both_languages() -> None:
    said = journal.sentence(_note("CRM"))
    assert said.en == "API token “CRM” issued"
    assert said.ja == "APIトークン「CRM」を発行"
