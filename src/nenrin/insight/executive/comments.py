"""What members say beside the figures of a period: why a figure is as it is, and what follows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.periods import Grain
from nenrin.customers.errors import Refused
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import start_of
from nenrin.insight.executive.questions import Question
from nenrin.insight.models import BoardComment
from nenrin.insight.revenue import kpis, policies
from nenrin.insight.revenue import words as revenue_words
from nenrin.values import Text

MOST: Final = 1000
SLICE: Final = 60
#: Of one period and part; more is a discussion that belongs elsewhere.
SHOWN: Final = 200
WHOLE: Final = Text("The period as a whole", "期間全体")


def about(kpi: str) -> Text:
    """What a comment is on."""
    return KPIS[kpi].name if kpi in KPIS else WHOLE


def of(ask: Question) -> tuple[BoardComment, ...]:
    """Those on the period and part asked for, as they stood on the day whose knowledge was asked for; the oldest first.

    They speak of everyone's figures: whoever sees some accounts only gets none, and none on figures made of costs
    without the right to see those.
    """
    if ask.books.accounts is not None:
        return ()
    place = {"dimension": ask.by if ask.within else "", "slice": ask.within.key[:SLICE] if ask.within else ""}
    found = BoardComment.objects.filter(grain=ask.grain, start_on=ask.period.start, **place)
    if ask.is_of_then:
        found = found.filter(written_at__lt=start_of(ask.books.open.known + timedelta(days=1), organisation.zone()))
    shown = {"", *kpis.shown(ask.ledger)}
    return tuple(row for row in found.select_related("author")[:SHOWN] if row.kpi in shown)


def write(
    words: str, *, kpi: str = "", grain: Grain, day: date, dimension: str = "", within: str = "",
    value: float | None = None, by: Actor, at: datetime,
) -> BoardComment:  # fmt: skip
    """Say something on a KPI (empty: on the whole) of the period that holds a day; `value` is what the figure was then.

    Safe to repeat: the same words by the same author in the same place are one comment. Raises Refused.
    Journal: insight.comment.written.
    """
    said, start = _checked(words, kpi), policies.fiscal().holding(day, grain).start
    place = {"kpi": kpi, "grain": grain, "start_on": start, "dimension": dimension[:20], "slice": within[:SLICE]}
    known = value if value is not None and math.isfinite(value) else None
    with transaction.atomic():
        there = BoardComment.objects.filter(**place, words=said, author_id=by.member).first()
        if there is not None:
            return there
        row = BoardComment.objects.create(**place, words=said, author_id=by.member, value=known, written_at=at)
        _record("written", row, by, at, {"words": said})
    return row


def _checked(words: str, kpi: str) -> str:
    said = words.strip()
    if kpi and kpi not in KPIS:
        raise Refused.one("kpi", Text("a KPI that there is", "存在するKPI"), kpi)
    if not 0 < len(said) <= MOST:
        raise Refused.one("words", Text(f"from 1 to {MOST} characters", f"1〜{MOST}文字"), len(said))
    return said


def withdraw(row: BoardComment, *, by: Actor, at: datetime) -> None:
    """Take a comment back; the journal keeps it. Safe to repeat. Journal: insight.comment.withdrawn."""
    with transaction.atomic():
        if BoardComment.objects.filter(pk=row.pk).delete()[0]:
            _record("withdrawn", row, by, at)


def _record(what: str, row: BoardComment, by: Actor, at: datetime, personal: dict[str, str] | None = None) -> None:
    fiscal, name = policies.fiscal(), about(row.kpi)
    period = revenue_words.named(fiscal.holding(row.start_on, _grain(row)), _grain(row), fiscal)
    particulars = {
        "about_en": name.en, "about_ja": name.ja, "period_en": period.en, "period_ja": period.ja, "kpi": row.kpi,
        "grain": row.grain, "start_on": row.start_on.isoformat(), "dimension": row.dimension, "slice": row.slice,
    }  # fmt: skip
    journal.record(
        f"insight.comment.{what}", actor=by, at=at, subject=("board_comment", row.pk), particulars=particulars,
        personal=personal,
    )  # fmt: skip


def _grain(row: BoardComment) -> Grain:
    grain: Grain = next(each for each in revenue_words.GRAINS if each == row.grain)
    return grain


def by_kpi(rows: Sequence[BoardComment]) -> dict[str, list[BoardComment]]:
    """The comments of each KPI, "" for the whole."""
    found: dict[str, list[BoardComment]] = {}
    for row in rows:
        found.setdefault(row.kpi, []).append(row)
    return found
