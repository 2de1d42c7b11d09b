"""The baseline: frozen on the day of the answers, or on the day on which the first contracts are known. Never changed: with
a reason a new one follows, and the earlier ones stay."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry
from nenrin.ingest import lakes, mirror
from nenrin.ingest.models.imports import AT_WORK, Import
from nenrin.insight import refresh
from nenrin.insight.models import Health, StartBaseline, StartFigure
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, focus, measuring
from nenrin.insight.start.measuring import Missing
from nenrin.values import Text

#: Characters of the reason for a new one.
LONGEST = 300


def live() -> StartBaseline | None:
    """The baseline that holds."""
    return StartBaseline.objects.select_related("author").first()


def every() -> list[StartBaseline]:
    """All of them, the one that holds first."""
    return list(StartBaseline.objects.select_related("author"))


def figures(of: StartBaseline) -> dict[str, Figure]:
    """As they were frozen, by key."""
    return {row.kpi: Figure(row.kpi, row.value, row.n, _reach(row)) for row in of.figures.all()}


def _reach(row: StartFigure) -> Interval | None:
    return None if row.low is None or row.high is None else Interval(row.low, row.high)


def step(at: datetime, *, by: Actor = SYSTEM) -> int:
    """One round of the worker: freeze the baseline once the questions are answered and the first contracts are told whole:
    no file is being imported, and health was brought up to date today with every fact that there is. Safe to repeat."""
    if not organisation.current().problem or StartBaseline.objects.exists() or not Health.objects.exists():
        return 0
    if Import.objects.filter(state__in=AT_WORK).exists() or Entry.objects.filter(sequence__isnull=True).exists():
        return 0
    day = organisation.today(at)
    if not _is_read(day):
        return 0
    return int(freeze(day, by=by, at=at) is not None)


def _is_read(day: date) -> bool:
    """Is all of the journal in the lake, and all of the lake's facts in the health of this day?"""
    if journal.unread(mirror.READER, 1):
        return False
    progress = refresh.here()
    return progress.refreshed_on == day and progress.facts_seen == lakes.current().facts.snapshot().version


def waiting(day: date) -> list[Missing]:
    """The exchange rates for which the first baseline waits: none once it is kept, and before the questions are answered."""
    if not organisation.current().problem or StartBaseline.objects.exists():
        return []
    return measuring.missing(day)


def freeze(day: date, *, by: Actor, at: datetime) -> StartBaseline | None:
    """Keep the figures of a day where there is no baseline yet, an account pays, every one that does has its exchange rate
    and the part that was chosen is there; None where nothing was kept.

    Safe to repeat. Journal: insight.start.baseline_taken.
    """
    if StartBaseline.objects.exists() or organisation.current().begins_with not in answers.parts():
        return None
    if not measuring.has_contracts(day) or measuring.unrated(day):
        return None
    return _kept(1, day, "", by, at)


def take(day: date, *, why: str, seen: int | None, by: Actor, at: datetime) -> StartBaseline:
    """Count from the figures of this day from now on; the earlier baselines stay as they are.

    `seen`: the number of the baseline that is to be followed; None: whichever holds. Raises Refused without a reason, before
    the first was kept, while files are imported or facts wait to be read, where no account pays, one that does has no exchange
    rate or the part is gone; Conflict where another one was taken meanwhile. Journal: insight.start.baseline_replaced.
    """
    why = why.strip()
    if not 0 < len(why) <= LONGEST:
        raise Refused.one("why", Text(f"from 1 to {LONGEST} characters", f"1〜{LONGEST}文字"))
    last = live()
    if last is None:
        raise Refused.one("baseline", NONE_YET)
    if seen is not None and seen != last.number:
        raise _taken_meanwhile(seen, last)
    if fault := _unready(day):
        raise Refused.one("baseline", fault)
    row = _kept(last.number + 1, day, why, by, at)
    if row is None:  # two at once: the other's stands
        raise _taken_meanwhile(last.number, every()[0])
    return row


def _unready(day: date) -> Text | None:
    """Why the figures of a day cannot be kept now."""
    if Import.objects.filter(state__in=AT_WORK).exists():
        return IMPORTING
    if Entry.objects.filter(sequence__isnull=True).exists() or journal.unread(mirror.READER, 1):
        return READING
    if refresh.here().refreshed_on != day:
        return READING
    if organisation.current().begins_with not in answers.parts():
        return PART_GONE
    if not measuring.has_contracts(day):
        return NOBODY_PAYS
    return _no_rate(count) if (count := measuring.unrated(day)) else None


def _no_rate(accounts: int) -> Text:
    some = "1 paying account" if accounts == 1 else f"{accounts:,} paying accounts"
    return Text(
        f"Today's figures lack {some}, for want of the exchange rate of the last month end: add it first.",
        f"前月末の為替レートが未登録のため、有料の顧客{accounts:,}社が本日の数値に含まれません。先に為替レートを登録してください。",
    )


def _taken_meanwhile(asked: int, stands: StartBaseline) -> Conflict:
    theirs = {"taken_on": stands.taken_on, "why": stands.note}
    return Conflict("the baseline", asked=asked, stands=stands.number, mine={}, theirs=theirs)


def _kept(number: int, day: date, note: str, by: Actor, at: datetime) -> StartBaseline | None:
    own = organisation.current()
    held, policy = focus.of(own), policies.live(day)
    found = measuring.measured(day, held.part)
    with transaction.atomic():
        row, is_new = StartBaseline.objects.get_or_create(
            number=number,
            defaults={
                "taken_on": day, "taken_at": at, "begins_with": held.begins_with, "policy": policy.version,
                "currency": policy.reporting_currency, "note": note, "author_id": by.member,
            },
        )  # fmt: skip
        if not is_new:
            return None
        StartFigure.objects.bulk_create(_row(row, key, figure) for key, figure in found.items())
        told = {
            "number": number,
            "day": day.isoformat(),
            "figures": sum(one.value is not None for one in found.values()),
        }
        if number == 1:
            journal.record("insight.start.baseline_taken", actor=by, at=at, particulars=told)
        else:
            journal.record("insight.start.baseline_replaced", actor=by, at=at, particulars={**told, "why": note})
    return row


def _row(baseline: StartBaseline, key: str, of: Figure) -> StartFigure:
    low, high = of.interval or (None, None)
    return StartFigure(baseline=baseline, kpi=key, value=of.value, low=low, high=high, n=of.n)


NONE_YET = Text(
    "The first baseline is kept by itself, once the questions are answered and contracts are known.",
    "最初の基準値は、質問への回答と契約の取り込みがそろうと自動で保存されます。",
)
IMPORTING = Text(
    "A file is being imported: today's figures would be half of it.",
    "取り込み中のファイルがあります。完了後に実行してください。",
)
READING = Text(
    "Today's figures are not complete yet: try again in a minute.",
    "本日の数値を集計中です。1分ほど待って実行してください。",
)
PART_GONE = Text(
    "What you began with is no longer there: answer the questions anew first.",
    "「始める範囲」が現在は存在しません。先に質問に回答し直してください。",
)
NOBODY_PAYS = Text("No account pays today.", "本日時点で有料の契約がありません。")
