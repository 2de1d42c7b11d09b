"""A customer that leaves ends its onboarding: no link opens any more, nobody is reminded, and there is a way back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nenrin.customers import subscriptions
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.models import Notice, OnboardingProject
from nenrin.work.onboarding import cohorts, leaving, links, projects, rounds
from tests import cast
from tests.work import onboarding_cast as world
from tests.work.onboarding_cast import ME, STARTS_ON, noon

pytestmark = pytest.mark.django_db
CANCELLED = "work.onboarding.cancelled"


@pytest.fixture
def made(org: Organisation) -> OnboardingProject:
    found = world.project(world.company(owner=cast.member(Role.CSM)))
    subscriptions.sign(found.account, starts_on=STARTS_ON, term_months=12, mrr_minor=100_000, by=SYSTEM, at=world.BEGAN)
    return found


def leave(made: OnboardingProject, day: int, told_on: int | None = None) -> datetime:
    at = noon(told_on or day)
    subscriptions.end(made.account.subscriptions.get(), on=date(2026, 11, day), by=SYSTEM, at=at)
    return at


def test_who_leaves_ends_the_project_once_and_whoever_leads_it_is_told(made: OnboardingProject) -> None:
    secret = world.links_of(made).secret
    at = leave(made, 16)
    assert rounds.step(at) >= 1
    made.refresh_from_db()
    assert (made.state, made.end_reason, made.ended_on) == ("cancelled", "left", date(2026, 11, 16))
    assert links.find(secret, at=at) is None
    assert [(one.member, one.code) for one in Notice.objects.filter(code="onboarding.left")] == [
        (made.owner, "onboarding.left")
    ]
    assert (leaving.step(at), Entry.objects.filter(action=CANCELLED).count()) == (0, 1)


def test_one_that_rests_ends_too(made: OnboardingProject) -> None:
    projects.pause(made, "移転のため", by=ME, at=noon(9))
    assert leaving.step(leave(made, 16)) == 1


def test_who_is_still_a_customer_goes_on(made: OnboardingProject) -> None:
    subscriptions.give_notice(made.account.subscriptions.get(), on=date(2026, 11, 16), by=SYSTEM, at=noon(16))
    assert leaving.step(noon(16)) == 0


def test_taken_up_again_it_goes_on(made: OnboardingProject) -> None:
    leaving.step(leave(made, 16))
    projects.resume(made, by=ME, at=noon(17))
    assert leaving.step(noon(17)) == leaving.step(noon(18)) == 0
    made.refresh_from_db()
    assert made.state == "running"


def test_one_taken_up_before_they_left_ends(made: OnboardingProject) -> None:
    projects.pause(made, "", by=ME, at=noon(9))
    projects.resume(made, by=ME, at=noon(10))
    assert leaving.step(leave(made, 16)) == 1


def test_one_begun_with_who_has_left_goes_on(made: OnboardingProject) -> None:
    leaving.step(leave(made, 16))
    again = projects.start(
        made.account, "small", starts_on=date(2026, 11, 20), owner=made.owner, by=ME, at=noon(18)
    )  # fmt: skip
    assert leaving.step(noon(18)) == 0 and OnboardingProject.objects.get(pk=again.pk).is_live


def test_an_end_that_is_told_late_ends_it_all_the_same(made: OnboardingProject) -> None:
    assert leaving.step(leave(made, 9, told_on=20)) == 1


def test_in_its_cohort_it_never_completes(made: OnboardingProject) -> None:
    """Left running it would be watched on and on, as if it could still complete."""
    leaving.step(leave(made, 16))
    rows = OnboardingProject.objects.all()
    [stay] = cohorts.stays(rows, datetime(2027, 6, 1, tzinfo=UTC).date() + timedelta(1), by="all")
    assert (stay.days, stay.is_reached) == (cohorts.NEVER, False)
