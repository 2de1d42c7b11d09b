"""Subscriptions: sign, change, reprice, give notice, end, replace; and what time alone does to them.

Every verb is one transaction (bulk forms: one per 500 rows) with one journal entry a subscription, which carries the
whole `subscription` fact and, where the account's status or grades follow, the `account` fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from django.db import transaction

from nenrin.customers import cleaning, facts, schedule, subscription_entries, subscription_rows
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.facts import Fact
from nenrin.customers.grading import Grader
from nenrin.customers.models import Account, Plan, Subscription
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text

CHUNK = 500
T = TypeVar("T")
#: Imported history tells at most this many of its terms, the last ones.
MOST_TERMS = 60
_namespace, _key = cleaning.text(80), cleaning.text(200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One subscription as it comes in: fields of `fields.SUBSCRIPTION`, and `plan` (Plan), `steps` (of Step),
    `noticed_on`, `ended_on`, `end_reason`. `known_on` states, for imported history, when its beginning was known;
    each later term is told with the same lag.
    """

    account: int
    fields: Mapping[str, object]
    namespace: str = ""
    key: str = ""
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one subscription; `version` is the one that its author saw."""

    subscription: int
    fields: Mapping[str, object]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    subscription: Subscription
    happened: Literal["signed", "changed", "unchanged"]
    before: Mapping[str, object] = field(default_factory=dict)


def check(fields: Mapping[str, object]) -> list[Fault]:
    """What `sign` would refuse in these fields; empty where nothing."""
    ready, faults = subscription_rows.prepared(fields)
    if not faults:
        try:
            subscription_rows.built(0, ready, currency="JPY")
        except Refused as refused:
            return list(refused.faults)
    return faults


def sign(
    account: Account, *, by: Actor, at: datetime, namespace: str = "", key: str = "", **fields: object
) -> Subscription:
    """A new subscription: `starts_on` and what else `Row` names. Its account becomes a customer.

    Raises Refused. Journal: customers.subscription.signed.
    """
    known = fields.pop("known_on", None)
    row = Row(account=account.pk, fields=fields, namespace=namespace, key=key, known_on=cleaning.day(known))
    return sign_many([row], by=by, at=at)[0]


def sign_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Subscription]:
    """Sign many; nothing of a chunk is written where one row is refused (fields prefixed by its index)."""
    grader, today = Grader.current(), organisation.today(at)
    return [row for chunk in _chunks(rows) for row in _sign_chunk(chunk, grader, today, by, at)]


def _sign_chunk(rows: Sequence[Row], grader: Grader, today: date, by: Actor, at: datetime) -> list[Subscription]:
    currencies = dict(Account.objects.filter(pk__in={row.account for row in rows}).values_list("pk", "currency"))
    _refuse_taken(rows)
    built = [_built(index, row, len(rows) > 1, currencies, at) for index, row in enumerate(rows)]
    lags = [_lag(given) for given in rows]
    told = [_lived(row, steps, lag, today) for (row, steps), lag in zip(built, lags, strict=True)]
    made = [row for row, _ in built]
    with transaction.atomic():
        bulk.insert(made)
        subscription_entries.save_steps(built)
        for row, versions in zip(made, told, strict=True):
            for version in versions:
                version["key"] = str(row.pk)
        notes: list[Mapping[str, Any]] = [{} for _ in made]
        past = {row.account_id: lag for row, lag in zip(made, lags, strict=True) if lag is not None}
        subscription_entries.record("signed", made, told, notes, grader, today, by, at, past)
    return made


def _built(
    index: int, given: Row, several: bool, currencies: Mapping[int, str], at: datetime
) -> tuple[Subscription, list[Step]]:
    try:
        ready, faults = subscription_rows.prepared(given.fields)
        if given.account not in currencies:
            faults.append(Fault("account", Text("no such account", "顧客が見つからない"), given.account))
        if faults:
            raise Refused(faults)
        row, steps = subscription_rows.built(given.account, ready, currency=currencies[given.account])
    except Refused as refused:
        raise Refused([replace(f, field=f"{index}.{f.field}") if several else f for f in refused.faults]) from None
    row.namespace, row.key = str(_namespace(given.namespace)), str(_key(given.key))
    row.created_at = row.changed_at = at
    return row, steps


def _refuse_taken(rows: Sequence[Row]) -> None:
    taken = find_many((row.namespace, row.key) for row in rows if row.key)
    faults = [Fault("key", Text(f"{n}|{k} is signed already", f"{n}|{k} は登録済み"), [n, k]) for n, k in taken]
    if faults:
        raise Refused(faults)


def _lag(given: Row) -> timedelta | None:
    start = given.fields.get("starts_on")
    began = cleaning.day(start) if given.known_on else None
    return max(timedelta(0), given.known_on - began) if given.known_on and began else None


def _lived(row: Subscription, steps: list[Step], lag: timedelta | None, today: date) -> list[Fact]:
    """Bring a new row to today; the facts it gave on the way (only the last one where it is not imported history)."""
    if lag is None:
        subscription_rows.settle(row, steps, today)
        return [facts.of_subscription(row, steps, valid=row.starts_on if row.starts_on <= today else None)]
    schedule.price(row, steps, row.starts_on)
    told = [
        facts.of_subscription(row, steps, valid=day, known=min(today, day + lag))
        for day, _ in schedule.advance(row, steps, today)
    ]
    return told[-MOST_TERMS:] or [facts.of_subscription(row, steps)]


def change(
    subscription: Subscription, *, by: Actor, at: datetime, version: int | None = None, **fields: object
) -> Subscription:
    """Change fields. A new `mrr_minor` or `seats` is a price step from today; `steps` replaces all of them.

    Raises Refused and, where `version` no longer stands, Conflict. Journal: customers.subscription.changed.
    """
    return change_many([Change(subscription.pk, fields, version)], by=by, at=at)[0].subscription


def change_many(changes: Sequence[Change], *, by: Actor, at: datetime) -> list[Outcome]:
    """Change many, each at most once a call."""
    grader, today = Grader.current(), organisation.today(at)
    return [outcome for chunk in _chunks(changes) for outcome in _change_chunk(chunk, "changed", grader, today, by, at)]


def _change_chunk(
    changes: Sequence[Change],
    verb: str,
    grader: Grader,
    today: date,
    by: Actor,
    at: datetime,
    extra: Iterable[Fact] = (),
    note: Mapping[str, Any] | None = None,
) -> list[Outcome]:
    ready = _all_prepared(changes)
    with transaction.atomic():
        stand = subscription_entries.loaded([change.subscription for change in changes])
        outcomes, changed, told, notes = [], [], [], []
        for given, values in zip(changes, ready, strict=True):
            row = stand[given.subscription]
            subscription_rows.stand_at(row, given.version, values)
            steps = subscription_entries.steps_of(row)
            now, before = subscription_rows.change(row, steps, values, today)
            outcomes.append(Outcome(row, "changed" if before else "unchanged", before))
            if before:
                changed.append((row, now if now != steps else None))
                told.append([facts.of_subscription(row, now), *extra])
                notes.append({**_note(row, before), **(note or {})})
        subscription_entries.save(changed, at)
        subscription_entries.record(
            verb, [o.subscription for o in outcomes if o.before], told, notes, grader, today, by, at
        )
    return outcomes


def _all_prepared(changes: Sequence[Change]) -> list[dict[str, Any]]:
    several, ready, faults = len(changes) > 1, [], []
    for index, given in enumerate(changes):
        values, wrong = subscription_rows.prepared(given.fields)
        faults += [replace(f, field=f"{index}.{f.field}") if several else f for f in wrong]
        ready.append(values)
    if faults:
        raise Refused(faults)
    return ready


def _note(row: Subscription, before: Mapping[str, Any]) -> dict[str, Any]:
    said = {n: [_plain(was), _plain(getattr(row, n))] for n, was in before.items() if n != "steps"}
    return {
        "fields": ", ".join(before),
        "changes": said,
        "reason": row.end_reason or "—",
        "currency": row.currency,
        "noticed_on": row.noticed_on,
        "ended_on": row.ended_on,
    }


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Plan | Subscription) else value


def reprice(
    subscription: Subscription,
    *,
    from_on: date,
    mrr_minor: int,
    seats: int | None = None,
    by: Actor,
    at: datetime,
) -> Subscription:
    """A new price (and number of seats) from a day on; replaces the step of that day. A discount that runs then, and
    the commitment, stay.

    Raises Refused for a day before the start, and for a price above the list price of such a discount. Journal: customers.subscription.repriced.
    """
    stand = subscription_entries.steps_of(subscription_entries.loaded([subscription.pk])[subscription.pk])
    held = [step for step in stand if step.from_on <= from_on] or stand
    step = replace(held[-1], from_on=from_on, mrr_minor=mrr_minor, seats=held[-1].seats if seats is None else seats)
    fields = {"steps": sorted([*(s for s in stand if s.from_on != from_on), step])}
    return _one(subscription, fields, "repriced", by, at, {"from_on": from_on, "mrr_minor": mrr_minor})


def give_notice(subscription: Subscription, *, on: date, reason: str = "", by: Actor, at: datetime) -> Subscription:
    """The customer refuses to renew: it ends with its term. Raises Refused where it does not run.

    Journal: customers.subscription.noticed, with a hard event.
    """
    if subscription.status not in {SubscriptionStatus.ACTIVE, SubscriptionStatus.SIGNED}:
        raise Refused.one(
            "status",
            Text("only a running subscription takes a notice", "有効な契約だけが対象"),
            subscription.status,
        )
    return _one(subscription, {"noticed_on": on, "end_reason": reason}, "noticed", by, at)


def withdraw_notice(subscription: Subscription, *, by: Actor, at: datetime) -> Subscription:
    """The customer stays after all. Safe to repeat. Journal: customers.subscription.reprieved."""
    return _one(subscription, {"noticed_on": None, "end_reason": ""}, "reprieved", by, at)


def end(subscription: Subscription, *, on: date, reason: str = "", by: Actor, at: datetime) -> Subscription:
    """End it on a day (the first day without it), whatever the term says. Journal: customers.subscription.ended."""
    if on < subscription.starts_on:
        raise Refused.one("ended_on", Text("lies before the start", "開始日より前"), on)
    return _one(subscription, {"ended_on": on, "end_reason": reason}, "ended", by, at)


def substitute(subscription: Subscription, *, by: Actor, at: datetime, **fields: object) -> Subscription:
    """A new contract takes the place of this one from its `starts_on`; returns the new one. Raises Refused.

    Journal: customers.subscription.signed and .ended, in one transaction.
    """
    with transaction.atomic():
        given = {"plan": subscription.plan, "currency": subscription.currency, **fields}
        successor = sign_many([Row(account=subscription.account_id, fields=given)], by=by, at=at)[0]
        _one(subscription, {"ended_on": successor.starts_on, "replaced_by": successor}, "ended", by, at)
    return successor


def _one(
    subscription: Subscription,
    fields: Mapping[str, object],
    verb: str,
    by: Actor,
    at: datetime,
    note: Mapping[str, Any] | None = None,
) -> Subscription:
    today = organisation.today(at)
    changes = [Change(subscription.pk, fields)]
    outcome = _change_chunk(changes, verb, Grader.current(), today, by, at, _hard_events(subscription, fields), note)[0]
    return outcome.subscription


def _hard_events(subscription: Subscription, fields: Mapping[str, object]) -> list[Fact]:
    if "noticed_on" not in fields:
        return []
    if fields["noticed_on"] is None:
        return [facts.gone("hard_event", f"notice_given|{subscription.pk}", account=subscription.account_id)]
    subscription.noticed_on = cleaning.day(fields["noticed_on"])
    return [facts.notice(subscription)]


def archive(subscription: Subscription, *, by: Actor, at: datetime, version: int | None = None) -> Subscription:
    """Take it out of every list and figure, as if never signed. Safe to repeat. Raises Conflict.

    Journal: customers.subscription.archived.
    """
    subscription_rows.stand_at(Subscription.objects.get(pk=subscription.pk), version, {"archived_at": at})
    return archive_many([subscription.pk], by=by, at=at)[0]


def archive_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Subscription]:
    """Archive many."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, at, by, at)]


