"""Steps over days: a bar each from its first day to its last, whose look says whose it is and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nenrin.values import Text
from nenrin.web.charts.scale import Scale, unit
from nenrin.web.charts.shares import breadth

Words = Text | str
#: done: filled ink; ours: filled accent; theirs: outlined; wait: pale; each has its words in the legend.
Look = Literal["done", "ours", "theirs", "wait"]
LOOKS: tuple[tuple[Look, Text], ...] = (
    ("done", Text("Settled", "完了・対応不要")),
    ("ours", Text("Ours", "当社")),
    ("theirs", Text("The customer's", "お客様")),
)
WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 720, 178.0, 704.0, 26.0, 24.0, 12.0
LABEL = LEFT - 12


@dataclass(frozen=True, slots=True)
class Span:
    """One row. `planned` is its last day as first planned: a hair marks it where the bar ends elsewhere."""

    label: str
    start: date
    due: date
    look: Look
    planned: date | None = None
    is_critical: bool = False
    is_late: bool = False
    milestone: bool = False


@dataclass(frozen=True, slots=True)
class Gantt:
    """`today` is drawn as a line; `story` says the picture in a sentence; `ticks` label days of the axis."""

    rows: tuple[Span, ...]
    today: date
    story: Words
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Bar:
    span: Span
    label: str
    text_y: str
    y: str
    x: str
    width: str
    mark: str  # x of the planned end, or nothing
    diamond: str  # a milestone's outline, or nothing
    late: str  # x behind which the word stands that it is late, or nothing
    centre: str


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    bottom: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[str, str], ...]
    today: str
    today_label: tuple[str, str] | None
    width: int = WIDTH
    top: str = unit(TOP)
    left: str = unit(LEFT)
    right: str = unit(RIGHT)
    label_x: str = unit(LABEL)
    height_of_bar: str = unit(BAR)


def draw(gantt: Gantt) -> Picture:
    first = min([gantt.today, *(row.start for row in gantt.rows)])
    last = max([gantt.today, *(row.due for row in gantt.rows), *(row.planned for row in gantt.rows if row.planned)])
    x = Scale(0, max((last - first).days + 1, 7), LEFT, RIGHT)
    bottom = TOP + ROW * len(gantt.rows) + 4
    now = x((gantt.today - first).days + 0.5)
    return Picture(
        height=int(bottom + 6),
        bottom=unit(bottom),
        bars=tuple(_bar(row, n, first, x) for n, row in enumerate(gantt.rows)),
        ticks=_ticks(first, last, x, gantt.language, now),
        today=unit(now),
        today_label=(unit(now), Text("today", "今日").in_(gantt.language)),
    )


def _bar(span: Span, place: int, first: date, x: Scale) -> Bar:
    middle = TOP + ROW * place + ROW / 2
    start, end = x((span.start - first).days), x((span.due - first).days + 1)
    planned = x((span.planned - first).days + 1) if span.planned and span.planned != span.due else None
    return Bar(
        span,
        shortened(span.label, LABEL - 4),
        unit(middle + 4),
        unit(middle - BAR / 2),
        unit(start),
        unit(max(end - start, 3.0)),
        "" if planned is None else unit(planned),
        _diamond(end - 6, middle) if span.milestone else "",
        unit(end + 6) if span.is_late else "",
        unit(middle),
    )


def _diamond(x: float, y: float) -> str:
    return f"M{unit(x)} {unit(y - 7)}L{unit(x + 7)} {unit(y)}L{unit(x)} {unit(y + 7)}L{unit(x - 7)} {unit(y)}Z"


def shortened(label: str, room: float) -> str:
    """As much of a label as fits, with … where something is cut; the whole stands in the table.

    >>> shortened("Kickoff", 100), shortened("Kickoff meeting", 60)
    ('Kickoff', 'Kickof…')
    """
    if breadth(label) <= room:
        return label
    kept = label
    while kept and breadth(kept) + 12 > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _ticks(first: date, last: date, x: Scale, language: str, now: float) -> tuple[tuple[str, str], ...]:
    """Mondays, or firsts of months where those were too many; none that would stand on the word of today."""
    length = (last - first).days
    days = [first + timedelta(n) for n in range(length + 1)]
    marks: Sequence[date] = [day for day in days if day.weekday() == 0]
    step = max(1, -(-len(marks) // 9))
    if length > 120:
        marks, step = [day for day in days if day.day == 1], 1
    placed = [(x((day - first).days), _named(day, language)) for day in marks[::step]]
    return tuple((unit(at), name) for at, name in placed if abs(at - now) > 34)


def _named(day: date, language: str) -> str:
    return f"{day.month}/{day.day}" if language.startswith("ja") else f"{day.day} {day:%b}"
