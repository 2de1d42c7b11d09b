"""The pages of renewals: the pipeline with those at odds first, one renewal called, the file, programs."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nenrin.customers import subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import renewal_rounds, renewal_snapshots, renewals
from nenrin.work.models import RenewalCall, RenewalCheckpoint, RenewalOutcome, RenewalSnapshot
from tests import cast
from tests.web.test_value_pages import body, signed_in, table
from tests.work import losses_world, renewals_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    found = losses_world.customer(cast.DRIFTING, at=at, mrr=480_000)
    subscriptions.change(found.subscriptions.get(), by=SYSTEM, at=at, starts_on=date(2026, 1, 1))
    return found


@pytest.fixture
def term(account: Account) -> Subscription:
    return account.subscriptions.get()


def test_the_pipeline_says_what_is_due_and_who_is_at_odds(
    client: Client, account: Account, term: Subscription, at: datetime
) -> None:
    text = body(client, "/renewals")
    assert cast.DRIFTING in text and "480,000" in text and "Not called yet" in text and "Not enough data" in text
    renewals_world.told(account, 0.8, at=at)
    renewals.say(term, "commit", by=SYSTEM, at=at)
    renewal_rounds.step(at)
    text = body(client, "/renewals?apart=1&call=commit&sort=-mrr")
    assert cast.DRIFTING in text and "At odds" in text and "96,000" in text, "a fifth of 480,000 is expected"
    assert "No renewal matches" in body(client, "/renewals?call=lost")
    japanese = body(signed_in(language="ja"), "/renewals")
    assert "見解の差" in japanese and "コミット" in japanese and "At odds" not in japanese


def test_without_contracts_it_says_why_it_is_empty(client: Client) -> None:
    assert "No renewal ahead" in body(client, "/renewals")


def test_a_call_from_the_list_keeps_the_words_and_the_filters(client: Client, term: Subscription, at: datetime) -> None:
    renewals.say(term, "open", by=SYSTEM, at=at, next_step="部長に確認")
    sent = client.post(f"/renewals/{term.pk}/call", {"call": "likely", "version": "1", "back": "months=12"})
    assert (sent.status_code, sent["Location"]) == (302, "/renewals?months=12")
    last = RenewalCall.objects.get(number=2)
    assert (last.call, last.next_step, last.author is not None) == ("likely", "部長に確認", True)


def test_a_call_is_written_and_a_second_author_is_told(client: Client, term: Subscription) -> None:
    page = body(client, f"/renewals/{term.pk}")
    assert 'name="call"' in page and "Nobody has called it yet" in page
    given = {"call": "at_risk", "probability": "42.5", "reason": "予算削減", "next_step": "", "version": "0"}
    assert client.post(f"/renewals/{term.pk}/call", given).status_code == 302
    assert RenewalCall.objects.get().probability == 0.425
    late = client.post(f"/renewals/{term.pk}/call", given | {"call": "lost"})
    assert late.status_code == 422 and "while you were editing" in late.content.decode()
    assert client.post(f"/renewals/{term.pk}/call", given | {"call": "zodiac", "version": "1"}).status_code == 422
    assert client.post(f"/renewals/{term.pk}/call", given | {"probability": "140", "version": "1"}).status_code == 422
    assert RenewalCall.objects.count() == 1


def test_free_words_are_for_those_who_read_personal_data(client: Client, term: Subscription, at: datetime) -> None:
    renewals.say(term, "open", by=SYSTEM, at=at, reason="田中様の発言")
    seen = body(signed_in(Role.EXECUTIVE), f"/renewals/{term.pk}")
    assert "田中様" not in seen and "roles that read personal data" in seen
    assert "田中様" in body(client, f"/renewals/{term.pk}")


def test_forecasts_are_held_against_what_came(client: Client, account: Account) -> None:
    assert "Not enough data" in body(client, "/renewals/history")
    for day in range(1, 11):
        RenewalCheckpoint.objects.create(
            account=account, term_end=date(2026, 5, day), decision_on=date(2026, 4, 1), days=90, mrr_minor=1_000,
            probability_of_model=0.9, taken_on=date(2026, 1, 1), outcome="renewed" if day > 1 else "lost",
            kept_minor=1_000 if day > 1 else 0,
        )  # fmt: skip
    text = body(client, "/renewals/history")
    assert "0.090" in text and "90%" in text and "9,000" in text


def test_past_quarters_stand_as_they_came_and_those_ahead_as_foretold(client: Client, account: Account) -> None:
    for minor, kept in ((100_000, 0), (200_000, 150_000), (300_000, 330_000)):
        RenewalOutcome.objects.create(
            account=account, term_end=date(2026, 9, 1), decision_on=date(2026, 8, 1), due_minor=minor, kept_minor=kept,
            settled_on=date(2026, 9, 1),
        )  # fmt: skip
    text = body(client, "/renewals/history?quarter=2026-07")
    for amount in ("600,000", "100,000", "50,000", "30,000", "480,000", "75.0%", "80.0%"):
        assert amount in text, amount
    assert "as it came" in text and "foretold" in text and "<svg" in text
    rows = table(body(client, "/renewals/history/export.csv"))
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told["Due"], told["Churn"], told["Downsell"], told["Upsell"], told["Left"]) == (
        "600000", "-100000", "-50000", "30000", "480000",
    )  # fmt: skip


def test_past_quarters_are_narrowed_to_accounts_and_kinds_and_ordered(
    client: Client, account: Account, at: datetime
) -> None:
    other = losses_world.customer(cast.LOST, at=at, mrr=100_000)
    for month, one, minor in ((5, account, 200_000), (8, account, 100_000), (8, other, 300_000)):
        RenewalOutcome.objects.create(
            account=one, term_end=date(2026, month + 1, 1), decision_on=date(2026, month, 1), due_minor=minor,
            kept_minor=minor, settled_on=date(2026, month + 1, 1),
        )  # fmt: skip

    def due(question: str) -> list[int]:
        told = table(body(client, f"/renewals/history/export.csv{question}"))
        return [int(dict(zip(told[0], line, strict=True))["Due"]) for line in told[1:]]

    assert due("?kind=past") == [200_000, 400_000] and due("?kind=past&sort=-due") == [400_000, 200_000]
    assert due(f"?kind=past&q={account.name}") == [200_000, 100_000]
    assert set(due("")) > {200_000, 400_000}, "those ahead as well"
    shown = body(client, f"/renewals/history?kind=past&q={account.name}&sort=-due")
    assert "100,000" in shown and "400,000" not in shown and 'aria-sort="descending"' in shown
    nothing = body(client, "/renewals/history?q=zzznowhere")
    assert "No renewal matches" in nothing and 'href="/renewals/history"' in nothing and "export.csv" not in nothing


def test_a_scenario_leads_from_due_to_left(client: Client, term: Subscription, at: datetime) -> None:
    renewals.say(term, "likely", by=SYSTEM, at=at, expansion_minor=-80_000)
    text = body(client, "/renewals?scenario=calls")
    assert "MRR times the probability that the CSM called" in text and "<svg" in text
    assert "66.7%" in text, "0.8 of 480,000 stays, less 0.8 of 80,000"
    assert "83.3%" in body(client, "/renewals?scenario=medium") and "0.0%" in body(client, "/renewals?scenario=low")


def test_filters_leave_what_they_say(client: Client, account: Account, term: Subscription, at: datetime) -> None:
    month = f"{term.notice_deadline:%Y-%m}"
    for asked in (
        f"month={month}",
        "state=renews",
        "call=none",
        f"touch={account.touch_model}",
        "sort=decision",
        "q=" + cast.DRIFTING,
    ):
        assert cast.DRIFTING in body(client, f"/renewals?{asked}"), asked
    for asked in (
        "month=2031-01",
        "state=noticed",
        "state=ends",
        "call=open",
        "touch=zodiac",
        "segment=99",
        "owner=99",
        "q=zodiac",
    ):
        assert "No renewal matches" in body(client, f"/renewals?{asked}"), asked
    subscriptions.give_notice(term, on=date(2026, 11, 24), by=SYSTEM, at=at)
    assert cast.DRIFTING in body(client, "/renewals?state=noticed")


def test_a_manager_calls_over_the_csm_and_takes_it_back(client: Client, term: Subscription, at: datetime) -> None:
    renewals.say(term, "at_risk", by=SYSTEM, at=at, reason="利用が減少")
    head, path = signed_in(Role.HEAD), f"/renewals/{term.pk}"
    assert "Call it as a manager" in body(head, path) and "Call it as a manager" not in body(signed_in(Role.CSM), path)
    given = {"over-call": "commit", "over-reason": "", "version": "1"}
    assert head.post(f"{path}/overrule", given).status_code == 422, "it differs, so it needs a reason"
    assert head.post(f"{path}/overrule", given | {"over-reason": "役員の確約"}).status_code == 302
    late = head.post(f"{path}/overrule", given | {"over-reason": "x", "over-call": "lost"})
    assert late.status_code == 422 and "while you were editing" in late.content.decode()
    text = body(head, path)
    assert "役員の確約" in text and "利用が減少" in text and "call back" in text
    assert "480,000" in body(head, "/renewals?call=commit")
    assert signed_in(Role.CSM).post(f"{path}/overrule", given).status_code == 403
    assert head.post(f"{path}/withdraw").status_code == 302
    assert "Taken back" in body(head, path) and cast.DRIFTING in body(head, "/renewals?call=at_risk")


def test_changes_are_told_against_the_last_snapshot(client: Client, term: Subscription, at: datetime) -> None:
    renewals.say(term, "commit", by=SYSTEM, at=at)
    made = renewal_snapshots.take(by=SYSTEM, at=at)
    RenewalSnapshot.objects.filter(pk=made.pk).update(taken_on=date(2026, 11, 17))
    renewals.say(term, "likely", by=SYSTEM, at=at)
    text = body(client, "/renewals")
    assert "480,000 since the snapshot" in text and "unchanged since the snapshot" in text
    assert "since the snapshot" not in body(client, "/renewals?call=likely"), "nothing to compare with"


def test_a_snapshot_is_kept_by_whoever_may(client: Client, term: Subscription) -> None:
    assert signed_in(Role.HEAD).post("/renewals/history/keep").status_code == 302
    assert RenewalSnapshot.objects.get().count == 1
    assert signed_in(Role.CSM).post("/renewals/history/keep").status_code == 403


def test_the_list_goes_out_as_a_file(client: Client, term: Subscription) -> None:
    rows = table(body(client, "/renewals/export.csv"))
    assert rows[0][:3] == ["Account", "Decision by", "Days left"] and rows[1][0] == cast.DRIFTING
    assert Entry.objects.filter(action="work.renewal.exported").exists()


def test_many_renewals_take_no_more_questions_than_one(client: Client, term: Subscription, at: datetime) -> None:
    for number in range(5):
        other = losses_world.customer(f"顧客{number}", at=at)
        renewals_world.told(other, 0.3, at=at)
        renewals.say(other.subscriptions.get(), "likely", by=SYSTEM, at=at)
    body(client, "/renewals?months=24")
    with CaptureQueriesContext(connection) as asked:
        text = body(client, "/renewals?months=24")
    assert "顧客4" in text and len(asked) <= 15
    for path in (f"/renewals/{term.pk}", "/renewals/history"):
        with CaptureQueriesContext(connection) as asked:
            body(client, path)
        assert len(asked) <= 15
