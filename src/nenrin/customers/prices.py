"""The price steps of a subscription: as it begins, as changes leave them, and what none may say. Pure.

A discount that ends is two steps: the price with its list price, and from the day after its last one the list price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, takewhile
from typing import Any

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Subscription
from nenrin.customers.schedule import Step
from nenrin.values import Text

#: What a step holds from its day on.
HELD = ("mrr_minor", "seats", "committed_minor")
DISCOUNT = ("list_minor", "discount_until")


def begun(row: Subscription, ready: Mapping[str, Any]) -> list[Step]:
    """The steps of a new row. Raises Refused."""
    minor, seats, committed = (ready.get(name) or 0 for name in HELD)
    first = Step(row.starts_on, minor, seats, committed_minor=committed)
    steps = sorted(ready.get("steps") or [])
    early = next((step for step in steps if step.from_on < row.starts_on), None)
    if early:
        raise Refused.one("steps", Text("a price begins before the start", "開始日より前の価格"), early.from_on)
    steps = steps if steps and steps[0].from_on == row.starts_on else [first, *steps]
    if row.discount_until:
        steps = discounted(steps, row.list_minor, row.discount_until)
    return _sound(steps, is_credit=row.is_credit)


def changed(row: Subscription, steps: Sequence[Step], ready: Mapping[str, Any], today: date) -> list[Step]:
    """A new price, commitment or number of seats is a step from today (from the start, before it). Raises Refused."""
    start = ready.get("starts_on") or row.starts_on
    now = sorted(ready["steps"]) if "steps" in ready else sorted(steps)
    if now and start != row.starts_on and "steps" not in ready:
        now = [replace(now[0], from_on=start), *(s for s in now[1:] if s.from_on > start)]
    told = {name: ready[name] for name in HELD if name in ready and ready[name] != getattr(row, name)}
    if "steps" not in ready:
        now = _put(row, now, told, ready, max(start, today), today)
    if now and now[0].from_on < start:
        raise Refused.one("steps", Text("a price begins before the start", "開始日より前の価格"), now[0].from_on)
    return _sound(now, is_credit=ready.get("is_credit", row.is_credit))


def _put(
    row: Subscription, now: list[Step], told: Mapping[str, Any], ready: Mapping[str, Any], day: date, today: date
) -> list[Step]:
    """The steps with what holds from a day on, and with the discount of the row where it runs or is told anew.

    A discount that has ended is history: another one begins on the day. Raises Refused.
    """
    listed, until = (ready.get(name, getattr(row, name)) for name in DISCOUNT)
    is_new = (listed, until) != (row.list_minor, row.discount_until)
    is_another = bool(is_new and until and until >= day and _is_over(row, today))
    if is_new:
        now = _undone(now, row, until, today)
    if is_new and until and until < day:
        if "mrr_minor" in told:
            raise _ends_before(until)
        now = discounted(now, listed, until)
    if told or is_another:
        now = [s for s in now if not (row.discount_until and day <= row.discount_until and _is_after(s, row))]
        step = replace(_held(now, day), from_on=day, **told)
        now = sorted([*(s for s in now if s.from_on != day), step])
    if is_another and _held(now, until).mrr_minor >= listed:
        words = Text("tell the price that is lowered", "割引後の価格を指定")
        raise Refused.one("mrr_minor", words, _held(now, until).mrr_minor)
    return discounted(now, listed, until) if until and until >= day else now


def is_discounted(row: Subscription, steps: Sequence[Step], ready: Mapping[str, Any], today: date) -> bool:
    """Is the price told the discounted one, which stands as long as the discount runs and not a day longer?"""
    until = ready.get("discount_until")
    if not until or "mrr_minor" not in ready:
        return False
    now = sorted(steps) if until == row.discount_until else _undone(sorted(steps), row, until, today)
    return bool(_held(now, until).mrr_minor == ready["mrr_minor"])


def discount_of(row: Subscription, steps: Sequence[Step], today: date) -> dict[str, Any]:
    """The discount that told steps hold: the one that runs or is ahead, else the row's own if it is still among them."""
    ends = [
        (step.list_minor, after.from_on - timedelta(days=1)) for step, after in pairwise(sorted(steps))
        if step.list_minor and step.list_minor != after.list_minor
    ]  # fmt: skip
    own = (row.list_minor, row.discount_until)
    found = next((each for each in ends if each[1] >= today), own if own in ends else (0, None))
    return dict(zip(DISCOUNT, found, strict=True))


