"""How revenue is counted: the metric policy with its exchange rates and assumptions, and the closing of the books."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.analytics.revenue.periods import month_start
from nenrin.analytics.revenue.policies import Policy, UnknownChoice
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import MetricPolicy
from nenrin.insight.revenue import locks, policies
from nenrin.insight.revenue import words as revenue_words
from nenrin.insight.revenue.locks import CannotLock
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.revenue.asking import VIEW

CHOICES = (
    "churn_recognition",
    "gap_merge_days",
    "dunning",
    "dunning_days",
    "coupons",
    "usage",
    "ramp",
    "logos",
    "currency",
    "reactivation_in_nrr",
    "sales_cycle_months",
    "cost_sharing",
)


def _words(of: dict[str, Text]) -> list[tuple[str, str]]:
    return [(key, text.in_(exports.language())) for key, text in of.items()]


class PolicyForm(forms.Form):
    """Shares as percentages; rates one to a line, as in "USD 150.5"."""

    churn_recognition = forms.ChoiceField(label=_("Churn counts"))
    gap_merge_days = forms.IntegerField(label=_("A lapse is no churn up to (days)"), min_value=0, max_value=366)
    dunning = forms.ChoiceField(
        label=_("Overdue payment"),
        help_text=_("Off, so that one late invoice is no churn. On, the account counts as having left against its will from the day on which an invoice has been overdue for longer than the days below; once it is paid, it never left."),
    )  # fmt: skip
    dunning_days = forms.IntegerField(label=_("Overdue payment is churn after (days)"), min_value=0, max_value=366)
    coupons = forms.ChoiceField(
        label=_("Discounts that end"),
        help_text=_("Their end is told as an expansion of its own, which is no upsell. A credit counts as such a discount."),
    )  # fmt: skip
    usage = forms.ChoiceField(
        label=_("Metered usage in MRR"),
        help_text=_("The mean is of the last three months billed, from the first day of the month after."),
    )  # fmt: skip
    ramp = forms.ChoiceField(label=_("Ramp deals"))
    logos = forms.ChoiceField(
        label=_("Groups of companies"),
        help_text=_("Logo churn and retention, customer counts and ARPA. Movements and unit economics stay by account."),
    )  # fmt: skip
    reactivation_in_nrr = forms.BooleanField(label=_("Accounts that came back lower net churn"), required=False)
    gross_margin = forms.DecimalField(label=_("Gross margin (%, assumed)"), min_value=1, max_value=100)
    yearly_discount = forms.DecimalField(label=_("Discount rate (% a year, assumed)"), min_value=0, max_value=100)
    sales_cycle_months = forms.IntegerField(
        label=_("Sales cycle (months)"), min_value=0, max_value=24,
        help_text=_("CAC divides what was spent so many months before the customers were won. 0: the same months."),
    )  # fmt: skip
    cost_sharing = forms.ChoiceField(label=_("Acquisition costs told for no slice"))
    currency = forms.ChoiceField(label=_("Other currencies count"))
    rates = forms.CharField(
        label=_("Exchange rates"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: currency and what one unit is worth, as in USD 150.5. Without a rate an account is not computable."),
    )  # fmt: skip
    note = forms.CharField(label=_("Why it changes"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"churn_recognition": revenue_words.RECOGNITION, "dunning": revenue_words.DUNNING,
                   "coupons": revenue_words.COUPONS, "usage": revenue_words.USAGE, "ramp": revenue_words.RAMP,
                   "logos": revenue_words.LOGOS,
                   "cost_sharing": revenue_words.SHARING, "currency": revenue_words.CURRENCY}  # fmt: skip
        unheard = policies.untold()
        for name, words in offered.items():
            live = self.initial.get(name)  # what stands is no new choice
            told = {key: text for key, text in words.items() if (name, key) not in unheard or key == live}
            self.fields[name].choices = _words(told)  # type: ignore[attr-defined]

    def clean_rates(self) -> dict[str, str]:
        rates = {}
        for line in self.cleaned_data["rates"].splitlines():
            words = line.replace(",", "").split()
            if not words:
                continue
            if len(words) != 2 or len(words[0]) != 3 or not words[0].isascii():
                raise forms.ValidationError(_("Not a currency and a number: %(line)s"), params={"line": line[:60]})
            rates[words[0].upper()] = words[1]
        return rates

    def given(self) -> dict[str, Any]:
        values = self.cleaned_data
        shares = {name: float(values[name]) / 100 for name in ("gross_margin", "yearly_discount")}
        return {**{name: values[name] for name in CHOICES}, **shares, "rates": values["rates"]}


@requires(VIEW)
def settings(request: MemberRequest) -> HttpResponse:
    """The live policy and its versions; the closed periods."""
    today, may_change = organisation.today(request.at), _may_change(request)
    if request.method == "POST" and not may_change:
        raise PermissionDenied(Permission.HEALTH_CONFIGURE.value)
    live = policies.live(today)
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=_initial(live))
    if request.method == "POST" and form.is_valid() and _published(request, form):
        toasts.say(request, Text("Metric policy published.", "指標ポリシーを公開しました。"))
        return HttpResponseRedirect(reverse("revenue-settings"))
    versions = _versions()
    context = {
        "as_of": request.at,
        "policy": revenue_words.policy(live),
        "live": live,
        "form": form if may_change else None,
        "versions": [(row, revenue_words.policy(policies.of(row))) for row in versions],
        "has_first": any(row.number == 1 for row in versions),
        "untold": {why.en: why for why in policies.untold().values()}.values(),
        "locks": locks.locks(),
        "last_month": _last_day(today),
    }
    return render(request, "revenue/settings.html", context)


def _versions() -> list[MetricPolicy]:
    return list(MetricPolicy.objects.select_related("author"))


def _may_change(request: MemberRequest) -> bool:
    return allowed(request.user, Permission.HEALTH_CONFIGURE) is not None


def _last_day(today: date) -> date:
    """The last day of the month before."""
    return date.fromordinal(month_start(today).toordinal() - 1)


def _initial(live: Policy) -> dict[str, Any]:
    rates = "\n".join(f"{currency} {rate}" for currency, rate in live.rates.items())
    shares = {
        "gross_margin": round(live.gross_margin * 100, 2),
        "yearly_discount": round(live.yearly_discount * 100, 2),
    }
    return {**{name: getattr(live, name) for name in CHOICES}, **shares, "rates": rates}


def _published(request: MemberRequest, form: PolicyForm) -> bool:
    try:
        note = form.cleaned_data["note"]
        policies.publish(form.given(), note=note, by=Actor.of(request.user), at=request.at)
    except UnknownChoice as problem:
        form.add_error("rates", str(problem))
        return False
    return True


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def lock(request: MemberRequest) -> HttpResponse:
    """Close the books up to a day, or open them again."""
    by = Actor.of(request.user)
    if request.POST.get("do") == "unlock":
        locks.unlock(by=by, at=request.at)
        toasts.say(request, Text("Opened again.", "締めを解除しました。"))
        return HttpResponseRedirect(reverse("revenue-settings"))
    day = revenue_words.parsed_day(request.POST.get("through"))
    try:
        locks.lock(day or organisation.today(request.at), by=by, at=request.at)
        toasts.say(request, Text("Books closed.", "締めました。"))
    except CannotLock:
        toasts.say(request, Text("Choose a day before today and after the last lock.",
                                 "本日より前で、前回の締めより後の日を選んでください。"))  # fmt: skip
    return HttpResponseRedirect(reverse("revenue-settings"))


urlpatterns = [
    path("revenue/settings", settings, name="revenue-settings"),
    path("revenue/lock", lock, name="revenue-lock"),
]
