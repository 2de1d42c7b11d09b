"""Tasks, meetings and received mails by the REST API."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import tasks
from nenrin.work.models import Meeting, Task, Touch
from tests import cast
from tests.api.rest import Rest


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    contacts.add(made, "田中 一郎", by=SYSTEM, at=at, emails=["tanaka@shinonome.example"])
    return made


def test_a_task_is_opened_once_changed_finished_and_listed(mika: Member, account: Account) -> None:
    rest = Rest(mika)
    body = {
        "title": "電話",
        "account_id": account.pk,
        "assignee_id": mika.pk,
        "due_on": "2026-11-27",
        "key": "crm:1",
        "why_ja": "期限",
    }
    made = rest.post("/tasks", body)
    assert made.status_code == 201 and rest.post("/tasks", body).data["id"] == made.data["id"]
    assert (made.data["why"], made["ETag"]) == ({"en": "期限", "ja": "期限"}, '"1"')
    url = f"/tasks/{made.data['id']}"
    changed = rest.call("PATCH", url, {"checklist": ["資料", "日程"], "due_on": None}, **{"If-Match": '"1"'})
    assert [step["words"] for step in changed.data["checklist"]] == ["資料", "日程"] and changed.data["due_on"] is None
    assert rest.call("PATCH", url, {"title": "x"}, **{"If-Match": '"1"'}).status_code in (409, 412)
    assert rest.post(f"{url}/snooze", {"reason": "出張", "until": "2199-01-05"}).data["snoozed_until"] == "2199-01-07"
    done = rest.post(f"{url}/finish", {"outcome": "面談へ", "minutes": 20}).data
    assert (done["state"], done["minutes_spent"]) == ("done", 20)
    assert [row["id"] for row in rest.get(f"/tasks?state=done&account_id={account.pk}&q=電話").data["items"]] == [
        done["id"]
    ]
    assert rest.get("/tasks?due_until=2026-01-01").data["items"] == []
    assert rest.post(f"{url}/reopen").data["state"] == "open"
    assert rest.post(f"{url}/dismiss", {}).status_code == 422
    assert rest.post("/tasks", {"title": " "}).status_code == 422
    assert rest.post("/tasks", {"title": "x", "assignee_id": 999}).status_code == 422


def test_a_due_day_that_is_past_or_no_business_day_is_told_and_taken(mika: Member) -> None:
    rest = Rest(mika)
    made = rest.post("/tasks", {"title": "x", "due_on": "2199-01-05"})
    hint = made.data["due_hint"]
    assert made.data["due_on"] == "2199-01-05" and hint["instead"] == "2199-01-07"
    assert hint["ja"].startswith("2199年1月5日(土)は休業日です。") and "is no business day" in hint["en"]
    url = f"/tasks/{made.data['id']}"
    past = rest.call("PATCH", url, {"due_on": "2020-01-06"}).data
    assert past["due_on"] == "2020-01-06" and "has passed" in past["due_hint"]["en"]
    assert rest.call("PATCH", url, {"due_on": "2199-01-07"}).data["due_hint"] is None
    assert rest.post("/tasks", {"title": "y"}).data["due_hint"] is None


def test_other_teams_tasks_are_read_and_not_changed(mika: Member, at: datetime) -> None:
    foreign = accounts.open("他社", by=SYSTEM, at=at)
    task = tasks.open(foreign, "電話", assignee=None, due_on=None, key="k", by=SYSTEM, at=at)
    rest = Rest(mika)
    assert rest.get(f"/tasks/{task.pk}").status_code == 200
    assert rest.post(f"/tasks/{task.pk}/finish", {}).status_code == 404
    assert rest.post("/tasks", {"title": "x", "account_id": foreign.pk}).status_code == 422
    assert rest.post("/tasks", {"title": "x", "key": "k"}).status_code == 422
    seller = Rest(cast.member(Role.SALES, "営業"))
    assert seller.get(f"/tasks/{task.pk}").status_code == 404 and seller.get("/tasks").data["items"] == []
    assert Task.objects.count() == 1


def test_roles_without_personal_data_read_no_words(account: Account, mika: Member, at: datetime) -> None:
    tasks.open(account, "田中様へ電話", assignee=mika, due_on=None, by=SYSTEM, at=at)
    rest = Rest(cast.member(Role.PRODUCT, "製品"))
    [row] = rest.get("/tasks").data["items"]
    assert row["title"] is None and row["checklist"] is None
    assert rest.get("/tasks?q=田中").data["items"] == []


def test_a_meeting_is_planned_moved_held_and_cancelled(mika: Member, account: Account) -> None:
    rest, tanaka = Rest(mika), account.contacts.get()
    body = {"title": "定例", "account_id": account.pk, "starts_at": "2020-01-07T10:00:00+09:00", "key": "crm:1",
            "contact_ids": [tanaka.pk], "member_ids": [mika.pk]}  # fmt: skip
    made = rest.post("/meetings", body)
    assert made.status_code == 201 and rest.post("/meetings", body).data["id"] == made.data["id"]
    assert {each["name"] for each in made.data["people"]} == {"田中 一郎", "佐藤 美咲"}
    url = f"/meetings/{made.data['id']}"
    moved = rest.call("PATCH", url, {"starts_at": "2020-01-08T10:00:00+09:00", "contact_ids": []})
    assert moved.data["ends_at"] == "2020-01-08T02:00:00Z" and len(moved.data["people"]) == 1
    assert rest.call("PATCH", url, {"starts_at": "2020-01-08T10:00:00"}).status_code == 422
    assert rest.post(f"{url}/hold", {"notes": "前向き"}).data["state"] == "held"
    assert Touch.objects.get().body == "前向き"
    assert rest.post(f"{url}/cancel", {}).status_code == 422
    assert len(rest.get("/meetings?mine=true&since=2020-01-01T00:00:00Z&sort=-starts_at").data["items"]) == 1
    assert rest.post("/meetings", {**body, "key": "", "contact_ids": [999]}).status_code == 422
    assert Meeting.objects.count() == 1


def test_a_mail_is_sent_into_the_timeline(mika: Member, account: Account) -> None:
    rest = Rest(mika)
    mail = (
        f"From: {mika.email}\r\nTo: tanaka@shinonome.example\r\nMessage-ID: <1@x>\r\nSubject: 件\r\n\r\n本文".encode()
    )
    first = rest.client.post("/api/v1/received-mails", mail, content_type="message/rfc822", headers=rest.headers)
    again = rest.client.post("/api/v1/received-mails", mail, content_type="message/rfc822", headers=rest.headers)
    assert first.status_code == 201 and first.json() == again.json()
    assert first.json()["account_id"] == account.pk and Touch.objects.get().title == "件"
    bad = rest.client.post("/api/v1/received-mails", b"nothing", content_type="message/rfc822", headers=rest.headers)
    assert bad.status_code == 422


def test_a_month_of_meetings_is_paged(mika: Member, account: Account, at: datetime) -> None:
    rest = Rest(mika)
    for day in range(5):
        begins = (at + timedelta(days=day)).isoformat()
        rest.post("/meetings", {"title": f"定例 {day}", "account_id": account.pk, "starts_at": begins})
    first = rest.get("/meetings?limit=3&sort=starts_at").data
    rest_of = rest.get(f"/meetings?limit=3&sort=starts_at&cursor={first['next']}").data
    assert [row["title"] for row in first["items"] + rest_of["items"]] == [f"定例 {day}" for day in range(5)]
