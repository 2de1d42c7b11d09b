"""Hard events told by a person: a payment that failed twice, an acquisition, a lost sponsor. They act at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.insight.judgements import NoReason, end, fact, gone
from nenrin.insight.models import HardEvent
from nenrin.values import Text

#: Those that a person may raise, with how many days they count by default. Notices of cancellation and departures
#: are raised by the contract and the contact themselves.
EVENTS: dict[str, tuple[Text, int]] = {
    "payment_failed": (Text("Payment failed twice", "支払いが2回失敗"), 30),
    "severe_incident": (Text("Severe incident", "重大な障害"), 14),
    "acquired": (Text("Bought by another company", "買収・合併"), 90),
    "budget_cut": (Text("Budget cut", "予算の削減"), 60),
}


class UnknownEvent(ValueError):
    """No such hard event can be raised by hand."""


def tell(
    account: int, event: str, *, by: Actor, at: datetime, reason: str, expires_on: date | None = None
) -> HardEvent:
    """Tell of a hard event; it counts until its end. Journal: insight.hard_event.raised.

    Raises UnknownEvent, NoReason, EndsBeforeItBegins.
    """
    if event not in EVENTS:
        raise UnknownEvent(f"{event}: known are {', '.join(EVENTS)}")
    if not reason.strip():
        raise NoReason(NoReason.__doc__)
    words, lasting = EVENTS[event]
    until = end(expires_on, at, longest=365) or organisation.today(at) + timedelta(lasting)
    with transaction.atomic():
        made = HardEvent.objects.create(
            account_id=account,
            event=event,
            reason=reason.strip(),
            expires_on=until,
            by_id=by.member,
            at=at,
        )
        body = {"event": event, "expires_on": until}
        particulars = {
            "event": event,
            "event_en": words.en,
            "event_ja": words.ja,
            "reason": made.reason,
            **fact("hard_event", f"told|{made.pk}", account, body, at),
        }
        journal.record(
            "insight.hard_event.raised", actor=by, at=at, account=account, subject=("hard_event", made.pk),
            particulars=particulars,
        )  # fmt: skip
    return made


def lift(event: HardEvent, *, by: Actor, at: datetime) -> HardEvent:
    """It holds no longer. Journal: insight.hard_event.lifted. Safe to repeat."""
    words, _ = EVENTS[event.event]
    with transaction.atomic():
        if HardEvent.objects.filter(pk=event.pk, lifted_at__isnull=True).update(lifted_at=at):
            particulars = {
                "event": event.event,
                "event_en": words.en,
                "event_ja": words.ja,
                **gone("hard_event", f"told|{event.pk}", event.account_id),
            }
            journal.record(
                "insight.hard_event.lifted", actor=by, at=at, account=event.account_id,
                subject=("hard_event", event.pk), particulars=particulars,
            )  # fmt: skip
    event.refresh_from_db()
    return event
