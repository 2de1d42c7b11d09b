"""What one customer is worth at a constant churn, at the levels that are in use; state which.

`margin` is what remains of ARPA after the cost of serving. The first payment is at once and undiscounted.
"""

from __future__ import annotations

import math

from nenrin.analytics.roi import rates


class Endless(ValueError):
    """The sum has no end: growth outruns churn and discount. Give a horizon, or a higher churn or discount rate."""


def worth(
    margin: float, churn: float, *, discount: float = 0.0, growth: float = 0.0, months: int | None = None
) -> float:
    """Sum of margin x ((1 - churn)(1 + g)/(1 + i))^k over the months, g and i being the monthly steps of the yearly
    `growth` and `discount`; all months, or the first `months`.

    >>> round(worth(40_000, 0.02)), round(worth(40_000, 0.02, discount=0.10))
    (2000000, 1441294)
    """
    step = (1 - churn) * (1 + rates.growth(growth)) / (1 + rates.growth(discount))
    if months is not None:
        return margin * (months if math.isclose(step, 1.0) else (1 - step**months) / (1 - step))
    if step >= 1:
        raise Endless("growth outruns churn and discount: the sum has no end; give a horizon")
    return margin / (1 - step)


def worth_with_linear_growth(margin: float, churn: float, monthly_rise: float) -> float:
    """Undiscounted, the margin rising by the same amount each month: a/c + m(1 - c)/c^2.

    >>> round(worth_with_linear_growth(40_000, 0.02, 40_000 * 0.05 / 12))
    2408333
    """
    return margin / churn + monthly_rise * (1 - churn) / churn**2


def payback_months(cost: float, margin: float) -> float:
    """Months until the margin has paid for winning the customer.

    >>> payback_months(600_000, 40_000)
    15.0
    """
    return cost / margin


def years_of_margin(retention: float, discount: float = 0.0) -> float:
    """Worth of a customer in years of margin at a yearly retention: (1 + d)/(1 + d - r).

    >>> round(years_of_margin(0.75), 6), round(years_of_margin(0.85, 0.10), 6)
    (4.0, 4.4)
    """
    return (1 + discount) / (1 + discount - retention)


def yearly_sum(retention: float, years: int, *, in_advance: bool = False) -> float:
    """Years of today's revenue that a closed cohort pays: r + r^2 + ..., or from 1 on where billed in advance.

    >>> round(yearly_sum(0.97, 20), 4), round(yearly_sum(0.75, 20, in_advance=True), 4)
    (14.7506, 3.9873)
    """
    first = 0 if in_advance else 1
    return float(sum(retention**k for k in range(first, first + years)))


def stock(retention: float, years: int, *, start: float, new: float, new_growth: float = 0.0) -> float:
    """Customers after so many years: `start` kept so long, and `new` a year (rising by `new_growth`) kept since.

    >>> round(stock(0.97, 20, start=0, new=1) / stock(0.75, 20, start=0, new=1), 3)
    3.814
    """
    added = sum(new * (1 + new_growth) ** (years - 1 - k) * retention**k for k in range(years))
    return float(start * retention**years + added)
