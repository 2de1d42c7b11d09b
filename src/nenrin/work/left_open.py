"""What members have open at accounts, and what of it goes along when somebody else looks after a phase."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from nenrin.customers.models import Assignment, Handover
from nenrin.customers.statuses import Phase, Stage
from nenrin.foundation import bulk
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.models.plan import PlanState, SuccessPlan
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task

NOUNS: Final = ("tasks", "promises", "plans", "projects")
_WHOSE: Final = {"tasks": "assignee_id", "promises": "owner_id", "plans": "owner_id", "projects": "owner_id"}
#: By account and member (ids): how many of each noun they have open.
Counts = Mapping[tuple[int, int], Counter[str]]
#: Whoever gave an account away longer ago keeps what they have open there: it is theirs for another reason.
SHORTLY: Final = timedelta(days=60)


def of(accounts: Sequence[int]) -> Mapping[str, QuerySet[Any]]:
    """The open rows of some accounts, by noun."""
    keys = bulk.among(sorted(accounts))
    return {
        "tasks": Task.objects.open().filter(account__in=keys),
        "promises": Promise.objects.open().filter(account__in=keys),
        "plans": SuccessPlan.objects.filter(account__in=keys, state__in=(PlanState.DRAFT, PlanState.AGREED)),
        "projects": OnboardingProject.objects.live().filter(account__in=keys),
    }


def counts(accounts: Sequence[int]) -> Counts:
    """Four queries."""
    found: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for noun, rows in of(accounts).items():
        for account, member in rows.order_by().values_list("account_id", _WHOSE[noun]):
            if member is not None:
                found[account, member][noun] += 1
    return found


def holds(phase: str, stage: str) -> bool:
    """Does whoever has this phase look after the account while it stands in this stage?

    >>> holds(Phase.ONBOARDING, Stage.ADOPTION), holds(Phase.PRIMARY, Stage.ADOPTION)
    (False, True)
    """
    if phase == Phase.ONBOARDING:
        return stage == Stage.ONBOARDING
    return phase != Phase.ADOPTION or stage != Stage.ONBOARDING


def nouns(phase: str, kept: Collection[str]) -> Collection[str]:
    """What goes with a phase when its giver keeps others: all where they keep none, else what belongs to the phase.

    >>> nouns(Phase.ONBOARDING, [Phase.PRIMARY]), nouns(Phase.SALES, [Phase.PRIMARY])
    (('projects',), ())
    >>> nouns(Phase.PRIMARY, [Phase.ONBOARDING])
    ('tasks', 'promises', 'plans')
    """
    if not kept:
        return NOUNS
    if phase == Phase.ONBOARDING:
        return ("projects",)
    if phase != Phase.PRIMARY:
        return ()
    return NOUNS[:3] if Phase.ONBOARDING in kept else NOUNS


def going(row: Handover, today: date) -> Mapping[int, Collection[str]]:
    """Who gives with this handover, by id, and of which nouns: its giver, and whoever had the phase shortly before."""
    rows = list(Assignment.objects.filter(account=row.account_id))
    givers = {one.member_id for one in former(rows, row.phase, today)} | {row.giver_id or 0}
    stage = row.account.stage
    return {giver: nouns(row.phase, kept(rows, giver, stage)) for giver in givers - {row.receiver_id, 0}}


def former(rows: Sequence[Assignment], phase: str, today: date) -> list[Assignment]:
    """Of one account's assignments those that ended shortly ago in this phase, the last first."""
    ended = [one for one in rows if one.phase == phase and one.until_on and one.until_on >= today - SHORTLY]
    return sorted(ended, key=lambda one: (one.until_on or today, one.pk), reverse=True)


def kept(rows: Sequence[Assignment], member: int, stage: str) -> list[str]:
    """The phases of one account in which a member looks after it now."""
    return [one.phase for one in rows if one.member_id == member and one.until_on is None and holds(one.phase, stage)]
