"""Notices by the API: one's own alone, read and unread, and how each kind goes out."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import endpoints
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models import Notice, NoticeChannel
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM)


@pytest.fixture
def rest(mika: Member) -> Rest:
    return Rest(mika)


def tell(member: Member, at: datetime, key: str, code: str = "mention.task") -> Notice:
    words = Text("Ken mentions you", f"山口がメンション {key}")
    return notices.tell(member, code, text=words, url="/tasks/1", key=key, by=SYSTEM, at=at)


def test_ones_own_notices_are_listed_and_nobody_elses(rest: Rest, mika: Member, at: datetime) -> None:
    tell(mika, at, "1")
    tell(mika, at, "2", "renewal.near")
    tell(cast.member(Role.CSM, "同僚"), at, "3")
    assert [one["text_ja"] for one in rest.get("/notices?sort=-created_at").data["items"]] == [
        "山口がメンション 2",
        "山口がメンション 1",
    ]
    [only] = rest.get("/notices?kind=renewal").data["items"]
    assert (only["kind"], only["url"], only["read_at"]) == ("renewal", "/tasks/1", None)
    assert rest.get("/notices?kind=weather").data["items"] == []
    first = rest.get("/notices?limit=1").data
    assert len(first["items"]) == 1 and len(rest.get(f"/notices?limit=1&cursor={first['next']}").data["items"]) == 1


def test_notices_are_read_and_put_back(rest: Rest, mika: Member, at: datetime) -> None:
    one, two, other = tell(mika, at, "1"), tell(mika, at, "2"), tell(cast.member(Role.CSM, "同僚"), at, "3")
    assert rest.post("/notices/read", {"ids": [one.pk, other.pk]}).data == {"changed": 1, "unread": 1}
    assert [row["id"] for row in rest.get("/notices?unread=true").data["items"]] == [two.pk]
    assert rest.post("/notices/read", {}).data == {"changed": 1, "unread": 0}
    assert rest.post("/notices/read", {}).data == {"changed": 0, "unread": 0}
    assert rest.post("/notices/unread", {"ids": [two.pk, other.pk]}).data == {"changed": 1, "unread": 1}
    other.refresh_from_db()
    assert other.read_at is None
    assert rest.post("/notices/read", {"everything": True}).status_code == 422


def test_roles_without_personal_data_get_the_kind_for_the_words(org: Organisation, at: datetime) -> None:
    executive = cast.member(Role.EXECUTIVE)
    tell(executive, at, "1")
    [told] = Rest(executive).get("/notices").data["items"]
    assert told["text_ja"] == "自分へのメンション" and "山口" not in str(told)


def test_each_kind_goes_as_its_member_says(rest: Rest, mika: Member, at: datetime) -> None:
    slack, _ = endpoints.open("CS", "https://hooks.slack.example/x", by=SYSTEM, at=at, kind="slack")
    told = rest.patch("/notices/settings", {"kinds": {"task": {"slack": "once"}}, "channel_id": slack.pk}).data
    [task] = [one for one in told["kinds"] if one["kind"] == "task"]
    assert (task["mail"], task["slack"], told["channel_id"]) == ("digest", "once", slack.pk)
    assert told["channels"] == [{"id": slack.pk, "name": "CS"}]
    assert Entry.objects.filter(action="work.notice.preferred").count() == 2
    rest.patch("/notices/settings", {"kinds": {"task": {"slack": "once"}}})
    assert Entry.objects.filter(action="work.notice.preferred").count() == 2
    assert rest.patch("/notices/settings", {"channel_id": None}).data["channel_id"] is None
    assert rest.get("/notices/settings").data["kinds"] == told["kinds"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kinds": {"weather": {"mail": "off"}}}, "/kinds/weather"),
        ({"kinds": {"task": {"mail": "pigeon"}}}, "/kinds/task/mail"),
        ({"kinds": {"task": {"mail": "off"}}, "channel_id": 10**6}, "/channel_id"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_wished_changes_nothing(rest: Rest, body: dict[str, object], pointer: str) -> None:
    answer = rest.patch("/notices/settings", body)
    assert answer.status_code == 422 and [one["pointer"] for one in answer.data["errors"]] == [pointer]
    assert not Entry.objects.filter(action="work.notice.preferred").exists() and not NoticeChannel.objects.exists()


def test_a_test_says_by_what_it_went(rest: Rest) -> None:
    assert rest.post("/notices/settings/test").data == {"now": [], "before": []}


def test_a_token_that_only_reads_marks_nothing(mika: Member, at: datetime) -> None:
    tell(mika, at, "1")
    reader = Rest(mika, can_write=False)
    assert reader.get("/notices").status_code == 200 and reader.post("/notices/read", {}).status_code == 403
    assert Notice.objects.unread().count() == 1
