"""Surveys that were sent: asked on a day, answered later or never, by somebody whom the lake cannot name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation, PersonalPart
from nenrin.ingest import imports, lakes, mirror
from nenrin.ingest.facts import privacy
from nenrin.ingest.models import Answer, Invoice, Ticket
from tests.ingest.files_kit import counts, finish, imported

HEAD = "回答番号,顧客番号,調査,点数,回答日時,送信日,回答者,コメント\n"
HISTORY = """
kind: answers
source: crm
known: {policy: lag, days: 0}
columns: {key: 回答番号, account_key: 顧客番号, survey: 調査, score: 点数, answered_at: 回答日時, sent_on: 送信日, respondent: 回答者}
"""


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open("東雲精機株式会社", keys=[("product", "A1")], by=SYSTEM, at=at)


def bodies() -> list[dict[str, Any]]:
    entries = Entry.objects.filter(action__startswith="ingest.answer.").order_by("id")
    return [entry.particulars["fact"]["body"] for entry in entries]


def actions() -> list[str]:
    told = Entry.objects.filter(action__startswith="ingest.answer.").order_by("id")
    return [action.rpartition(".")[2] for action in told.values_list("action", flat=True)]


def test_who_was_asked_and_has_not_answered_is_known_and_an_answer_completes_it(account: Account, at: datetime) -> None:
    asked = HEAD + "N1,A1,NPS,,,2026/11/2,hanako@example.jp,\n"
    assert counts(imported("answers", asked, at)) == (1, 0, 0, 0)
    answered = HEAD + "N1,A1,NPS,9,2026/11/5,,,良い\n"
    assert counts(imported("answers", answered, at)) == (0, 1, 0, 0)
    for again in (asked, answered):
        assert counts(imported("answers", again, at)) == (0, 0, 1, 0)
    row = Answer.objects.get()
    assert (row.score, row.sent_on, row.respondent) == (9, date(2026, 11, 2), "hanako@example.jp")
    assert actions() == ["asked", "given"]
    first, second = bodies()
    assert (first["score"], first["answered_on"], first["sent_on"]) == (None, None, "2026-11-02")
    assert (second["score"], second["answered_on"], second["sent_on"]) == (9, "2026-11-05", "2026-11-02")
    assert first["respondent"] == second["respondent"] != ""


def test_a_survey_without_a_number_is_completed_by_who_was_asked_on_which_day(account: Account, at: datetime) -> None:
    imported("answers", HEAD + ",A1,NPS,,,2026/11/2,hanako@example.jp,\n", at)
    told = imported("answers", HEAD + ",A1,NPS,9,2026/11/5,2026/11/2,hanako@example.jp,\n", at)
    assert counts(told) == (0, 1, 0, 0) and Answer.objects.get().score == 9


def test_a_survey_of_the_past_had_no_answer_until_it_came(account: Account, at: datetime) -> None:
    imported("answers", HEAD + "N1,A1,NPS,9,2026/5/20,2026/5/2,hanako,\n", at, mapping=HISTORY)
    marks = [e.particulars["fact"]["known_on"] for e in Entry.objects.filter(action__startswith="ingest.answer.")]
    assert (actions(), marks) == (["asked", "given"], ["2026-05-02", "2026-05-20"])


def test_undoing_the_file_with_the_answer_leaves_the_survey_unanswered(account: Account, at: datetime) -> None:
    imported("answers", HEAD + "N1,A1,NPS,,,2026/11/2,hanako,\n", at)
    row = imported("answers", HEAD + "N1,A1,NPS,9,2026/11/5,,,\n", at)
    imports.undo(row, by=SYSTEM, at=at)
    finish(at)
    assert Answer.objects.get().score is None
    assert bodies()[-1] | {"respondent": ""} == bodies()[0] | {"respondent": ""}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("N1,A1,NPS,,,,hanako,", "a score, or the day on which the survey was sent"),
        ("N1,A1,NPS,9,,2026/11/2,hanako,", "when it was answered"),
        ("N1,A1,NPS,,2026/11/5,2026/11/2,hanako,", "the score of what was answered"),
        (",A1,NPS,,,2026/11/2,,", "who was asked, or the number of the survey"),
        ("N1,A1,NPS,9,2026/11/1,2026/11/2,hanako,", "a day not after the answer"),
        ("N1,A1,NPS,11,2026/11/3,2026/11/2,hanako,", "NPS: 0 to 10"),
    ],
)
def test_a_row_that_is_neither_is_refused(account: Account, at: datetime, row: str, expected: str) -> None:
    told = imported("answers", HEAD + row + "\n", at)
    assert [each["en"] for each in told.rejects.get().problems] == [expected]


# --- who it was -----------------------------------------------------------------------------------------------------


def test_one_person_is_one_word_however_wide_they_are_written(account: Account, at: datetime) -> None:
    rows = "N1,A1,NPS,9,2026/5/1,,Hanako@Example.jp,\nN2,A1,NPS,8,2026/11/1,,ｈａｎａｋｏ@example.jp,\nN3,A1,NPS,8,2026/11/1,,taro,\n"
    imported("answers", HEAD + rows, at)
    first, second, other = Answer.objects.order_by("key").values_list("person", flat=True)
    assert first == second != other


@pytest.mark.django_db(transaction=True)
def test_nobody_is_named_in_the_lake_and_an_erased_person_is_nobodys_word(account: Account, at: datetime) -> None:
    imported("answers", HEAD + "N1,A1,NPS,9,2026/11/3,2026/11/2,hanako@example.jp,\n", at)
    journal.seal()
    mirror.mirror_all(lakes.current())
    with lakes.current().session() as db:
        [(word, sent)] = db.sql("select respondent, sent_on from answers where score = 9").fetchall()
        assert "hanako" not in str(db.sql("from answers").fetchall())
    assert (word, sent) == (Answer.objects.get().person, date(2026, 11, 2))
    assert privacy.erase(["hanako@example.jp"], at=at) == 1
    row = Answer.objects.get()
    assert (row.respondent, row.person, row.score) == ("", "", 9)
    assert not PersonalPart.objects.filter(payload__icontains="hanako").exists()
    imported("answers", HEAD + "N2,A1,NPS,2,2026/11/9,,hanako@example.jp,\n", at)
    assert Answer.objects.get(key="N2").person not in ("", word)


# --- blank cells ----------------------------------------------------------------------------------------------------


def test_a_blank_cell_of_a_ticket_changes_nothing(account: Account, at: datetime) -> None:
    head = "id,account_key,opened_at,resolved_at,title,kind,priority,requester,url\n"
    imported("tickets", head + "T1,A1,2026-05-01,2026-05-02,印刷,problem,urgent,hanako,https://desk.example/1\n", at)
    before = Ticket.objects.values().get()
    assert counts(imported("tickets", head + "T1,A1,2026-05-01,,,,,,\n", at)) == (0, 0, 1, 0)
    assert Ticket.objects.values().get() == before


def test_a_blank_cell_of_an_invoice_changes_nothing(account: Account, at: datetime) -> None:
    head = "id,number,account_key,issued_on,due_on,paid_on,amount,currency,status,failed_payments,failed_on,lines\n"
    imported("invoices", head + "1,INV-1,A1,2026-05-01,2026-05-31,2026-06-02,100,USD,paid,1,2026-05-31,本体\n", at)
    before = Invoice.objects.values().get()
    assert (before["minor"], before["status"], before["failed_payments"]) == (10_000, "paid", 1)
    assert counts(imported("invoices", head + "1,,A1,2026-05-01,,,100,,,,,\n", at)) == (0, 0, 1, 0)
    assert Invoice.objects.values().get() == before


def test_an_invoice_that_is_said_to_be_open_again_loses_its_day_of_payment(account: Account, at: datetime) -> None:
    head = "id,account_key,issued_on,paid_on,amount,status\n"
    imported("invoices", head + "1,A1,2026-05-01,2026-06-02,100,\n", at)
    assert counts(imported("invoices", head + "1,A1,2026-05-01,,100,open\n", at)) == (0, 1, 0, 0)
    row = Invoice.objects.get()
    assert (row.status, row.paid_on) == ("open", None)
    imported("invoices", head + "1,A1,2026-05-01,2026-06-09,100,\n", at)
    assert Invoice.objects.get().status == "paid"
