"""Amounts of other currencies in the reporting one, to the minor unit, halves away from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.policies import Policy
from nenrin.values import minor_digits

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a unit of each currency is worth on a day: the policy's constant rates, or a table of month ends."""

    policy: Policy
    month_ends: Mapping[str, Sequence[tuple[date, Fraction]]] = field(default_factory=dict)

    def factor(self, currency: str, day: date) -> Fraction | None:
        """Minor units of the reporting currency for one minor unit; None where no rate is known: never zero."""
        worth = self._worth(currency, day)
        if worth is None:
            return None
        return worth * Fraction(10) ** (minor_digits(self.policy.reporting_currency) - minor_digits(currency))

    def _worth(self, currency: str, day: date) -> Fraction | None:
        if self.policy.currency == "constant" or currency == self.policy.reporting_currency:
            return self.policy.rate(currency)
        known = [worth for on, worth in self.month_ends.get(currency, ()) if on <= day]
        return known[-1] if known else None


def converted(minor: Whole, factor: Fraction) -> Whole:
    """Each amount times the factor.

    >>> converted(np.array([101, -101]), Fraction(1, 2)).tolist()
    [51, -51]
    """
    if factor == 1:
        return minor
    up, down = factor.numerator, factor.denominator
    largest = int(np.abs(minor).max(initial=0))
    if largest * up * 2 + down < 2**63:
        rounded: Whole = np.sign(minor) * ((np.abs(minor) * (2 * up) + down) // (2 * down))
        return rounded
    exact = [(1 if m >= 0 else -1) * ((abs(m) * 2 * up + down) // (2 * down)) for m in minor.tolist()]
    return np.array(exact, dtype=np.int64)
