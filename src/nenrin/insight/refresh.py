"""Health of the open day, brought up to date: what was touched at once, everybody once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import records, scans
from nenrin.analytics.scores.raws import Layout, evaluate
from nenrin.analytics.scores.records import Record
from nenrin.foundation import garbage, organisation
from nenrin.ingest import lakes
from nenrin.insight import days, segments
from nenrin.insight.modelling import configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.models import HealthModelVersion, Progress
from nenrin.insight.refreshing import evaluation, kept, projection, touched
from nenrin.insight.refreshing.rolling import rolled


class DayIsClosed(ValueError):
    """Health of a closed day is final: ask for it with `nenrin health --as-of`, or recompute it with --known-at."""


def step(at: datetime) -> int:
    """One round of the worker: touched accounts, or everybody on a new day or after a publication. Safe to repeat."""
    lake, day, progress = lakes.current(), organisation.today(at), here()
    if not rolled(lake, at) or (progress.scored_through and day <= progress.scored_through):
        return 0
    news = touched.since(lake, progress.events_seen, progress.facts_seen)
    publications = HealthModelVersion.objects.filter(state="published").count()
    everybody = progress.refreshed_on != day or progress.publications != publications or news.everybody
    if not everybody and not news.accounts:
        return _seen(progress, news) if news.is_new else 0
    count = run(day, at=at, accounts=None if everybody else sorted(news.accounts), lake=lake)
    progress.refreshed_on, progress.publications = day, publications
    _seen(progress, news)
    return count


def run(as_of: date, *, at: datetime, accounts: Sequence[int] | None = None, lake: Lake | None = None) -> int:
    """Evaluate the open day for some accounts, or for all; returns how many were scored.

    Stores health, details and current measures. Journal: insight.health.fell, rose, unknown, known, insight.use.fell. Safe to repeat.
    Raises DayIsClosed for a day whose scores are final.
    """
    progress = here()
    if progress.scored_through and as_of <= progress.scored_through:
        raise DayIsClosed(DayIsClosed.__doc__)
    with garbage.spared():
        yesterday = closed(accounts, progress.scored_through)
        live = configuration.between(as_of, as_of, also={record.version for record in yesterday})
        scored = next_day(lake or lakes.current(), as_of, live, yesterday, accounts)
        found = list(records.records(scored, live.versions))
        with transaction.atomic():
            projection.show(found, live, as_of=as_of, at=at, is_final=False)
            projection.forget(accounts, [record.account for record in found])
    segments.settle(at, accounts)
    return len(found)


def next_day(
    lake: Lake,
    day: date,
    live: Configuration,
    yesterday: Sequence[Record],
    accounts: Sequence[int] | None = None,
) -> scans.Day:
    """A day's scores from yesterday's records and what is known by its end."""
    today = evaluation.whole(lake, day, live, accounts=accounts)
    layout = Layout.of(live.models)
    before = records.state(yesterday, layout, live.place())
    return scans.step(live.models, before, days.number(day), evaluate(live.models, today.which, today.frame))


def closed(accounts: Sequence[int] | None, through: date | None) -> list[Record]:
    """Records of the last closed day. An account that was not scored on it starts anew."""
    if through is None:
        return []
    return [record for record in kept.records("closed", accounts) if record.day == days.number(through)]


def here() -> Progress:
    return Progress.objects.get_or_create(pk=1)[0]


def _seen(progress: Progress, news: touched.News) -> int:
    """Note what this round took into account; 0, as it moved nothing itself."""
    Progress.objects.filter(pk=1).update(
        events_seen=news.events_seen, facts_seen=news.facts_seen, refreshed_on=progress.refreshed_on,
        publications=progress.publications,
    )  # fmt: skip
    return 0
