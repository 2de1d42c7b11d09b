"""Files by the API: the same checks as on the page, within the scope of what they belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import attachments, handoffs, meetings, opportunities, plans, tasks, touches
from nenrin.work.models import Attachment
from tests import cast
from tests.api.rest import BASE, Rest

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(made, mika, by=SYSTEM, at=at)
    return made


@pytest.fixture(params=["tasks", "meetings", "timeline", "handoffs", "success-plans", "opportunities", "accounts"])
def path(request: pytest.FixtureRequest, account: Account, mika: Member, at: datetime) -> str:
    if request.param == "tasks":
        key = tasks.open(account, "資料", assignee=mika, due_on=None, by=SYSTEM, at=at).pk
    elif request.param == "meetings":
        key = meetings.plan(account, "定例", starts_at=at, owner=mika, by=SYSTEM, at=at).pk
    elif request.param == "timeline":
        key = touches.write(account, "meeting", title="定例", body="", happened_at=at, by=SYSTEM, at=at).pk
    elif request.param == "handoffs":
        key = handoffs.open(account, by=SYSTEM, at=at).pk
    elif request.param == "success-plans":
        key = plans.open(account, "計画", by=SYSTEM, at=at).pk
    elif request.param == "opportunities":
        key = opportunities.open(account, "upsell", reason="合意", by=SYSTEM, at=at).pk
    else:
        key = account.pk
    return f"/{request.param}/{key}/files"


def send(rest: Rest, path: str, name: str = "見積書.pdf", content: bytes = PDF) -> Any:
    file = SimpleUploadedFile(name, content)
    return rest.client.post(BASE + path, {"file": file}, headers=rest.headers)


def test_a_file_is_added_once_read_removed_and_brought_back(mika: Member, path: str) -> None:
    rest = Rest(mika)
    made, same = send(rest, path), send(rest, path)
    assert made.status_code == same.status_code == 201 and made.json() == same.json()
    told = made.json()
    assert (told["name"], told["media_type"], told["size"]) == ("見積書.pdf", "application/pdf", len(PDF))
    assert [one["id"] for one in rest.get(path).data] == [told["id"]]
    content = rest.get(f"/attachments/{told['id']}")
    assert b"".join(content.streaming_content) == PDF
    assert content["X-Content-Type-Options"] == "nosniff" and content["Content-Disposition"].startswith("attachment")
    assert rest.delete(f"{path}/{told['id']}").status_code == rest.delete(f"{path}/{told['id']}").status_code == 204
    assert rest.get(path).data == [] and rest.get(f"/attachments/{told['id']}").status_code == 404
    assert rest.post(f"{path}/{told['id']}/restore").data["removed_at"] is None
    assert len(rest.get(path).data) == 1
    verbs = Entry.objects.filter(action__startswith="work.attachment.").order_by("pk").values_list("action", flat=True)
    assert [verb.rpartition(".")[2] for verb in verbs] == ["added", "removed", "restored"]


@pytest.mark.parametrize(("name", "content"), [("a.exe", b"MZ"), ("a.png", SVG), ("a.svg", SVG), ("a.pdf", b"")])
def test_what_the_page_refuses_is_refused(mika: Member, path: str, name: str, content: bytes) -> None:
    answer = send(Rest(mika), path, name, content)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/file"
    assert not Attachment.objects.exists() and not Entry.objects.filter(action="work.attachment.added").exists()


def test_a_body_without_a_file_and_one_too_large_are_refused(
    mika: Member, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = Rest(mika)
    assert rest.post(path, {}).data["errors"][0]["pointer"] == "/file"
    monkeypatch.setattr(attachments, "LARGEST", 10)
    assert send(rest, path).status_code == 422 and not Attachment.objects.exists()


def test_outside_its_scope_a_file_is_not_there(mika: Member, path: str) -> None:
    key = send(Rest(mika), path).json()["id"]
    stranger = Rest(cast.member(Role.SALES, "営業"))
    assert stranger.get(path).status_code == stranger.get(f"/attachments/{key}").status_code == 404
    stranger = Rest(cast.member(Role.CSM, "他部門", team="西日本"))
    assert send(stranger, path).status_code == stranger.delete(f"{path}/{key}").status_code == 404
    assert stranger.post(f"{path}/{key}/restore").status_code == 404
    assert Attachment.objects.filter(removed_at=None).count() == 1


def test_roles_without_personal_data_read_no_file(mika: Member, path: str) -> None:
    key = send(Rest(mika), path).json()["id"]
    executive = Rest(cast.member(Role.EXECUTIVE, "経営"))
    assert executive.get(path).status_code == executive.get(f"/attachments/{key}").status_code == 403
    assert send(executive, path).status_code == 403


def test_an_entry_that_was_taken_back_gives_out_no_file_and_takes_none(
    mika: Member, account: Account, at: datetime, client: Client
) -> None:
    rest = Rest(mika)
    entry = touches.write(account, "meeting", title="定例", body="", happened_at=at, by=SYSTEM, at=at)
    path = f"/timeline/{entry.pk}/files"
    key = send(rest, path).json()["id"]
    touches.retract(entry, by=SYSTEM, at=at)
    assert Attachment.objects.get().removed_at == at, "its content goes after thirty days"
    assert Entry.objects.filter(action="work.attachment.removed").count() == 1
    assert rest.get(path).status_code == send(rest, path).status_code == 404
    assert rest.delete(f"{path}/{key}").status_code == rest.post(f"{path}/{key}/restore").status_code == 404
    Attachment.objects.update(removed_at=None)  # one that was left standing
    client.force_login(mika)
    assert rest.get(f"/attachments/{key}").status_code == client.get(f"/attachments/{key}").status_code == 404
    assert client.post(f"/timeline/{entry.pk}/files/{key}/remove").status_code == 404
    attachments.step(at)
    assert Attachment.objects.get().removed_at == at


def test_a_file_of_another_thing_is_not_removed_here(mika: Member, account: Account, path: str, at: datetime) -> None:
    rest = Rest(mika)
    other = tasks.open(account, "別件", assignee=mika, due_on=None, by=SYSTEM, at=at)
    key = send(rest, path).json()["id"]
    assert rest.delete(f"/tasks/{other.pk}/files/{key}").status_code == 404
    assert len(rest.get(path).data) == 1
