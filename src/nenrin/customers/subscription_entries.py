"""How subscriptions are read for a verb, saved with their steps, and told to the journal. The verbs are in `subscriptions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from nenrin.customers import subscription_rows, summaries
from nenrin.customers.facts import Fact
from nenrin.customers.grading import Grader
from nenrin.customers.models import PriceStep, Subscription
from nenrin.customers.saving import save_all
from nenrin.customers.schedule import Step
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import Actor

#: What a price step holds, in this order.
STEP = tuple(each.name for each in fields(Step))


def loaded(ids: Sequence[int]) -> dict[int, Subscription]:
    rows = (
        Subscription.objects.select_for_update(of=("self",)).select_related("plan__product").prefetch_related("steps")
    )
    return rows.in_bulk(ids)


def steps_of(row: Subscription) -> list[Step]:
    return [Step(*(getattr(step, name) for name in STEP)) for step in row.steps.all()]


def save(changed: Sequence[tuple[Subscription, list[Step] | None]], at: datetime) -> None:
    """Write rows with one version up, and their steps where some are given."""
    for row, _ in changed:
        row.version, row.changed_at = row.version + 1, at
    save_all([row for row, _ in changed], subscription_rows.SAVED)
    news = [(row, steps) for row, steps in changed if steps is not None]
    PriceStep.objects.filter(subscription__in=[row for row, _ in news]).delete()
    save_steps(news)
    for row, _ in news:
        getattr(row, "_prefetched_objects_cache", {}).pop("steps", None)


def save_steps(pairs: Iterable[tuple[Subscription, list[Step]]]) -> None:
    bulk.insert(
        [
            PriceStep(subscription=row, **{name: getattr(step, name) for name in STEP})
            for row, steps in pairs
            for step in steps
        ]
    )


def record(
    verb: str,
    rows: Sequence[Subscription],
    told: Sequence[list[Fact]],
    notes: Sequence[Mapping[str, Any]],
    grader: Grader,
    today: date,
    by: Actor,
    at: datetime,
    past: Mapping[int, timedelta] | None = None,
) -> None:
    """Bring the accounts in step and write one entry a subscription; an account's facts go with its first one.

    `past` names accounts whose contracts are imported history, with the lag at which it was known.
    """
    followed = summaries.refresh((row.account_id for row in rows), today=today, at=at, grader=grader, past=past or {})
    drafts = []
    for row, versions, note in zip(rows, told, notes, strict=True):
        extra = followed.pop(row.account_id, [])
        plan = row.plan.name if row.plan else "—"
        particulars = {"plan": plan, **note, "facts": [*versions, *extra]}
        subject = [("subscription", row.pk)]
        code = f"customers.subscription.{verb}"
        drafts.append(journal.Draft(code, by, at, row.account_id, subject, particulars, version=row.version))
    journal.record_many(drafts)
