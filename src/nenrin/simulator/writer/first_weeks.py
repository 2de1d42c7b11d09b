"""Follow-ups of the first weeks of an onboarding: opened on their days, and done by whoever leads it."""

from datetime import datetime, timedelta

from nenrin.foundation import organisation
from nenrin.foundation.calendar import add_business_days
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import tasks
from nenrin.work.models import OnboardingProject, Task
from nenrin.work.onboarding import followups, policies

#: Follow-ups of longer ago are of nobody's concern; those of the last business days are still to be done.
KNOWN_DAYS, LEFT_DAYS = 45, 2
LEAD, MINUTES = "mori", 25
CAME = Text(
    "Asked what was hard; the next step is clear to them.", "困っている点を聞き、次のステップと期日を一緒に確認"
)


def followed(book: Book, *, now: datetime) -> None:
    """What a worker would have opened on each of these days, and its lead has done since."""
    today, by = organisation.today(now), book.ground.actor(LEAD)
    left = add_business_days(today, -LEFT_DAYS)
    known = today - timedelta(KNOWN_DAYS)
    begun = OnboardingProject.objects.filter(state="running", starts_on__gt=known).values_list("starts_on", flat=True)
    due = {followups.due_on(one, day) for one in begun for day in policies.current().followups}
    for on in sorted(day for day in due if day <= today):
        followups.open_due(min(book.at(on, 9), now))
    for task in Task.objects.open().filter(origin_kind="onboarding", due_on__lt=left).order_by("pk"):
        at = book.at(task.due_on or today, 16)
        tasks.finish(
            task, outcome=CAME.in_(task.account.language if task.account else "ja"), minutes=MINUTES, by=by, at=at
        )
