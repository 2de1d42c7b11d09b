"""Scores into the application's tables, and changes of band into the journal: one transaction a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from nenrin.analytics.lake import Lake
from nenrin.analytics.scores.records import Record
from nenrin.foundation import journal
from nenrin.insight import changes, days, history
from nenrin.insight.modelling import configuration as configurations
from nenrin.insight.modelling import nouns
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, HealthDetail
from nenrin.insight.models.health import WEEKS
from nenrin.insight.points import points
from nenrin.insight.refreshing import kept, tables

BATCH = 500
KEPT_DAYS = 90
COMPARED_DAYS = 30
_HEALTH = (
    "as_of", "at", "today", "score", "band", "since", "coverage", "version_id", "weekly", "delta_30", "losses",
    "is_overridden", "is_final",
)  # fmt: skip
_DAILY = ("account_id", "day", "today", "score", "band", "coverage", "version_id")


def show(records: Sequence[Record], configuration: Configuration, *, as_of: date, at: datetime, is_final: bool) -> int:
    """Bring health, its details and current measures of these accounts up to date; returns the changes of band.

    Journal: insight.health.fell, rose, unknown or known for each account whose shown band changed; insight.use.fell.
    """
    accounts = [record.account for record in records]
    earlier = {record.account: record for record in kept.records("now", accounts)}
    past = _past(accounts, as_of)
    rows = [_health(record, past, as_of=as_of, at=at, is_final=is_final) for record in records]
    tables.upsert(Health, ("account_id", *_HEALTH), rows, unique=("account_id",), update=_HEALTH)
    plain = [(record.account, record.to_text()) for record in records]
    written = ("now", "closed") if is_final else ("now",)
    details = [(account, *(found,) * len(written)) for account, found in plain]
    tables.upsert(HealthDetail, ("account_id", *written), details, unique=("account_id",), update=written)
    _measures(records, earlier, as_of)
    models, known = (
        dict(zip(configuration.versions, configuration.models, strict=True)),
        nouns.of(configuration.needs()),
    )
    changed = [
        draft
        for record in records
        if (draft := changes.change(earlier.get(record.account), record, models[record.version], known, at=at))
    ]
    fallen = [changes.fall(earlier.get(record.account), record, at=at) for record in records]
    journal.record_many([*changed, *filter(None, fallen)])
    return len(changed)


def forget(accounts: Iterable[int] | None, judged: Sequence[int]) -> None:
    """Accounts that nobody judges any more (lost, merged away) have no health; the lake keeps what they had."""
    there = Health.objects.values_list("account_id", flat=True) if accounts is None else accounts
    for chunk in _chunks(sorted(set(there) - set(judged))):
        for model in (Health, HealthDetail, CurrentMeasure):
            model.objects.filter(account__in=chunk).delete()


def compare(lake: Lake, closed: date, accounts: Sequence[int]) -> None:
    """Beside each account's record the one of thirty days before the open day: pages explain the way between."""
    day = closed + timedelta(1 - COMPARED_DAYS)
    wanted = history.versions(lake, day, day)
    if not wanted:
        return
    past = history.records(lake, day, day, configurations.of(configurations.rows(wanted)))
    there = [past[account, days.number(day)] for account in accounts if (account, days.number(day)) in past]
    rows: list[tuple[object, ...]] = [(record.account, {}, record.to_json()) for record in there]
    tables.upsert(HealthDetail, ("account_id", "now", "before"), rows, unique=("account_id",), update=("before",))


def keep_daily(rows: Sequence[tuple[int, date, float, float, str, float, int]], day: date) -> None:
    """Scores of closed days (account, day, today, score, band, coverage, version), the newest being `day`.

    What is older than 90 days goes (the lake has it). Rows that are there stay as they are.
    """
    tables.upsert(DailyScore, _DAILY, rows, unique=("account_id", "day"), update=())
    DailyScore.objects.filter(day__lte=day - timedelta(KEPT_DAYS)).delete()


def daily(record: Record) -> tuple[int, date, float, float, str, float, int]:
    score, today = points(record.score), points(record.today)
    return record.account, days.day(record.day), today, score, record.shown.value, record.coverage, record.version


def _past(accounts: Sequence[int], as_of: date) -> dict[tuple[int, date], float]:
    wanted = [as_of - timedelta(7 * week) for week in range(1, WEEKS)] + [as_of - timedelta(30)]
    rows = DailyScore.objects.filter(day__in=wanted).values_list("account_id", "day", "score")
    return {(account, day): score for account, day, score in kept.of(rows, accounts)}


def _health(
    record: Record, past: Mapping[tuple[int, date], float], *, as_of: date, at: datetime, is_final: bool
) -> tuple[object, ...]:
    """A row of Health, in the order of `_HEALTH` after the account."""
    score, ago = points(record.score), past.get((record.account, as_of - timedelta(30)))
    weeks = [past.get((record.account, as_of - timedelta(7 * week))) for week in range(WEEKS - 1, 0, -1)]
    weekly = [None if week is None else round(week, 1) for week in weeks] + [round(score, 1)]
    delta = None if ago is None else round(score - ago, 6)
    return (
        record.account, as_of, at, points(record.today), score, record.shown.value, days.day(record.shown_since),
        record.coverage, record.version, weekly, delta, losses(record)[:3], record.by_hand, is_final,
    )  # fmt: skip


def losses(record: Record) -> list[tuple[str, float]]:
    """Points lost by each bar from 100, greatest first; they add up to 100 minus the score."""
    got = record.got
    lost = [(key, full - got.get(key, 0)) for key, full in record.full.items()]
    lost += [(key, -by) for key, by in got.items() if key not in record.full]
    lost += [(key, -by) for key, by in (*record.bars.items(), ("override", record.override))]
    return sorted(((key, points(by)) for key, by in lost if by), key=lambda loss: (-loss[1], loss[0]))


def _measures(records: Sequence[Record], earlier: Mapping[int, Record], as_of: date) -> None:
    """Write what changed: most values do not from one refresh to the next. What is there is what `earlier` says."""
    fresh: list[tuple[int, str, float, date]] = []
    gone: dict[str, list[int]] = {}
    for record in records:
        before = earlier[record.account].values if record.account in earlier else {}
        fresh += [
            (record.account, measure, value, as_of)
            for measure, value in record.values.items()
            if value is not None and before.get(measure) != value
        ]
        for measure in before.keys() - record.values.keys():
            gone.setdefault(measure, []).append(record.account)
    columns = ("account_id", "measure", "value", "as_of")
    tables.upsert(CurrentMeasure, columns, fresh, unique=columns[:2], update=columns[2:])
    for measure, who in gone.items():
        for chunk in _chunks(who):
            CurrentMeasure.objects.filter(measure=measure, account__in=chunk).delete()


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))
