"""The metric policy profile: every choice on which two honest people may differ, in one frozen, numbered value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from typing import Any, Literal, get_args, get_type_hints

Recognition = Literal["request", "billing", "service"]
Coupons = Literal["reduce", "ignore"]
Dunning = Literal["off", "invoices"]
Usage = Literal["none", "committed", "trailing"]
Currency = Literal["constant", "month_end"]
Ramp = Literal["step", "average"]
CostSharing = Literal["mrr", "accounts"]
Logos = Literal["account", "parent"]


#: The least and the most of what is a number.
RANGES = {"gap_merge_days": (0, 366), "dunning_days": (0, 366), "gross_margin": (0.01, 1), "yearly_discount": (0, 1),
          "sales_cycle_months": (0, 24)}  # fmt: skip
#: Of these, the ones that have no fractions.
WHOLE = ("sales_cycle_months",)


class UnknownChoice(ValueError):
    """A policy profile names a choice that there is not: correct the field named, the others are as they were."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Chosen for an organisation, shown beside every figure.

    - `churn_recognition`: the day of the request, the end in billing, or the end of the last paid service period.
    - `gap_merge_days`: a lapse up to this long that resumes is no churn.
    - `dunning`: whether unpaid invoices end a contract at all ("invoices") or never do ("off").
    - `dunning_days`: payment overdue for longer than this is churn against the customer's will, where dunning says so.
    - `coupons`: "reduce" counts a discount as long as it runs, its end is an expansion; "ignore" leaves finite
      coupons out of MRR.
    - `usage`: metered usage counts not at all, with its committed minimum, or with its trailing three-month mean.
    - `reactivation_in_nrr`: whether accounts that came back count in net MRR churn.
    - `currency`: at the profile's own rates ("constant"), or at each month's end with a line of its own.
    - `rates`: one unit of a currency in the reporting currency, as decimal text.
    - `ramp`: each step of a ramp deal for itself, or the average of its first term.
    - `gross_margin`, `yearly_discount`: assumptions of lifetime value, as shares.
    - `sales_cycle_months`: how long winning a customer takes: CAC divides what was spent so many months earlier.
    - `logos`: every account counts for itself, or a group of companies as one, its topmost parent.
    - `cost_sharing`: acquisition costs told for no slice are shared among the new customers by their first MRR, or to
      each alike.
    """

    version: int = 1
    churn_recognition: Recognition = "service"
    gap_merge_days: int = 31
    dunning: Dunning = "off"
    dunning_days: int = 30
    coupons: Coupons = "reduce"
    usage: Usage = "committed"
    reactivation_in_nrr: bool = False
    currency: Currency = "constant"
    reporting_currency: str = "JPY"
    rates: Mapping[str, str] = field(default_factory=dict)
    zone: str = "Asia/Tokyo"
    fiscal_start_month: int = 4
    ramp: Ramp = "step"
    gross_margin: float = 0.8
    yearly_discount: float = 0.1
    sales_cycle_months: int = 0
    cost_sharing: CostSharing = "mrr"
    logos: Logos = "account"

    def rate(self, currency: str) -> Fraction | None:
        """What one unit of a currency is worth; None where nobody has said.

        >>> Policy(rates={"USD": "150.5"}).rate("USD"), Policy().rate("EUR")
        (Fraction(301, 2), None)
        """
        if currency == self.reporting_currency:
            return Fraction(1)
        return Fraction(self.rates[currency]) if currency in self.rates else None


def to_document(policy: Policy) -> dict[str, Any]:
    """Plain values, for storing."""
    return {**asdict(policy), "rates": dict(policy.rates)}


def from_document(document: Mapping[str, Any]) -> Policy:
    """The profile that a document tells; what it leaves out is as by default. Raises UnknownChoice."""
    known = {each.name for each in fields(Policy)}
    for name in document:
        if name not in known:
            raise UnknownChoice(f"{name}: a policy profile has no such choice; it has {', '.join(sorted(known))}")
    _check(document)
    return Policy(**document)


def _check(document: Mapping[str, Any]) -> None:
    hints = get_type_hints(Policy)
    for name, value in document.items():
        choices = get_args(hints[name]) if getattr(hints[name], "__origin__", None) is Literal else ()
        if choices and (not isinstance(value, str) or value not in choices):
            raise UnknownChoice(f"{name}: {value!r} is none of {', '.join(choices)}")
    for name, (low, high) in RANGES.items():
        given = document.get(name, low)
        if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
            raise UnknownChoice(f"{name}: needs a number from {low} to {high}, not {given!r}")
        if name in WHOLE and given != int(given):
            raise UnknownChoice(f"{name}: needs a whole number, not {given!r}")
    if not isinstance(document.get("reactivation_in_nrr", False), bool):
        raise UnknownChoice(f"reactivation_in_nrr: needs true or false, not {document['reactivation_in_nrr']!r}")
    if not isinstance(document.get("rates", {}), Mapping):
        raise UnknownChoice(f"rates: needs currencies with their numbers, not {document['rates']!r}")
    for currency, rate in dict(document.get("rates", {})).items():
        try:
            sound = isinstance(rate, str) and Fraction(rate) > 0
        except (TypeError, ValueError, ZeroDivisionError):
            sound = False
        if not sound:
            raise UnknownChoice(f"rates: {currency} needs a number above zero, not {rate!r}")
