"""What holds for files of every kind: killed anywhere they go on, the same again changes nothing, and they are taken
back whole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers.models import Account, Contact, Subscription
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import imports
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.importing import chunks
from nenrin.ingest.models import Answer, Cost, Effort, ExchangeRate, Invoice, Ticket
from nenrin.ingest.models.imports import State
from tests.ingest.drain_cast import drained, stored
from tests.ingest.files_kit import counts, finish, imported, uploaded

ROWS = 23
HEADERS = {
    "accounts": ("key,name,employees", "K{n},会社{n},{n}"),
    "contacts": ("key,account_key,name,email", "P{n},A,人{n},p{n}@example.jp"),
    "subscriptions": ("key,account_key,starts_on,term_months,mrr,seats", "S{n},A,2026-01-01,12,{n}000,{n}"),
    "metered": ("key,month,amount", "U{n},2026-0{d},{n}00"),
    "tickets": ("key,account_key,title,opened_at", "T{n},A,件{n},2026-10-0{d} 09:00"),
    "answers": ("key,account_key,survey,score,answered_at", "Q{n},A,nps,{d},2026-10-01"),
    "costs": ("key,account_key,month,category,amount", "C{n},A,2026-0{d},cs,{n}00"),
    "efforts": ("key,account_key,month,category,hours,person", "H{n},A,2026-0{d},cs,{n}.5,人{n}"),
    "invoices": ("number,account_key,issued_on,due_on,amount", "I{n},A,2026-10-0{d},2026-11-30,{n}00"),
    "rates": ("month,currency,rate", "20{n:02}-01,USD,{n}.5"),
    "events": ("message_id,type,event,user_id,timestamp", "M{n},track,Opened,u{n},2026-10-01T00:00:00Z"),
}
STANDING = {
    "accounts": lambda: Account.objects.filter(archived_at__isnull=True).exclude(name="甲").count(),
    "contacts": lambda: Contact.objects.filter(archived_at__isnull=True).count(),
    "subscriptions": lambda: Subscription.objects.filter(archived_at__isnull=True).count(),
    "metered": lambda: sum(len(row.metered) for row in Subscription.objects.all()),
    "tickets": lambda: Ticket.objects.filter(retracted_at__isnull=True).count(),
    "answers": lambda: Answer.objects.filter(retracted_at__isnull=True).count(),
    "costs": lambda: Cost.objects.filter(retracted_at__isnull=True).count(),
    "efforts": lambda: Effort.objects.filter(retracted_at__isnull=True).count(),
    "rates": lambda: ExchangeRate.objects.filter(retracted_at__isnull=True).count(),
    "invoices": lambda: Invoice.objects.filter(retracted_at__isnull=True).count(),
}
UNDONE = sorted(kind for kind, of in KINDS.items() if of.undo)


class Killed(BaseException):
    """As if the process were gone: nobody catches it."""


def written(kind: str) -> str:
    header, line = HEADERS[kind]
    return "\n".join([header, *(line.format(n=n, d=n % 9 + 1) for n in range(1, ROWS + 1))]) + "\n"


@pytest.fixture(autouse=True)
def an_account(org: Organisation, at: datetime, request: pytest.FixtureRequest) -> None:
    imported("accounts", "key,name\nA,甲\n", at)
    if "metered" in request.node.name:
        rows = "".join(f"U{n},A,2026-01-01\n" for n in range(1, ROWS + 1))
        imported("subscriptions", f"key,account_key,starts_on\n{rows}", at)


def test_every_kind_is_tried() -> None:
    assert set(HEADERS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_killed_in_the_middle_every_kind_goes_on_and_no_row_is_lost_or_twice(
    at: datetime, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 5)
    note, noted = chunks.Run._note, 0

    def dying(self: chunks.Run, *args: object) -> None:
        nonlocal noted
        noted += 1
        note(self, *args)  # type: ignore[arg-type]
        if noted % 2:
            raise Killed

    monkeypatch.setattr(chunks.Run, "_note", dying)
    row = uploaded(kind, written(kind), at)
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    for attempt in range(40):
        try:
            while imports.work(at + timedelta(seconds=61 * attempt), holder=f"worker {attempt}"):
                pass
        except Killed:
            continue
        break
    row.refresh_from_db()
    assert (row.state, counts(row), row.rows_total) == (State.DONE, (ROWS, 0, 0, 0), ROWS)
    if kind == "events":
        drained(at)
        assert len(stored("event_id")) == ROWS  # what came twice by a kill is dropped by its message id
    else:
        assert STANDING[kind]() == row.rows.count() == ROWS


@pytest.mark.parametrize("kind", UNDONE)
def test_every_kind_that_can_be_taken_back_is_whole_and_comes_again(at: datetime, kind: str) -> None:
    row = imported(kind, written(kind), at)
    assert counts(imported(kind, written(kind), at)) == (0, 0, ROWS, 0)
    before = Entry.objects.count()
    later = at + timedelta(hours=1)
    imports.undo(row, by=SYSTEM, at=later)
    finish(later)
    row.refresh_from_db()
    assert (row.state, row.kept_back, STANDING[kind]()) == (State.UNDONE, 0, 0)
    assert Entry.objects.count() >= before + ROWS  # each row's going is told, known from now on
    assert counts(imported(kind, written(kind), later + timedelta(hours=1))) == (ROWS, 0, 0, 0)
    assert STANDING[kind]() == ROWS
    while journal.seal():
        pass
    assert journal.first_break() is None


def test_events_say_why_they_are_not_taken_back(at: datetime) -> None:
    row = imported("events", written("events"), at)
    with pytest.raises(imports.NotUndoable):
        imports.undo(row, by=SYSTEM, at=at)
