"""Who is left out of every count: by the API."""

from __future__ import annotations

import pytest

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest.models import Exclusion
from tests.api.rest import Rest
from tests.cast import member

pytestmark = pytest.mark.django_db
BOT = {"kind": "user", "pattern": " bot-* ", "why": "監視"}


def test_a_rule_begins_once_and_ends(org: Organisation) -> None:
    rest = Rest(member(Role.OPERATIONS))
    one, two = rest.post("/exclusions", BOT), rest.post("/exclusions", BOT)
    assert one.status_code == two.status_code == 201 and one.data == two.data and one.data["pattern"] == "bot-*"
    assert rest.get("/exclusions").data == [one.data]
    path = f"/exclusions/{one.data['id']}"
    assert [rest.delete(path).status_code for _ in range(2)] == [204, 404]
    told = Entry.objects.filter(action__startswith="ingest.exclusion.").order_by("pk")
    assert [entry.action.rpartition(".")[2] for entry in told] == ["added", "removed"]


@pytest.mark.parametrize("wrong", [{"kind": "zodiac"}, {"pattern": "  "}, {"why": "x" * 201}, {"colour": "red"}])
def test_what_is_no_rule_is_refused(org: Organisation, wrong: dict[str, str]) -> None:
    assert Rest(member(Role.OPERATIONS)).post("/exclusions", BOT | wrong).status_code == 422
    assert not Exclusion.objects.exists()


def test_whoever_only_looks_changes_none(org: Organisation) -> None:
    key = Rest(member(Role.OPERATIONS)).post("/exclusions", BOT).data["id"]
    head, sales = Rest(member(Role.EXECUTIVE)), Rest(member(Role.SALES))
    assert head.post("/exclusions", BOT).status_code == head.delete(f"/exclusions/{key}").status_code == 403
    assert sales.get("/exclusions").status_code == 403 and Exclusion.objects.count() == 1
