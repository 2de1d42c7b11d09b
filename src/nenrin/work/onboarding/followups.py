"""The follow-ups of every onboarding, on day 7 and day 30 (a setting): a task for whoever leads it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models import Task
from nenrin.work.models.onboarding import OnboardingProject, State
from nenrin.work.onboarding import policies, projects

log = logging.getLogger(__name__)

#: A task stands in the list so many days before it is due.
AHEAD = timedelta(days=3)
MINUTES = 30
#: So many days after its day one that nobody opened (a day lost, days all free) is opened still, as overdue. The days
#: between a day and the next business day are within them.
LATE = timedelta(days=14)
WORDS = {
    7: (
        Text("First week: do they get on?", "導入1週間の状況確認"),
        Text(
            "Ask what was hard in the first week, and whether the next step is clear to everybody.",
            "最初の1週間で困った点と、次のステップが全員に伝わっているかを確認する。",
        ),
    ),
    30: (
        Text("First month: is the first value there?", "導入1か月の状況確認"),
        Text(
            "Look at use and at the agreed measure together; agree what is missing for unaided use.",
            "利用状況と合意した指標を一緒に見て、自律的な利用に足りないものを合意する。",
        ),
    ),
}


def open_due(at: datetime) -> int:
    """Open the tasks of running projects whose day is near; returns how many. Safe to repeat: each has its own key."""
    today, days = organisation.today(at), policies.current().followups
    if not days:
        return 0
    earliest = today - timedelta(max(days)) - 2 * LATE
    running = OnboardingProject.objects.filter(state=State.RUNNING, starts_on__gte=earliest, starts_on__lte=today)
    opened = 0
    for project in running.select_related("account", "owner"):
        opened += sum(_tried(project, day, on, at) for day, on in _near(project, days, today))
    return opened


def _near(project: OnboardingProject, days: Iterable[int], today: date) -> Iterator[tuple[int, date]]:
    for day in days:
        on = due_on(project.starts_on, day)
        if on - AHEAD <= today <= on + LATE:
            yield day, on


def _tried(project: OnboardingProject, day: int, on: date, at: datetime) -> int:
    """One that is refused is logged and tried again in the next round; it holds up no other."""
    try:
        return _open(project, day, on, at)
    except Refused:
        log.exception("the follow-up of day %s of onboarding project %s could not be opened", day, project.pk)
        return 0


def due_on(starts_on: date, day: int) -> date:
    """Day 1 is the first; on a free day the next business day.

    >>> due_on(date(2026, 4, 27), 7)
    datetime.date(2026, 5, 7)
    """
    on = starts_on + timedelta(days=day - 1)
    return on if is_business_day(on) else add_business_days(on, 1)


def _leads(project: OnboardingProject) -> Member | None:
    """Its owner; where that colleague has left, whoever looks after the account now; else nobody."""
    if project.owner is not None and project.owner.is_active:
        return project.owner
    found = projects.responsible(project.account)
    return found if found is not None and found.is_active else None


def _open(project: OnboardingProject, day: int, on: date, at: datetime) -> int:
    key = f"onboarding:{project.pk}:day-{day}"
    if Task.objects.filter(key=key).exists():
        return 0
    other = Text(f"Day {day} of the onboarding", f"導入{day}日目の状況確認")
    title, body = WORDS.get(day, (other, Text("", "")))
    language = project.account.language
    tasks.open(
        project.account, title.in_(language), assignee=_leads(project), due_on=on, kind="onboarding", minutes=MINUTES,
        why=Text(f"Day {day} of {project.name}", f"{project.name} の{day}日目"), body=body.in_(language), key=key,
        origin=("onboarding", str(project.pk)), by=SYSTEM, at=at,
    )  # fmt: skip
    return 1
