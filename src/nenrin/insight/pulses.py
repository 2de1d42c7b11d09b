"""Pulses: the owner's own grade of an account, from 1 (worst) to 6 (best), with at most three reasons and an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.insight.judgements import end, fact, gone
from nenrin.insight.models import Pulse
from nenrin.insight.models.judgement import GRADES
from nenrin.values import Text

DAYS = 45
MOST_REASONS = 3
REASONS: dict[str, Text] = {
    "value": Text("Sees the value", "価値を実感"),
    "no_value": Text("Doubts the value", "価値に疑問"),
    "champion": Text("Champion engaged", "推進者が積極的"),
    "no_champion": Text("No champion", "推進者が不在"),
    "executive": Text("Executive in touch", "決裁者と接点あり"),
    "no_executive": Text("Executive out of reach", "決裁者と接点なし"),
    "support": Text("Support burden", "問い合わせが負担"),
    "budget": Text("Budget under review", "予算の見直し"),
    "competitor": Text("Looking at a competitor", "競合を検討"),
    "growth": Text("Wants more", "拡大の意向"),
}


class InvalidPulse(ValueError):
    """A pulse is a grade from 1 to 6 with at most three of the known reasons."""


def give(
    account: int, grade: int, *, by: Actor, at: datetime, reasons: Sequence[str] = (), note: str = "",
    expires_on: date | None = None,
) -> Pulse:  # fmt: skip
    """Grade an account; the latest grade counts until its end (default 45 days). Journal: insight.pulse.given.

    Raises InvalidPulse, EndsBeforeItBegins.
    """
    if grade not in GRADES or len(reasons) > MOST_REASONS or not set(reasons) <= set(REASONS):
        raise InvalidPulse(InvalidPulse.__doc__)
    until = end(expires_on, at, longest=365) or organisation.today(at) + timedelta(DAYS)
    with transaction.atomic():
        pulse = Pulse.objects.create(
            account_id=account,
            grade=grade,
            reasons=list(reasons),
            note=note,
            expires_on=until,
            by_id=by.member,
            at=at,
        )
        body = {"grade": grade, "expires_on": until, "reasons": list(reasons)}
        particulars = {
            "grade": grade,
            "reasons": list(reasons),
            "expires_on": until,
            **fact("pulse", pulse.pk, account, body, at),
        }
        journal.record(
            "insight.pulse.given", actor=by, at=at, account=account, subject=("pulse", pulse.pk),
            particulars=particulars, personal={"note": note} if note else None,
        )  # fmt: skip
    return pulse


def lift(pulse: Pulse, *, by: Actor, at: datetime) -> Pulse:
    """Take a pulse back: from now on it never was. Journal: insight.pulse.lifted. Safe to repeat."""
    with transaction.atomic():
        if Pulse.objects.filter(pk=pulse.pk, lifted_at__isnull=True).update(lifted_at=at):
            particulars = gone("pulse", pulse.pk, pulse.account_id)
            journal.record(
                "insight.pulse.lifted", actor=by, at=at, account=pulse.account_id, subject=("pulse", pulse.pk),
                particulars=particulars,
            )  # fmt: skip
    pulse.refresh_from_db()
    return pulse
