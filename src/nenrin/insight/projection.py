"""Scores into the application's tables, and changes of band into the journal: one transaction a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import models

from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import differences, micro, sentences
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.records import Record
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import configuration as configurations
from nenrin.insight import days, history
from nenrin.insight.configuration import Configuration
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, HealthDetail
from nenrin.insight.models.health import WEEKS
from nenrin.insight.nouns import CLOCKS, NOUNS
from nenrin.values import Text

M = TypeVar("M", bound=models.Model)
BATCH = 500
KEPT_DAYS = 90
COMPARED_DAYS = 30
_HEALTH = [
    "as_of", "at", "today", "score", "band", "since", "coverage", "version", "weekly", "delta_30", "losses",
    "is_overridden", "is_final",
]  # fmt: skip
_CODES = {True: "insight.health.rose", False: "insight.health.fell"}


def points(figure: int) -> float:
    return round(figure / micro.ONE, 6)


def show(records: Sequence[Record], configuration: Configuration, *, as_of: date, at: datetime, is_final: bool) -> int:
    """Bring health, its details and current measures of these accounts up to date; returns the changes of band.

    Journal: insight.health.fell, rose, unknown or known for each account whose shown band changed.
    """
    accounts = [record.account for record in records]
    was = set(_of(Health.objects.all(), accounts).values_list("account_id", flat=True))
    details = _of(HealthDetail.objects.all(), accounts)
    pairs = details.values_list("account_id", "now")
    earlier = {account: Record.from_json(now) for account, now in pairs if account in was and now}
    past = _past(accounts, as_of)
    Health.objects.bulk_create(
        [_health(record, past, as_of=as_of, at=at, is_final=is_final) for record in records],
        batch_size=BATCH, update_conflicts=True, unique_fields=["account"], update_fields=_HEALTH,
    )  # fmt: skip
    fresh = [
        HealthDetail(account_id=r.account, now=r.to_json(), closed=r.to_json() if is_final else None) for r in records
    ]
    HealthDetail.objects.bulk_create(
        fresh, batch_size=BATCH, update_conflicts=True, unique_fields=["account"],
        update_fields=["now", "closed"] if is_final else ["now"],
    )  # fmt: skip
    _measures(records, as_of)
    models = dict(zip(configuration.versions, configuration.models, strict=True))
    changed = [
        draft
        for record in records
        if (draft := change(earlier.get(record.account), record, models[record.version], at=at))
    ]
    journal.record_many(changed)
    return len(changed)


def forget(accounts: Iterable[int] | None, kept: Sequence[int]) -> None:
    """Accounts that nobody judges any more (lost, merged away) have no health; the lake keeps what they had."""
    there = Health.objects.values_list("account_id", flat=True) if accounts is None else accounts
    for chunk in _chunks(sorted(set(there) - set(kept))):
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
    HealthDetail.objects.bulk_create(
        [HealthDetail(account_id=record.account, now={}, before=record.to_json()) for record in there],
        batch_size=BATCH, update_conflicts=True, unique_fields=["account"], update_fields=["before"],
    )  # fmt: skip


def keep_daily(records: Sequence[Record], day: date) -> None:
    """The closed day's scores; what is older than 90 days goes (the lake has it)."""
    rows = [
        DailyScore(
            account_id=r.account,
            day=day,
            today=points(r.today),
            score=points(r.score),
            band=r.shown.value,
            coverage=r.coverage,
            version_id=r.version,
        )
        for r in records
    ]
    DailyScore.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    DailyScore.objects.filter(day__lte=day - timedelta(KEPT_DAYS)).delete()


def change(before: Record | None, now: Record, model: HealthModel, *, at: datetime) -> journal.Draft | None:
    """The journal's draft for a change of the shown band; None where it did not change or was never shown."""
    if before is None or before.shown is now.shown:
        return None
    words = sentences.BANDS[now.shown]
    particulars = {
        "before": f"{points(before.score):.1f}",
        "score": f"{points(now.score):.1f}",
        "today": points(now.today),
        "band": now.shown.value,
        "band_before": before.shown.value,
        "band_en": words.en,
        "band_ja": words.ja,
        "version": now.version,
        "as_of": days.day(now.day),
    }
    if now.shown is Band.UNKNOWN:
        why = why_unknown(now, model)
        return _draft("insight.health.unknown", now, at, {**particulars, "why_en": why.en, "why_ja": why.ja})
    if before.shown is Band.UNKNOWN:
        return _draft("insight.health.known", now, at, particulars)
    return _draft(_CODES[now.shown.code > before.shown.code], now, at, {**particulars, **_reasons(before, now, model)})


def _draft(code: str, now: Record, at: datetime, particulars: Mapping[str, object]) -> journal.Draft:
    return journal.Draft(
        code, SYSTEM, at, account=now.account, subjects=[("account", now.account)], particulars=particulars
    )


