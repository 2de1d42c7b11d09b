"""Rows of subscriptions on their way in: cleaned, checked against each other, put on their schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from nenrin.customers import cleaning, fields, metering, prices, schedule
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
CLEARABLE = {"plan", "signed_on", "noticed_on", "ended_on", "replaced_by", "discount_until", "billed_to"}
#: What is still told of a subscription that has ended.
AFTERWARDS = {"replaced_by", "billed_to", "metered"}
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
    for name in ("ends_on", "ended_on", "billed_to"):
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
    yield from prices.between(ready)


def built(account: int, ready: Mapping[str, Any], *, currency: str) -> tuple[Subscription, list[Step]]:
    """An unsaved subscription at its beginning, and its steps. Raises Refused without a start."""
    if not ready.get("starts_on"):
        raise Refused.one("starts_on", Text("must not be empty", "必須"))
    plain = {
        k: v
        for k, v in ready.items()
        if k not in {"ends_on", "steps", "notice_deadline", *prices.HELD} and v is not None
    }
    if "metered" in plain:
        plain["metered"] = metering.merged({}, plain["metered"])
    if plain.get("is_credit"):
        plain.setdefault("auto_renews", False)
    row = Subscription(account_id=account, **{"currency": currency, **plain})
    schedule.begin(row, ready.get("ends_on"))
    _put_deadline(row, ready)
    _whole_discount(row.list_minor, row.discount_until)
    steps = prices.begun(row, ready)
    schedule.price(row, steps, row.starts_on)
    return row, steps


def _whole_discount(listed: int, until: date | None) -> None:
    if until and not listed:
        raise Refused.one("list_minor", Text("a discount needs its list price", "割引には定価が必要"), listed)
    if listed and not until:
        raise Refused.one("discount_until", Text("a discount needs its last day", "割引には最終日が必要"), until)


def _put_deadline(row: Subscription, ready: Mapping[str, Any]) -> None:
    explicit = ready.get("notice_deadline")
    if explicit and explicit >= row.ends_on:
        raise Refused.one("notice_deadline", Text("lies after the end of the term", "契約満了より後"), explicit)
    if "notice_deadline" in ready:
        row.notice_is_explicit = explicit is not None
        row.notice_deadline = explicit
    schedule.set_deadline(row)


def change(
    row: Subscription, steps: Sequence[Step], ready: Mapping[str, Any], today: date
) -> tuple[list[Step], dict[str, Any]]:
    """Put a change into a row (unsaved) and let time pass until today; returns its steps and what the fields were."""
    ready = {name: value for name, value in ready.items() if value is not None or _is_cleared(row, name)}
    if "metered" in ready:
        ready["metered"] = metering.merged(row.metered, ready["metered"])
    if prices.is_discounted(row, steps, ready, today):
        ready.pop("mrr_minor")
    if "discount_until" in ready and ready["discount_until"] is None:
        ready["list_minor"] = 0
    if "steps" in ready:
        ready |= prices.discount_of(row, ready["steps"], today)
    before = {n: getattr(row, n) for n, v in ready.items() if n != "steps" and getattr(row, n) != v}
    _whole_discount(*(ready.get(name, getattr(row, name)) for name in prices.DISCOUNT))
    now = prices.changed(row, steps, ready, today)
    if now != sorted(steps):
        before["steps"] = [[s.from_on.isoformat(), s.mrr_minor, s.seats] for s in steps]
    if not before:
        return now, before
    if row.status == SubscriptionStatus.ENDED and set(before) - set(ENDINGS) - AFTERWARDS:
        raise Refused.one("status", Text("this subscription has ended", "終了した契約"), row.status)
    _put(
        row,
        {k: v for k, v in ready.items() if k in before and k not in {"steps", *prices.HELD}},
        today,
    )
    settle(row, now, today)
    return now, before


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
