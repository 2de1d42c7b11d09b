"""What a worker does for onboarding: once a day how every project stands, every minute what the facts say."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.foundation import leases, organisation
from nenrin.work.models.onboarding import OnboardingProject, State
from nenrin.work.onboarding import files, first_values, followups, inviting, leaving, policies, standings, telling

#: Facts are asked at most this often; the right is left to run out, so that no other worker asks sooner.
EVERY_SECONDS = 60
SWEEP_SECONDS = 24 * 3600
CHUNK = 50


def step(at: datetime) -> int:
    """One round: standings of a new day, and, once a minute, follow-ups, first values and who has left. Returns what it
    changed."""
    return _new_day(at) + _look(at)


def _new_day(at: datetime) -> int:
    """The projects whose standing was worked out for an earlier day; the follow-ups of that day before."""
    today = organisation.today(at)
    waiting = OnboardingProject.objects.filter(state=State.RUNNING, standing_on__lt=today)
    rows = list(waiting.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    for key in rows:
        turn(key, today, at)
    return len(rows)


def turn(key: int, today: date, at: datetime) -> None:
    """Bring one project to a day. Safe to repeat. Journal: work.onboarding.stuck, behind or recovered."""
    with transaction.atomic():
        row = OnboardingProject.objects.select_for_update(of=("self",)).select_related("account", "owner").get(pk=key)
        if row.state != State.RUNNING or row.standing_on >= today:
            return
        steps = list(row.steps.order_by("position"))
        stood = standings.work_out(row, steps, today, policies.current())
        standings.tell(row, stood, at)
        row.save(update_fields=standings.COLUMNS)
        telling.stuck(row, at=at)


def _look(at: datetime) -> int:
    """What the facts say of the first value, whose follow-up is near, and who has left."""
    if not leases.take("onboarding.look", holder=at.isoformat(), seconds=EVERY_SECONDS, at=at):
        return 0
    if leases.take("onboarding.sweep", holder=at.isoformat(), seconds=SWEEP_SECONDS, at=at):
        files.sweep(at)  # files outlive their projects
    settled = inviting.settle(at) + leaving.step(at)
    if not OnboardingProject.objects.filter(state=State.RUNNING).exists():
        return settled
    return settled + first_values.notice(at) + followups.open_due(at)


def all_turned(at: datetime) -> int:
    """Every running project brought to its day, for whoever cannot wait for rounds."""
    today, done = organisation.today(at), 0
    for key in OnboardingProject.objects.filter(state=State.RUNNING, standing_on__lt=today).values_list(
        "pk", flat=True
    ):
        turn(key, today, at)
        done += 1
    return done
