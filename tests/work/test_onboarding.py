"""Onboarding projects: begun from templates, stepped through, late, stuck, planned anew, closed only with success."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import onboarding
from nenrin.work.models import OnboardingProject, OnboardingStep
from nenrin.work.onboarding import criteria, documents, guards, policies, projects, replanning, steps, templates
from nenrin.work.onboarding.guards import Flag
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import BEGAN, ME, SMALL, STARTS_ON, noon

pytestmark = pytest.mark.django_db


def test_a_project_copies_its_template_with_dates_on_business_days(org: Organisation) -> None:
    """2 + 3 + 2 + 1 + 1 business days from Monday 2 November over Culture Day: 2, 4 | 5, 6, 9 | 10, 11 | 12 | 13."""
    made = world.project()
    days = {step.key: (step.starts_on.day, step.due_on.day) for step in made.steps.all()}
    assert days == {"kickoff": (2, 4), "list": (5, 9), "import": (10, 11), "train": (12, 12), "value": (13, 13)}
    assert (made.due_on, made.phase, made.ball, made.standing) == (date(2026, 11, 13), "begin", "us", "on_track")
    assert made.name == "小さな導入" and made.steps_all == 5
    assert Entry.objects.filter(action="work.onboarding.started", account=made.account_id).count() == 1


def test_asked_twice_with_one_key_it_is_one_project(org: Organisation) -> None:
    world.template()
    account = world.company()
    asked = {"starts_on": STARTS_ON, "owner": None, "by": ME, "at": BEGAN, "key": "playbook:7"}
    assert onboarding.start(account, "small", **asked).pk == onboarding.start(account, "small", **asked).pk
    assert OnboardingProject.objects.count() == 1


def test_a_second_one_from_the_same_template_is_refused_while_the_first_runs(org: Organisation) -> None:
    made = world.project()
    with pytest.raises(Refused):
        world.project(made.account, owner=made.owner)
    projects.cancel(made, "mistake", by=ME, at=noon(3))
    assert world.project(made.account, owner=made.owner).pk != made.pk


def test_an_account_without_an_owner_falls_to_whoever_looks_after_onboarding(org: Organisation) -> None:
    world.template()
    led = cast.member(Role.CSM)
    made = onboarding.start(world.company(owner=led), "small", starts_on=STARTS_ON, owner=None, by=ME, at=BEGAN)
    assert made.owner == led


def test_running_projects_keep_their_version(org: Organisation) -> None:
    made = world.project()
    changed = SMALL | {"phases": [SMALL["phases"][0]]}
    second = templates.publish(templates.draft("small", changed, by=SYSTEM, at=noon(4)), by=SYSTEM, at=noon(4))
    assert second.number == 2 and made.steps.count() == 5
    other = onboarding.start(world.company("別会社"), "small", starts_on=STARTS_ON, owner=None, by=ME, at=noon(4))
    assert (other.steps.count(), made.template_version.number) == (3, 1)


def test_the_ready_made_templates_are_installed_once(org: Organisation) -> None:
    assert (templates.install(by=SYSTEM, at=BEGAN), templates.install(by=SYSTEM, at=BEGAN)) == (3, 0)
    assert {one.template.key for one in templates.all_in_use()} == {"standard", "light", "enterprise"}
    for version in templates.all_in_use():
        read = templates.read(version)
        assert documents.parse(documents.dump(read), criteria.fields()) == read
        assert not set(guards.flags(read.steps).values()) & guards.LOUD


def test_a_circle_of_steps_is_refused_and_named(org: Organisation) -> None:
    begin = SMALL["phases"][0]
    first = begin["steps"][0] | {"after": ["import"]}
    circle = SMALL | {"phases": [begin | {"steps": [first, *begin["steps"][1:]]}, SMALL["phases"][1]]}
    with pytest.raises(Refused) as refused:
        templates.draft("small", circle, by=ME, at=BEGAN)
    [fault] = refused.value.faults
    assert "キックオフ → 取り込み代行 → 利用者一覧 → キックオフ" in fault.text.ja


def test_every_fault_of_a_template_is_told_by_its_place(org: Organisation) -> None:
    wrong = {
        "name": "", "first_value": {"words": "x", "condition": {"field": "first_valu.on", "op": "missing"}},
        "phases": [{"key": "A B", "name": "x", "steps": [{"key": "a", "title": "t", "days": 0, "kind": "tsk", "colour": 1}]}],
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        templates.draft("small", wrong, by=ME, at=BEGAN)
    places = {fault.field for fault in refused.value.faults}
    step = "phases[0].steps[0]"
    assert places == {
        "name", "phases[0].key", f"{step}.days", f"{step}.kind", f"{step}.colour", "first_value.condition.field",
    }  # fmt: skip
    assert not templates.OnboardingTemplate.objects.exists()


def test_yaml_that_cannot_be_read_says_where() -> None:
    with pytest.raises(Refused) as refused:
        templates.of_yaml("name: {en: a\nphases: [")
    assert "line 2" in refused.value.faults[0].text.en


def test_two_editors_of_one_draft_do_not_overwrite_each_other(org: Organisation) -> None:
    draft = templates.draft("small", SMALL, by=ME, at=BEGAN)
    templates.draft("small", SMALL | {"name": "mine"}, by=ME, at=noon(3), version=draft.version)
    with pytest.raises(Conflict):
        templates.draft("small", SMALL | {"name": "theirs"}, by=ME, at=noon(3), version=draft.version)


def test_who_saw_only_what_is_in_use_does_not_write_over_anothers_first_draft(org: Organisation) -> None:
    live = templates.publish(templates.draft("small", SMALL, by=ME, at=BEGAN), by=ME, at=BEGAN)
    templates.draft("small", SMALL | {"name": "mine"}, by=ME, at=noon(3), version=live.version)
    with pytest.raises(Conflict):
        templates.draft("small", SMALL | {"name": "theirs"}, by=ME, at=noon(3), version=live.version)


def _flags(**change: object) -> dict[str, Flag]:
    """Flags of a(task) -> value, and b beside them, with `b` changed."""
    steps_ = [
        documents.Step("a", world.NAMED, "p"),
        documents.Step("value", world.NAMED, "p", kind=documents.Kind.FIRST_VALUE, after=change.pop("needs", ("a",))),  # type: ignore[arg-type]
        documents.Step("b", world.NAMED, "p", **change),  # type: ignore[arg-type]
    ]
    return guards.flags(steps_)


def test_a_step_that_first_value_does_not_need_is_flagged() -> None:
    why = world.NAMED
    assert _flags() == {"b": Flag.UNLINKED}
    assert _flags(is_needed=False) == {"b": Flag.UNEXPLAINED}
    assert _flags(is_needed=False, serves=why) == {"b": Flag.ASIDE}
    assert _flags(is_needed=False, serves=why, needs=("a", "b")) == {"b": Flag.DELAYS}
    assert _flags(needs=("a", "b")) == {}


def test_steps_are_done_and_the_ball_goes_over(org: Organisation) -> None:
    made = world.project()
    steps.finish(world.step(made, "kickoff"), by=ME, at=noon(4), outcome="合意済み")
    made.refresh_from_db()
    assert (made.steps_settled, made.ball, made.moved_on) == (1, "customer", date(2026, 11, 4))
    steps.finish(world.step(made, "kickoff"), by=ME, at=noon(5))
    assert Entry.objects.filter(action="work.onboarding_step.done").count() == 1
    steps.reopen(world.step(made, "kickoff"), by=ME, at=noon(5))
    made.refresh_from_db()
    assert (made.steps_settled, made.ball) == (0, "us")


def test_a_step_is_waived_only_with_a_reason(org: Organisation) -> None:
    made = world.project()
    with pytest.raises(Refused):
        steps.waive(world.step(made, "train"), " ", by=ME, at=noon(4))
    steps.waive(world.step(made, "train"), "研修は受講済み", by=ME, at=noon(4))
    row = world.step(made, "train")
    assert (row.state, row.reason, row.settled_on) == ("waived", "研修は受講済み", date(2026, 11, 4))


def test_a_held_step_is_nobodys_turn(org: Organisation) -> None:
    made = world.project()
    steps.block(world.step(made, "kickoff"), "先方の日程待ち", by=ME, at=noon(2))
    made.refresh_from_db()
    assert (made.ball, made.blocked) == ("nobody", 1)
    with pytest.raises(Refused):
        steps.block(world.step(made, "kickoff"), "", by=ME, at=noon(2))


def test_a_concierge_step_waits_for_the_customers_approval(org: Organisation) -> None:
    """90 planned minutes at 6,000 yen an hour cost 9,000 yen."""
    policies.change(by=ME, at=BEGAN, hour_minor=6000)
    made = world.project()
    for key in ("kickoff", "list"):
        steps.finish(world.step(made, key), by=ME, at=noon(9))
    made.refresh_from_db()
    assert made.ball == "customer"
    with pytest.raises(Refused):
        steps.finish(world.step(made, "import"), by=ME, at=noon(9))
    steps.approve(world.step(made, "import"), by=SYSTEM, at=noon(9))
    made.refresh_from_db()
    assert made.ball == "us"
    steps.finish(world.step(made, "import"), by=ME, at=noon(10))
    assert (world.step(made, "import").spent_minutes, world.step(made, "import").cost_minor) == (90, 9000)


def test_an_approval_that_was_a_mistake_is_taken_back_until_the_step_is_done(org: Organisation) -> None:
    made = world.project()
    for key in ("kickoff", "list"):
        steps.finish(world.step(made, key), by=ME, at=noon(9))
    with pytest.raises(Refused):
        steps.unapprove(world.step(made, "train"), by=ME, at=noon(9))
    steps.approve(world.step(made, "import"), by=ME, at=noon(9))
    for _ in range(2):
        steps.unapprove(world.step(made, "import"), by=ME, at=noon(9))
    made.refresh_from_db()
    assert (made.ball, world.step(made, "import").approved_at) == ("customer", None)
    assert Entry.objects.filter(action="work.onboarding_step.unapproved").count() == 1
    steps.approve(world.step(made, "import"), by=ME, at=noon(9))
    steps.finish(world.step(made, "import"), by=ME, at=noon(10))
    with pytest.raises(Refused):
        steps.unapprove(world.step(made, "import"), by=ME, at=noon(10))


def test_attendance_of_a_training_is_put_down(org: Organisation) -> None:
    made = world.project()
    contact = world.person(made.account)
    row = world.step(made, "train")
    assert steps.attend(row, [(contact, True), ("派遣の田中さん", False)], by=ME, at=noon(12)) == 1
    assert steps.attend(row, [(contact, True)], by=ME, at=noon(12)) == 1
    assert world.step(made, "train").attendances.count() == 1
    with pytest.raises(Refused):
        steps.attend(world.step(made, "kickoff"), [], by=ME, at=noon(12))
    with pytest.raises(Refused):
        steps.attend(row, [(world.person(world.company("別会社")), True)], by=ME, at=noon(12))


def test_planning_anew_is_shown_first_and_moves_only_what_is_open(org: Organisation) -> None:
    """The kickoff, due on the 4th, ended on the 9th: everything after it moves by three business days (5, 6, 9)."""
    made = world.project()
    steps.finish(world.step(made, "kickoff"), by=ME, at=noon(9))
    rows = list(OnboardingStep.objects.filter(project=made).order_by("position"))
    made.refresh_from_db()
    seen = replanning.preview(made, rows, date(2026, 11, 9))
    assert {move.step.key: (move.starts_on.day, move.due_on.day) for move in seen.moves} == {
        "list": (10, 12), "import": (13, 16), "train": (17, 17), "value": (18, 18),
    }  # fmt: skip
    assert (seen.ends_on, seen.later, world.step(made, "list").due_on.day) == (date(2026, 11, 18), 5, 9)
    replanning.replan(made, by=ME, at=noon(9), reason="キックオフが延期")
    made.refresh_from_db()
    assert (made.due_on, made.first_due_on) == (date(2026, 11, 18), date(2026, 11, 13))
    assert [step.due_on.day for step in made.steps.all()] == [4, 12, 16, 17, 18]
    again = Entry.objects.filter(action="work.onboarding.replanned").count()
    replanning.replan(made, by=ME, at=noon(9))
    assert Entry.objects.filter(action="work.onboarding.replanned").count() == again == 1


def test_another_duration_can_be_tried_before_it_is_taken(org: Organisation) -> None:
    made = world.project()
    rows = list(made.steps.order_by("position"))
    seen = replanning.preview(made, rows, STARTS_ON, days={"import": 5})
    assert seen.ends_on == date(2026, 11, 18) and world.step(made, "import").days == 2


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(org: Organisation) -> None:
    made = world.project()
    row = world.step(made, "list")
    steps.change(row, by=ME, at=noon(4), version=row.version, days=4)
    with pytest.raises(Conflict):
        steps.change(row, by=ME, at=noon(4), version=row.version, days=5)
    with pytest.raises(Refused):
        steps.change(row, by=ME, at=noon(4), days=0)


def test_an_ended_project_takes_no_step_until_it_is_taken_up_again(org: Organisation) -> None:
    made = world.project()
    projects.cancel(made, "left", by=ME, at=noon(9))
    with pytest.raises(Refused):
        steps.finish(world.step(made, "kickoff"), by=ME, at=noon(9))
    projects.resume(made, by=ME, at=noon(10))
    steps.finish(world.step(made, "kickoff"), by=ME, at=noon(10))
    assert world.step(made, "kickoff").is_settled


def test_the_lead_changes_and_a_colleague_who_left_is_refused(org: Organisation) -> None:
    made = world.project()
    other = cast.member(Role.CSM, "同僚")
    projects.assign(made, other, by=ME, at=noon(3))
    made.refresh_from_db()
    assert made.owner == other
    other.is_active = False
    with pytest.raises(Refused):
        projects.assign(made, other, by=ME, at=noon(3))


def test_the_journal_of_a_project_stays_whole(org: Organisation) -> None:
    made = world.project()
    steps.waive(world.step(made, "train"), "山田さんは受講済み", by=Actor.of(made.owner), at=noon(4))
    while journal.seal():
        pass
    assert journal.first_break() is None
    entry = Entry.objects.get(action="work.onboarding_step.waived")
    assert "山田" not in str(entry.particulars) and entry.personal.payload == {"reason": "山田さんは受講済み"}


def test_policies_refuse_what_makes_no_sense(org: Organisation) -> None:
    for wrong in ({"stuck_days": 0}, {"completion": "never"}, {"followups": [0]}, {"link_days": 400}):
        with pytest.raises(Refused):
            policies.change(by=ME, at=BEGAN, **wrong)
    assert policies.change(by=ME, at=BEGAN, stuck_days=7).stuck_days == 7
    assert policies.current().followups == [7, 30]


def test_a_start_on_a_holiday_counts_from_the_next_business_day(org: Organisation) -> None:
    world.template()
    made = onboarding.start(world.company(), "small", starts_on=STARTS_ON + timedelta(1), owner=None, by=ME, at=BEGAN)
    assert world.step(made, "kickoff").starts_on == date(2026, 11, 4)
