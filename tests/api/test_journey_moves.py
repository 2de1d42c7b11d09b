"""Journeys by the API: many moved at once, a move taken back, put in order, published, thrown away, put away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import segments
from nenrin.work.models import Journey, StageStay
from tests import cast
from tests.api.rest import Rest
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db
MOVE = "/journeys/accounts/move"


@pytest.fixture
def rest(org: Organisation) -> Rest:
    world.in_use(timezone.now() - timedelta(days=40))
    return Rest(cast.member(Role.HEAD))


@pytest.fixture
def ids(rest: Rest) -> list[int]:
    """One that meets the criteria of the next stage, and one that does not."""
    at = timezone.now() - timedelta(days=14)
    made = [
        world.customer(name, "onboarding", at=at, tags=tags) for name, tags in (("済", ["done", "well"]), ("未", []))
    ]
    return [one.pk for one in made]


def test_those_move_whose_criteria_are_met_and_the_others_with_a_reason(rest: Rest, ids: list[int]) -> None:
    first = rest.post(MOVE, {"account_ids": ids, "stage": "adoption"}).data
    assert [one["account_id"] for one in first["moved"]] == ids[:1]
    assert first["refused"][0]["account_id"] == ids[1] and first["refused"][0]["unmet"][0]["ja"]
    second = rest.post(MOVE, {"account_ids": ids, "stage": "adoption", "reason": "合意済み"}).data
    assert ([one["account_id"] for one in second["moved"]], second["unchanged"]) == (ids[1:], 1)
    undo = f"/journeys/stays/{second['moved'][0]['stay_id']}/undo"
    assert [rest.post(undo).data["stage"] for _ in range(2)] == ["onboarding"] * 2
    assert Entry.objects.filter(action="work.journey.returned").count() == 1
    for wrong in ({"stage": "moon"}, {"stage": "adoption", "colour": "red"}, {}):
        assert rest.post(MOVE, {"account_ids": ids} | wrong).status_code == 422


def test_nobody_moves_what_is_not_theirs(rest: Rest, ids: list[int]) -> None:
    told, stranger = (
        {"account_ids": ids, "stage": "adoption", "reason": "x"},
        Rest(cast.member(Role.CSM, "別", team="西")),
    )
    assert stranger.post(MOVE, told).data == {"moved": [], "refused": [], "unchanged": 0}
    assert Rest(cast.member(Role.SUPPORT)).post(MOVE, told).status_code == 403
    stay = StageStay.objects.filter(account=ids[0]).order_by("-since").first()
    assert stay is not None and stranger.post(f"/journeys/stays/{stay.pk}/undo").status_code == 404
    assert rest.post("/journeys/stays/999999/undo").status_code == 404


def test_journeys_are_put_in_order_drafted_and_put_away(rest: Rest) -> None:
    assert rest.post("/journeys/designs/install").data == {"installed": 0}
    segments.save("重点", {"field": "tags", "op": "contains", "value": "key"}, by=SYSTEM, at=timezone.now())
    document = world.DOCUMENT | {"for": {"segment": "重点"}}
    rest.put("/journeys/second", {"document": document})
    assert rest.put("/journeys/designs/order", {"keys": ["second", "small"]}).data["keys"] == ["second", "small"]
    assert rest.put("/journeys/designs/order", {"keys": ["second"]}).status_code == 422
    path = "/journeys/second/use"
    assert rest.post(path, {"do": "publish", "version": 99}).status_code == 409
    assert rest.post(path, {"do": "publish"}).data["published_at"] is not None
    assert rest.post(path, {"do": "discard"}).status_code == 404, "there is no draft any more"
    assert [rest.post(path, {"do": "archive"}).status_code for _ in range(2)] == [204, 204]
    assert Journey.objects.get(key="second").archived_at is not None
    assert (
        rest.post(path, {"do": "fly"}).status_code == 422
        and rest.post("/journeys/none/use", {"do": "archive"}).status_code == 404
    )
    csm = Rest(cast.member(Role.CSM, "担当"))
    assert (
        csm.post(path, {"do": "archive"}).status_code
        == csm.put("/journeys/designs/order", {"keys": []}).status_code
        == 403
    )
    assert csm.post("/journeys/designs/install").status_code == 403


def test_the_ready_made_ones_are_taken_where_there_is_none(org: Organisation) -> None:
    head = Rest(cast.member(Role.HEAD))
    counts = [head.post("/journeys/designs/install").data["installed"] for _ in range(2)]
    assert counts[0] == Journey.objects.count() > 0 and counts[1] == 0
