"""Renewals by fiscal quarter: what came of those that are over, what is foretold of those ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.customers.models import Subscription
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Period
from nenrin.work import renewal_scenarios
from nenrin.work.models import RenewalOutcome
from nenrin.work.renewal_pipeline import Pipeline
from nenrin.work.renewal_scenarios import Scenario, Steps
from nenrin.work.renewal_terms import DECISION, PIPELINE

#: Quarters before the one that runs.
PAST: Final = 6
AHEAD: Final = 4


@dataclass(frozen=True, slots=True)
class Quarter:
    """Terms by the day of their decision. `is_ahead`: foretold, not happened; `left`: terms that were lost; `running`:
    decided by now, but the term is not over, so that they are not in `steps` yet."""

    period: Period
    steps: Steps
    is_ahead: bool
    left: int | None = None
    running: int = 0


def past(
    rows: QuerySet[RenewalOutcome], open_: QuerySet[Subscription], today: date, own: OwnMoney, fiscal: Fiscal
) -> list[Quarter]:
    """The quarters before and the one that runs, those without any term left out. Two queries."""
    quarters = fiscal.series(fiscal.holding(today, "quarter"), "quarter", PAST + 1)
    told = _told(rows, quarters[0].start, own)
    running = _running(open_, today)
    found = []
    for period in quarters:
        months = [one for month, one in told.items() if period.start <= month < period.end]
        waiting = sum(count for month, count in running.items() if period.start <= month < period.end)
        if months or waiting:
            count, left, start, churn, down, up = (
                (sum(column) for column in zip(*months, strict=True)) if months else (0,) * 6
            )
            found.append(Quarter(period, Steps(start, -churn, -down, up, count, 0), False, left, waiting))
    return found


def _told(rows: QuerySet[RenewalOutcome], since: date, own: OwnMoney) -> dict[date, tuple[int, ...]]:
    """By month of the decision: terms, those that left, due, lost, shrunk by, grown by."""
    lost, shrunk, grown = (
        Q(kept_minor=0, due_minor__gt=0),
        Q(kept_minor__gt=0, kept_minor__lt=F("due_minor")),
        Q(kept_minor__gt=F("due_minor")),
    )
    due, kept = own.sql("due_minor"), own.sql("kept_minor")
    known = rows.filter(decision_on__gte=since).exclude(own.unknown()).order_by()
    sums: Any = known.values("decision_on__year", "decision_on__month").annotate(
        count=Count("pk"), left=Count("pk", filter=lost), due=Sum(due), churn=Sum(due, filter=lost),
        down=Sum(due - kept, filter=shrunk), up=Sum(kept - due, filter=grown),
    )  # fmt: skip
    names = ("count", "left", "due", "churn", "down", "up")
    return {
        date(row["decision_on__year"], row["decision_on__month"], 1): tuple(int(row[name] or 0) for name in names)
        for row in sums
    }


def _running(rows: QuerySet[Subscription], today: date) -> dict[date, int]:
    """Terms whose deadline has passed and that are not over, by month of the decision."""
    decided = rows.filter(PIPELINE).annotate(decision=DECISION).filter(decision__lt=today, ends_on__gt=today)
    counted = decided.annotate(month=TruncMonth("decision")).order_by().values("month").annotate(n=Count("pk"))
    return dict(counted.values_list("month", "n"))


def ahead(table: Pipeline, today: date, currency: str, scenario: Scenario, fiscal: Fiscal) -> list[Quarter]:
    """What a scenario foretells of the terms decided from today on, quarter by quarter."""
    found, period = [], fiscal.holding(today, "quarter")
    for _ in range(AHEAD):
        low, high = (day.year * 12 + day.month - 1 for day in (period.start, period.end))
        here = table.only((table.month >= low) & (table.month < high))
        if len(here):
            found.append(Quarter(period, renewal_scenarios.of(here, currency, scenario), True))
        period = fiscal.holding(period.end, "quarter")
    return found
