"""The plan behind the balance: money and hours by month for both sides, and the phase of the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from nenrin.analytics.economics.balance import Plan
from nenrin.analytics.economics.categories import BALANCED, SIDES, Side
from nenrin.analytics.revenue.periods import month_start
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.ingest.files import numerals
from nenrin.insight.economics import plans
from nenrin.insight.models import BudgetPhase
from nenrin.insight.revenue import policies
from nenrin.insight.revenue.words import named
from nenrin.values import Money, Text
from nenrin.web import exports, toasts
from nenrin.web.economics.asking import EDIT, parsed_month
from nenrin.web.economics.entry_forms import MonthField
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain

WRONG = Text("a number from 0 up, or nothing", "0以上の数値（空欄も可）")


@dataclass(frozen=True, slots=True)
class Field:
    """One input: its name, what stands or was typed, and whether that could not be read."""

    name: str
    label: Text
    value: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Line:
    month: date
    fields: tuple[Field, ...]


class PhaseForm(forms.Form):
    """A share as a percentage."""

    from_month = MonthField(label=_("From month"))
    phase = forms.ChoiceField(label=_("Phase of the business"))
    share = forms.DecimalField(label=_("Share of existing customers (%)"), min_value=0, max_value=100, decimal_places=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [(key, name.in_(exports.language())) for key, name in plans.PHASES.items()]  # type: ignore[attr-defined]


@requires(EDIT)
def plan(request: MemberRequest) -> HttpResponse:
    """The plan of one fiscal year as a table of inputs; saved as a whole or not at all."""
    year, currency = _year(request), policies.live(organisation.today(request.at)).reporting_currency
    given, wrong = _read(request.POST, year, currency) if request.method == "POST" else ({}, set())
    if request.method == "POST" and not wrong:
        _save(given, currency, request)
        toasts.say(request, Text("Plan saved.", "予算を保存しました。"))
        return HttpResponseRedirect(f"{reverse('balance-plan')}?year={year[0]:%Y-%m}")
    return _page(request, year, currency, wrong, _phase_form(request, None), 422 if wrong else 200)


@requires(EDIT)
def phase(request: MemberRequest) -> HttpResponse:
    """From which month on the business is in which phase, and the share that this asks for."""
    form = _phase_form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        plans.phase(
            given["from_month"], given["phase"], float(given["share"] / 100), by=Actor.of(request.user), at=request.at
        )
        toasts.say(request, Text("Phase saved.", "事業フェーズを保存しました。"))
        return HttpResponseRedirect(reverse("balance-plan"))
    currency = policies.live(organisation.today(request.at)).reporting_currency
    return _page(request, _year(request), currency, set(), form, 422 if form.errors else 200)


def _phase_form(request: MemberRequest, given: Any) -> PhaseForm:
    today = organisation.today(request.at)
    stands = plans.phase_at(month_start(today))
    name = stands.phase if stands else "growth"
    share = stands.existing_share if stands else plans.USUAL[name]
    return PhaseForm(given, initial={"from_month": f"{today:%Y-%m}", "phase": name, "share": f"{100 * share:g}"})


def _page(
    request: MemberRequest, year: list[date], currency: str, wrong: set[str], form: PhaseForm, status: int
) -> HttpResponse:  # fmt: skip
    stands = plans.of(year[0], year[-1])
    fiscal = policies.fiscal()
    title = named(fiscal.holding(year[0], "year"), "year", fiscal)
    context = {
        "as_of": request.at,
        "title": Text("Edit the plan", "予算を編集する"),
        "crumbs": [(Text("Balance", "予算配分"), reverse("balance"))],
        "lead": title,
        "lines": [_line(month, stands, currency, request.POST, wrong) for month in year],
        "sides": [SIDES[side] for side in BALANCED],
        "wrong": WRONG if wrong else None,
        "currency": currency,
        "before": month_start(year[0], -1),
        "after": month_start(year[-1], 1),
        "year": year[0],
        "phase_form": form,
        "phases": [(row, plans.PHASES[row.phase]) for row in BudgetPhase.objects.all()],
        "cancel_url": reverse("balance"),
    }
    return render(request, "economics/plan.html", context, status=status)


def _year(request: MemberRequest) -> list[date]:
    """The months of the fiscal year that holds the month asked for; of today's where none is."""
    day = parsed_month(plain(request.GET.get("year"))) or organisation.today(request.at)
    held = policies.fiscal().holding(day, "year")
    return [month for n in range(12) if (month := month_start(held.start, n)) < held.end]


def _name(month: date, side: Side, what: str) -> str:
    return f"{month:%Y-%m}-{side}-{what}"


def _line(
    month: date, stands: Mapping[tuple[date, Side], Plan], currency: str, typed: Mapping[str, str], wrong: set[str]
) -> Line:  # fmt: skip
    fields = []
    for side in BALANCED:
        one = stands.get((month, side), Plan())
        money = "" if one.minor is None else f"{Money(one.minor, currency).major:f}"
        hours = "" if one.minutes is None else f"{one.minutes / 60:g}"
        for what, value, en, ja in (("money", money, "money", "予算"), ("hours", hours, "hours", "工数（時間）")):
            name = _name(month, side, what)
            of = SIDES[side]
            label = Text(f"{of.en}, {en}, {month:%Y-%m}", f"{month:%Y-%m} {of.ja} {ja}")
            fields.append(Field(name, label, typed.get(name, value), name in wrong))
    return Line(month, tuple(fields))


def _read(
    typed: Mapping[str, str], year: list[date], currency: str
) -> tuple[dict[tuple[date, Side], Plan], set[str]]:  # fmt: skip
    """Every month and side, and the names of inputs that could not be read."""
    found: dict[tuple[date, Side], Plan] = {}
    wrong: set[str] = set()
    for month in year:
        for side in BALANCED:
            money, hours = (_number(typed, _name(month, side, what), wrong) for what in ("money", "hours"))
            found[month, side] = Plan(
                None if money is None else Money.of(money, currency).minor,
                None if hours is None else round(hours * 60),
            )
    return found, wrong


def _number(typed: Mapping[str, str], name: str, wrong: set[str]) -> Decimal | None:
    told = plain(typed.get(name), 40)
    try:
        value = numerals.number(told, dash="blank") if told else None
    except (ValueError, InvalidOperation):
        value = Decimal(-1)
    if value is not None and not 0 <= value <= (10**12 if name.endswith("money") else 10**6):
        wrong.add(name)
        return None
    return value


def _save(given: Mapping[tuple[date, Side], Plan], currency: str, request: MemberRequest) -> None:
    with transaction.atomic():
        for (month, side), one in given.items():
            plans.put(
                month, side, minor=one.minor, minutes=one.minutes, currency=currency, by=Actor.of(request.user),
                at=request.at,
            )  # fmt: skip


urlpatterns = [
    path("balance/plan", plan, name="balance-plan"),
    path("balance/phase", phase, name="balance-phase"),
]
