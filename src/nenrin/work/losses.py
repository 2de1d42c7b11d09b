"""Losses: opened when a customer lets go, explained by people, taken back when the customer stays or returns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from nenrin.customers import accounts
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.executive import leaving
from nenrin.insight.history import Shown
from nenrin.values import Text
from nenrin.work import checking, churn_reasons, loss_asking
from nenrin.work.models import ChurnReason, Loss

MOST_WORDS = 5_000
BEFORE = (90, 180)
_CHANGEABLE = frozenset({"reason", "competitor", "words", "interviewed_on", "interviewer"})


@dataclass(frozen=True, slots=True)
class Leaving:
    """An account that let its last contract go."""

    account: Account
    subscription: Subscription | None
    decided_on: date
    ends_on: date | None
    mrr_minor: int


def open_many(rows: Sequence[Leaving], *, by: Actor, at: datetime) -> list[Loss]:
    """A loss for each account that has none running. Safe to repeat. Journal: work.loss.opened.

    What was shown 90 and 180 days before the decision is written down; a reason that came with the contract is taken
    where it names one of the list, and where none did whoever has the account is asked for it.
    """
    there = set(
        Loss.objects.running().filter(account__in=[one.account.pk for one in rows]).values_list("account", flat=True)
    )
    fresh = [one for one in rows if one.account.pk not in there]
    if not fresh:
        return []
    shown = {days: _shown(fresh, days) for days in BEFORE}
    made = [_built(one, {days: shown[days][place] for days in BEFORE}, at) for place, one in enumerate(fresh)]
    with transaction.atomic():
        made = Loss.objects.bulk_create(made, batch_size=500)
        journal.record_many(_draft("opened", row, by, at) for row in made)
        loss_asking.ask(made, at=at)
    return made


def explain(loss: Loss, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> Loss:
    """Say why: `reason` (of the list, None: not known), `competitor`, `words`, `interviewed_on`, `interviewer`.

    The reason's name stands on the account too. Safe to repeat. Raises Refused, Conflict. Journal: work.loss.explained.
    """
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"a loss has no {', '.join(sorted(unknown))} to explain")
    checking.refuse(
        checking.words("competitor", fields.get("competitor", ""), 120, needed=False)
        + checking.words("words", fields.get("words", ""), MOST_WORDS, needed=False)
        + checking.day("interviewed_on", fields.get("interviewed_on"))
    )
    with transaction.atomic():
        stands = Loss.objects.select_for_update().select_related("account").get(pk=loss.pk)
        theirs = {name: getattr(stands, name) for name in fields}
        checking.stand_at("the loss", stands.version, version, fields, theirs)
        changed = {name: value for name, value in fields.items() if theirs[name] != value}
        if not changed:
            return stands
        for name, value in changed.items():
            setattr(stands, name, value.strip() if isinstance(value, str) else value)
        _save(stands, at)
        journal.record_many([_draft("explained", stands, by, at)])
        if "reason" in changed:
            _on_account(stands, by, at)
            loss_asking.settle(stands, by=by, at=at)
    return stands


def withdraw(loss: Loss, *, by: Actor, at: datetime) -> Loss:
    """The customer stays: the notice was taken back, or another contract came, before the end. Safe to repeat.

    Journal: work.loss.withdrawn.
    """
    return _close(loss, "withdrawn", {"withdrawn_at": at}, by, at)


def returned(loss: Loss, on: date, *, by: Actor, at: datetime) -> Loss:
    """The customer came back after the end: the loss stays what it was. Safe to repeat. Journal: work.loss.returned."""
    return _close(loss, "returned", {"returned_on": on}, by, at)


def _close(loss: Loss, verb: str, fields: dict[str, Any], by: Actor, at: datetime) -> Loss:
    with transaction.atomic():
        stands = Loss.objects.select_for_update().get(pk=loss.pk)
        if stands.withdrawn_at is None and stands.returned_on is None:
            for name, value in fields.items():
                setattr(stands, name, value)
            _save(stands, at)
            journal.record_many([_draft(verb, stands, by, at)])
            loss_asking.settle(stands, by=by, at=at)
    return stands


def _shown(rows: Sequence[Leaving], days: int) -> list[Shown | None]:
    on = [one.decided_on - timedelta(days) for one in rows]
    return history.shown(lakes.current(), [one.account.pk for one in rows], on)


def _built(one: Leaving, before: dict[int, Shown | None], at: datetime) -> Loss:
    words = one.account.lost_reason or (one.subscription.end_reason if one.subscription else "")
    reason = churn_reasons.matching(words)
    fields = {
        f"{name}_{days}": getattr(seen, name) for days, seen in before.items() if seen for name in ("band", "score")
    }
    return Loss(
        account=one.account, subscription=one.subscription, decided_on=one.decided_on, ends_on=one.ends_on,
        mrr_minor=one.mrr_minor, currency=one.account.currency, owner_id=one.account.owner_id, reason=reason,
        words="" if reason else words, created_at=at, changed_at=at, **fields,
    )  # fmt: skip


def _on_account(loss: Loss, by: Actor, at: datetime) -> None:
    language = organisation.current().language
    name = loss.reason.name.in_(language) if loss.reason else ""
    accounts.change(loss.account, by=by, at=at, lost_reason=name)


def _save(loss: Loss, at: datetime) -> None:
    loss.version, loss.changed_at = loss.version + 1, at
    loss.save()


def _draft(verb: str, loss: Loss, by: Actor, at: datetime) -> journal.Draft:
    reason = loss.reason.name if loss.reason else Text("not known yet", "未記入")
    body = {"decided_on": loss.decided_on, "reason": loss.reason.key if loss.reason else None}
    fact = {"kind": "loss", "key": str(loss.pk), "body": body, "gone": verb == "withdrawn"}
    told = {"reason_en": reason.en, "reason_ja": reason.ja, "decided_on": loss.decided_on, "fact": fact}
    personal = {"words": loss.words, "competitor": loss.competitor}
    return journal.Draft(
        f"work.loss.{verb}", by, at, loss.account_id, [("loss", loss.pk)], told, personal, None, loss.version
    )


def told(accounts: Collection[int]) -> dict[int, Text]:
    """Why each of these accounts left, of those that have a reason: the list's, as their last loss was explained; of the
    others what is written on the account. Two queries."""
    explained = Loss.objects.standing().filter(account__in=bulk.among(sorted(accounts)), reason__isnull=False)
    rows = explained.select_related("reason").order_by("decided_on", "pk")
    names = {row.account_id: row.reason.name for row in rows if row.reason}
    return leaving.written([one for one in accounts if one not in names]) | names


def reasons() -> list[ChurnReason]:
    """What one may choose, in its order."""
    return list(ChurnReason.objects.filter(archived_at__isnull=True))
