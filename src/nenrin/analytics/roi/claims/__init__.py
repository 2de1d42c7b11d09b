"""The field's six slogans on one company: each with its assumptions, its formula, its path and what moves it."""

from __future__ import annotations

from nenrin.analytics.roi.claims import base, churn, costs, five_years, profits, twenty_years, upsell
from nenrin.analytics.roi.claims.base import Bar, Claim, Path, Reading
from nenrin.analytics.roi.companies import Company, checked

CLAIMS: tuple[base.Recipe, ...] = (
    churn.RECIPE,
    upsell.RECIPE,
    costs.RECIPE,
    profits.RECIPE,
    twenty_years.RECIPE,
    five_years.RECIPE,
)


def simulate(company: Company) -> tuple[Claim, ...]:
    """All six. Raises companies.Impossible where a figure means nothing."""
    checked(company)
    return tuple(base.tell(recipe, company) for recipe in CLAIMS)


__all__ = ["CLAIMS", "Bar", "Claim", "Path", "Reading", "simulate"]
