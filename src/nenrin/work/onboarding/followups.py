"""The follow-ups of every onboarding, on day 7 and day 30 (a setting): a task for whoever leads it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models import Task
from nenrin.work.models.onboarding import OnboardingProject, State
from nenrin.work.onboarding import policies

#: A task stands in the list so many days before it is due.
AHEAD = timedelta(days=3)
MINUTES = 30
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
    earliest = today - timedelta(max(days))
    running = OnboardingProject.objects.filter(state=State.RUNNING, starts_on__gte=earliest, starts_on__lte=today)
    opened = 0
    for project in running.select_related("account", "owner"):
        for day in days:
            on = due_on(project.starts_on, day)
            if on - AHEAD <= today <= on:
                opened += _open(project, day, on, at)
    return opened


def due_on(starts_on: date, day: int) -> date:
    """Day 1 is the first; on a free day the next business day.

    >>> due_on(date(2026, 4, 27), 7)
    datetime.date(2026, 5, 7)
    """
    on = starts_on + timedelta(days=day - 1)
    return on if is_business_day(on) else add_business_days(on, 1)


def _open(project: OnboardingProject, day: int, on: date, at: datetime) -> int:
    key = f"onboarding:{project.pk}:day-{day}"
    if Task.objects.filter(key=key).exists():
        return 0
    other = Text(f"Day {day} of the onboarding", f"導入{day}日目の状況確認")
    title, body = WORDS.get(day, (other, Text("", "")))
    language = project.account.language
    tasks.open(
        project.account, title.in_(language), assignee=project.owner, due_on=on, kind="onboarding", minutes=MINUTES,
        why=Text(f"Day {day} of {project.name}", f"{project.name} の{day}日目"), body=body.in_(language), key=key,
        origin=("onboarding", str(project.pk)), by=SYSTEM, at=at,
    )  # fmt: skip
    return 1
