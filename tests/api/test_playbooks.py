"""Playbooks by the API: saved as documents, published, started, explained, and their runs watched."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks.models import Run
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
