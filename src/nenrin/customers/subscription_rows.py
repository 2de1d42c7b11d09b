"""Rows of subscriptions on their way in: cleaned, checked against each other, put on their schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from nenrin.customers import cleaning, fields, schedule
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.models import Plan, Subscription
from nenrin.customers.schedule import Happened, Step
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.values import Text

OTHERS = ("plan", "steps", "replaced_by")
ENDINGS: dict[str, fields.Field] = {
    "noticed_on": fields.Field(Text("Notice given", "予告日"), cleaning.day),
    "ended_on": fields.Field(Text("Ended on", "終了日"), cleaning.day),
    "end_reason": fields.Field(Text("Reason", "理由"), cleaning.text(200)),
}
TABLE = {**fields.SUBSCRIPTION, **ENDINGS}
CLEARABLE = {"plan", "signed_on", "noticed_on", "ended_on", "replaced_by"}
_SHAPE = {"starts_on", "ends_on", "term_months"}
#: Columns that decide the schedule; a verb saves them all.
SAVED = (
    *(name for name in TABLE),
    *("plan", "replaced_by", "status", "term_from", "anchor_on", "anchor_terms", "renewals"),
    *("notice_is_explicit", "next_change_on", "archived_at", "account", "changed_at", "version"),
)


def prepared(given: Mapping[str, object]) -> tuple[dict[str, Any], list[Fault]]:
    """Cleaned fields, `plan` and `steps` of what was given, and the faults, also those between fields."""
    kept, faults = fields.clean(TABLE, {k: v for k, v in given.items() if k not in OTHERS})
    ready: dict[str, Any] = {**kept, **{k: given[k] for k in OTHERS if k in given}}
    if not isinstance(ready.get("plan"), Plan | None):
        faults.append(Fault("plan", Text("expected a plan", "プランを指定"), given["plan"]))
    return ready, [*faults, *_between(ready)]


def _between(ready: Mapping[str, Any]) -> Iterator[Fault]:
    start = ready.get("starts_on")
    for name in ("ends_on", "ended_on"):
        if (start and ready.get(name) and ready[name] < start) or (
            name == "ends_on" and start and ready.get(name) == start
        ):
            yield Fault(name, Text("lies before the start", "開始日より前"), ready[name])
    if ready.get("ends_on") and ready.get("notice_deadline") and ready["notice_deadline"] >= ready["ends_on"]:
        yield Fault(
            "notice_deadline",
            Text("lies after the end of the term", "契約満了より後"),
            ready["notice_deadline"],
        )
    days = [step.from_on for step in ready.get("steps") or ()]
    if len(days) != len(set(days)):
        yield Fault(
            "steps",
            Text("two prices begin on the same day", "同じ日に二つの価格"),
            [d.isoformat() for d in days],
        )


def built(account: int, ready: Mapping[str, Any], *, currency: str) -> tuple[Subscription, list[Step]]:
    """An unsaved subscription at its beginning, and its steps. Raises Refused without a start."""
    if not ready.get("starts_on"):
        raise Refused.one("starts_on", Text("must not be empty", "必須"))
    plain = {
        k: v
        for k, v in ready.items()
        if k not in {"ends_on", "steps", "notice_deadline", "mrr_minor", "seats"} and v is not None
    }
    row = Subscription(account_id=account, **{"currency": currency, **plain})
    schedule.begin(row, ready.get("ends_on"))
    _put_deadline(row, ready)
    steps = _steps(row, ready)
    schedule.price(row, steps, row.starts_on)
    return row, steps


def _put_deadline(row: Subscription, ready: Mapping[str, Any]) -> None:
    explicit = ready.get("notice_deadline")
    if explicit and explicit >= row.ends_on:
        raise Refused.one("notice_deadline", Text("lies after the end of the term", "契約満了より後"), explicit)
    if "notice_deadline" in ready:
        row.notice_is_explicit = explicit is not None
        row.notice_deadline = explicit
    schedule.set_deadline(row)


def _steps(row: Subscription, ready: Mapping[str, Any]) -> list[Step]:
    first = Step(row.starts_on, ready.get("mrr_minor") or 0, ready.get("seats") or 0)
    steps = sorted(ready.get("steps") or [])
    early = next((step for step in steps if step.from_on < row.starts_on), None)
    if early:
        raise Refused.one("steps", Text("a price begins before the start", "開始日より前の価格"), early.from_on)
    return steps if steps and steps[0].from_on == row.starts_on else [first, *steps]


def change(
    row: Subscription, steps: Sequence[Step], ready: Mapping[str, Any], today: date
) -> tuple[list[Step], dict[str, Any]]:
    """Put a change into a row (unsaved) and let time pass until today; returns its steps and what the fields were."""
    ready = {name: value for name, value in ready.items() if value is not None or _is_cleared(row, name)}
    before = {n: getattr(row, n) for n, v in ready.items() if n != "steps" and getattr(row, n) != v}
    now = _changed_steps(row, steps, ready, today)
    if now != sorted(steps):
        before["steps"] = [[s.from_on.isoformat(), s.mrr_minor, s.seats] for s in steps]
    if not before:
        return now, before
    if row.status == SubscriptionStatus.ENDED and set(before) - set(ENDINGS) - {"replaced_by"}:
        raise Refused.one("status", Text("this subscription has ended", "終了した契約"), row.status)
    _put(
        row,
        {k: v for k, v in ready.items() if k in before and k not in {"mrr_minor", "seats", "steps"}},
        today,
    )
    settle(row, now, today)
    return now, before


def _changed_steps(row: Subscription, steps: Sequence[Step], ready: Mapping[str, Any], today: date) -> list[Step]:
    """A new price or number of seats is a step from today (from the start, before it)."""
    start = ready.get("starts_on") or row.starts_on
    now = sorted(ready["steps"]) if "steps" in ready else sorted(steps)
    if now and start != row.starts_on and "steps" not in ready:
        now = [Step(start, now[0].mrr_minor, now[0].seats), *(s for s in now[1:] if s.from_on > start)]
    price = (ready.get("mrr_minor", row.mrr_minor), ready.get("seats", row.seats))
    if "steps" not in ready and price != (row.mrr_minor, row.seats):
        day = max(start, today)
        now = sorted([*(s for s in now if s.from_on != day), Step(day, *price)])
    if now and now[0].from_on < start:
        raise Refused.one("steps", Text("a price begins before the start", "開始日より前の価格"), now[0].from_on)
    return now


def _is_cleared(row: Subscription, name: str) -> bool:
    """Does None mean something here? A deadline goes back to the notice period; most columns cannot be empty."""
    return row.notice_is_explicit if name == "notice_deadline" else name in CLEARABLE


def _put(row: Subscription, values: Mapping[str, Any], today: date) -> None:
    ends_on = values.get("ends_on")
    for name, value in values.items():
        if name not in {"ends_on", "notice_deadline"}:
            setattr(row, name, value)
    if (
        row.status == SubscriptionStatus.ENDED
        and "ended_on" in values
        and (row.ended_on is None or row.ended_on > today)
    ):
        row.status = SubscriptionStatus.ACTIVE
    if row.status == SubscriptionStatus.NOTICED and row.noticed_on is None:
        row.status = SubscriptionStatus.ACTIVE
    if "starts_on" in values:
        schedule.begin(row, ends_on)
    elif ends_on:
        schedule.anchor(row, ends_on, 0)
    elif "term_months" in values:
        schedule.anchor(row, row.term_from, 1)
    if row.ends_on <= row.term_from:
        raise Refused.one("ends_on", Text("lies before the running term", "現在の契約期間より前"), row.ends_on)
    if _SHAPE & set(values) and "notice_deadline" not in values:
        row.notice_is_explicit = False
    _put_deadline(row, values)


def settle(row: Subscription, steps: Sequence[Step], today: date) -> list[tuple[date, Happened]]:
    """Let time pass until today and carry today's price."""
    schedule.price(row, steps, min(today, row.starts_on))
    happened = list(schedule.advance(row, steps, today))
    if row.status != SubscriptionStatus.ENDED:
        schedule.price(row, steps, today)
    return happened


def stand_at(row: Subscription, version: int | None, mine: Mapping[str, object]) -> None:
    """Raise Conflict where `version` is given and is not the one that stands."""
    if version is not None and version != row.version:
        theirs = {name: getattr(row, name) for name in mine if name != "steps"}
        raise Conflict(f"subscription-{row.pk}", asked=version, stands=row.version, mine=mine, theirs=theirs)
