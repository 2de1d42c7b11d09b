"""How many families a playbook's comparison could hold: those that stand in it, those that may come in now, and how fast
families that never had an occasion do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from nenrin.analytics.conditions import Fields
from nenrin.analytics.effects import assignment
from nenrin.analytics.kpis import MEASURES
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.insight import measures
from nenrin.playbooks import audiences
from nenrin.playbooks.documents.playbooks import Playbook
from nenrin.playbooks.effects import outcomes
from nenrin.playbooks.effects.beforehand import Hoped, Reached
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, PlaybookVersion

#: How many come in in a week is told by the last half year, once it is so long ago that the first one came.
LATELY, LEAST = timedelta(weeks=26), timedelta(weeks=4)
#: Whoever comes in on the first day had waited for it: that tells nothing of how many come later.
BACKLOG: Final = timedelta(1)
WEEK: Final = timedelta(weeks=1)


#: Days after which an effect is read, and the shares that are told beside the one asked for.
DAYS: Final = 90
BESIDE: Final = (0.2, 0.5)


def shares(asked: float) -> list[float]:
    """Those that are told: the one asked for, where there is one, beside others."""
    return sorted({*(one for one in (asked,) if one), *BESIDE})


def closed(at: datetime) -> date:
    """The last day that is over: what is known without the playbook is of the days up to it."""
    return organisation.current().closed_through or organisation.today(at) - timedelta(1)


def hoped(document: Playbook) -> Hoped:
    """What is measured, and by how much it should change where the hypothesis is of the same."""
    stated = document.hypothesis
    key = document.holdout.metric or stated.measure or CHURN
    known = MEASURES if key in MEASURES or key in outcomes.FIXED else measures.usable()
    metric = outcomes.metric(key, known) or outcomes.metric(CHURN, known)
    assert metric is not None
    return Hoped(metric, DAYS, stated.expected if stated.measure == metric.key else None)


def of(live: Live, fields: Fields, mine: QuerySet[Account], tops: Mapping[int, int], *, at: datetime) -> Reached:
    """Of the accounts `mine` (`tops`: id -> top of its family), by the version that is shown."""
    told = audiences.of(live, at, fields, mine)
    there = [*told.open, *(pair for one in told.out if one.code == "held_out" for pair in one.accounts)]
    first, arms = _known(live.row.pk, tops)
    everybody = set(tops.values())
    return Reached(
        families=len({tops[account] for account, _ in there}),
        left=len(everybody - first.keys()),
        a_week=_a_week(live.version, first, tops, at),
        held=sum(arms.get(top) == assignment.HOLDOUT for top in everybody),
        treated=sum(arms.get(top) == assignment.TREATED for top in everybody),
    )


def _known(playbook: int, tops: Mapping[int, int]) -> tuple[dict[int, datetime], dict[int, str]]:
    """Of each family its first occasion; and of those that were drawn while a share was left alone, the arm."""
    first: dict[int, datetime] = {}
    arms: dict[int, str] = {}
    rows = Exposure.objects.filter(playbook=playbook).order_by("at", "pk")
    for account, cluster, on, arm, share in rows.values_list("account_id", "cluster", "at", "arm", "share"):
        top = tops.get(account, cluster)
        first.setdefault(top, on)
        if share:
            arms.setdefault(top, arm)
    return first, arms


def _a_week(
    version: PlaybookVersion, first: Mapping[int, datetime], tops: Mapping[int, int], at: datetime
) -> float | None:
    """Families that came in for the first time in a week: as was seen since it is live, without the first day, else as the
    last replay found; None before either."""
    begun = min(first.values(), default=at)
    if at - begun >= LEAST:
        since, whose = max(begun + BACKLOG, at - LATELY), set(tops.values())
        return sum(on >= since and top in whose for top, on in first.items()) / ((at - since) / WEEK)
    replay = version.replays.filter(state="done").first()
    if replay is None:
        return None
    fired = {account for account, *_ in replay.report.get("firings", [])}
    if not fired:
        return 0.0
    # The list of firings has an end; the accounts that are missing in it are taken to be in families like these.
    found = len({tops[one] for one in fired if one in tops}) / len(fired) * replay.report["accounts"]
    return float(found) / (((replay.last - replay.first).days + 1) / 7)
