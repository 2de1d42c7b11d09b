"""The course of onboarding: late, stuck, on track again; the first value in the facts; follow-ups; closing; cohorts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from nenrin.customers import ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models import Notice, OnboardingProject, Task
from nenrin.work.onboarding import (
    closing,
    cohorts,
    criteria,
    files,
    first_values,
    followups,
    policies,
    projects,
    rounds,
    steps,
)
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME, STARTS_ON, noon

pytestmark = pytest.mark.django_db


def _on(made: OnboardingProject, day: int) -> OnboardingProject:
    """The project as the worker finds it on a day of November."""
    rounds.turn(made.pk, date(2026, 11, day), noon(day))
    made.refresh_from_db()
    return made


def _done(made: OnboardingProject, *keys: str, day: int) -> None:
    for key in keys:
        row = world.step(made, key)
        if row.kind == "concierge":
            steps.approve(row, by=ME, at=noon(day))
        steps.finish(world.step(made, key), by=ME, at=noon(day))


def test_a_late_step_of_ours_puts_it_behind_the_day_after(org: Organisation) -> None:
    made = world.project()
    assert _on(made, 4).standing == "on_track"
    assert (_on(made, 5).standing, made.overdue_ours, made.standing_since) == ("behind", 1, date(2026, 11, 5))
    assert Entry.objects.filter(action="work.onboarding.behind").count() == 1


def test_a_late_step_of_theirs_or_five_quiet_business_days_leave_it_stuck(org: Organisation) -> None:
    """Done on the 4th; the list is theirs until the 9th: stuck on the 10th. Without it: quiet until the 11th."""
    made = world.project()
    _done(made, "kickoff", day=4)
    assert _on(made, 9).standing == "on_track"
    assert (_on(made, 10).standing, made.overdue_theirs) == ("stuck", 1)
    assert Notice.objects.filter(member=made.owner, code="onboarding.stuck").count() == 1


def test_nothing_moved_for_five_business_days_is_stuck(org: Organisation) -> None:
    """Begun on Monday 2 November; business days after it: 4, 5, 6, 9, 10."""
    made = world.project()
    steps.change(world.step(made, "kickoff"), by=ME, at=noon(2), due_on=date(2026, 11, 30))
    assert _on(made, 9).standing == "on_track"
    assert _on(made, 10).standing == "stuck"


def test_it_recovers_as_soon_as_the_late_step_is_done(org: Organisation) -> None:
    made = world.project()
    _on(made, 5)
    _done(made, "kickoff", day=5)
    made.refresh_from_db()
    assert made.standing == "on_track"
    assert Entry.objects.filter(action="work.onboarding.recovered").count() == 1


def test_a_resting_project_is_never_late(org: Organisation) -> None:
    made = world.project()
    projects.pause(made, "先方の合併", by=ME, at=noon(4))
    rounds.all_turned(noon(20))
    made.refresh_from_db()
    assert (made.state, made.standing, made.paused_on) == ("paused", "on_track", date(2026, 11, 4))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, date]]]:
    """First-value events by account and day, in place of the lake's."""
    rows: list[tuple[int, date]] = []

    class Db:
        def sql(self, text: str) -> Any:
            return SimpleNamespace(fetchall=lambda: list(rows))

    class Usage:
        def __enter__(self) -> Db:
            return Db()

        def __exit__(self, *rest: object) -> None:
            return None

    monkeypatch.setattr(criteria.lakes, "current", lambda: SimpleNamespace(usage=lambda *a, **k: Usage()))
    yield rows


def test_the_first_value_is_noticed_in_the_facts_once(org: Organisation, seen: list[tuple[int, date]]) -> None:
    made = world.project()
    seen += [(made.account_id, date(2026, 10, 20)), (made.account_id, date(2026, 11, 12))]
    assert first_values.notice(noon(13)) == 1
    made.refresh_from_db()
    assert made.first_value_on == date(2026, 11, 12)  # what was before the start does not count
    row = world.step(made, "value")
    assert (row.state, row.settled_by, row.settled_on) == ("done", "facts", date(2026, 11, 12))
    assert first_values.notice(noon(14)) == 0
    assert Entry.objects.filter(action="work.onboarding.first_value").count() == 1


