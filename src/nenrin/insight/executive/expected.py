"""MRR that will probably be lost to churn: month by month with its interval, and how the past months' forecasts held."""

from __future__ import annotations

from collections.abc import Collection

from nenrin.insight.executive.questions import Question
from nenrin.insight.risk import forecasts
from nenrin.insight.risk.forecasts import Forecast

MONTHS = 6


def expected(ask: Question, accounts: Collection[int]) -> Forecast | None:
    """Of the paying accounts asked for, as of today only; None where no model is in use or health is not to be seen."""
    if not (ask.is_now and ask.sees_health):
        return None
    is_all = ask.within is None and ask.books.accounts is None
    found = forecasts.forecast("churn", ask.ledger.known, None if is_all else accounts)
    return found if found.as_of is not None and found.version is not None else None
