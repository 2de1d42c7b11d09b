"""What a task must be like to be kept."""

from __future__ import annotations

from datetime import date
from typing import Final

from nenrin.customers.errors import Fault, Refused
from nenrin.values import Text
from nenrin.work.models import Task
from nenrin.work.models.task import Every

MOST_WORDS: Final = 20_000
MOST_MINUTES: Final = 5 * 24 * 60
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
_MINUTES = Text(f"from 0 to {MOST_MINUTES} minutes", f"0〜{MOST_MINUTES}分")


def check(task: Task, *, is_given: bool = True) -> None:
    """Raises Refused with every fault at its field. `is_given`: somebody gets it now; whoever had it may have left since."""
    faults = [
        _unless(0 < len(task.title) <= 200, "title", Text("from 1 to 200 characters", "1〜200文字")),
        _unless(len(task.body) <= MOST_WORDS, "body", _at_most(MOST_WORDS)),
        _unless(len(task.kind) <= 40, "kind", _at_most(40)),
        _unless(len(task.outcome) <= 2000, "outcome", _at_most(2000)),
        _unless(_is_span(task.minutes), "minutes", _MINUTES),
        _unless(_is_span(task.minutes_spent), "minutes_spent", _MINUTES),
        _unless(_is_day(task.due_on), "due_on", Text("a day from 2000 to 2199", "2000〜2199年の日付")),
        _unless(task.every in list(Every), "every", Text("daily, weekly, monthly or quarterly", "毎営業日・毎週・毎月・四半期")),
        _unless(not task.every or task.due_on is not None, "due_on", Text("a recurring task needs a first day", "繰り返しには最初の期日が必要")),
        _unless(not is_given or task.assignee is None or task.assignee.is_active, "assignee", Text("an active member", "有効なメンバー")),
    ]  # fmt: skip
    found = [fault for fault in faults if fault is not None]
    if found:
        raise Refused(found)


def reason(words: str, field: str = "reason") -> str:
    """A reason that was given: 1 to 500 characters. Raises Refused."""
    said = words.strip()
    if not 0 < len(said) <= 500:
        raise Refused.one(field, Text("a reason of 1 to 500 characters", "1〜500文字の理由"), words[:60])
    return said


def _unless(holds: bool, field: str, text: Text) -> Fault | None:
    return None if holds else Fault(field, text)


def _at_most(count: int) -> Text:
    return Text(f"at most {count:,} characters", f"{count:,}文字以内")


def _is_span(minutes: int | None) -> bool:
    return minutes is None or 0 <= minutes <= MOST_MINUTES


def _is_day(day: date | None) -> bool:
    return day is None or EARLIEST <= day < LATEST