def test_without_an_event_there_is_no_first_value(org: Organisation, seen: list[tuple[int, date]]) -> None:
    world.project()
    assert first_values.notice(noon(13)) == 0


def test_any_condition_on_facts_may_be_the_first_value(org: Organisation, seen: list[tuple[int, date]]) -> None:
    """Three days with the event, or a stage; the day is today where the condition asks for a state."""
    made = world.project()
    thrice = {"field": "first_value.days", "op": ">=", "value": 2}
    OnboardingProject.objects.update(first_value={"words": {}, "condition": thrice})
    seen.append((made.account_id, date(2026, 11, 10)))
    assert first_values.notice(noon(12)) == 0
    seen.append((made.account_id, date(2026, 11, 12)))
    assert first_values.notice(noon(12)) == 1
    OnboardingProject.objects.update(
        first_value={"words": {}, "condition": {"field": "status", "op": "=", "value": "prospect"}}, first_value_on=None
    )
    assert first_values.notice(noon(16)) == 1
    made.refresh_from_db()
    assert made.first_value_on == date(2026, 11, 16)


@pytest.mark.parametrize(("chosen", "day"), [("support", 11), ("setup", 12), ("unaided", 13)])
def test_completion_follows_the_chosen_definition(org: Organisation, chosen: str, day: int) -> None:
    """Ours were done on the 11th, the customer's list on the 12th, the first value came on the 13th."""
    policies.change(by=ME, at=noon(2), completion=chosen)
    made = world.project()
    _done(made, "kickoff", "import", "train", day=11)
    _done(made, "list", day=12)
    first_values.put(made, date(2026, 11, 13), by=SYSTEM, at=noon(13))
    made.refresh_from_db()
    assert made.completed_on == date(2026, 11, day)
    assert Entry.objects.filter(action="work.onboarding.completed").count() == 1


