"""Overrides: a band or a score set by hand, with a reason and an end. One an account."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.sentences import BANDS
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.insight.judgements import EndsBeforeItBegins, NoReason, end, fact, gone
from nenrin.insight.models import Override

LONGEST_DAYS = 365


class InvalidOverride(ValueError):
    """Set either a band (healthy, caution, at risk) or a score from 0 to 100."""


def set_(
    account: int,
    *,
    by: Actor,
    at: datetime,
    reason: str,
    expires_on: date,
    band: str = "",
    score: float | None = None,
) -> Override:
    """Show this band or score instead of the computed one until a day; replaces an earlier override.

    Journal: insight.override.set. Raises InvalidOverride, NoReason, EndsBeforeItBegins.
    """
    if bool(band) == (score is not None) or (score is not None and not 0 <= score <= 100):
        raise InvalidOverride(InvalidOverride.__doc__)
    if band and band not in (Band.HEALTHY, Band.CAUTION, Band.AT_RISK):
        raise InvalidOverride(InvalidOverride.__doc__)
    if not reason.strip():
        raise NoReason(NoReason.__doc__)
    if expires_on is None:
        raise EndsBeforeItBegins(EndsBeforeItBegins.__doc__)
    end(expires_on, at, longest=LONGEST_DAYS)
    with transaction.atomic():
        for earlier in Override.objects.filter(account=account, lifted_at__isnull=True):
            lift(earlier, by=by, at=at)
        made = Override.objects.create(
            account_id=account, band=band, score=score, reason=reason.strip(), expires_on=expires_on,
            by_id=by.member, at=at,
        )  # fmt: skip
        body = {"band": band or None, "score": score, "reason": "", "expires_on": expires_on}
        words = BANDS[Band(band)] if band else None
        particulars = {
            "to_en": words.en if words else f"{score:g}",
            "to_ja": words.ja if words else f"{score:g}",
            "reason": made.reason,
            "expires_on": expires_on,
            **fact("override", made.pk, account, body, at),
        }
        journal.record(
            "insight.override.set",
            actor=by,
            at=at,
            account=account,
            subject=("override", made.pk),
            particulars=particulars,
        )
    return made


def lift(override: Override, *, by: Actor, at: datetime) -> Override:
    """Show what is computed again. Journal: insight.override.lifted. Safe to repeat."""
    with transaction.atomic():
        if Override.objects.filter(pk=override.pk, lifted_at__isnull=True).update(lifted_at=at):
            journal.record(
                "insight.override.lifted", actor=by, at=at, account=override.account_id,
                subject=("override", override.pk), particulars=gone("override", override.pk, override.account_id),
            )  # fmt: skip
    override.refresh_from_db()
    return override
