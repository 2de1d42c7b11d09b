"""Playbooks by the API: saved as documents, published, started, explained, and their runs watched."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks import masks
from nenrin.playbooks.models import Run
from nenrin.work.models import Task
from tests.api.rest import Rest
from tests.cast import member
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(member(Role.OPERATIONS))


def test_a_playbook_is_saved_published_started_and_explained(rest: Rest, at: datetime) -> None:
    account = stage.account(at=at)
    assert rest.put("/playbooks/rescue", {"document": stage.document()}).data["state"] == "draft"
    assert rest.post("/playbooks/rescue/runs", {"account": account.pk}).status_code == 409
    assert rest.post("/playbooks/rescue/publish", {"note": "go"}).data["state"] == "live"
    assert rest.post("/playbooks/rescue/publish", {}).status_code == 409
    first = rest.post("/playbooks/rescue/runs", {"account": account.pk, "key": "a"})
    again = rest.post("/playbooks/rescue/runs", {"account": account.pk, "key": "a"})
    assert (first.status_code, first.data["id"]) == (201, again.data["id"]) and Run.objects.count() == 1
    told = rest.get(f"/playbooks/rescue/why/{account.pk}").data
    assert told["state"] == "in" and [rule["passes"] for rule in told["rules"]][1] is True
    stage.goes_on(Run.objects.get().wake_at)  # type: ignore[arg-type]
    run = rest.get(f"/runs/{first.data['id']}").data
    assert (run["state"], [one["step"] for one in run["steps"]]) == ("done", ["call"])
    assert [one["id"] for one in rest.get("/runs?playbook=rescue&state=done").data["items"]] == [run["id"]]


def test_what_cannot_be_read_is_named_by_its_place(rest: Rest) -> None:
    answer = rest.put("/playbooks/rescue", {"document": stage.document(steps=[{"do": "open_tsk"}])})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.data["errors"]] == ["/document/steps[0].do", "/document/steps"]
    assert (
        rest.put("/playbooks/other", {"document": stage.document()}).data["errors"][0]["pointer"]
        == "/document/playbook"
    )


def test_a_replay_that_nobody_asked_for_has_a_state(rest: Rest) -> None:
    rest.put("/playbooks/rescue", {"document": stage.document()})
    assert rest.get("/playbooks/rescue/replay").data["state"] == "none"
    assert rest.post("/playbooks/rescue/replay", {"months": 3}).data["state"] == "asked"
    assert rest.get("/playbooks/nobody/replay").status_code == 404


def test_a_draft_is_tried_on_one_account_and_nothing_is_kept(rest: Rest, at: datetime) -> None:
    account = stage.account(at=at)
    rest.put("/playbooks/rescue", {"document": stage.document()})
    told = rest.post("/playbooks/rescue/try", {"account": account.pk}).data
    assert [(one["step"], one["is_problem"]) for one in told["steps"]] == [("call", False)]
    assert told["version"] == 1 and told["end"]["en"] == "All steps taken"
    assert not Run.objects.exists() and not Task.objects.exists()
    assert rest.post("/playbooks/rescue/try", {"account": account.pk + 999}).status_code == 404


def test_a_try_hides_personal_words_from_who_may_not_read_them(rest: Rest, at: datetime) -> None:
    account = stage.account(at=at, owner=stage.csm())
    words = {"en": "{{owner}} meets them", "ja": "{{owner}}さんが面談"}
    rest.put("/playbooks/rescue", {"document": stage.document(steps=[{"do": "notify", "id": "tell", "words": words}])})

    def told(by: Rest) -> str:
        [step] = by.post("/playbooks/rescue/try", {"account": account.pk}).data["steps"]
        assert "岡田" not in step["title"]["ja"]
        return step["result"]["ja"]

    assert "岡田 亮さんが面談" in told(rest)
    assert told(Rest(member(Role.PRODUCT))) == masks.HIDDEN


def test_it_is_paused_and_goes_on_and_an_earlier_version_comes_back(rest: Rest, at: datetime) -> None:
    rest.put("/playbooks/rescue", {"document": stage.document()})
    assert rest.post("/playbooks/rescue/ask", {}).data["state"] == "asked"
    rest.post("/playbooks/rescue/publish", {})
    assert rest.post("/playbooks/rescue/ask", {}).status_code == 409, "there is no draft"
    assert rest.post("/playbooks/rescue/pause", {"why": "audit"}).status_code == 204
    assert rest.get("/playbooks").data[0]["is_paused"] is True
    assert rest.post("/playbooks/rescue/resume", {}).status_code == 204
    assert rest.get("/playbooks").data[0]["is_paused"] is False
    assert rest.post("/playbooks/rescue/versions/1/roll-back", {}).data["number"] == 2
    assert rest.post("/playbooks/rescue/versions/9/roll-back", {}).status_code == 404
    assert [rest.post("/playbooks/rescue/discard", {}).status_code for _ in range(2)] == [204, 204]
    assert [one["number"] for one in rest.get("/playbooks/rescue").data] == [1]
    assert Entry.objects.filter(action="playbooks.playbook.paused", particulars__note="audit").count() == 1


def test_open_runs_move_to_the_live_version_by_hand_one_or_all(rest: Rest, at: datetime) -> None:
    waits = {"do": "wait", "id": "rest", "time": 30, "unit": "days"}
    old = [stage.account(name, at=at) for name in ("甲", "乙")]
    rest.put("/playbooks/rescue", {"document": stage.document(steps=[waits])})
    rest.post("/playbooks/rescue/publish", {})
    keys = [rest.post("/playbooks/rescue/runs", {"account": one.pk}).data["id"] for one in old]
    rest.put("/playbooks/rescue", {"document": stage.document(steps=[waits], name="Second")})
    rest.post("/playbooks/rescue/publish", {})
    assert rest.post(f"/runs/{keys[0]}/move", {}).data["version"] == 2
    assert rest.post("/playbooks/rescue/move-runs", {}).data == {"runs": 1}
    assert {rest.get(f"/runs/{key}").data["version"] for key in keys} == {2}
    assert rest.post("/playbooks/rescue/decline", {}).data == {"runs": 0}
    rest.post("/playbooks/rescue/retire", {})
    assert rest.post(f"/runs/{keys[0]}/move", {}).status_code == 409


@pytest.mark.parametrize("deed", ["pause", "resume", "decline", "move-runs", "discard", "ask", "versions/1/roll-back"])
def test_a_csm_may_look_and_try_and_change_nothing(rest: Rest, at: datetime, deed: str) -> None:
    rest.put("/playbooks/rescue", {"document": stage.document()})
    owner = stage.csm()
    mine = stage.account(at=at, owner=owner)
    csm = Rest(owner)
    assert csm.post(f"/playbooks/rescue/{deed}", {}).status_code == 403
    assert csm.post("/playbooks/rescue/try", {"account": mine.pk}).status_code == 200
