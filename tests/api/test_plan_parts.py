"""Success plans by the API: objectives and milestones changed, plans shared and taken up again, templates put away."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import plans
from nenrin.work.models import PlanLink, PlanTemplate, SuccessPlan
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(org: Organisation, at: datetime) -> SuccessPlan:
    account = accounts.open(cast.STARTING, status="customer", by=SYSTEM, at=at)
    return plans.open(account, "2026年度の計画", success="2営業日目に締まること", by=SYSTEM, at=at)


@pytest.fixture
def rest(plan: SuccessPlan) -> Rest:
    return Rest(cast.member(Role.HEAD))


def entries(*verbs: str) -> int:
    return Entry.objects.filter(action__in=[f"work.{verb}" for verb in verbs]).count()


def test_an_objective_is_changed_achieved_and_taken_out(rest: Rest, plan: SuccessPlan) -> None:
    path = f"/success-plans/{plan.pk}"
    told = {"title": "記録", "sort": "business", "figure": "時間", "target": 70.0}
    [made] = rest.post(f"{path}/objectives", told).data["objectives"]
    one = f"{path}/objectives/{made['id']}"
    changed = [rest.patch(one, {"title": "記録作業", "target": None}) for _ in range(2)]
    [row] = changed[0].data["objectives"]
    assert (row["title"], row["target"], row["figure"]) == ("記録作業", None, "時間")
    assert changed[0]["ETag"] == changed[1]["ETag"] and entries("objective.changed") == 1
    assert rest.patch(one, {"title": "x", "version": 0}).status_code == 409
    for wrong in ({"title": ""}, {"sort": "zodiac"}, {"colour": "red"}, {"figure": ""}):
        assert rest.patch(one, wrong).status_code == 422
    assert rest.post(f"{one}/achieve", {"evidence": "議事録", "on": "2026-11-20"}).status_code == 200
    assert rest.delete(one).data["objectives"] == [] and rest.delete(one).status_code == 404
    assert entries("objective.achieved", "objective.removed") == 2


def test_a_milestone_is_changed_done_undone_and_taken_out(rest: Rest, plan: SuccessPlan) -> None:
    path, mine = f"/success-plans/{plan.pk}", cast.member(Role.CSM, "担当")
    [made] = rest.post(f"{path}/milestones", {"title": "研修", "side": "ours"}).data["milestones"]
    one = f"{path}/milestones/{made['id']}"
    [row] = rest.patch(one, {"title": "初回研修", "owner_id": mine.pk, "due_on": "2026-12-01"}).data["milestones"]
    assert (row["title"], row["owner_id"], row["due_on"]) == ("初回研修", mine.pk, "2026-12-01")
    assert rest.patch(one, {"owner_id": 10**6}).status_code == rest.patch(one, {"side": "both"}).status_code == 422
    rest.post(f"{one}/done", {})
    assert [rest.post(f"{one}/undo").data["milestones"][0]["done_on"] for _ in range(2)] == [None, None]
    assert entries("milestone.undone") == 1
    assert rest.delete(one).data["milestones"] == [] and rest.delete(one).status_code == 404


def test_a_shared_address_opens_until_it_is_revoked(rest: Rest, plan: SuccessPlan) -> None:
    path = f"/success-plans/{plan.pk}/links"
    made = rest.post(path, {"days": 7})
    assert made.status_code == 201 and Client().get(made.data["url"]).status_code == 200
    assert rest.get(path).data[0]["opened"] == 1
    one = f"{path}/{made.data['id']}"
    assert [rest.delete(one).status_code for _ in range(2)] == [204, 204] and entries("plan.revoked") == 1
    assert Client().get(made.data["url"]).status_code == 404 and rest.get(path).data[0]["url"] is None
    assert [rest.post(path, wrong).status_code for wrong in ({"days": 0}, {"days": 400}, {"colour": 1})] == [422] * 3
    assert rest.delete(f"{path}/999999").status_code == 404 and PlanLink.objects.count() == 1


def test_a_closed_plan_goes_on(rest: Rest, plan: SuccessPlan) -> None:
    path = f"/success-plans/{plan.pk}"
    assert rest.post(f"{path}/abandon", {"words": "予算なし"}).data["state"] == "abandoned"
    assert rest.post(f"{path}/reopen", {"version": 0}).status_code == 409
    assert [rest.post(f"{path}/reopen", {}).data["state"] for _ in range(2)] == ["draft", "draft"]
    assert entries("plan.reopened") == 1


def test_a_plan_is_kept_as_a_template_that_is_put_away(rest: Rest, plan: SuccessPlan) -> None:
    path = f"/success-plans/{plan.pk}"
    assert rest.post(f"{path}/template", {"name": "製造業"}).status_code == 422, "it has no objectives"
    rest.post(f"{path}/objectives", {"title": "記録", "sort": "business", "figure": "時間"})
    key = rest.post(f"{path}/template", {"name": "Factory"}).data["key"]
    assert (key, "factory" in [one["key"] for one in rest.get("/success-plans/templates").data]) == ("factory", True)
    assert [rest.delete("/success-plans/templates/factory").status_code for _ in range(2)] == [204, 204]
    assert PlanTemplate.objects.get().archived_at is not None and entries("plan.untemplated") == 1
    assert key not in [one["key"] for one in rest.get("/success-plans/templates").data]
    assert rest.delete("/success-plans/templates/efficiency").status_code == 404, "it comes with the product"


def test_whoever_only_looks_changes_nothing(rest: Rest, plan: SuccessPlan) -> None:
    path, executive = f"/success-plans/{plan.pk}", Rest(cast.member(Role.EXECUTIVE))
    assert executive.get("/success-plans/templates").status_code == 200
    for method, what, body in (
        ("GET", "links", None),
        ("POST", "links", {}),
        ("DELETE", "links/1", None),
        ("POST", "reopen", {}),
        ("POST", "template", {}),
        ("PATCH", "objectives/1", {}),
        ("DELETE", "objectives/1", None),
        ("PATCH", "milestones/1", {}),
        ("POST", "milestones/1/undo", None),
    ):
        assert executive.call(method, f"{path}/{what}", body).status_code == 403, (method, what)
    csm = Rest(cast.member(Role.CSM, "担当"))
    assert csm.post(f"{path}/links", {}).status_code == 404, "another team's customer"
    assert csm.delete("/success-plans/templates/factory").status_code == 403
    assert not PlanLink.objects.exists()
