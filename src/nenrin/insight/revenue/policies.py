"""Which metric policy profile holds: numbered versions, each with the day from which it is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.analytics.revenue.policies import Policy, UnknownChoice, from_document, to_document
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.insight.models import MetricPolicy

#: What the organisation's own settings say, which a profile does not choose.
OF_ORGANISATION = ("version", "reporting_currency", "zone", "fiscal_start_month")


def live(on: date) -> Policy:
    """The profile that is live on a day; before any was published, the defaults with the organisation's own words."""
    row = MetricPolicy.objects.filter(from_on__lte=on).first()
    return of(row) if row else default()


def default() -> Policy:
    own = organisation.current()
    return Policy(reporting_currency=own.currency, zone=own.zone, fiscal_start_month=own.fiscal_start_month)


def of(row: MetricPolicy) -> Policy:
    return replace(from_document(row.document), version=row.number)


def publish(choices: Mapping[str, Any], *, note: str = "", by: Actor, at: datetime) -> MetricPolicy:
    """A new version, live from today on; what it leaves out stays as it is.

    Raises UnknownChoice. Journal: insight.policy.published.
    """
    today = organisation.today(at)
    fixed = {name: getattr(default(), name) for name in OF_ORGANISATION if name != "version"}
    if set(choices) & set(OF_ORGANISATION):
        raise UnknownChoice(f"{', '.join(OF_ORGANISATION[1:])} are the organisation's settings: change them there")
    with transaction.atomic():
        last = MetricPolicy.objects.select_for_update().first()
        number = last.number + 1 if last else 2  # version 1 is the defaults that hold before any is published
        document = {**to_document(live(today)), **fixed, **choices, "version": number}
        policy = from_document(document)
        row = MetricPolicy.objects.create(
            number=number, document=to_document(policy), note=note, from_on=today,
            author_id=by.member, published_at=at,
        )  # fmt: skip
        particulars = {"number": number, "note": note or "—", "choices": dict(choices)}
        journal.record("insight.policy.published", actor=by, at=at, particulars=particulars)
    return row
