"""The simulator's form: a scenario is its address. What is not asked comes from the organisation's own contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext_lazy

from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.roi import rates
from nenrin.analytics.roi.companies import INPUTS, Company, Input
from nenrin.insight.lifetimes import scenarios
from nenrin.insight.lifetimes.starts import Start
from nenrin.values import Text, minor_digits
from nenrin.web.spoken import spoken

Per = Literal["month", "year"]
RATES = ("churn", "churn_after")
#: From this monthly churn on, a yearly rate was probably meant: 72 of 100 customers would be gone within the year.
SUSPICIOUS = 0.10
PER = [("month", gettext_lazy("a month")), ("year", gettext_lazy("a year"))]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`company` is ready to compute (monthly rates); `own` says which figures the contracts gave; `doubts` what
    about the rates should be asked back."""

    company: Company
    form: RoiForm
    per: Per
    own: Mapping[str, float]
    doubts: tuple[str, ...]


class RoiForm(forms.Form):
    """One field an input: money in whole units of the currency, shares in per cent."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        digits = minor_digits(currency)
        for key, one in INPUTS.items():
            self.fields[key] = _field(one, digits, currency)
        self.fields["per"] = forms.ChoiceField(
            label=gettext_lazy("Churn rates are"), choices=PER, widget=forms.RadioSelect
        )


def _field(one: Input, digits: int, currency: str) -> forms.Field:
    scale, places = (100.0, 4) if one.unit == "share" else (10.0**-digits, digits) if one.unit == "money" else (1.0, 0)
    mark = {"share": "%", "money": currency}.get(one.unit, "")
    return forms.DecimalField(
        label=spoken(Text(f"{one.name.en} ({mark})", f"{one.name.ja}（{mark}）") if mark else one.name),
        help_text=spoken(one.note),
        min_value=Decimal(repr(one.low * scale)),
        max_value=Decimal(repr(one.high * scale)),
        decimal_places=max(places, 0),
        widget=forms.NumberInput({"class": "input--short", "inputmode": "decimal", "step": "any"}),
    )


def scenario(given: Mapping[str, str], start: Start, currency: str, policy: Policy | None = None) -> Scenario:
    """From an address; figures that it leaves out are the organisation's own, or stated assumptions (margin and discount
    rate those of the metric policy)."""
    own, base = scenarios.known(start), scenarios.company(start, policy)
    shown = {key: _shown(one, getattr(base, key), currency) for key, one in INPUTS.items()}
    asked = {key: value for key in (*INPUTS, "per") if (value := given.get(key, "").strip())}
    form = RoiForm({"per": "month", **shown, **asked}, currency=currency)
    if not form.is_valid():
        return Scenario(base, form, "month", own, ())
    per: Per = "year" if form.cleaned_data.get("per") == "year" else "month"
    return Scenario(_company(form, currency, per), form, per, own, _doubts(form, asked, per))


def _company(form: RoiForm, currency: str, per: Per) -> Company:
    values: dict[str, Any] = {
        key: _stored(one, form.cleaned_data[key], currency) for key, one in INPUTS.items() if key != "years"
    }
    if per == "year":
        values |= {key: max(rates.monthly(values[key]), INPUTS[key].low) for key in RATES}
    return Company(**values, years=int(form.cleaned_data["years"]), is_counted=True)


def _shown(one: Input, value: float, currency: str) -> str:
    scaled = value * 100 if one.unit == "share" else value / 10 ** minor_digits(currency) if one.unit == "money" else value  # fmt: skip
    return f"{scaled:.4f}".rstrip("0").rstrip(".")


def _stored(one: Input, value: Decimal, currency: str) -> float:
    if one.unit == "share":
        return float(value / 100)
    return float(value.scaleb(minor_digits(currency))) if one.unit == "money" else float(value)


def _doubts(form: RoiForm, asked: Mapping[str, str], per: Per) -> tuple[str, ...]:
    found = []
    if "per" not in asked and any(key in asked for key in RATES):
        found.append("unsaid")
    if per == "month" and max(float(form.cleaned_data[key]) / 100 for key in RATES) >= SUSPICIOUS:
        found.append("high")
    return tuple(found)
