"""Effects by the API: the page's figures, within one's reach, wrong questions answered with what was expected."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.foundation import organisation
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks.models import Exposure
from tests.api.rest import Rest
from tests.cast import member
from tests.playbooks import effects_world

pytestmark = pytest.mark.django_db


def test_programs_read_what_the_page_shows(org: Organisation, at: datetime) -> None:
    effects_world.build(at)
    told = Rest(member(Role.HEAD)).get(f"/effects/rescue?metric={effects_world.METRIC}&days=30").data
    assert (told["verdict"], told["treated"], told["held"], told["waiting"]) == ("gain", 320, 80, 0)
    assert told["interval"]["low"] < told["interval_once"]["low"] < told["effect"] < told["interval"]["high"]
    assert (told["undrawn"], told["undrawn_since"]) == (0, None)


def test_programs_read_who_was_met_with_nobody_left_alone(org: Organisation, at: datetime) -> None:
    effects_world.build(at, accounts=20)
    Exposure.objects.update(share=0.0, arm="treated")
    head = Rest(member(Role.HEAD))
    told = head.get(f"/effects/rescue?metric={effects_world.METRIC}&days=30").data
    since = organisation.today(at) - timedelta(91)
    assert (told["undrawn"], told["undrawn_since"], told["treated"]) == (20, since.isoformat(), 0)
    met = head.get("/holdout").data
    assert met["met"] == 20 and met["met_since"]
    assert Rest(member(Role.SALES, "営業")).get("/holdout").data["met"] == 0


def test_what_is_not_there_is_not_found_and_wrong_questions_are_named(org: Organisation, at: datetime) -> None:
    effects_world.build(at, accounts=20)
    head, seller = Rest(member(Role.HEAD)), Rest(member(Role.SALES, "営業"))
    assert head.get("/effects/none-such").status_code == 404
    assert seller.get("/effects/rescue").status_code == 404
    wrong = head.get("/effects/rescue?metric=zodiac")
    assert wrong.status_code == 422 and wrong.data["errors"][0]["pointer"] == "/metric"
    assert head.get("/effects/rescue?days=31").status_code == 422


def test_the_universal_holdout_is_read_and_changed_with_a_reason(org: Organisation, at: datetime) -> None:
    head = Rest(member(Role.HEAD))
    told = {"share": 0.0, "usual": 0.0, "changed_at": None, "exclusions": [], "met": 0, "met_since": None}
    assert head.get("/holdout").data == told
    told = head.put("/holdout", {"share": 0.0, "usual": 0.1, "reason": "each on its own"})
    assert told.data["usual"] == 0.1 and told.data["changed_at"] is None, "no share was ever set"
    told = head.put("/holdout", {"share": 0.1, "reason": "measure all"})
    assert told.status_code == 200 and told.data["share"] == 0.1 and told.data["changed_at"]
    assert [one["condition"]["value"] for one in told.data["exclusions"]] == ["at_risk"]
    assert head.put("/holdout", {"share": 0.2, "reason": "x"}).status_code == 422
    assert head.put("/holdout", {"share": 0.1, "usual": 0.6, "reason": "x"}).status_code == 422
    assert head.put("/holdout", {"share": 0.1, "usual": 0.2, "reason": "each on its own"}).data["usual"] == 0.2
    assert head.put("/holdout", {"share": 0.1, "reason": ""}).status_code == 422
    assert Rest(member(Role.CSM, "担当")).put("/holdout", {"share": 0.1, "reason": "x"}).status_code == 403
    made = head.post(
        "/holdout/exclusions", {"condition": {"field": "tags", "op": "contains", "value": "legal"}, "reason": "law"}
    )
    assert made.status_code == 201
    assert head.delete(f"/holdout/exclusions/{made.data['id']}").status_code == 204
    assert head.delete("/holdout/exclusions/99999").status_code == 404
    assert head.post("/holdout/exclusions", {"playbook": "none", "reason": "x"}).status_code == 422
    assert head.get("/holdout/accounts").data == {"items": [], "next": None}
    assert head.get("/holdout/exposures").data == {"items": [], "next": None}
    assert head.get("/holdout/effect").data["verdict"] == "few"


def test_programs_read_for_whom_it_works_better(org: Organisation, at: datetime) -> None:
    effects_world.build(at, accounts=900)
    head = Rest(member(Role.HEAD))
    told = head.get(f"/effects/rescue/differences?metric={effects_world.METRIC}&days=30").data
    assert told["verdict"] in ("none", "some") and told["interval"]["low"] < told["qini"] < told["interval"]["high"]
    fifths = next(one for one in told["tables"] if one["name"] == "foretold")
    assert [one["key"] for one in fifths["groups"]] == list("12345")
    assert sum(one["treated"] + one["held"] for one in fifths["groups"]) == 900
    assert head.get("/effects/rescue/differences").data["verdict"] == "not_compared", "nobody had a contract"
    assert head.get("/effects/none-such/differences").status_code == 404
    assert Rest(member(Role.SALES)).get("/effects/rescue/differences").status_code in (403, 404)
