"""Many tasks by the API: given, put on a day, ended; taken back where nobody has changed them since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, ownership
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import tasks
from nenrin.work.models import Task
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲", team="東日本")


@pytest.fixture
def ids(mika: Member, at: datetime) -> list[int]:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    ownership.assign(account, mika, by=SYSTEM, at=at)
    return [tasks.open(account, name, assignee=None, due_on=None, by=SYSTEM, at=at).pk for name in ("電話", "訪問")]


def test_many_are_given_and_taken_back_once(mika: Member, ids: list[int]) -> None:
    rest, told = Rest(mika), {"ids": ids, "do": "assign", "assignee_id": mika.pk}
    done = rest.post("/tasks/many", told).data
    assert done["changed"] == 2 and rest.post("/tasks/many", told).data["changed"] == 0
    assert Task.objects.filter(assignee=mika).count() == 2
    rest.patch(f"/tasks/{ids[0]}", {"title": "電話会議"})
    undone = [rest.post("/tasks/many/undo", {"undo": done["undo"]}).data["changed"] for _ in range(2)]
    assert undone == [1, 0], "somebody has changed the other since"
    assert Task.objects.get(pk=ids[1]).assignee is None
    assert Entry.objects.filter(action="work.task.assigned").count() == 3


def test_many_fall_due_and_end(mika: Member, ids: list[int]) -> None:
    rest = Rest(mika)
    assert rest.post("/tasks/many", {"ids": ids, "do": "due", "due_on": "2199-01-07"}).data["changed"] == 2
    assert rest.post("/tasks/many", {"ids": ids[:1], "do": "finish"}).data["changed"] == 1
    assert rest.post("/tasks/many", {"ids": ids, "do": "dismiss", "reason": "不要"}).data["changed"] == 1
    assert list(Task.objects.order_by("pk").values_list("state", flat=True)) == ["done", "dismissed"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "dismiss"},
        {"do": "due"},
        {"do": "assign"},
        {"do": "assign", "assignee_id": 10**6},
        {"do": "fly"},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_done_changes_nothing(mika: Member, ids: list[int], wrong: dict[str, object]) -> None:
    assert Rest(mika).post("/tasks/many", {"ids": ids, "do": "finish"} | wrong).status_code == 422
    assert Task.objects.filter(state="open", version=1).count() == 2


def test_others_tasks_stay_and_others_deeds_are_not_taken_back(mika: Member, ids: list[int], at: datetime) -> None:
    stranger, executive = Rest(cast.member(Role.CSM, "別", team="西")), Rest(cast.member(Role.EXECUTIVE, "経営"))
    assert stranger.post("/tasks/many", {"ids": ids, "do": "finish"}).data["changed"] == 0
    done = Rest(mika).post("/tasks/many", {"ids": ids, "do": "finish"}).data
    assert stranger.post("/tasks/many/undo", {"undo": done["undo"]}).data["changed"] == 0
    assert executive.post("/tasks/many", {"ids": ids, "do": "finish"}).status_code == 403
    assert executive.post("/tasks/many/undo", {"undo": done["undo"]}).status_code == 403
    for late in (at - timedelta(days=900), at + timedelta(days=36_500)):
        assert Rest(mika).post("/tasks/many/undo", {"undo": late.isoformat()}).status_code == 422
    assert Task.objects.filter(state="done").count() == 2
