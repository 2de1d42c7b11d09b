"""The list of churn reasons by the API: made, named anew, moved, archived, offered again."""

from __future__ import annotations

import pytest

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
MERGER = {"name_en": "Merger", "name_ja": "合併", "is_avoidable": False}
PATH = "/losses/reasons/merger"


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.HEAD))


def entries(verb: str) -> int:
    return Entry.objects.filter(action=f"work.churn_reason.{verb}").count()


def test_a_reason_is_made_once_and_named_anew(rest: Rest) -> None:
    made, same = rest.put(PATH, MERGER), rest.put(PATH, MERGER)
    assert made.data == same.data and made.data["version"] == 1 and entries("saved") == 1
    told = rest.put(PATH, MERGER | {"name_ja": "統合"}, **{"If-Match": made["ETag"]}).data
    assert (told["name_ja"], told["version"], told["is_avoidable"]) == ("統合", 2, False)
    assert rest.put(PATH, MERGER | {"version": 1}).status_code == 409
    assert entries("saved") == 2


def test_a_reason_is_moved_archived_and_offered_again(rest: Rest) -> None:
    for key in ("one", "two"):
        rest.put(f"/losses/reasons/{key}", MERGER)
    assert [one["key"] for one in rest.post("/losses/reasons/two/move", {"is_up": True}).data][-2:] == ["two", "one"]
    assert [rest.delete("/losses/reasons/two").status_code for _ in range(2)] == [204, 204]
    assert entries("archived") == 1
    assert "two" not in {one["key"] for one in rest.get("/losses/reasons").data}
    assert "two" in {one["key"] for one in rest.get("/losses/reasons?archived=true").data}
    assert rest.put("/losses/reasons/two", MERGER).data["archived_at"] is None
    assert rest.delete("/losses/reasons/nobody").status_code == 404


def test_what_is_no_reason_is_refused(rest: Rest) -> None:
    assert rest.put(PATH, MERGER | {"name_ja": ""}).status_code == 422
    assert rest.put(PATH, MERGER | {"colour": "red"}).status_code == 422
    assert rest.put("/losses/reasons/a%20b", MERGER).status_code == 422
    assert entries("saved") == 0


def test_only_those_who_configure_journeys_change_the_list(rest: Rest) -> None:
    rest.put(PATH, MERGER)
    csm = Rest(cast.member(Role.CSM, "担当"))
    assert csm.get("/losses/reasons").status_code == 200
    assert csm.put(PATH, MERGER | {"name_ja": "x"}).status_code == csm.delete(PATH).status_code == 403
    assert csm.post(f"{PATH}/move", {"is_up": True}).status_code == 403
