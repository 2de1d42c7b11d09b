"""REST: the questions of first use, and the result against the first day."""

from __future__ import annotations

import pytest
import time_machine

from nenrin.foundation import journal, organisation
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.start import answers, focus
from nenrin.insight.start.focus import AREAS, Focus
from nenrin.insight.start.sorts import ALL
from tests import cast
from tests.api.rest import Rest
from tests.insight.test_start import begin, later, read
from tests.insight.test_start import world as world  # the company with a first day
from tests.insight.test_start_baselines import ready
from tests.insight.world import World

pytestmark = pytest.mark.django_db
ANSWER = {"problem": "renewal", "team": "1"}


def caller(role: Role = Role.ADMINISTRATOR) -> Rest:
    return Rest(cast.member(role))


def test_before_any_answer_every_area_shows(org: Organisation) -> None:
    told = caller().get("/start").data
    assert told["problem"] == "" and told["shown"] == list(AREAS) and told["hidden"] == [] and told["shows_everything"]
    assert told["proposed"] is None and told["baseline_on"] is None and told["waits_for"] == []


def test_an_answer_decides_what_shows_and_what_is_proposed(org: Organisation) -> None:
    told = caller().put("/start", ANSWER).data
    assert set(told["shown"]) == {"renewal", "figures"} and set(told["shown"]) | set(told["hidden"]) == set(AREAS)
    assert told["proposed"]["playbooks"] == ["notice-deadline", "champion-left"]
    assert focus.of(organisation.current()) == Focus("renewal", "1")
    told = caller().put("/start", {**ANSWER, "shows_everything": True}).data
    assert told["hidden"] == [] and told["problem"] == "renewal"


@pytest.mark.parametrize(
    "wrong", [{"problem": "weather"}, {"problem": ""}, {"team": ""}, {"begins_with": "tier:nowhere"}, {"more": 1}]
)
def test_what_cannot_be_answered_says_what_can(org: Organisation, wrong: dict[str, object]) -> None:
    assert caller().put("/start", {**ANSWER, **wrong}).status_code == 422
    assert (
        not focus.of(organisation.current()).is_answered
        and not Entry.objects.filter(action__startswith="insight.start").exists()
    )


def test_both_parts_of_an_answer_are_kept_or_neither(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(answers, "show_everything", fails)
    assert caller().put("/start", {**ANSWER, "shows_everything": True}).status_code == 500
    assert not focus.of(organisation.current()).is_answered
    assert not Entry.objects.filter(action__startswith="insight.start").exists()


@pytest.mark.parametrize("role", [Role.HEAD, Role.CSM, Role.EXECUTIVE, Role.OPERATIONS])
def test_only_administrators_answer_and_everyone_reads(org: Organisation, role: Role) -> None:
    assert caller(role).put("/start", ANSWER).status_code == 403
    assert caller(role).get("/start").status_code == 200


def test_the_result_after_ninety_days(world: World) -> None:
    assert caller().get("/start/result").status_code == 404
    begin(world)
    later(world, 95)
    with time_machine.travel(world.now, tick=False):
        told = caller().get("/start/result").data
        denied = caller(Role.SALES).get("/start/result").status_code
    assert (told["days"], told["is_over"], len(told["figures"])) == (95, True, len(ALL))
    churn = next(row for row in told["figures"] if row["kpi"] == "churn_month")
    assert churn["verdict"] == "better" and churn["low"] <= churn["difference"] <= churn["high"] < 0
    assert churn["difference"] == pytest.approx(churn["now"]["value"] - churn["baseline"]["value"])
    assert next(row for row in told["figures"] if row["kpi"] == "stickiness")["difference"] is None
    assert denied == 403


def test_a_new_baseline_is_begun_with_a_reason_and_the_first_stays(world: World) -> None:
    ready(world)
    with time_machine.travel(world.now, tick=False):
        rest = caller()
        assert caller(Role.HEAD).post("/start/baselines", {"why": "x"}).status_code == 403
        for wrong in ({}, {"why": ""}, {"why": "x" * 301}, {"why": "x", "colour": "red"}):
            assert rest.post("/start/baselines", wrong).status_code == 422
        journal.seal()
        world.carry()
        read(world)
        made = rest.post("/start/baselines", {"why": "取り込みに重複があった", "seen": 1})
        late = rest.post("/start/baselines", {"why": "同じ", "seen": 1})
        told = rest.get("/start/baselines").data
        now, then = rest.get("/start/result").data, rest.get("/start/result?baseline=1").data
        nowhere = rest.get("/start/result?baseline=9").status_code
    assert made.status_code == 201 and (made.data["number"], made.data["why"]) == (2, "取り込みに重複があった")
    assert late.status_code == 409 and late.data["version"] == 2
    assert [(row["number"], row["taken_on"]) for row in told] == [(2, world.today.isoformat()), (1, "2026-04-06")]
    assert (now["baseline"], now["days"], then["baseline"], then["days"], nowhere) == (2, 0, 1, 10, 404)
    assert Entry.objects.filter(action="insight.start.baseline_replaced").count() == 1
