"""Each account's risk now: told by the models in use from what is known, and kept month by month as it was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction

from nenrin.analytics.forecasts.hazards.risk import RiskModel
from nenrin.analytics.forecasts.hazards.tables import UnknownColumn
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import lakes
from nenrin.insight.models import Risk, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import beliefs, chunks, learning, machine, outcomes, replays, tables, words
from nenrin.insight.risk.machine import HORIZONS, LISTED, Told
from nenrin.insight.risk.tables import Rows
from nenrin.values import Text

COLUMNS = (
    "account_id", "event", "as_of", "at", "version_id", "p", "low", "high", "horizons", "months", "reasons", "minor",
)  # fmt: skip
UNIQUE = ("account_id", "event")
_UNREADABLE = Text(
    "it was learned by another version of this program; learn a new one",
    "別の版のプログラムで学習したモデルのため読み込めません。学習し直してください",
)


class NoLonger(RuntimeError):
    """The version was taken out of use while it told: what it says must not be written any more."""


def tell(day: date, *, at: datetime) -> int:
    """Every customer's risk as known at the end of a day, by the models in use; returns how many were told.

    Accounts that left or gave notice lose theirs. A kill in between leaves the day untold: it is told again. A version that is withdrawn or replaced meanwhile writes nothing from then on. What is told on the eve of a month is kept for ever. Safe to repeat.
    """
    versions = _readable(at)
    beliefs.forget()
    if not versions:
        Risk.objects.all().delete()
        return 0
    rows = tables.now(lakes.current(), outcomes.decided(books.ledger(day)), day)
    told = sum(_by(version, model, rows, day, at) for version, model in versions)
    in_use = RiskModelVersion.objects.filter(used_from__isnull=False, used_until__isnull=True)
    Risk.objects.exclude(event__in=in_use.values("event")).delete()
    return told


def _by(version: RiskModelVersion, model: RiskModel, rows: Rows, day: date, at: datetime) -> int:
    """All accounts, by one version; 0 where it was taken out of use meanwhile, or reads what is measured no more."""
    check = partial(_still_used, version.pk)
    try:
        rows = beliefs.seen(version, model, rows, day, check)
        told = machine.tell(model, rows.table)
        kept = _rows(version, model, rows, told, day, at)
        chunks.upsert(Risk, COLUMNS, kept, UNIQUE, check)  # every customer keeps a row at every moment
        with transaction.atomic():
            check()
            Risk.objects.filter(event=version.event).exclude(version=version, as_of=day).delete()
        _say(version, rows, told, day)
        with transaction.atomic():
            check()
            RiskModelVersion.objects.filter(pk=version.pk).update(told_on=day)
    except NoLonger:
        return 0
    except UnknownColumn as problem:
        learning.withdraw(version, by=SYSTEM, at=at, reason=_gone(str(problem.args[0])))
        return 0
    return len(rows.table)


def _still_used(key: int) -> None:
    """Holds the version until the transaction ends, so that nobody takes it out of use while rows are written.

    Raises NoLonger.
    """
    version = RiskModelVersion.objects.select_for_update().filter(pk=key).only("used_from", "used_until").first()
    if version is None or version.used_from is None or version.used_until is not None:
        raise NoLonger(NoLonger.__doc__)


def _readable(at: datetime) -> list[tuple[RiskModelVersion, RiskModel]]:
    """The models in use; one that this version of the program cannot read is withdrawn, so that the next is learned."""
    found = []
    for version in RiskModelVersion.objects.filter(used_from__isnull=False, used_until__isnull=True):
        try:
            found.append((version, machine.read(version.document)))
        except machine.Unreadable:
            learning.withdraw(version, by=SYSTEM, at=at, reason=_UNREADABLE)
    return found


def _gone(columns: str) -> Text:
    """Why a version that reads these columns ("usage_trend, nps") cannot be asked any more."""
    names = [words.feature(key) for key in columns.split(", ")]
    return Text(
        f"it reads what is measured no more ({', '.join(one.en for one in names)}); learn a new one",
        f"現在は算出していない指標（{'、'.join(one.ja for one in names)}）を使用しています。学習し直してください",
    )


def _rows(
    version: RiskModelVersion, model: RiskModel, rows: Rows, told: Told, day: date, at: datetime
) -> list[tuple[object, ...]]:
    place, reasons = HORIZONS.index(LISTED), _reasons(model, rows)
    return [
        (
            account, version.event, day, at, version.pk, float(told.p[n, place]), float(told.low[n, place]),
            float(told.high[n, place]), replays.horizons(told, n), replays.months(told, n),
            reasons[n], minor,
        )
        for n, (account, minor) in enumerate(_accounts(rows))
    ]  # fmt: skip


def _accounts(rows: Rows) -> Sequence[tuple[int, int]]:
    return list(zip(rows.table.account.tolist(), rows.standing.minor.tolist(), strict=True))


def _reasons(model: RiskModel, rows: Rows) -> list[list[list[object]]]:
    """Of each row [[feature, log-odds, the measure's own value, the probability if it were average]]."""
    average = machine.if_average(model, rows.table)
    return [
        [
            [one.feature, one.log_odds, None if one.value is None else _value(model, rows, one.feature, n),
             round(float(average[one.feature][n]), 6)]
            for one in found
        ]
        for n, found in enumerate(machine.reasons(model, rows.table))
    ]  # fmt: skip


def _value(model: RiskModel, rows: Rows, feature: str, row: int) -> float:
    """A measure's own; of what is made from several, how far it lies from the average account."""
    own = rows.features.values.get(feature)
    value = machine.standing(model, rows.table, feature, row) if own is None else float(own[row])
    return round(value, 6)


def _say(version: RiskModelVersion, rows: Rows, told: Told, day: date) -> None:
    """On the eve of a month: what is said of it stays said. A month in which telling began later is replayed."""
    if (day + timedelta(1)).day != 1:
        return
    if RiskSaid.objects.filter(event=version.event, as_of=day, is_replayed=False).exists():
        return
    accounts, minor = rows.table.account.tolist(), rows.standing.minor.tolist()
    kept = replays.said(accounts, version.event, day, version.pk, told, minor, is_replayed=False)
    chunks.publish(version.event, day, kept, partial(_still_used, version.pk))
