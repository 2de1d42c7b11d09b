"""Texts that a database refuses are refused at the door of the API, wherever in a body they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingTemplate, Task
from tests import cast
from tests.api.rest import Rest
from tests.work import onboarding_cast as world

pytestmark = pytest.mark.django_db
HALF = "\ud800"
DOCUMENT = world.SMALL | {"name": {"en": "Small", "ja": f"小さな{HALF}"}}


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.HEAD))


@pytest.mark.parametrize(
    "body",
    [
        {"title": HALF},
        b'{"title": "\xed\xa0\x80"}',
        json.dumps({"title": f"x{HALF}"}, ensure_ascii=False).encode("utf-16-le", "surrogatepass"),
        json.dumps({"title": "a\0b"}).encode("utf-16-le"),
    ],
    ids=["escaped", "as it is", "in UTF-16", "NUL in UTF-16"],
)
def test_half_a_character_is_refused_however_it_is_written(rest: Rest, body: Any) -> None:
    answer = rest.post("/tasks", body)
    assert answer.status_code in (400, 422) and answer.data["status"] == answer.status_code
    assert not Task.objects.exists()


def test_half_a_character_deep_in_a_document_is_refused(rest: Rest) -> None:
    assert rest.put("/onboarding/templates/small", {"document": DOCUMENT}).status_code == 422
    assert rest.patch(f"/accounts/{world.company().pk}", {"attributes": {HALF: "x"}}).status_code == 422
    assert not OnboardingTemplate.objects.filter(key="small").exists()


def test_a_whole_character_of_two_halves_is_taken(rest: Rest) -> None:
    assert rest.post("/tasks", b'{"title": "\\ud83d\\udc7b"}').data["title"] == "👻"


def test_a_body_that_nobody_reads_does_no_harm(rest: Rest) -> None:
    task = rest.post("/tasks", {"title": "電話"}).data["id"]
    assert rest.post(f"/tasks/{task}/reopen", b'\\u0000"').status_code < 500
