"""Templates by the API: tasks, agendas and mails, kept under their key, archived, offered again."""

from __future__ import annotations

from typing import Any

import pytest

from nenrin.foundation.models import Entry, MailTemplate, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Task
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
TASK = {"name": "更新の準備", "title": "更新前レビュー", "due_in": 5, "minutes": 30, "checklist": ["資料", "日程"]}
AGENDA = {"name": "月次", "title": "月次定例", "agenda": "1. 利用状況", "minutes": 60}
MAIL = {"name": "お礼", "subject_ja": "御礼", "body_ja": "{{ contact.name }}様、ありがとうございました。"}
PATHS = {"/templates/tasks/review": TASK, "/templates/agendas/monthly": AGENDA, "/templates/mail/thanks": MAIL}
KINDS = pytest.mark.parametrize(("path", "body"), PATHS.items(), ids=["tasks", "agendas", "mail"])


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.HEAD))


def saved() -> int:
    return Entry.objects.filter(
        action__in=["work.template.saved", "work.agenda.saved", "foundation.template.saved"]
    ).count()


@KINDS
def test_a_template_is_kept_once_under_its_key_and_changed(rest: Rest, path: str, body: dict[str, Any]) -> None:
    made, same = rest.put(path, body), rest.put(path, body)
    assert (made.status_code, made.data["version"], same.data["version"], saved()) == (200, 1, 1, 1)
    changed = rest.put(path, body | {"name": "別名"}, **{"If-Match": made["ETag"]})
    assert (changed.data["name"], changed.data["version"], changed["ETag"]) == ("別名", 2, '"2"')
    late = rest.put(path, body | {"version": 1})
    assert late.status_code == 409 and late.data["version"] == 2 and late.data["theirs"]["name"] == "別名"
    assert rest.get(path).data["name"] == "別名" and saved() == 2


@KINDS
def test_an_archived_template_is_listed_only_when_asked_for(rest: Rest, path: str, body: dict[str, Any]) -> None:
    listed = path.rpartition("/")[0]
    rest.put(path, body)
    assert [rest.delete(path).status_code for _ in range(2)] == [204, 204]
    assert rest.get(listed).data["items"] == []
    [kept] = rest.get(f"{listed}?archived=true").data["items"]
    assert kept["archived_at"] is not None
    assert Entry.objects.filter(action__endswith=".archived").count() == 1
    rest.put(path, body)
    assert [one["key"] for one in rest.get(listed).data["items"]] == [path.rpartition("/")[2]]
    assert rest.get(f"{listed}/nobody").status_code == rest.delete(f"{listed}/nobody").status_code == 404


@KINDS
@pytest.mark.parametrize("wrong", [{"name": ""}, {"colour": "red"}, {"name": "x" * 200}])
def test_what_is_no_template_is_refused(rest: Rest, path: str, body: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert rest.put(path, body | wrong).status_code == 422
    assert rest.put(path.rpartition("/")[0] + "/a%20b", body).status_code == 422
    assert saved() == 0


@KINDS
def test_whoever_only_looks_changes_none(rest: Rest, path: str, body: dict[str, Any]) -> None:
    rest.put(path, body)
    executive = Rest(cast.member(Role.EXECUTIVE))
    assert executive.put(path, body | {"name": "x"}).status_code == 403
    assert executive.delete(path).status_code == 403
    assert executive.get(path).status_code == (403 if "mail" in path else 200)


def test_a_template_is_used_once_a_key(rest: Rest) -> None:
    path = "/templates/tasks/review"
    rest.put(path, TASK)
    one, two = rest.post(f"{path}/use", {"key": "crm:1"}), rest.post(f"{path}/use", {"key": "crm:1"})
    assert one.status_code == two.status_code == 201 and one.data["id"] == two.data["id"]
    assert one.data["title"] == TASK["title"] and [step["words"] for step in one.data["checklist"]] == TASK["checklist"]
    assert one.data["due_on"] is not None and Task.objects.count() == 1
    other = Rest(cast.member(Role.SALES))
    assert other.post(f"{path}/use", {"key": "crm:1"}).status_code == 422
    rest.delete(path)
    assert rest.post(f"{path}/use", {}).status_code == 422
    assert rest.post(f"{path}/restore").data["archived_at"] is None
    assert rest.post(f"{path}/use", {"account_id": 10**6}).data["errors"][0]["pointer"] == "/account_id"


def test_an_agenda_is_offered_again_as_it_was(rest: Rest) -> None:
    path = "/templates/agendas/monthly"
    rest.put(path, AGENDA)
    rest.delete(path)
    told = rest.post(f"{path}/restore").data
    assert told["archived_at"] is None and told["agenda"] == AGENDA["agenda"]


def test_words_of_a_mail_are_seen_before_they_are_kept(rest: Rest) -> None:
    [shown] = rest.post("/templates/mail/preview", {"subject_ja": "御礼", "body_ja": "{{ contact.name }}様"}).data
    assert (shown["language"], shown["text"], shown["problem"]) == ("ja", "田中 由美様", "")
    [broken] = rest.post("/templates/mail/preview", {"subject_en": "x", "body_en": "{% if %}"}).data
    assert broken["problem"] and broken["text"] == ""
    assert not MailTemplate.objects.exists()


def test_a_mail_that_asks_for_what_nobody_gives_is_refused(rest: Rest) -> None:
    answer = rest.put("/templates/mail/thanks", MAIL | {"body_ja": "{{ contact.salary }}"})
    assert answer.status_code == 422 and answer.data["errors"][0]["pointer"] == "/body_ja"
    assert rest.put("/templates/mail/thanks", MAIL | {"kind": "zodiac"}).status_code == 422
    assert not MailTemplate.objects.exists()