def test_closing_without_success_in_the_customers_words_is_refused(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.project()
    with pytest.raises(Refused) as refused:
        closing.close(made, by=ME, at=noon(13))
    told = [fault.text.en for fault in refused.value.faults]
    assert len(told) >= 3 and any("plan" in text for text in told) and any("(5)" in text for text in told)
    monkeypatch.setattr(closing.plans, "missing_for_close", lambda account: [])
    _done(made, "kickoff", "list", "import", "train", day=12)
    steps.waive(world.step(made, "value"), "利用は店舗で確認", by=ME, at=noon(12))
    with pytest.raises(Refused) as refused:
        closing.close(made, by=ME, at=noon(13))
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    closing.close(made, by=ME, at=noon(13), reason="先方の検証環境で確認済み")
    made.refresh_from_db()
    assert (made.state, made.ended_on, made.completed_on) == ("closed", date(2026, 11, 13), None)
    closing.close(made, by=ME, at=noon(13))
    assert Entry.objects.filter(action="work.onboarding.closed").count() == 1


def test_follow_ups_of_day_7_and_30_are_tasks_opened_once(org: Organisation) -> None:
    """Day 7 is Sunday the 8th, so Monday the 9th; the task stands there three days before."""
    made = world.project()
    assert followups.open_due(noon(5)) == 0
    assert (followups.open_due(noon(6)), followups.open_due(noon(9))) == (1, 0)
    row = Task.objects.get()
    assert (row.due_on, row.assignee, row.account, row.key) == (
        date(2026, 11, 9), made.owner, made.account, f"onboarding:{made.pk}:day-7",
    )  # fmt: skip
    assert followups.open_due(datetime(2026, 11, 30, 3, tzinfo=UTC)) == 1
    assert {task.due_on for task in Task.objects.all()} == {date(2026, 11, 9), date(2026, 12, 1)}


def test_a_round_of_the_worker_does_it_all_and_again_nothing(org: Organisation, seen: list[tuple[int, date]]) -> None:
    made = world.project()
    seen.append((made.account_id, date(2026, 11, 6)))
    assert rounds.step(noon(9)) >= 3  # standing, first value, follow-up
    assert rounds.step(noon(9) + timedelta(seconds=5)) == 0
    assert rounds.step(noon(9) + timedelta(seconds=90)) == 0


def _project(start: date, **fields: Any) -> OnboardingProject:
    given = {"state": "running", "end_reason": "", "first_due_on": start + timedelta(30)} | fields
    return OnboardingProject(starts_on=start, due_on=given["first_due_on"], **given)


def test_who_is_under_way_is_censored_and_who_left_never_completes() -> None:
    """Five begun on 1 June: done on day 10 and day 20, one under way since, one left, one paused on day 15.

    Kaplan-Meier by hand: after day 10 4/5; day 15 censors one (3 left at risk); after day 20 4/5 x 2/3 = 8/15.
    """
    start, today = date(2026, 6, 1), date(2026, 8, 1)
    rows = [
        _project(start, completed_on=start + timedelta(9)),
        _project(start, completed_on=start + timedelta(19)),
        _project(start),
        _project(start, state="cancelled", end_reason="left", ended_on=start + timedelta(5)),
        _project(start, state="paused", paused_on=start + timedelta(14)),
        _project(start, state="cancelled", end_reason="mistake"),
    ]
    [cohort] = cohorts.read(cohorts.stays(rows, today, by="month"))
    assert (cohort.key, cohort.projects, cohort.reached, cohort.under_way, cohort.over) == ("2026-06", 5, 2, 2, 1)
    share = cohort.share(10)
    assert share and round(share[0], 6) == 0.2 and share[1] < 0.2 < share[2]
    later = cohort.share(30)
    assert later and round(later[0], 6) == round(7 / 15, 6)
    assert cohort.median is None
    assert cohort.by_due and (cohort.by_due.part, cohort.by_due.whole) == (2, 5)


def test_who_left_is_not_taken_out_of_the_rate() -> None:
    """To drop the two who left would make two of two; they stay among those who did not complete."""
    start, today = date(2026, 6, 1), date(2026, 12, 1)
    done = [_project(start, completed_on=start + timedelta(9)) for _ in range(3)]
    left = [_project(start, state="cancelled", end_reason="left", ended_on=start + timedelta(5)) for _ in range(3)]
    [cohort] = cohorts.read(cohorts.stays([*done, *left], today, by="all"))
    share = cohort.share(100)
    assert share and round(share[0], 6) == 0.5


def test_too_few_have_no_curve() -> None:
    start = date(2026, 6, 1)
    [cohort] = cohorts.read(cohorts.stays([_project(start)] * 4, date(2026, 12, 1), by="quarter"))
    assert (cohort.key, cohort.curve, cohort.share(5), cohort.median) == ("2026-Q2", None, None, None)


def test_a_project_that_began_today_is_on_its_first_day(org: Organisation) -> None:
    made = world.project()
    assert (made.day(STARTS_ON), made.length, made.day(date(2026, 11, 13))) == (1, 12, 12)


def test_nobody_is_told_where_nobody_leads(org: Organisation) -> None:
    made = world.project(owner=cast.member(Role.CSM))
    projects.assign(made, None, by=ME, at=noon(2))
    _done(made, "kickoff", day=4)
    _on(made, 10)
    assert made.standing == "stuck" and not Notice.objects.exists()


def test_the_lake_is_told_how_a_project_stands_and_what_it_took_us(org: Organisation) -> None:
    made = world.project()
    steps.finish(world.step(made, "kickoff"), by=ME, at=noon(4), spent_minutes=45)
    first_values.put(made, date(2026, 11, 12), by=SYSTEM, at=noon(12))
    told = [entry.particulars["fact"] for entry in Entry.objects.order_by("pk") if "fact" in entry.particulars]
    own = [fact for fact in told if fact["kind"] == "onboarding"]
    assert [fact["body"]["first_value_on"] for fact in own] == [None, "2026-11-12"]
    [effort] = [fact for fact in told if fact["kind"] == "effort"]
    assert effort["body"] == {"month": "2026-11-01", "category": "cs", "minutes": 45}
    steps.reopen(world.step(made, "kickoff"), by=ME, at=noon(5))
    assert Entry.objects.get(action="work.onboarding_step.reopened").particulars["fact"]["gone"] is True


def test_nobody_yet_is_no_certainty_of_nobody() -> None:
    """Six watched for more than 30 days, none through: at most three of six; with all through, at least all but three."""
    start, today = date(2026, 6, 1), date(2026, 8, 1)
    [none] = cohorts.read(cohorts.stays([_project(start)] * 6, today, by="all"))
    assert none.share(30) == (0.0, 0.0, 0.5)
    done = [_project(start, completed_on=start + timedelta(9)) for _ in range(6)]
    [every] = cohorts.read(cohorts.stays(done, today, by="all"))
    assert every.share(30) == (1.0, 0.5, 1.0)


def test_closed_without_reaching_it_is_not_under_way() -> None:
    start, today = date(2026, 6, 1), date(2026, 8, 1)
    rows = [_project(start, state="closed", ended_on=start + timedelta(20)) for _ in range(5)]
    [cohort] = cohorts.read(cohorts.stays(rows, today, by="all"))
    assert (cohort.under_way, cohort.over, cohort.reached) == (0, 5, 0)


def test_a_follow_up_of_an_owner_who_has_left_goes_to_whoever_looks_after_the_account(org: Organisation) -> None:
    gone, there = cast.member(Role.CSM, "退職 一郎"), cast.member(Role.CSM, "後任 花子")
    first, second = (world.project(world.company(name, there), owner=gone) for name in ("一社目", "二社目"))
    ownership.release(second.account, by=SYSTEM, at=noon(5))
    Member.objects.filter(pk=gone.pk).update(is_active=False)
    assert followups.open_due(noon(6)) == 2
    assert {task.account: task.assignee for task in Task.objects.all()} == {
        first.account: there,
        second.account: None,
    }


def test_a_follow_up_that_is_refused_holds_up_no_other(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (world.project(world.company(name)) for name in ("一社目", "二社目"))
    opening = tasks.open

    def refusing(account: Account, *given: Any, **named: Any) -> Task:
        if account == first.account:
            raise Refused.one("assignee", Text("not possible", "不可"), None)
        return opening(account, *given, **named)

    monkeypatch.setattr(tasks, "open", refusing)
    assert followups.open_due(noon(6)) == 1
    assert Task.objects.get().account == second.account


def test_a_follow_up_whose_day_fell_on_a_holiday_or_was_missed_is_opened_still(org: Organisation) -> None:
    """Day 30 of a project begun on 3 December is 1 January; the next business day is past the thirtieth."""
    made = world.project()
    OnboardingProject.objects.filter(pk=made.pk).update(starts_on=date(2026, 12, 3))
    on = followups.due_on(date(2026, 12, 3), 30)
    assert on > date(2027, 1, 2)
    late = datetime(2027, 1, 9, 3, tzinfo=UTC)
    assert followups.open_due(late) == 1 and followups.open_due(late) == 0
    assert Task.objects.get().due_on == on
    OnboardingProject.objects.filter(pk=made.pk).update(starts_on=date(2026, 9, 1))
    Task.objects.all().delete()
    assert followups.open_due(late) == 0


def test_removed_files_are_swept_though_no_project_runs(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[datetime] = []
    monkeypatch.setattr(files, "sweep", swept.append)
    made = world.project()
    OnboardingProject.objects.filter(pk=made.pk).update(state="completed")
    rounds.step(noon(9))
    assert swept == [noon(9)]