def _reasons(before: Record, now: Record, model: HealthModel) -> dict[str, object]:
    found = differences.difference(before, now, model, CLOCKS)
    events = [event for event in now.raised if event not in before.raised]
    names = [event.name for key in events if (event := model.hard_event(key))]
    said = sentences.finding(found, NOUNS)
    if names:
        said = Text(f"{', '.join(n.en for n in names)}. {said.en}", f"{'、'.join(n.ja for n in names)}。{said.ja}")
    moved = sorted(found.bars.items(), key=lambda bar: abs(bar[1]), reverse=True)[:5]
    return {
        "finding_en": said.en,
        "finding_ja": said.ja,
        "reasons": [{"bar": key, "points": points(by)} for key, by in moved if by],
    }


def why_unknown(record: Record, model: HealthModel) -> Text:
    """Why a band is unknown: too new, or too little data, with the measures that are missing."""
    tenure = record.values.get("tenure_days")
    if tenure is not None and tenure < model.grace_days:
        return Text(
            f"a customer for {tenure:.0f} days; judged from day {model.grace_days} on",
            f"契約開始から{tenure:.0f}日目（{model.grace_days}日目から判定）",
        )
    missing = [NOUNS[m.key].name for m in model.measures if record.values.get(m.key) is None and m.key in NOUNS]
    some = Text(", ".join(name.en for name in missing[:4]), "、".join(name.ja for name in missing[:4]))
    return Text(
        f"{record.coverage:.0%} of the weight has a value. Missing: {some.en}",
        f"充足率 {record.coverage:.0%}。欠けている指標: {some.ja}",
    )


def _of(rows: models.QuerySet[M], accounts: Sequence[int]) -> models.QuerySet[M]:
    """Rows of some accounts; of all where they are too many to name."""
    return rows.filter(account__in=accounts) if len(accounts) <= BATCH else rows


def _past(accounts: Sequence[int], as_of: date) -> dict[tuple[int, date], float]:
    wanted = [as_of - timedelta(7 * week) for week in range(1, WEEKS)] + [as_of - timedelta(30)]
    rows = _of(DailyScore.objects.all(), accounts).filter(day__in=wanted).values_list("account_id", "day", "score")
    return {(account, day): score for account, day, score in rows}


def _health(
    record: Record, past: Mapping[tuple[int, date], float], *, as_of: date, at: datetime, is_final: bool
) -> Health:
    score, ago = points(record.score), past.get((record.account, as_of - timedelta(30)))
    weeks = [past.get((record.account, as_of - timedelta(7 * week))) for week in range(WEEKS - 1, 0, -1)]
    return Health(
        account_id=record.account,
        as_of=as_of,
        at=at,
        today=points(record.today),
        score=score,
        band=record.shown.value,
        since=days.day(record.shown_since),
        coverage=record.coverage,
        version_id=record.version,
        weekly=[None if week is None else round(week, 1) for week in weeks] + [round(score, 1)],
        delta_30=None if ago is None else round(score - ago, 6),
        losses=losses(record)[:3],
        is_overridden=record.by_hand,
        is_final=is_final,
    )


def losses(record: Record) -> list[tuple[str, float]]:
    """Points lost by each bar from 100, greatest first; they add up to 100 minus the score."""
    lost = {key: record.full.get(key, 0) - record.got.get(key, 0) for key in {**record.full, **record.got}}
    lost |= {key: -by for key, by in record.bars.items()}
    lost["override"] = -record.override
    return sorted(((key, points(by)) for key, by in lost.items() if by), key=lambda loss: (-loss[1], loss[0]))


def _measures(records: Sequence[Record], as_of: date) -> None:
    """Write what changed: most values do not from one refresh to the next."""
    accounts = [record.account for record in records]
    rows = _of(CurrentMeasure.objects.all(), accounts).values_list("account_id", "measure", "value")
    was = {(account, measure): value for account, measure, value in rows}
    now = {(r.account, m): v for r in records for m, v in r.values.items() if v is not None}
    fresh = [
        CurrentMeasure(account_id=account, measure=measure, value=value, as_of=as_of)
        for (account, measure), value in now.items()
        if was.get((account, measure)) != value
    ]
    CurrentMeasure.objects.bulk_create(
        fresh, batch_size=BATCH, update_conflicts=True, unique_fields=["account", "measure"],
        update_fields=["value", "as_of"],
    )  # fmt: skip
    judged = set(accounts)
    gone: dict[str, list[int]] = {}
    for account, measure in was:
        if account in judged and (account, measure) not in now:
            gone.setdefault(measure, []).append(account)
    for measure, who in gone.items():
        for chunk in _chunks(who):
            CurrentMeasure.objects.filter(measure=measure, account__in=chunk).delete()


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))
