"""Brings what was told up to today: events into the lake, facts mirrored, every past day scored."""

from collections.abc import Callable
from datetime import datetime, timedelta

from nenrin.analytics.lake import Lake
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import drain, lakes, mirror
from nenrin.insight import backfill, refresh, rings
from nenrin.insight.backtests import runs
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.risk import step as risk
from nenrin.simulator.world import World
from nenrin.simulator.writer import (
    beginning,
    errands,
    growing,
    leaving,
    lists,
    mornings,
    plays,
    renewing,
    sharing,
    starting,
    walking,
)
from nenrin.simulator.writer.accounts import Book
from nenrin.work import handoff_rounds

Progress = Callable[[str, int], None]
# A score needs some weeks of use behind it: history begins this long after the first event.
FIRST_SCORE_DAYS = 30


def settled(
    world: World,
    book: Book,
    *,
    now: datetime,
    is_whole: bool = True,
    progress: Progress = lambda what, count: None,
) -> int:
    """Drain, seal, mirror, score every day up to yesterday as it was known then, and today; learn the risk of leaving;
    where the world tells stories, backtest its health models.

    Backtests and replays are asked for; where it is not to be whole, a worker computes them and pages say until then
    that they are waited for. Returns the accounts scored.
    """
    lake = lakes.current()
    drain.prepare(lake)
    progress("stored", drain.drain_all(lake, at=now).stored)
    _journal_read(lake)
    today = organisation.today(now)
    first = world.window.first + timedelta(FIRST_SCORE_DAYS)
    scored = backfill.backfill(first, today - timedelta(1), at=now, told=lambda count: progress("scored", count))
    refresh.step(now)
    if world.stories:
        lists.made(book, now=now)
        handoff_rounds.step(now)
        _journal_read(lake)
        refresh.step(now)
    rings.rebuild(today)
    _journal_read(lake)
    while risk.step(now):
        progress("risk", 0)
    if world.stories:
        with organisation.read_once():
            _lived(world, book, now, is_whole=is_whole)
        _journal_read(lake)
        _tested(now, progress, is_whole=is_whole)
    return scored


def _lived(world: World, book: Book, now: datetime, *, is_whole: bool) -> None:
    """What this team does with what it is told: playbooks, tasks, onboarding, renewals, reasons, journeys, mornings."""
    beginning.begun(book, now=now)
    sharing.shared(book, now=now)
    plays.played(book, now=now, is_whole=is_whole)
    errands.run(book, now=now)
    starting.lived(book, now=now)
    renewing.called(book, now=now)
    leaving.told(world, book, now=now)
    growing.grown(book, now=now)
    walking.walked(book, now=now)
    mornings.lived(book, now=now)


def _tested(now: datetime, progress: Progress, *, is_whole: bool) -> None:
    """Hold every live health model against who left, with the weights that could be learned from that."""
    live = HealthModelVersion.objects.filter(state="published", is_withdrawn=False).order_by("key", "-number")
    newest = {version.key: version for version in reversed(live)}
    for version in newest.values():
        row = runs.ask(version, by=SYSTEM, at=now)
        if is_whole:
            runs.finish(row, lambda: now, lambda done, accounts: progress("tested", done))


def _journal_read(lake: Lake) -> None:
    """Seal everything and let the lake hear it."""
    while journal.seal():
        pass
    mirror.mirror_all(lake)


def is_settled() -> bool:
    """Tell whether a world was told to the end here: its days are scored."""
    return refresh.here().scored_through is not None
