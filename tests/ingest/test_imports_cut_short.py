"""Imports that are cut short: what is gone on with, and how an end stands in the journal with the end itself, once."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import imports
from nenrin.ingest.files import mappings
from nenrin.ingest.importing import chunks, rounds, undoing
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State
from tests.ingest.files_kit import finish, imported, uploaded

pytestmark = pytest.mark.django_db
FILE = "key,name\nk1,会社1\n"


class Killed(BaseException):
    """The process ends here."""


def told(verb: str) -> int:
    return Entry.objects.filter(action=f"ingest.import.{verb}").count()


def killed_while_noting(row: Import, at: datetime, patch: pytest.MonkeyPatch) -> None:
    def end(*_: object, **__: object) -> None:
        raise Killed

    with patch.context() as patched:
        patched.setattr(rounds, "_note", end)
        with pytest.raises(Killed):
            finish(at)
    row.refresh_from_db()


def test_an_import_whose_worker_is_killed_at_its_end_is_ended_and_told_by_the_next(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = uploaded("accounts", FILE, at)
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    killed_while_noting(row, at, monkeypatch)
    assert (row.state, told("finished")) == (State.RUNNING, 0), "neither the end nor its entry"
    finish(at)
    row.refresh_from_db()
    assert (row.state, row.created, told("finished")) == (State.DONE, 1, 1)


def test_taking_back_is_told_with_its_end_and_once_even_by_two_workers(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = imported("accounts", FILE, at)
    imports.undo(row, by=SYSTEM, at=at)
    row.refresh_from_db()
    killed_while_noting(row, at, monkeypatch)
    assert (row.state, told("undone")) == (State.UNDOING, 0)
    slow = Import.objects.get(pk=row.pk)  # as a worker read it whose claim has run out since
    finish(at)
    rounds.go_on(slow, at, seconds=1.0, holder="slow")
    row.refresh_from_db()
    assert (row.state, told("undone")) == (State.UNDONE, 1)


TWENTY = "key,name\n" + "".join(f"k{n},会社{n}\n" for n in range(20))


def test_a_check_that_failed_half_way_lets_no_row_be_skipped_later(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 5)
    row = uploaded("accounts", TWENTY, at)
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
    imports.check(row, by=SYSTEM, at=at)
    imports.work(at, holder="test", seconds=0.0001)
    row.refresh_from_db()
    assert 0 < row.rows_done < 20
    with monkeypatch.context() as patched:
        patched.setattr(chunks.Run, "_rehearsed", lambda *_: 1 // 0)
        finish(at)
    row.refresh_from_db()
    assert (row.state, row.rows_done, row.created) == (State.FAILED, 0, 0)
    imports.resume(row, by=SYSTEM, at=at)
    assert row.state == State.MAPPED and not Account.objects.exists(), "a check begins no import"
    imports.start(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert (row.state, row.created, Account.objects.count()) == (State.DONE, 20, 20)


def test_taking_back_that_failed_half_way_is_gone_on_with(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 5)
    row = imported("accounts", TWENTY, at)
    imports.undo(row, by=SYSTEM, at=at)
    imports.work(at, holder="test", seconds=0.0001)
    with monkeypatch.context() as patched:
        patched.setattr(undoing, "context_of", lambda *_: 1 // 0)
        finish(at)
    row.refresh_from_db()
    assert row.state == State.FAILED and 0 < row.rows.filter(undone="").count() < 20
    imports.resume(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert row.state == State.UNDONE and not Account.objects.standing().exists()


def test_an_import_that_was_stopped_is_started_anew_under_another_mapping_and_taken_back_whole(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 5)
    there = accounts.open("もとの名前", keys=[("product", "k0")], by=SYSTEM, at=at)
    row = uploaded("accounts", "key,name,alias\n" + "".join(f"k{n},会社{n},別名{n}\n" for n in range(20)), at)
    first = imports.mapping_of(row)
    imports.assign(row, first, by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    imports.work(at, holder="test", seconds=0.0001)
    imports.cancel(row, by=SYSTEM, at=at)
    assert row.rows.count() == 5
    document = mappings.to_document(first)
    other = mappings.from_document(document | {"columns": {"key": "key", "name": "alias"}})
    imports.assign(row, other, by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert (row.state, row.created, row.updated, row.rows.count()) == (State.DONE, 15, 5, 20)
    assert set(Account.objects.values_list("name", flat=True)) == {f"別名{n}" for n in range(20)}
    imports.undo(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert (row.state, row.kept_back) == (State.UNDONE, 0)
    assert [(one.pk, one.name) for one in Account.objects.standing()] == [(there.pk, "もとの名前")]
