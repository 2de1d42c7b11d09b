"""What is believed of the level behind each account's measures, carried from one evening of a month to the next.

A belief rests on the rows up to its evening, each read as known then, and is never changed by what comes later. It is
kept of each version in use: begun from all months when the version is learned, moved on as each month ends. A month
that was missed is caught up as known at its own end; whatever a kill leaves half written is written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Q

from nenrin.analytics.forecasts.hazards import states
from nenrin.analytics.forecasts.hazards.risk import RiskModel, Table
from nenrin.analytics.forecasts.hazards.states import Belief
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.ingest import lakes
from nenrin.insight.models import RiskBelief, RiskModelVersion
from nenrin.insight.revenue import books
from nenrin.insight.risk import chunks, outcomes, tables
from nenrin.insight.risk.chunks import Check
from nenrin.insight.risk.tables import Rows

#: What the next month needs of a belief: means and variances of what lasts and what fades, and their covariance.
PARTS = ("lasting", "fading", "lasting_var", "fading_var", "between")
_OTHERS = ("news", "leapt", "leap", "leap_square")
COLUMNS = ("account_id", "version_id", "as_of", *PARTS)
UNIQUE = ("account_id", "version_id", "as_of")


@dataclass(frozen=True, slots=True)
class Carried:
    """The last belief of each account, ascending, and the day of the row after which it was believed."""

    account: Whole
    day: Whole
    belief: Belief


def seen(version: RiskModelVersion, model: RiskModel, rows: Rows, day: date, check: Check = chunks.nothing) -> Rows:
    """Rows of a day with the level behind their measures, where the model reads one. On the last day of a month what is
    believed is kept. Safe to repeat."""
    if model.state is None:
        return rows
    _catch_up(version.pk, model, day, check)
    table, belief = _moved_on(model, _before(version.pk, day), rows.table, day)
    if _is_evening(day):
        _keep(version.pk, table.account, np.full(len(table), number(day)), belief, check)
        _mark(version.pk, day, check)
    return replace(rows, table=table)


def recomputed(model: RiskModel, past: Table, rows: Rows, day: date) -> Rows:
    """The same from the months before alone; nothing is kept. The month that ended last may not be among them."""
    if model.state is None:
        return rows
    return replace(rows, table=_moved_on(model, carried(model, past), rows.table, day)[0])


def begin(version: RiskModelVersion, model: RiskModel, table: Table, check: Check = chunks.nothing) -> None:
    """Keep what all rows of the past say of each account. Safe to repeat."""
    if model.state is None or not len(table):
        return
    found = carried(model, table)
    _forget([version.pk])
    _keep(version.pk, found.account, found.day, found.belief, check)
    last = _date(int(table.as_of.max()))
    with transaction.atomic():
        check()
        RiskModelVersion.objects.filter(pk=version.pk).update(believed_from=last, believed_on=last)


def forget() -> None:
    """Of versions out of use nothing is kept: one that is put to use again begins anew. Safe to repeat."""
    idle = RiskModelVersion.objects.filter(believed_on__isnull=False)
    keys = list(idle.filter(Q(used_from__isnull=True) | Q(used_until__isnull=False)).values_list("pk", flat=True))
    if keys:
        _forget(keys)


def _forget(keys: Sequence[int]) -> None:
    with transaction.atomic():
        RiskBelief.objects.filter(version__in=keys).delete()
        RiskModelVersion.objects.filter(pk__in=keys).update(believed_from=None, believed_on=None)


def carried(model: RiskModel, table: Table) -> Carried:
    """From all rows of each account."""
    assert model.state is not None
    belief = states.believed(table, model.state)
    order = np.lexsort((table.begins, table.account))
    last = order[np.append(np.diff(table.account[order]) != 0, True)] if len(order) else order
    return Carried(table.account[last], table.as_of[last], belief.at(last))


def _moved_on(model: RiskModel, before: Carried, table: Table, day: date) -> tuple[Table, Belief]:
    assert model.state is not None
    place = np.minimum(np.searchsorted(before.account, table.account), max(len(before.account) - 1, 0))
    known = before.account[place] == table.account if len(before.account) else np.zeros(len(table), dtype=bool)
    prior = before.belief.at(place) if len(before.account) else _none(len(table))
    since = before.day[place] if len(before.account) else np.zeros(len(table), dtype=np.int64)
    belief = states.advanced(model.state, table, prior, np.where(known, _months(since, day), 0.0))
    return states.with_level(table, model.state, belief, table.as_of), belief


def _months(since: Whole, day: date) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """From evenings of months to a day; of a month that has not ended the part that has passed."""
    first = day.replace(day=1)
    length = ((first + timedelta(32)).replace(day=1) - first).days
    begun = (since + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    now = (first.year - 1970) * 12 + first.month - 1
    return np.asarray(now - begun + day.day / length, dtype=np.float64)


def _catch_up(version: int, model: RiskModel, day: date, check: Check) -> None:
    """Beliefs of every month that ended before the day, begun anew where nothing is kept that is older than it."""
    row = RiskModelVersion.objects.only("believed_from", "believed_on").get(pk=version)
    if row.believed_from is None or row.believed_on is None or row.believed_from >= day:
        begin(row, model, tables.past(lakes.current(), outcomes.decided(books.ledger(day))).table, check)
        row.refresh_from_db(fields=["believed_from", "believed_on"])
    evening = _next_evening(row.believed_on) if row.believed_on else day
    while evening < day:
        own = tables.now(lakes.current(), outcomes.decided(books.ledger(evening)), evening).table
        _, belief = _moved_on(model, _before(version, evening), own, evening)
        _keep(version, own.account, np.full(len(own), number(evening)), belief, check)
        _mark(version, evening, check)
        evening = _next_evening(evening)


def _before(version: int, day: date) -> Carried:
    """What was last believed of each account before a day. An account that took in another one, and had nothing of its
    own, goes on with the other's."""
    kept = RiskBelief.objects.filter(version=version, as_of__lt=day).order_by("account_id", "as_of")
    found = {row[0]: row[1:] for row in kept.values_list("account_id", "as_of", *PARTS)}
    merged = kept.filter(account__merged_into__isnull=False).order_by().distinct()
    for absorbed, survivor in merged.values_list("account_id", "account__merged_into_id"):
        found.setdefault(survivor, found[absorbed])
    keys = np.array(sorted(found), dtype=np.int64)
    rows = [found[int(key)] for key in keys]
    parts = {name: np.array([row[n] for row in rows]) for n, name in enumerate(PARTS, start=1)}
    return Carried(keys, np.array([number(row[0]) for row in rows], dtype=np.int64), replace(_none(len(keys)), **parts))


def _none(rows: int) -> Belief:
    return Belief(**{name: np.zeros(rows) for name in (*PARTS, *_OTHERS)})


def _keep(version: int, account: Whole, day: Whole, belief: Belief, check: Check) -> None:
    columns = [getattr(belief, name).tolist() for name in PARTS]
    days = [_date(int(n)) for n in day]
    rows = [(key, version, on, *parts) for key, on, *parts in zip(account.tolist(), days, *columns, strict=True)]
    chunks.upsert(RiskBelief, COLUMNS, rows, UNIQUE, check)


def _mark(version: int, evening: date, check: Check) -> None:
    """Everything that is believed at the end of this day is kept."""
    with transaction.atomic():
        check()
        own = RiskModelVersion.objects.filter(pk=version)
        own.filter(Q(believed_on__isnull=True) | Q(believed_on__lt=evening)).update(believed_on=evening)


def _is_evening(day: date) -> bool:
    return (day + timedelta(1)).day == 1


def _next_evening(day: date) -> date:
    """The last day of the month after a month's last day."""
    return ((day + timedelta(1)).replace(day=1) + timedelta(32)).replace(day=1) - timedelta(1)


def _date(n: int) -> date:
    return date(1970, 1, 1) + timedelta(n)
