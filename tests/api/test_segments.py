"""Segments by the API: made, tried, changed with the version that was seen, and read within one's scope."""

from __future__ import annotations

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Segment
from tests.api.rest import Rest
from tests.cast import DRIFTING, THRIVING, member
from tests.insight.world import World

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
