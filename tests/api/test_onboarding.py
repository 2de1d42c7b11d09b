"""Onboarding by the API: started once, stepped through, closed only with success, links told once, cohorts."""

from __future__ import annotations

from typing import Any

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import OnboardingProject
from nenrin.work.onboarding import links, templates
from tests.api.rest import Rest
from tests.cast import member
from tests.work import onboarding_cast as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def rest(org: Organisation) -> Rest:
    world.template()
    return Rest(member(Role.HEAD))


def started(rest: Rest, **more: Any) -> Any:
    body = {"account": world.company().pk, "template": "small", "starts_on": "2026-11-02"} | more
    return rest.post("/onboarding", body)


def test_a_project_is_started_once_a_key(rest: Rest) -> None:
    body = {"account": world.company().pk, "template": "small", "starts_on": "2026-11-02", "key": "crm:9"}
    one, two = rest.post("/onboarding", body), rest.post("/onboarding", body)
    assert one.status_code == two.status_code == 201 and one.data["id"] == two.data["id"]
    assert (one.data["due_on"], one.data["steps"], one.data["ball"]) == ("2026-11-13", 5, "us")


def test_steps_are_settled_and_refusals_name_the_field(rest: Rest) -> None:
    address = f"/onboarding/{started(rest).data['id']}"
    assert rest.post(f"{address}/steps/kickoff", {"do": "done", "spent_minutes": 45}).data["state"] == "done"
    refused = rest.post(f"{address}/steps/import", {"do": "done"})
    assert refused.status_code == 422 and refused.data["errors"][0]["pointer"] == "/approved"
    assert rest.post(f"{address}/steps/import", {"do": "approve"}).data["approved_at"] is not None
    assert rest.post(f"{address}/steps/import", {"do": "unapprove"}).data["approved_at"] is None
    assert rest.post(f"{address}/steps/train", {"do": "waive"}).status_code == 422
    assert rest.post(f"{address}/steps/nope", {"do": "done"}).status_code == 404
    whole = rest.get(address).data
    assert whole["settled"] == 1 and whole["all_steps"][0]["key"] == "kickoff"
    assert any("plan" in one["en"] for one in whole["lacking"])


def test_closing_too_early_says_what_lacks(rest: Rest) -> None:
    address = f"/onboarding/{started(rest).data['id']}"
    answer = rest.post(address, {"do": "close"})
    assert answer.status_code == 422 and len(answer.data["errors"]) >= 2
    assert rest.post(address, {"do": "pause", "reason": "x"}).data["state"] == "paused"
    assert rest.post(address, {"do": "resume"}).data["state"] == "running"
    assert rest.post(address, {"do": "cancel", "why": "left"}).data["state"] == "cancelled"


def test_a_link_is_told_once_and_revoked(rest: Rest) -> None:
    made = OnboardingProject.objects.get(pk=started(rest).data["id"])
    contact = world.person(made.account)
    told = rest.post(f"/onboarding/{made.pk}/links", {"contact": contact.pk})
    assert told.status_code == 201
    secret = told.data["url"].rpartition("/")[2]
    assert links.find(secret, at=world.noon(20))
    assert rest.delete(f"/onboarding/{made.pk}/links/{told.data['id']}").status_code == 204
    assert links.find(secret, at=world.noon(20)) is None
    stranger = world.person(world.company("別会社"))
    assert rest.post(f"/onboarding/{made.pk}/links", {"contact": stranger.pk}).status_code == 422


def test_a_template_is_written_and_put_into_use(rest: Rest) -> None:
    document = world.SMALL | {"name": {"en": "Second", "ja": "二版"}}
    answer = rest.put("/onboarding/templates/small", {"document": document, "publish": True})
    assert (answer.data["number"], answer.data["name"]["ja"]) == (2, "二版") and templates.in_use("small").number == 2
    wrong = rest.put("/onboarding/templates/small", {"document": {"name": "x", "phases": [{"key": "a"}]}})
    assert wrong.status_code == 422
    assert [one["key"] for one in rest.get("/onboarding/templates").data] == ["small"]


def test_lists_are_filtered_and_cohorts_counted(rest: Rest) -> None:
    made = started(rest).data
    assert [one["id"] for one in rest.get(f"/onboarding?account={made['account']}").data["items"]] == [made["id"]]
    assert rest.get("/onboarding?state=closed").data["items"] == []
    [cohort] = rest.get("/onboarding/completion?by=month").data
    assert (cohort["cohort"], cohort["projects"], cohort["by_day"]["30"]) == ("2026-11", 1, None)


def test_who_only_looks_changes_nothing(rest: Rest) -> None:
    made = started(rest).data
    viewer = Rest(member(Role.SUPPORT))
    assert viewer.get(f"/onboarding/{made['id']}").status_code == 200
    assert viewer.post(f"/onboarding/{made['id']}", {"do": "pause"}).status_code == 403
    assert viewer.put("/onboarding/templates/small", {"document": {}}).status_code == 403
