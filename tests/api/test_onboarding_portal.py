"""Onboarding by the API: who leads, what stands in the portal, and one step's words, days and people."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingFile, OnboardingProject
from nenrin.work.models.onboarding_portal import OnboardingMessage
from tests.api.rest import BASE, Rest
from tests.api.test_onboarding import started
from tests.cast import member
from tests.work import onboarding_cast as world

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def rest(org: Organisation) -> Rest:
    world.template()
    return Rest(member(Role.HEAD))


@pytest.fixture
def path(rest: Rest) -> str:
    return f"/onboarding/{started(rest).data['id']}"


def entries(*verbs: str) -> int:
    return Entry.objects.filter(action__in=[f"work.{verb}" for verb in verbs]).count()


def test_a_colleague_leads(rest: Rest, path: str) -> None:
    mika = member(Role.ONBOARDING, "佐藤 美咲")
    assert [rest.put(f"{path}/lead", {"owner": mika.pk}).data["owner"] for _ in range(2)] == [mika.pk] * 2
    assert entries("onboarding.assigned") == 1
    for wrong in ({}, {"owner": 10**6}, {"owner": mika.pk, "colour": "red"}):
        assert rest.put(f"{path}/lead", wrong).status_code == 422
    assert rest.put(f"{path}/lead", {"owner": None}).data["owner"] is None


def test_messages_of_both_sides_are_read_and_written(rest: Rest, path: str, at: datetime) -> None:
    told = {"body": "資料をお送りします", "step": "kickoff", "key": "crm:1"}
    one, two = rest.post(f"{path}/messages", told), rest.post(f"{path}/messages", told)
    assert one.status_code == two.status_code == 201 and one.data == two.data and one.data["step"] == "kickoff"
    project = OnboardingProject.objects.get()
    OnboardingMessage.objects.create(project=project, is_ours=False, body="受領", written_at=at)
    assert [row["is_ours"] for row in rest.get(f"{path}/messages").data] in ([True, False], [False, True])
    assert [rest.post(f"{path}/messages/seen").data["seen"] for _ in range(2)] == [1, 0]
    assert rest.post(f"{path}/messages", {"body": "x", "step": "nope"}).status_code == 404
    for wrong in ({}, {"body": " "}, {"body": "x" * 5001}, {"body": "x", "colour": "red"}):
        assert rest.post(f"{path}/messages", wrong).status_code == 422
    executive = Rest(member(Role.EXECUTIVE))
    assert {row["body"] for row in executive.get(f"{path}/messages").data} == {None}
    assert entries("onboarding_message.sent") == 1


def test_a_file_is_given_read_removed_and_brought_back(rest: Rest, path: str) -> None:
    def send(step: str = "") -> int:
        body = {"file": SimpleUploadedFile("手順.pdf", PDF)}
        query = f"?step={step}" if step else ""
        return int(rest.client.post(f"{BASE}{path}/files{query}", body, headers=rest.headers).status_code)

    assert [send("kickoff"), send("kickoff"), send("nope")] == [201, 201, 404]
    [told] = rest.get(f"{path}/files").data
    assert (told["name"], told["step"], told["size"]) == ("手順.pdf", "kickoff", len(PDF))
    one = f"{path}/files/{told['id']}"
    got = rest.get(one)
    assert b"".join(got.streaming_content) == PDF and got["Content-Disposition"].startswith("attachment")
    executive = Rest(member(Role.EXECUTIVE))
    assert executive.get(f"{path}/files").data[0]["name"] is None and executive.get(one).status_code == 403
    assert executive.delete(one).status_code == 403
    assert [rest.delete(one).status_code for _ in range(2)] == [204, 204]
    assert rest.get(one).status_code == 404 and rest.get(f"{path}/files").data == []
    assert [rest.post(f"{one}/restore").data["removed_at"] for _ in range(2)] == [None, None]
    assert entries("onboarding_file.added", "onboarding_file.removed", "onboarding_file.restored") == 3
    assert rest.post(f"{path}/files", {}).status_code == 422 and OnboardingFile.objects.count() == 1


def test_a_step_is_changed(rest: Rest, path: str) -> None:
    mika, one = member(Role.ONBOARDING, "佐藤 美咲"), f"{path}/steps/kickoff/fields"
    told = {"title_ja": "初回打合せ", "days": 3, "due_on": "2026-11-06", "assignee_id": mika.pk, "minutes": None}
    changed = [rest.patch(one, told).data for _ in range(2)]
    assert changed[0] == changed[1] and changed[0]["title"] == {"en": "Kickoff", "ja": "初回打合せ"}
    assert (changed[0]["assignee_id"], changed[0]["days"], changed[0]["minutes"]) == (mika.pk, 3, None)
    assert entries("onboarding_step.changed") == 1
    assert rest.patch(one, {"days": 4, "version": 99}).status_code == 409
    stranger = world.person(world.company("別会社"))
    for wrong in (
        {"title_en": ""},
        {"days": 0},
        {"party": "moon"},
        {"assignee_id": 10**6},
        {"contact_id": stranger.pk},
        {"due_on": "2020-01-01"},
        {"begun_on": "2199-01-01"},
        {"colour": "red"},
    ):
        assert rest.patch(one, wrong).status_code == 422, wrong
    assert rest.patch(f"{path}/steps/nope/fields", {}).status_code == 404


def test_who_only_looks_changes_nothing(rest: Rest, path: str) -> None:
    viewer, stranger = Rest(member(Role.SUPPORT)), Rest(member(Role.CSM, "別", team="西"))
    for method, what, body in (
        ("PUT", "lead", {"owner": None}),
        ("POST", "messages", {"body": "x"}),
        ("POST", "messages/seen", None),
        ("POST", "files", {}),
        ("DELETE", "files/1", None),
        ("POST", "files/1/restore", None),
        ("PATCH", "steps/kickoff/fields", {"days": 9}),
    ):
        assert viewer.call(method, f"{path}/{what}", body).status_code == 403, what
        assert stranger.call(method, f"{path}/{what}", body).status_code == 404, what
    assert not OnboardingMessage.objects.exists()
