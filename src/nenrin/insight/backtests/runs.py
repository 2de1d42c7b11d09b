"""Backtests asked for and computed, some accounts a round, so that nothing else of the worker waits long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.analytics.backtests import cards, outcomes
from nenrin.analytics.backtests.cards import Card
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.scores import documents
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.ingest import lakes
from nenrin.insight import health_models
from nenrin.insight.backtests import groups, learning, parts, replaying, reports, rounds
from nenrin.insight.backtests.rounds import Work
from nenrin.insight.models import Backtest, HealthModelVersion
from nenrin.insight.revenue import leavers

#: Accounts a round; above `MANY` only every seventh day is lived through.
ACCOUNTS, ACCOUNTS_WEEKLY, MANY = 100, 500, 2000
#: Finished backtests of one version that are kept.
KEPT = 5


class AheadOfToday(ValueError):
    """A backtest ends on a day that is over: choose an earlier day."""


def ask(
    version: HealthModelVersion, *, by: Actor, at: datetime, as_of: date | None = None, capacity: int | None = None
) -> Backtest:
    """Have a version tested as of a day (yesterday). Journal: insight.backtest.asked. A test of the same document and
    day that is still waiting is returned as it is. Raises AheadOfToday."""
    yesterday = organisation.today(at) - timedelta(1)
    day = as_of or yesterday
    if day > yesterday:
        raise AheadOfToday(AheadOfToday.__doc__)
    with transaction.atomic():
        waiting = Backtest.objects.filter(version=version, as_of=day, capacity=capacity, state__in=("asked", "running"))
        for row in waiting:
            if row.document == version.document:
                return row
        count = Account.objects.count()
        row = Backtest.objects.create(
            version=version, rival=_rival(version), document=version.document, as_of=day, accounts=count,
            apart=1 if count <= MANY else 7, capacity=capacity, asked_at=at,
            author_id=by.member,
        )  # fmt: skip
        _record("insight.backtest.asked", row, by, at)
    return row


def step(at: datetime) -> int:
    """One round of the worker: some accounts of the backtest that was asked for first, or its card. Safe to repeat."""
    return rounds.step(_work(), at)


def advance(row: Backtest, at: datetime) -> int:
    """One round of one backtest; how many accounts it moved on, 0 where another process is at it."""
    return rounds.advance(_work(), row, at)


def finish(
    row: Backtest, now: Callable[[], datetime], told: Callable[[int, int], None] = lambda done, all_: None
) -> Backtest:
    """Compute a backtest to its end here and now; `told` hears how many accounts are done."""
    return rounds.finish(_work(), row, now, told)


def _work() -> Work[Backtest]:
    return Work(Backtest, "backtest", _go_on, _give_up, lambda row: row.accounts)


def _go_on(row: Backtest, at: datetime) -> int:
    return _card(row, at) if row.done >= row.accounts else _part(row)


def _part(row: Backtest) -> int:
    size = ACCOUNTS if row.apart == 1 else ACCOUNTS_WEEKLY
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True)[row.done : row.done + size])
    if accounts:
        asked = replaying.setup(row.document, row.rival.document if row.rival else None, row.as_of)
        parts.keep(row.pk, row.done, replaying.panel(lakes.current(), asked, row.as_of, accounts, apart=row.apart))
    done = min(row.done + size, row.accounts)
    Backtest.objects.filter(pk=row.pk).update(done=done)
    return done - row.done


def _card(row: Backtest, at: datetime) -> int:
    size = ACCOUNTS if row.apart == 1 else ACCOUNTS_WEEKLY
    starts = list(range(0, row.accounts, size))
    panel = parts.whole(row.pk, starts) if starts else None
    if starts and panel is None:
        Backtest.objects.filter(pk=row.pk).update(done=0)
        return 1
    found, learned = _told(row, panel) if panel is not None else (None, {})
    with transaction.atomic():
        row.card, row.weights = reports.document(found), learned
        row.state, row.done_at = "done", at
        row.save(update_fields=["card", "weights", "state", "done_at"])
        old = Backtest.objects.filter(version=row.version_id, state__in=("done", "failed")).order_by("-pk")
        Backtest.objects.filter(pk__in=list(old.values_list("pk", flat=True)[KEPT:])).delete()
        _record("insight.backtest.done", row, SYSTEM, at)
    parts.forget(row.pk)
    return 1


def _told(row: Backtest, panel: Panel) -> tuple[Card | None, dict[str, Any]]:
    ahead = outcomes.ahead(panel.account, panel.day, leavers.spells(lakes.current(), row.as_of))
    found = cards.card(panel, ahead, manual=replaying.MANUAL, capacity=row.capacity, groups=groups.groups())
    return found, learning.weights(panel, ahead, documents.from_dict(row.document)) if found else {}


def _give_up(row: Backtest, at: datetime) -> int:
    Backtest.objects.filter(pk=row.pk).update(state="failed", done_at=at)
    _record("insight.backtest.failed", row, SYSTEM, at)
    parts.forget(row.pk)
    return 1


def _rival(version: HealthModelVersion) -> HealthModelVersion | None:
    """The version that is live; for that one, the one before it."""
    rows = HealthModelVersion.objects.filter(key=version.key, state="published", is_withdrawn=False)
    earlier = rows.exclude(number__gte=version.number) if version.state == "published" else rows
    return next((row for row in earlier.order_by("-number") if row.document != version.document), None)


def _record(code: str, row: Backtest, by: Actor, at: datetime) -> None:
    model = health_models.model_of(row.version)
    name = model.name.ja if organisation.current().language == "ja" else model.name.en
    particulars = {"model": name, "number": row.version.number, "as_of": row.as_of}
    journal.record(code, actor=by, at=at, subject=("health_model", row.version.key), particulars=particulars)
