"""An account's timeline: everything about it in one stream, newest first, narrowed by kind, page by page; the same by REST."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, contacts, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import answers, tickets
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.work import touches
from tests import cast
from tests.api.rest import Rest

ZONE = ZoneInfo("Asia/Tokyo")
#: What happened, the oldest first, by the filter under which it is found.
TOLD = ("ticket", "talk", "talk", "answer", "talk", "score")


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    """A ticket, a note, a meeting, an answer, a call and a fall of the score, an hour apart, of two accounts."""
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at - timedelta(days=30))
    _told(account, at)
    _told(accounts.open(cast.THRIVING, by=SYSTEM, at=at - timedelta(days=30)), at)
    subscriptions.sign(account, by=SYSTEM, at=at - timedelta(days=20), starts_on="2026-04-01")
    contacts.add(account, "山田 花子", by=SYSTEM, at=at - timedelta(days=19))
    return account


def _told(account: Account, at: datetime) -> None:
    when = [at - timedelta(hours=10 - n) for n in range(len(TOLD))]
    manner: dict[str, Any] = {"by": SYSTEM, "at": at, "zone": ZONE, "knowing": on_arrival(at.astimezone(ZONE).date())}
    ticket = tickets.Told(f"T{account.pk}", account.pk, when[0], title="帳票が開かない")
    tickets.put([ticket], namespace="desk", **manner)
    answer = answers.Told(f"N{account.pk}", account.pk, "nps", 3, when[3], comment="使いにくい")
    answers.put([answer], namespace="survey", **manner)
    for place, channel in ((1, "note"), (2, "meeting"), (4, "call")):
        words = f"{channel}の話"
        touches.write(account, channel, title=words, body="秘密", happened_at=when[place], by=SYSTEM, at=at)
    journal.record("insight.health.fell", actor=SYSTEM, at=when[5], account=account.pk)


@pytest.fixture
def client(org: Organisation) -> Client:
    client = Client()
    client.force_login(cast.member(Role.HEAD))
    return client


def stream(client: Client, account: Account, **asked: str) -> Any:
    return client.get(reverse("account-timeline", args=[account.pk]), asked).context["stream"]


def test_all_that_happened_stands_in_one_order_the_newest_first(client: Client, account: Account, at: datetime) -> None:
    moments = stream(client, account).moments
    days = [moment.at for moment in moments]
    assert days == sorted(days, reverse=True)
    newest = [moment for moment in moments if moment.at >= at - timedelta(hours=10)]
    titles = [moment.title.ja for moment in newest]
    assert len(titles) == len(TOLD), titles
    for part, title in zip(("ヘルス", "callの話", "3", "meetingの話", "noteの話", "帳票"), titles, strict=True):
        assert part in title, (part, titles)
    assert newest[0].kind == "score", "a change of the score carries its mark"


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("talk", 3),
        ("ticket", 1),
        ("answer", 1),
        ("score", 1),
        ("contract", 1),
        ("people", 1),
        ("account", 1),
        ("task", 0),
    ],
)
def test_each_filter_leaves_its_kind_alone(client: Client, account: Account, kind: str, count: int) -> None:
    everything, found = stream(client, account), stream(client, account, kind=kind)
    assert (found.is_filtered, len(found.moments)) == (True, count)
    assert {moment.key for moment in found.moments} <= {moment.key for moment in everything.moments}
    page = client.get(reverse("account-timeline", args=[account.pk]), {"kind": kind}).content.decode()
    assert ("timeline__head" in page) is bool(count)


def test_every_entry_is_found_under_one_of_the_filters(client: Client, account: Account) -> None:
    kinds = client.get(reverse("account-timeline", args=[account.pk])).context["kinds"]
    under = {moment.key for kind in kinds for moment in stream(client, account, kind=kind.key).moments}
    assert under == {moment.key for moment in stream(client, account).moments}


def test_the_api_tells_the_same_stream_page_by_page(client: Client, account: Account) -> None:
    rest, path = Rest(cast.member(Role.CSM)), f"/accounts/{account.pk}/timeline"
    keys, following = [], ""
    while following is not None:
        page = rest.get(f"{path}?limit=2&cursor={quote(following)}").data
        keys += [str(one["id"]) for one in page["items"]]
        following = page["next"]
    assert keys == [moment.key for moment in stream(client, account).moments]
    talk = rest.get(f"{path}?kind=talk").data["items"]
    assert [one["kind"] for one in talk] == ["talk"] * 3
    assert talk[0]["body"] == {"en": "秘密", "ja": "秘密"} and "callの話" in talk[0]["text"]["en"]
    assert rest.get(f"{path}?kind=gossip").status_code == 422


def test_a_role_without_personal_data_reads_no_words_of_people_by_the_api(account: Account) -> None:
    told = Rest(cast.member(Role.PRODUCT)).get(f"/accounts/{account.pk}/timeline").content.decode()
    assert "秘密" not in told and "使いにくい" not in told and "work.call" in told
