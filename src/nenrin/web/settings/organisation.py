"""The organisation's settings: name, language, days, fiscal year, currency."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nenrin.foundation import organisation as ours
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import SecondStep
from nenrin.foundation.permissions import Permission
from nenrin.insight.revenue import policies
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires

FIELDS = ("name", "language", "fiscal_start_month", "currency", "second_step")
#: How the form says that nobody must: an empty choice would read as none made.
NOBODY = "nobody"
NO_RATE = Text(
    "Without an exchange rate between {new} and {old}, contracts in {old} would be left out of every figure. Add the rate to the "
    "metric policy first.",
    "{new}との換算レートがないため、{old}の契約がすべての集計から外れます。先に指標ポリシーでレートを登録してください。",
)
CURRENCIES = ("JPY", "USD", "EUR", "GBP", "SGD", "AUD", "KRW")


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")]


class Settings(forms.Form):
    name = forms.CharField(label=_("Organisation"), max_length=200)
    language = forms.ChoiceField(label=_("Language of new members"), choices=[("ja", "日本語"), ("en", "English")])
    fiscal_start_month = forms.TypedChoiceField(
        label=_("Fiscal year begins in"), coerce=int, choices=list(MONTHS.items()),
        help_text=_("A change counts from the next fiscal year so begun; years that are over keep their months."),
    )  # fmt: skip
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES],
        help_text=_("A change makes a new version of the metric policy from today on; what is closed keeps its currency."),
    )  # fmt: skip
    second_step = forms.TypedChoiceField(
        label=_("Two-step sign-in"),
        choices=[
            (NOBODY, _("Advised to administrators, asked of nobody")),
            (SecondStep.ADMINISTRATORS.value, _("Administrators must use it")),
            (SecondStep.EVERYONE.value, _("Everyone must use it")),
        ],
        coerce=lambda value: "" if value == NOBODY else value,
        help_text=_("Whoever must and has not set it up is led there at their next step."),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        help_text=_("Defines day, week and month. It can be chosen until the first day is closed."),
    )

    def __init__(self, *args: object, is_zone_fixed: bool, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # forms.Form's own arguments
        self.fields["zone"].disabled = is_zone_fixed
        self.today = today

    def clean_currency(self) -> str:
        """One that leaves no contract out of the figures."""
        currency: str = self.cleaned_data["currency"]
        lost = policies.left_out(currency, self.today) if currency != self.initial["currency"] else []
        if lost:
            told = NO_RATE.fill(new=currency, old=", ".join(lost)).in_(exports.language())
            raise forms.ValidationError(told)
        return currency


@requires(Permission.ORGANISATION_EDIT)
def organisation(request: MemberRequest) -> HttpResponse:
    """Change the settings. Closed days were counted in the zone of their time, so it is fixed with the first of them."""
    row = ours.current()
    initial = {name: getattr(row, name) for name in (*FIELDS, "zone")} | {"second_step": row.second_step or NOBODY}
    is_fixed = row.closed_through is not None
    form = Settings(request.POST or None, initial=initial, is_zone_fixed=is_fixed, today=ours.today(request.at))
    if request.method == "POST" and form.is_valid():
        policies.reorganise(by=Actor.of(request.user), at=request.at, **form.cleaned_data)
        messages.success(request, gettext("Settings saved."))
        return HttpResponseRedirect(reverse("organisation"))
    status = 422 if form.errors else 200
    return render(
        request, "organisation/organisation.html", {"as_of": request.at, "form": form, "row": row}, status=status
    )


urlpatterns = [path("organisation", organisation, name="organisation")]
