"""Health for tables, programs and exports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account
from nenrin.insight import past
from nenrin.insight.days import day
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.past import Basis


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One account on one day. Scores in points with one decimal; `model` is like "standard v12"."""

    account: int
    name: str
    as_of: date
    band: Band
    score: float
    today: float
    coverage: float
    since: date
    model: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class HealthTable:
    """`basis` says whether the rows are what people saw that day ("shown") or what is computed now ("recomputed")."""

    as_of: date
    known_at: date | None
    basis: Basis
    rows: tuple[HealthRow, ...]


class NoSuchVersion(LookupError):
    """No published version has this name: give it as KEY:NUMBER, for example standard:12."""


def version(name: str) -> int:
    """The stored number of "standard:12" or "standard v12"."""
    key, _, wanted = name.replace(" v", ":").partition(":")
    found = HealthModelVersion.objects.filter(key=key, number=int(wanted) if wanted.isdigit() else -1).first()
    if found is None:
        raise NoSuchVersion(f"{name!r}: {NoSuchVersion.__doc__}")
    return int(found.pk)


def health_table(as_of: date, known_at: date | None = None, model: str | None = None) -> HealthTable:
    """Every judged account's health on a day, worst first.

    Stored days come as they were shown; with `known_at` (a day of knowledge) or `model` ("standard:12"), and for days
    that were never stored, they are computed again from the lake. Raises NoSuchVersion.
    """
    found = past.on(as_of, known_at=known_at, version=version(model) if model else None)
    names = dict(Account.objects.values_list("pk", "name"))
    models = {row.pk: str(row) for row in HealthModelVersion.objects.filter(pk__in=found.configuration.versions)}
    rows = [
        HealthRow(
            account=record.account,
            name=names.get(record.account, ""),
            as_of=as_of,
            band=record.shown,
            score=round(record.score / micro.ONE, 1),
            today=round(record.today / micro.ONE, 1),
            coverage=round(record.coverage, 4),
            since=day(record.shown_since),
            model=models.get(record.version, ""),
            basis=found.basis,
        )
        for record in found.records.values()
    ]
    rows.sort(key=lambda row: (row.score, row.account))
    return HealthTable(as_of, known_at, found.basis, tuple(rows))