def restore(subscription: Subscription, *, by: Actor, at: datetime, version: int | None = None) -> Subscription:
    """Bring an archived one back. Safe to repeat. Raises Conflict. Journal: customers.subscription.restored."""
    subscription_rows.stand_at(Subscription.objects.get(pk=subscription.pk), version, {"archived_at": None})
    return restore_many([subscription.pk], by=by, at=at)[0]


def restore_many(ids: Sequence[int], *, by: Actor, at: datetime) -> list[Subscription]:
    """Bring many back."""
    return [row for chunk in _chunks(ids) for row in _shelve(chunk, None, by, at)]


def _shelve(ids: Sequence[int], archived_at: datetime | None, by: Actor, at: datetime) -> list[Subscription]:
    today, verb = organisation.today(at), "archived" if archived_at else "restored"
    with transaction.atomic():
        rows = subscription_entries.loaded(ids)
        moved = [row for row in rows.values() if (row.archived_at is None) != (archived_at is None)]
        for row in moved:
            row.archived_at = archived_at
        subscription_entries.save([(row, None) for row in moved], at)
        told = [
            [facts.gone("subscription", row.pk, account=row.account_id)]
            if archived_at
            else [facts.of_subscription(row, row.steps.all())]
            for row in moved
        ]
        notes: list[Mapping[str, Any]] = [{} for _ in moved]
        subscription_entries.record(verb, moved, told, notes, Grader.current(), today, by, at)
    return [rows[pk] for pk in ids]


