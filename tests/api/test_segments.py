"""Segments by the API: made, tried, changed with the version that was seen, and read within one's scope."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.models.saved_view import SavedView
from nenrin.foundation.roles import Role
from nenrin.insight.models import Segment
from nenrin.playbooks.models import Playbook
from nenrin.work.models import Journey
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member
from tests.insight.world import World
from tests.playbooks import stage
from tests.playbooks.stage import document
from tests.work import journeys_world

pytestmark = pytest.mark.django_db
FEW = {"field": "weekly_active_users", "op": "<", "value": 2}


@pytest.fixture
def rest(org: Organisation) -> Rest:
    world = World().begin()
    for name, users in ((THRIVING, 3), (DRIFTING, 1)):
        world.subscribe(world.open(name))
        for user in range(users):
            world.use(name, user=f"u{user}")
    world.refresh()
    return Rest(member(Role.OPERATIONS))


def test_a_segment_is_tried_made_changed_and_archived(rest: Rest) -> None:
    tried = rest.post("/segments/preview", {"condition": FEW}).data
    assert (tried["count"], tried["accounts"][0]["name"]) == (1, DRIFTING) and not Segment.objects.exists()
    made = rest.post("/segments", {"name": "Few users", "condition": FEW})
    assert made.status_code == 201 and made.data["counted"] == 1
    assert made.data["sentence"]["ja"].endswith("2未満")
    address = f"/segments/{made.data['id']}"
    assert [one["name"] for one in rest.get(f"{address}/accounts").data["items"]] == [DRIFTING]
    change = {"name": "Few", "condition": {"all": [FEW]}, "version": made.data["version"]}
    changed = rest.put(address, change)
    assert changed.data["version"] == made.data["version"] + 1
    assert rest.put(address, change).status_code == 409
    assert [one["name"] for one in rest.get("/segments").data["items"]] == ["Few"]
    assert rest.delete(address).status_code == 204
    assert rest.get(address).status_code == 404


def test_what_cannot_be_read_is_named(rest: Rest) -> None:
    answer = rest.post("/segments", {"name": "X", "condition": {"field": "tear", "op": "=", "value": "smb"}})
    assert answer.status_code == 422 and "tier" in answer.data["errors"][0]["detail"]
    assert rest.post("/segments", {"name": "", "condition": FEW}).status_code == 422
    rest.post("/segments", {"name": "X", "condition": FEW})
    assert rest.post("/segments", {"name": "X", "condition": FEW}).data["errors"][0]["pointer"] == "/name"


def test_who_may_only_look_reads_and_changes_nothing(rest: Rest) -> None:
    made = rest.post("/segments", {"name": "Few users", "condition": FEW}).data
    viewer = Rest(member(Role.SUPPORT))
    assert viewer.get(f"/segments/{made['id']}").status_code == 200
    assert viewer.post("/segments", {"name": "Y", "condition": FEW}).status_code == 403
    assert viewer.put(f"/segments/{made['id']}", {}).status_code == 403
    assert viewer.delete(f"/segments/{made['id']}").status_code == 403


def test_a_segments_accounts_outside_the_scope_are_not_told(rest: Rest) -> None:
    made = rest.post("/segments", {"name": "Few users", "condition": FEW}).data
    sales = Rest(member(Role.SALES))
    assert sales.get(f"/segments/{made['id']}/accounts").data["items"] == []


def test_a_segment_in_use_is_not_archived_and_its_users_are_named(rest: Rest, at: datetime) -> None:
    made = rest.post("/segments", {"name": "Few users", "condition": FEW}).data
    address, key = f"/segments/{made['id']}", made["id"]
    entered = {"trigger": "segment", "segment": str(key), "move": "entered"}
    stage.published(document(when=[entered]), at=at)
    journey = {**journeys_world.DOCUMENT, "for": {"segment": "Few users"}}
    journeys_world.in_use(at, "small", journey)
    theirs = member(Role.CSM, "岡田 亮")
    SavedView.objects.create(page="accounts", name="Shared", query=f"q=&segment={key}")
    SavedView.objects.create(page="accounts", name="Another", query=f"segment={key}1")
    SavedView.objects.create(page="accounts", name="Own", query=f"segment={key}", member=theirs)
    Organisation.objects.update(begins_with=f"segment:{key}")
    refused = rest.delete(address)
    said = refused.data["errors"][0]["detail"]
    assert refused.status_code == 422 and rest.get(address).status_code == 200
    assert "playbook “" in said and "journey “small”" in said and "shared view “Shared”" in said, said
    assert "begins with" in said and "Another" not in said and "Own" not in said, said
    SavedView.objects.all().delete()
    Organisation.objects.update(begins_with="")
    Journey.objects.update(archived_at=at)
    assert "journey" not in rest.delete(address).data["errors"][0]["detail"]
    Playbook.objects.update(archived_at=at)
    assert rest.delete(address).status_code == 204
