"""Calendars by the API: one's own alone; no secret address is told twice."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.calendars import feeds, fetching
from nenrin.work.models import CalendarFeed, CalendarSubscription, Meeting
from tests import cast
from tests.api.rest import BASE, Rest

pytestmark = pytest.mark.django_db
SECRET = "https://calendar.example/private-9f31/basic.ics"
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:one@example\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:x\r\nDTSTART:20991201T010000Z\r\nDTEND:20991201T020000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM)


def test_an_address_is_kept_and_never_told_again(mika: Member) -> None:
    rest = Rest(mika)
    made = rest.post("/calendars", {"name": "仕事", "url": SECRET})
    assert made.status_code == 201 and made.data["name"] == "仕事" and made.data["is_file"] is False
    assert [one["id"] for one in rest.get("/calendars").data] == [made.data["id"]]
    everything = made.content + rest.get("/calendars").content
    assert b"private-9f31" not in everything
    entry = Entry.objects.get(action="work.calendar.added")
    assert "private" not in str(entry.particulars)


@pytest.mark.parametrize("url", ["ftp://x.example/a.ics", "nonsense", ""])
def test_an_address_that_cannot_be_read_is_refused(mika: Member, url: str) -> None:
    assert fetching.fault(url) is not None
    answer = Rest(mika).post("/calendars", {"name": "仕事", "url": url})
    assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == "/url"
    assert not CalendarSubscription.objects.exists()


def test_a_file_is_read_once(mika: Member) -> None:
    rest = Rest(mika)
    sent = {"name": "予定", "file": SimpleUploadedFile("a.ics", ICS)}
    made = rest.client.post(f"{BASE}/calendars/files", sent, headers=rest.headers)
    assert made.status_code == 201 and made.json()["is_file"] is True
    broken = {"name": "予定", "file": SimpleUploadedFile("a.ics", b"nothing")}
    refused = rest.client.post(f"{BASE}/calendars/files", broken, headers=rest.headers)
    assert refused.status_code == 422 and CalendarSubscription.objects.count() == 1


def test_a_calendar_ends_and_its_meetings_ahead_go(mika: Member, at: datetime) -> None:
    rest = Rest(mika)
    key = rest.post("/calendars", {"name": "仕事", "url": SECRET}).data["id"]
    assert Rest(cast.member(Role.CSM, "同僚")).delete(f"/calendars/{key}").status_code == 404
    assert [rest.delete(f"/calendars/{key}").status_code for _ in range(2)] == [204, 204]
    assert rest.get("/calendars").data == [] and not Meeting.objects.filter(calendar=key).exists()
    assert CalendarSubscription.objects.get().sealed_url == ""
    assert Entry.objects.filter(action="work.calendar.ended").count() == 1


def test_ones_own_calendar_is_given_out_by_an_address_told_once(mika: Member, at: datetime) -> None:
    rest = Rest(mika)
    assert rest.get("/calendars/feed").data == {"is_open": False, "created_at": None, "last_used_at": None}
    url = rest.post("/calendars/feed").data["url"]
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert feeds.find(secret, at=at) == mika
    told = rest.get("/calendars/feed")
    assert told.data["is_open"] is True and secret.encode() not in told.content
    again = rest.post("/calendars/feed").data["url"]
    assert feeds.find(secret, at=at) is None and again != url
    assert [rest.delete("/calendars/feed").status_code for _ in range(2)] == [204, 204]
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()
    assert Entry.objects.filter(action="work.feed.revoked").count() == 1


def test_a_token_that_only_reads_gives_nothing_out(mika: Member) -> None:
    assert Rest(mika, can_write=False).post("/calendars/feed").status_code == 403
    assert not CalendarFeed.objects.exists()