def find_many(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subscription]:
    """Subscriptions by outside key."""
    by_namespace: dict[str, list[str]] = {}
    for namespace, key in pairs:
        by_namespace.setdefault(namespace, []).append(key)
    return {
        (row.namespace, row.key): row
        for namespace, wanted in by_namespace.items()
        for start in range(0, len(wanted), CHUNK)
        for row in Subscription.objects.filter(namespace=namespace, key__in=wanted[start : start + CHUNK])
    }


def put_many(rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Outcome]:
    """Sign or change by key, in the order given. Safe to repeat. A key once a call."""
    grader, today = Grader.current(), organisation.today(at)
    return [outcome for chunk in _chunks(rows) for outcome in _put_chunk(chunk, grader, today, by, at)]


def _put_chunk(rows: Sequence[Row], grader: Grader, today: date, by: Actor, at: datetime) -> list[Outcome]:
    if any(not row.key for row in rows):
        raise Refused.one("key", Text("needs a key to be found by", "キーが必要"))
    with transaction.atomic():
        there = find_many((row.namespace, row.key) for row in rows)
        new = [row for row in rows if (row.namespace, row.key) not in there]
        made = _sign_chunk(new, grader, today, by, at) if new else []
        signed = {(row.namespace, row.key): Outcome(row, "signed") for row in made}
        changes = {
            (row.namespace, row.key): Change(there[row.namespace, row.key].pk, row.fields)
            for row in rows
            if (row.namespace, row.key) in there
        }
        kept = _change_chunk(list(changes.values()), "changed", grader, today, by, at) if changes else []
    known = signed | dict(zip(changes, kept, strict=True))
    return [known[row.namespace, row.key] for row in rows]


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
