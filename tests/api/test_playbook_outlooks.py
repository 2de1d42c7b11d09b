"""Whom a playbook could reach and what its share could show, by the API: as the pages tell it, of the accounts in one's scope."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks.effects import beforehand
from nenrin.playbooks.effects.beforehand import Ground
from nenrin.playbooks.models import Exposure, HoldoutPlace
from tests.api.rest import Rest
from tests.cast import member
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
FIFTH = {"holdout": {"share": 0.2, "metric": "churn"}}


def test_the_audience_names_who_may_come_in_and_the_chance_of_being_left_alone(org: Organisation, at: datetime) -> None:
    rest = Rest(member(Role.OPERATIONS))
    version = stage.published(stage.document(who={"all": []}, **FIFTH), at=at)
    found = [stage.account(name, at=at) for name in ("乙社", "甲社", "丙社")]
    gone = stage.account("去った会社", at=at, status="lost", lost_on="2026-10-01")
    for n, arm in ((0, "holdout"), (1, "treated")):
        Exposure.objects.create(playbook=version.playbook, account=found[n], arm=arm, share=0.2, cluster=found[n].pk,
                                version=1, at=at)  # fmt: skip
    told = rest.get("/playbooks/rescue/audience").data
    assert (told["version"], told["met"], told["count"]) == (1, 4, 2)
    assert [one["name"] for one in told["accounts"]] == ["丙社", "甲社"]
    assert (told["undrawn"], told["chance"]) == (1, pytest.approx(0.2)), "the other's arm is written down"
    assert {one["rule"]: [each["id"] for each in one["accounts"]] for one in told["out"]} == {
        "not_a_customer": [gone.pk], "held_out": [found[0].pk],
    }  # fmt: skip
    short = rest.get("/playbooks/rescue/audience?limit=1").data
    assert (short["count"], len(short["accounts"])) == (2, 1)
    assert not HoldoutPlace.objects.exists(), "nothing is drawn to say so"
    assert rest.get("/playbooks/nobody/audience").status_code == 404


def test_what_a_share_could_show_is_told_for_the_share_asked_for(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = Rest(member(Role.OPERATIONS))
    monkeypatch.setattr(beforehand, "ground", lambda *args, **known: Ground(0.5, 0.25, 40))
    stage.published(stage.document(**FIFTH), at=at)
    for n in range(20):
        stage.account(f"会社{n:02}", at=at)
    told = rest.get("/playbooks/rescue/beforehand?share=0.25").data
    assert (told["metric"], told["days"], told["families"], told["left"], told["in_a_year"]) == (
        "churn",
        90,
        20,
        20,
        20,
    )
    assert (told["a_week"], told["base"], told["known"], told["expected"]) == (None, 0.5, 40, -0.05)
    assert [(one["share"], one["held"], one["treated"]) for one in told["lines"]] == [
        (0.2, 4, 16), (0.25, 5, 15), (0.5, 10, 10),
    ]  # fmt: skip
    assert told["lines"][0]["weeks"] is None and told["lines"][0]["needed"] > 20
    assert rest.get("/playbooks/rescue/beforehand?share=0.9").status_code == 422
    monkeypatch.setattr(beforehand, "ground", lambda *args, **known: None)
    none = rest.get("/playbooks/rescue/beforehand").data
    assert (none["base"], none["lines"]) == (None, [])


def test_it_is_told_of_the_accounts_in_ones_scope_alone(org: Organisation, at: datetime) -> None:
    sales = member(Role.SALES)
    stage.published(stage.document(), at=at)
    stage.account("担当の会社", at=at, owner=sales)
    stage.account("ほかの会社", at=at)
    for whose, names in ((Rest(sales), ["担当の会社"]), (Rest(member(Role.OPERATIONS)), ["ほかの会社", "担当の会社"])):
        assert [one["name"] for one in whose.get("/playbooks/rescue/audience").data["accounts"]] == names
        assert whose.get("/playbooks/rescue/beforehand").data["families"] == len(names)
