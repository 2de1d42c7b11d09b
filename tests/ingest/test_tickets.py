"""Tickets, answers and costs told by other systems: facts in the journal, known when the policy says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import answers, costs, tickets
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.models import Answer, Cost, Ticket
from nenrin.values import Money
from tests.ingest.files_kit import counts, imported

ZONE = ZoneInfo("Asia/Tokyo")
TODAY = date(2026, 11, 24)


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open("東雲精機株式会社", keys=[("product", "A1")], by=SYSTEM, at=at)


def facts(kind: str) -> list[dict[str, object]]:
    entries = Entry.objects.filter(action__startswith="ingest.").order_by("id")
    return [e.particulars["fact"] for e in entries if e.particulars.get("fact", {}).get("kind") == kind]


def test_a_resolved_ticket_of_the_past_was_open_until_its_resolution(account: Account, at: datetime) -> None:
    told = tickets.Told(
        "T1", account.pk, datetime(2026, 5, 1, 15, 30, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC), priority="urgent"
    )
    history = Knowing("lag", TODAY, 1)
    tickets.put([told], namespace="desk", by=SYSTEM, at=at, zone=ZONE, knowing=history)
    opened, resolved = facts("ticket")
    assert opened["body"] == {"priority": "urgent", "kind": "question", "opened_on": "2026-05-02", "resolved_on": None}
    assert (opened["known_on"], opened["assumed"]) == ("2026-05-03", True)  # 00:30 in Tokyo, a day later
    assert (resolved["body"]["resolved_on"], resolved["known_on"]) == ("2026-05-09", "2026-05-10")  # type: ignore[index]
    assert opened["key"] == resolved["key"] == str(Ticket.objects.get().pk)


def test_what_changes_in_a_known_ticket_is_known_from_today(account: Account, at: datetime) -> None:
    history = Knowing("lag", TODAY, 0)
    told = tickets.Told("T1", account.pk, datetime(2026, 5, 1, tzinfo=UTC))
    manner = {"namespace": "desk", "by": SYSTEM, "at": at, "zone": ZONE, "knowing": history}
    tickets.put([told], **manner)
    later = tickets.Told("T1", account.pk, datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC))
    assert [w.outcome for w in tickets.put([later], **manner)] == ["updated"]
    assert [w.outcome for w in tickets.put([later], **manner)] == ["unchanged"]
    assert "known_on" not in facts("ticket")[-1]


def test_nothing_is_known_later_than_it_arrived(account: Account) -> None:
    assert Knowing("lag", TODAY, 30).on(date(2026, 11, 20), None) == TODAY
    assert Knowing("column", TODAY).on(date(2020, 1, 1), date(2027, 1, 1)) == TODAY
    assert Knowing("column", TODAY).marks(date(2020, 1, 1), date(2026, 1, 5)) == {
        "known_on": "2026-01-05",
        "assumed": False,
    }
    assert on_arrival(TODAY).marks(date(2020, 1, 1), None) == {}


def test_personal_words_stay_out_of_what_the_lake_reads(account: Account, at: datetime) -> None:
    told = answers.Told("N1", account.pk, "nps", 3, at - timedelta(days=1), "champion", "山田 花子", "使いにくい")
    answers.put([told], namespace="survey", by=SYSTEM, at=at, zone=ZONE, knowing=on_arrival(TODAY))
    entry = Entry.objects.get(action="ingest.answer.given")
    assert "山田" not in str(entry.particulars) and "使いにくい" not in str(entry.particulars)
    assert entry.personal.payload == {"respondent": "山田 花子", "body": "使いにくい"}
    body = entry.particulars["fact"]["body"]
    assert len(body.pop("respondent")) == 24  # a random word
    assert body == {
        "survey": "nps",
        "score": 3,
        "answered_on": "2026-11-23",
        "role": "champion",
        "sent_on": None,
    }


def test_a_retracted_fact_is_gone_and_comes_back_under_its_own_key(account: Account, at: datetime) -> None:
    told = costs.Told("C1", date(2026, 10, 1), "cs", Money(5000, "JPY"), account.pk)
    manner = {"namespace": "books", "by": SYSTEM, "zone": ZONE, "knowing": on_arrival(TODAY)}
    [made] = costs.put([told], at=at, **manner)
    costs.retract([made.row.pk], by=SYSTEM, at=at)
    assert facts("cost")[-1] == {"kind": "cost", "key": str(made.row.pk), "body": {}, "gone": True}
    [back] = costs.put([told], at=at, **manner)
    assert (back.outcome, back.row.pk) == ("created", made.row.pk)
    assert Cost.objects.get().retracted_at is None


def test_answers_and_costs_come_from_files_with_or_without_numbers_of_their_own(account: Account, at: datetime) -> None:
    text = "顧客番号,調査,スコア,回答日,回答者,コメント\nA1,NPS,９,2026/11/1,y@example.jp,良い\nA1,NPS,11,2026/11/2,,\nA1,CSAT,5,2026/11/2,,\n"
    assert counts(imported("answers", text, at)) == (2, 0, 0, 1)
    assert counts(imported("answers", text, at)) == (0, 0, 2, 1)
    assert set(Answer.objects.values_list("survey", "score")) == {("nps", 9), ("csat", 5)}
    text = '年月,費目,金額,顧客番号\n2026年10月,CS,"120,000円",\n2026-10,サポート,△500,A1\n2026/10,サポート,1,nobody\n'
    assert counts(imported("costs", text, at)) == (2, 0, 0, 1)
    assert set(Cost.objects.values_list("account", "category", "minor")) == {
        (None, "cs", 120000),
        (account.pk, "support", -500),
    }


def test_a_ticket_cannot_be_resolved_before_it_was_opened(account: Account, at: datetime) -> None:
    row = imported("tickets", "id,account_key,opened_at,resolved_at\nT1,A1,2026-05-02,2026-05-01\n", at)
    assert row.rejects.get().problems[0]["en"] == "a time after the ticket was opened"


def test_tickets_of_a_merged_account_are_its_survivors(account: Account, org: Organisation, at: datetime) -> None:
    told = tickets.Told("T1", account.pk, at)
    tickets.put([told], namespace="desk", by=SYSTEM, at=at, zone=ZONE, knowing=on_arrival(TODAY))
    survivor = accounts.open("東雲グループ", by=SYSTEM, at=at)
    Account.objects.filter(pk=account.pk).update(merged_into=survivor)
    assert Ticket.objects.of(survivor).count() == 1  # type: ignore[attr-defined]
