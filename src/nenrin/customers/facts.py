"""What this room tells the lake: whole states, never differences, never personal data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from nenrin.customers import attributes, metering
from nenrin.customers.models import Account, AccountKey, AccountTag, PriceStep, Subscription
from nenrin.customers.schedule import Step
from nenrin.customers.statuses import Status

Fact = dict[str, Any]
#: How long the departure of a champion or decision maker keeps an account from being called healthy.
DEPARTURE_DAYS = 60
#: Reasons of an end that the customer did not decide.
INVOLUNTARY = frozenset({"payment"})


def fact(
    kind: str,
    key: object,
    body: Mapping[str, Any],
    *,
    account: int | None,
    valid: date | None = None,
    known: date | None = None,
) -> Fact:
    """One version. `known` is stated only for history that came late: it is then marked as assumed."""
    made: Fact = {"kind": kind, "key": str(key), "body": dict(body), "account": account}
    if valid:
        made["valid_at"] = valid.isoformat()
    if known:
        made |= {"known_on": known.isoformat(), "assumed": True}
    return made


def gone(kind: str, key: object, *, account: int | None) -> Fact:
    return {"kind": kind, "key": str(key), "body": {}, "account": account, "gone": True}


def of_accounts(
    accounts: Iterable[Account], tags: Mapping[int, Sequence[str]] | None = None
) -> dict[int, dict[str, Any]]:
    """The bodies of `account` facts by account id, with two queries however many there are.

    `tags` by account id, where the caller knows them all; else they are read.
    """
    rows = list(accounts)
    public = attributes.public_keys(attributes.declared())
    worn = _worn(row.pk for row in rows) if tags is None else tags
    return {row.pk: _account_body(row, sorted(worn.get(row.pk, ())), public) for row in rows}


def _worn(accounts: Iterable[int]) -> dict[int, list[str]]:
    tags: dict[int, list[str]] = {}
    through = AccountTag.objects.filter(account__in=list(accounts))
    for account, tag in through.values_list("account_id", "tag__name"):
        tags.setdefault(account, []).append(tag)
    return tags


def _account_body(account: Account, tags: list[str], public: set[str]) -> dict[str, Any]:
    return {
        "status": account.status,
        "tier": account.tier,
        "touch_model": account.touch_model,
        "industry": account.industry,
        "region": account.region,
        "parent": account.parent_id,
        "tags": tags,
        "stage": account.stage,
        "attributes": {key: value for key, value in account.attributes.items() if key in public and value is not None},
        "customer_since": account.customer_since,
        "lost_on": account.lost_on,
    }


def of_past_account(account: int, body: Mapping[str, Any], since: date, lag: timedelta, today: date) -> list[Fact]:
    """Imported history of an account: a customer from `since`, known `lag` later; and where it was lost since, lost
    from that day on and not before."""

    def told(state: Mapping[str, Any], day: date) -> Fact:
        return fact("account", account, state, account=account, valid=day, known=min(today, day + lag))

    lost_on = body["lost_on"]
    if body["status"] != Status.LOST or lost_on is None or lost_on <= since:
        return [told(body, since)]
    alive = {**body, "status": Status.CUSTOMER.value, "lost_on": None}
    return [told(alive, since), told(body, min(lost_on, today))]


def of_account(account: Account) -> Fact:
    return fact("account", account.pk, of_accounts([account])[account.pk], account=account.pk)


def of_key(key: AccountKey, *, known: date | None = None) -> Fact:
    valid = key.since_on
    return fact("key", f"{key.namespace}|g:{key.key}", {}, account=key.account_id, valid=valid, known=known)


def of_subscription(
    row: Subscription, steps: Iterable[PriceStep | Step], *, valid: date | None = None, known: date | None = None
) -> Fact:
    """`row.plan.product` must be loaded by the caller where there is a plan."""
    body = {
        "plan": row.plan.key if row.plan else "",
        "product": row.plan.product.key if row.plan else "",
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "notice_deadline": row.notice_deadline,
        "auto_renews": row.auto_renews,
        "status": row.status,
        "seats": row.seats,
        "mrr_minor": row.mrr_minor,
        "currency": row.currency,
        "term_months": row.term_months,
        "anchor_on": row.anchor_on,
        "notice_months": row.notice_months,
        "notice_days": row.notice_days,
        "noticed_on": row.noticed_on,
        "ended_on": row.ended_on,
        "is_involuntary": row.end_reason in INVOLUNTARY,
        "steps": _told_steps(row, list(steps)),
    }
    body |= {name: value for name in ("billed_to", "is_ramp", "is_credit") if (value := getattr(row, name))}
    return fact("subscription", row.pk, body, account=row.account_id, valid=valid, known=known)


def _told_steps(row: Subscription, steps: Sequence[PriceStep | Step]) -> list[dict[str, Any]]:
    """Price steps, and one more wherever the trailing mean of metered usage changes."""
    ordered = sorted(steps, key=lambda step: step.from_on)
    usage = metering.trailing(row.metered) if ordered else []
    usage = [(max(day, ordered[0].from_on), mean) for day, mean in usage]
    days = sorted({step.from_on for step in ordered} | {day for day, _ in usage})
    return [_told_step(row, _latest(ordered, day), day, _usage(usage, day)) for day in days]


def _latest(ordered: Sequence[PriceStep | Step], day: date) -> PriceStep | Step:
    return next(step for step in reversed(ordered) if step.from_on <= day)


def _usage(usage: Sequence[tuple[date, int]], day: date) -> int:
    return next((mean for since, mean in reversed(usage) if since <= day), 0)


def _told_step(row: Subscription, step: PriceStep | Step, day: date, usage: int) -> dict[str, Any]:
    """What goes without saying is left out; a credit is a discount on nothing."""
    told: dict[str, Any] = {"from_on": day, "mrr_minor": step.mrr_minor, "seats": step.seats}
    if step.list_minor or row.is_credit:
        told["list_minor"] = step.list_minor
    more = {"committed_minor": step.committed_minor, "usage_minor": usage}
    return told | {name: minor for name, minor in more.items() if minor}


def departure(contact: int, account: int, left_on: date) -> Fact:
    """A hard event: somebody who carried the contract has left."""
    until = left_on + timedelta(days=DEPARTURE_DAYS)
    body = {"event": "champion_left", "expires_on": until}
    return fact("hard_event", f"champion_left|{contact}", body, account=account, valid=left_on)


def notice(row: Subscription) -> Fact:
    """A hard event: a notice was given; it counts until the term ends."""
    body = {"event": "notice_given", "expires_on": row.ends_on}
    return fact("hard_event", f"notice_given|{row.pk}", body, account=row.account_id, valid=row.noticed_on)