def _held(steps: Sequence[Step], day: date) -> Step:
    """The step that holds on a day; before the first one, the first."""
    return next((step for step in reversed(steps) if step.from_on <= day), steps[0] if steps else Step(day, 0))


def discounted(steps: Sequence[Step], listed: int, until: date) -> list[Step]:
    """The price that holds on the last day of the discount is the discounted one; after it holds the list price, unless a
    step says otherwise. Raises Refused where it ends before it begins.

    >>> [(s.from_on.month, s.mrr_minor, s.list_minor) for s in discounted([Step(date(2026, 4, 1), 80)], 100, date(2026, 9, 30))]
    [(4, 80, 100), (10, 100, 0)]
    """
    held, after = _held(steps, until), until + timedelta(days=1)
    if held.from_on > until:
        raise _ends_before(until)
    if held.mrr_minor > listed:
        raise Refused.one("list_minor", Text("lies below the price", "割引後の価格を下回る定価"), listed)
    now = [replace(step, list_minor=listed) if step is held else step for step in steps]
    is_told = any(step.from_on == after for step in steps)
    return sorted(now if is_told else [*now, replace(held, from_on=after, mrr_minor=listed, list_minor=0)])


def _ends_before(until: date) -> Refused:
    words = Text("lies before the price that it lowers", "割引後の価格の開始日より前")
    return Refused.one("discount_until", words, until)


def _undone(steps: Sequence[Step], row: Subscription, until: date | None, today: date) -> list[Step]:
    """The steps on which a changed discount is put: without the price after the row's own, and without its list price
    where none is told. One that has ended stays, unless its last day is put right to another past one."""
    if row.discount_until is None or (_is_over(row, today) and (until is None or until >= today)):
        return list(steps)
    kept = [step for step in steps if not _is_after(step, row)]
    if until is None:
        begun = [step for step in kept if step.from_on <= row.discount_until]
        run = takewhile(lambda step: step.list_minor == row.list_minor, reversed(begun))
        lowered = {step.from_on for step in run}
        kept = [replace(step, list_minor=0) if step.from_on in lowered else step for step in kept]
    return kept


def _is_over(row: Subscription, today: date) -> bool:
    return row.discount_until is not None and row.discount_until < today


def _is_after(step: Step, row: Subscription) -> bool:
    """Is it the list price that follows the discount that the row tells?"""
    until = row.discount_until
    return until is not None and step.from_on == until + timedelta(days=1) and step.mrr_minor == row.list_minor


def between(ready: Mapping[str, Any]) -> Iterator[Fault]:
    """What does not go together in what was told."""
    if ready.get("steps") and any(ready.get(name) for name in DISCOUNT):
        yield Fault("discount_until", Text("tell the steps or a discount, not both", "価格の推移と割引のどちらか一方を指定"),
                    ready.get("discount_until"))  # fmt: skip
    days = [step.from_on for step in ready.get("steps") or ()]
    if len(days) != len(set(days)):
        yield Fault(
            "steps", Text("two prices begin on the same day", "同じ日に二つの価格"), [d.isoformat() for d in days]
        )


def _sound(steps: list[Step], *, is_credit: bool) -> list[Step]:
    """The steps. Raises Refused for amounts that no contract, or no credit, has."""
    for place, step in enumerate(steps):
        if step.mrr_minor < 0 and not is_credit:
            words = Text(
                "below zero only where it is marked as a credit", "マイナスの金額は「クレジット（減額）」に限る"
            )
            raise Refused.one("mrr_minor", words, step.mrr_minor)
        if is_credit and (step.mrr_minor > 0 or step.list_minor or step.committed_minor):
            raise Refused.one(
                "mrr_minor",
                Text("a credit is an amount below zero", "クレジットはマイナスの金額で指定"),
                step.mrr_minor,
            )
        if step.list_minor and step.list_minor < step.mrr_minor:
            raise Refused.one("list_minor", Text("lies below the price", "割引後の価格を下回る定価"), step.list_minor)
        if step.list_minor and step.list_minor > step.mrr_minor and place == len(steps) - 1:
            words = Text("a discount needs its end: another price after it", "割引には終了後の価格が必要")
            raise Refused.one("discount_until", words, step.from_on)
    return steps
