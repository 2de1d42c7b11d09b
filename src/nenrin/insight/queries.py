"""Health for tables, programs and exports."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.ingest import lakes
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
class LostRow:
    """An account that has left, beside those that are judged: no score, `since` the day it left."""

    account: int
    name: str
    as_of: date
    since: date | None
    band: str = "lost"
    score: float | None = None
    today: float | None = None
    coverage: float | None = None
    model: str = ""
    basis: str = ""


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


def lost(as_of: date, *, but: Collection[int] = ()) -> list[LostRow]:
    """Accounts that had left by a day and are not judged: by the day they left, the latest first.

    `but`: accounts left out, for they are judged on that day.
    """
    rows = Account.objects.standing().filter(status=Status.LOST).exclude(lost_on__gt=as_of)
    found = rows.order_by(F("lost_on").desc(nulls_last=True), "pk").values_list("pk", "name", "lost_on")
    judged = set(but)
    return [LostRow(pk, name, as_of, left) for pk, name, left in found if pk not in judged]


def first_known() -> date | None:
    """The first day on which any account was known; None while the lake holds none."""
    lake = lakes.current()
    if not (files := lake.facts.files(["account"])):
        return None
    with lake.connection() as db:
        query = "select min(known_on) from read_parquet($1, hive_partitioning = false, union_by_name = true)"
        found: tuple[date | None] | None = db.execute(query, [files]).fetchone()
    return found[0] if found else None


def why_empty(asked: date, known: date, today: date, zone: str) -> str:
    """Why no account has health on the day asked for, with the knowledge of the end of `known`; one line."""
    now, first = f"it is {today} in {zone}", first_known()
    if asked > today:
        return f"{asked} has not begun yet: {now}"
    if not Account.objects.exists():
        return "there are no accounts yet: import some, or let your product send group calls"
    if first is None:
        return "the accounts are not in the lake yet: `nenrin worker` brings them there, `--once` for now"
    if first > known:
        return f"no account was known at the end of {known}: the first became known on {first}, and {now}"
    if asked == today:
        return f"{asked} has only begun, and no account is judged on it yet: {now}; `nenrin worker` judges, `--once` for now"
    return f"no account was judged on {asked}: none was a customer that day, or no health model takes any; {now}"
