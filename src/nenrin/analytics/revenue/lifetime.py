"""What a customer is worth, level by level, each under assumptions that are named.

`arpa` is revenue a month and account; `margin` the recurring gross margin; `churn` the share lost a month;
`yearly_discount` the discount rate. Amounts are in the unit of `arpa`. A customer pays at the beginning of a month,
for the first time at once.
"""

from __future__ import annotations

from dataclasses import dataclass


class NoChurnSeen(ValueError):
    """A churn of zero makes any customer worth infinity: use the upper bound of the rate instead."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The inputs of every level."""

    arpa: float
    margin: float
    churn: float
    yearly_discount: float = 0.0

    def __post_init__(self) -> None:
        if not self.churn > 0:
            raise NoChurnSeen("churn is zero: use the upper bound of the rate (three over the number of customers)")

    @property
    def month(self) -> float:
        """Margin a month."""
        return self.arpa * self.margin

    @property
    def monthly_discount(self) -> float:
        return float((1 + self.yearly_discount) ** (1 / 12) - 1)


def plain(of: Customer) -> float:
    """L0: margin over churn (D. Skok).

    >>> round(plain(Customer(50_000, 0.8, 0.02)))
    2000000
    """
    return of.month / of.churn


def discounted(of: Customer) -> float:
    """L1: every later month is worth less.

    >>> round(discounted(Customer(50_000, 0.8, 0.02, 0.10)))
    1441294
    """
    i = of.monthly_discount
    return of.month * (1 + i) / (i + of.churn)


def capped(of: Customer, months: int) -> float:
    """L2: as L1, but nothing counts after so many months.

    >>> round(capped(Customer(1, 1, 0.02, 0.1), 36) / capped(Customer(1, 1, 0.03, 0.1), 36), 3)
    1.154
    """
    kept = (1 - of.churn) / (1 + of.monthly_discount)
    return of.month * (1 - kept**months) / (1 - kept)


def linear_expansion(of: Customer, growth: float) -> float:
    """L3: revenue grows by `growth` (same unit as arpa) each month, without discount (D. Skok).

    >>> round(linear_expansion(Customer(50_000, 0.8, 0.02), 50_000 * 0.05 / 12))
    2408333
    """
    return of.month / of.churn + growth * of.margin * (1 - of.churn) / of.churn**2


def geometric_expansion(of: Customer, monthly_growth: float) -> float | None:
    """L3: revenue grows by a share each month; None where it would outgrow churn and discount for ever.

    >>> round(geometric_expansion(Customer(1, 1, 0.02), 1.05 ** (1 / 12) - 1) / plain(Customer(1, 1, 0.02)), 4)
    1.2494
    """
    kept = (1 - of.churn) * (1 + monthly_growth) / (1 + of.monthly_discount)
    return of.month / (1 - kept) if kept < 1 else None


def in_arrears(value: float, churn: float) -> float:
    """The same level where customers pay after the month: 49 months instead of 50 at 2 %.

    >>> in_arrears(50, 0.02)
    49.0
    """
    return value * (1 - churn)


def payback_months(cac: float, arpa: float, margin: float) -> float:
    """Months until the margin of a new customer has paid for winning it.

    >>> payback_months(600_000, 50_000, 0.8)
    15.0
    """
    return cac / (arpa * margin)
