"""Which metric policy profile holds: numbered versions, each with the day from which it is live."""

from __future__ import annotations

from datetime import date

from nenrin.analytics.revenue.policies import Policy
from nenrin.foundation import organisation


def live(on: date) -> Policy:
    """The profile that is live on a day; before any was published, the defaults with the organisation's own words."""
    own = organisation.current()
    return Policy(reporting_currency=own.currency, zone=own.zone, fiscal_start_month=own.fiscal_start_month)
