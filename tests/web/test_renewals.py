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
from nenrin.work import renewals
from nenrin.work.models import RenewalCall, RenewalCheckpoint
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
    assert "Not enough data" in body(client, "/renewals")
    for day in range(1, 11):
        RenewalCheckpoint.objects.create(
            account=account, term_end=date(2026, 5, day), decision_on=date(2026, 4, 1), days=90, mrr_minor=1,
            probability_of_model=0.9, taken_on=date(2026, 1, 1), outcome="renewed" if day > 1 else "lost",
        )  # fmt: skip
    text = body(client, "/renewals")
    assert "0.090" in text and "90%" in text


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
    with CaptureQueriesContext(connection) as asked:
        body(client, f"/renewals/{term.pk}")
    assert len(asked) <= 15
