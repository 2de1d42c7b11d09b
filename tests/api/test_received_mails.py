"""Received mails by the API: one's own that wait, matched into a timeline or left out."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import ReceivedMail, Touch
from nenrin.work.models.received_mail import State
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    return made


def mail(member: Member, at: datetime, key: str = "1") -> ReceivedMail:
    return ReceivedMail.objects.create(
        message_id=f"<{key}@mail.example>", sender="tanaka@example.com", recipients=["x@example.com"], subject="更新の件",
        body="稟議は12月です。", happened_at=at, direction="in", member=member, state=State.UNMATCHED, received_at=at,
    )  # fmt: skip


def test_a_mail_goes_into_the_timeline_of_the_account_that_is_named(
    mika: Member, account: Account, at: datetime
) -> None:
    rest, row = Rest(mika), mail(mika, at)
    [waits] = rest.get("/received-mails").data["items"]
    assert (waits["id"], waits["subject"], waits["files"]) == (row.pk, "更新の件", [])
    told = [rest.post(f"/received-mails/{row.pk}/match", {"account_id": account.pk}).data for _ in range(2)]
    assert told[0] == told[1] and (told[0]["state"], told[0]["account_id"]) == ("matched", account.pk)
    assert Touch.objects.get(account=account).title == "更新の件"
    assert Entry.objects.filter(action="work.received.matched").count() == 1
    assert rest.get("/received-mails").data["items"] == []
    assert rest.post(f"/received-mails/{row.pk}/dismiss").data["state"] == "matched"


def test_a_mail_that_is_left_out_has_no_words_left_and_stays_out(mika: Member, account: Account, at: datetime) -> None:
    rest, row = Rest(mika), mail(mika, at)
    told = rest.post(f"/received-mails/{row.pk}/dismiss").data
    assert (told["state"], told["subject"], told["sender"]) == ("ignored", "", "")
    assert rest.post(f"/received-mails/{row.pk}/dismiss").data == told
    assert Entry.objects.filter(action="work.received.ignored").count() == 1
    assert rest.post(f"/received-mails/{row.pk}/match", {"account_id": account.pk}).status_code == 422
    assert not Touch.objects.exists()
    assert len(rest.get("/received-mails?state=ignored").data["items"]) == 1


def test_a_colleagues_mail_and_a_strange_account_are_not_there(mika: Member, at: datetime) -> None:
    other = cast.member(Role.CSM, "他部門", team="西日本")
    row, foreign = mail(mika, at), accounts.open("他社", by=SYSTEM, at=at)
    ownership.assign(foreign, other, by=SYSTEM, at=at)
    stranger = Rest(other)
    assert stranger.get("/received-mails").data["items"] == []
    assert stranger.post(f"/received-mails/{row.pk}/dismiss").status_code == 404
    refused = Rest(mika).post(f"/received-mails/{row.pk}/match", {"account_id": foreign.pk})
    assert refused.status_code == 422 and refused.data["errors"][0]["pointer"] == "/account_id"
    assert ReceivedMail.objects.get().state == State.UNMATCHED
    assert Rest(cast.member(Role.EXECUTIVE)).get("/received-mails").status_code == 403
