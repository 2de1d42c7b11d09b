"""Backtests of risk models, in rounds: some accounts are read, then month after month is told, then the card is made."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from nenrin.analytics.backtests import cards, panels
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.ingest import lakes
from nenrin.insight.backtests import groups, parts, replaying, reports, risk_outcomes, risk_replaying, rounds
from nenrin.insight.backtests.rounds import Work
from nenrin.insight.backtests.runs import AheadOfToday
from nenrin.insight.models import RiskBacktest, RiskModelVersion
from nenrin.insight.risk import machine
from nenrin.insight.risk.words import EVENT_NAMES

#: Accounts read in a round, and how many are taken by lot of more.
ACCOUNTS, MOST, SEED = 200, 4000, 17
#: Finished backtests of one version that are kept.
KEPT = 5
_LOT = "lot"


class NothingLearned(ValueError):
    """This version has no model: nothing could be learned, so there is nothing to hold against the past."""


def ask(
    version: RiskModelVersion, *, by: Actor, at: datetime, as_of: date | None = None, capacity: int | None = None
) -> RiskBacktest:
    """Have a version tested as of a day (yesterday). Journal: insight.risk_backtest.asked. The same test that is still
    waiting is returned as it is. Raises AheadOfToday, NothingLearned."""
    yesterday = organisation.today(at) - timedelta(1)
    day = as_of or yesterday
    if day > yesterday:
        raise AheadOfToday(AheadOfToday.__doc__)
    if not version.document:
        raise NothingLearned(NothingLearned.__doc__)
    with transaction.atomic():
        open_ = RiskBacktest.objects.filter(version=version, as_of=day, capacity=capacity, state__in=rounds.OPEN)
        if waiting := open_.first():
            return waiting
        row = RiskBacktest.objects.create(
            version=version, as_of=day, parts=_chunks(Account.objects.count()) + len(risk_replaying.months(day)),
            capacity=capacity, asked_at=at, author_id=by.member,
        )  # fmt: skip
        _record("insight.risk_backtest.asked", row, by, at)
    return row


def step(at: datetime) -> int:
    """One round of the worker. Safe to repeat."""
    return rounds.step(_work(), at)


def advance(row: RiskBacktest, at: datetime) -> int:
    return rounds.advance(_work(), row, at)


def finish(
    row: RiskBacktest, now: Callable[[], datetime], told: Callable[[int, int], None] = lambda done, all_: None
) -> RiskBacktest:
    """Compute to the end here and now; `told` hears how many parts are done."""
    return rounds.finish(_work(), row, now, told)


def _work() -> Work[RiskBacktest]:
    return Work(RiskBacktest, "risk_backtest", _go_on, _give_up, lambda row: row.parts)


def _go_on(row: RiskBacktest, at: datetime) -> int:
    if row.done >= row.parts:
        return _card(row, at)
    chunks = row.parts - len(risk_replaying.months(row.as_of))
    is_whole = _read(row, chunks) if row.done < chunks else _told(row, chunks)
    RiskBacktest.objects.filter(pk=row.pk).update(done=row.done + 1 if is_whole else 0)
    return 1


def _read(row: RiskBacktest, chunks: int) -> bool:
    """One part of the accounts; False where the lot was lost."""
    if not row.done:
        parts.put(_name(row), _LOT, {"account": _lot()})
    lot = parts.take(_name(row), _LOT)
    if lot is None:
        return False
    own = np.array_split(lot["account"], chunks)[row.done].tolist()
    parts.put(_name(row), f"read-{row.done:04d}", risk_replaying.read(lakes.current(), row.as_of, own))
    return True


def _told(row: RiskBacktest, chunks: int) -> bool:
    """One month; False where something that was read is lost."""
    kept, begin = _kept(row, chunks), risk_replaying.months(row.as_of)[row.done - chunks]
    if kept is None:
        return False
    model = machine.read(row.version.document)
    found = risk_replaying.told(model, row.version.event, kept, begin, row.as_of) if kept else None
    parts.put(_name(row), f"told-{begin}", found.to_arrays() if found is not None else {})
    return True


def _kept(row: RiskBacktest, chunks: int) -> dict[str, Any] | None:
    found = [parts.take(_name(row), f"read-{n:04d}") for n in range(chunks)]
    there = [one for one in found if one is not None]
    if len(there) < chunks:
        return None
    return risk_replaying.joined(there) if there else {}


def _card(row: RiskBacktest, at: datetime) -> int:
    begins = risk_replaying.months(row.as_of)
    kept = _kept(row, row.parts - len(begins))
    found = [parts.take(_name(row), f"told-{begin}") for begin in begins]
    if kept is None or None in found:
        RiskBacktest.objects.filter(pk=row.pk).update(done=0)
        return 1
    own = [panels.of_arrays(one) for one in found if one]
    card = _held(row, panels.joined(own), kept) if own else {}
    with transaction.atomic():
        row.card, row.state, row.done_at = card, "done", at
        row.save(update_fields=["card", "state", "done_at"])
        old = RiskBacktest.objects.filter(version=row.version_id, state__in=("done", "failed")).order_by("-pk")
        RiskBacktest.objects.filter(pk__in=list(old.values_list("pk", flat=True)[KEPT:])).delete()
        _record("insight.risk_backtest.done", row, SYSTEM, at)
    parts.forget(_name(row))
    return 1


def _held(row: RiskBacktest, told: Panel, kept: dict[str, Any]) -> dict[str, Any]:
    """Of the rows whose account stood undecided: who has given notice is no longer asked about."""
    ahead = risk_outcomes.ahead(row.version.event, told.account, told.day, row.as_of)
    asked = ahead.is_standing
    if not asked.any():
        return {}
    panel = risk_replaying.finished(told.chosen(asked), kept)
    ahead = Ahead(asked[asked], ahead.leaves_in[asked], ahead.known_for[asked])
    card = cards.card(panel, ahead, manual=replaying.MANUAL, capacity=row.capacity, groups=groups.groups())
    return reports.document(card) | {"accounts_of": Account.objects.count()}


def _give_up(row: RiskBacktest, at: datetime) -> int:
    RiskBacktest.objects.filter(pk=row.pk).update(state="failed", done_at=at)
    _record("insight.risk_backtest.failed", row, SYSTEM, at)
    parts.forget(_name(row))
    return 1


def _lot() -> Any:
    """All accounts, or so many of them by lot."""
    accounts = np.array(list(Account.objects.order_by("pk").values_list("pk", flat=True)), dtype=np.int64)
    return np.sort(np.random.default_rng(SEED).permutation(accounts)[:MOST])


def _chunks(accounts: int) -> int:
    return math.ceil(min(accounts, MOST) / ACCOUNTS)


def _name(row: RiskBacktest) -> str:
    return f"risk-{row.pk}"


def _record(code: str, row: RiskBacktest, by: Actor, at: datetime) -> None:
    name = EVENT_NAMES[row.version.event]
    said = {"event_en": name.en, "event_ja": name.ja, "number": row.version.number, "as_of": row.as_of}
    journal.record(code, actor=by, at=at, subject=("risk_model", row.version_id), particulars=said)
