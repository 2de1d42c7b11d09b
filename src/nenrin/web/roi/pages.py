"""ROI simulator: the field's slogans on the organisation's own figures, each with the assumption under which it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.analytics.roi import claims
from nenrin.analytics.roi.claims import Claim, Reading, churn
from nenrin.analytics.roi.companies import INPUTS, Company, Unit
from nenrin.customers.models import Account
from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.executive import returns
from nenrin.insight.lifetimes import baselines, books
from nenrin.insight.lifetimes.baselines import Beginning, NothingToFreeze
from nenrin.insight.lifetimes.starts import Start
from nenrin.insight.revenue import own_money, policies
from nenrin.values import Money, Text
from nenrin.web import exports, toasts
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.charts.tornado import Swing
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.roi import asking, standing
from nenrin.web.roi.asking import Scenario

VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.HEALTH_CONFIGURE
WITHHELD = Text(
    "CAC is an assumption here: your role does not show costs.",
    "費用の閲覧権限がないため、CACには実績ではなく仮定値を使います。",
)
PATHS = (Text("as today", "現状"), Text("with the change", "改善後"))
#: Units of the path's axis: (from this amount on, divisor, name), the largest first.
_UNITS_JA = ((1e10, 1e8, "億"), (1e6, 1e4, "万"), (0, 1, ""))
_UNITS_EN = ((1e8, 1e6, "million "), (1e5, 1e3, "thousand "), (0, 1, ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One reading of a slogan, in words."""

    says: Text
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True)
class Told:
    """A slogan as the page shows it."""

    claim: Claim
    effect: Money
    lines: tuple[Line, ...]
    path: Lines
    path_unit: Text
    swings: tuple[Swing, ...]


@requires(VIEW)
def roi(request: MemberRequest) -> HttpResponse:
    """GET alone: the address is the scenario."""
    currency, as_of = organisation.current().currency, organisation.today(request.at)
    begun, start, asked = _asked(request, as_of, currency)
    book = books.read(as_of, scope(request))
    is_sound = asked.form.is_valid()
    found = claims.simulate(asked.company) if is_sound else ()
    context = {
        "as_of": request.at,
        "scenario": asked,
        "form": asked.form,
        "start": start,
        "withheld": None if allowed(request.user, Permission.COSTS_VIEW) else WITHHELD,
        "currency": currency,
        "baseline": begun.row if begun.then else None,
        "is_today": start is begun.today,
        "then_and_now": standing.rows(begun, currency),
        "elsewhere": standing.elsewhere(start),
        "rates": own_money.on(as_of).used(book.abroad),
        "unrated": own_money.left_out(books.unrated(book, currency)),
        "may_freeze": begun.row is None and bool(begun.today.mrr) and scope(request) is None,
        "may_begin": begun.row is not None and allowed(request.user, EDIT) is not None,
        "told": [_told(one, currency) for one in found],
        "summary": returns.says(asked.company, currency) if found else None,
        "by_year": _by_year(asked.company),
        "own": [INPUTS[key].name for key in asked.own],
        "is_sound": is_sound,
    }
    return render(request, "roi/roi.html", context, status=200 if is_sound else 400)


def _asked(request: MemberRequest, as_of: date, currency: str) -> tuple[Beginning, Start, Scenario]:
    """From the baseline unless the address asks for today's figures. CAC is for who may see costs: times the customers
    won it is what was spent."""
    sees_costs = allowed(request.user, Permission.COSTS_VIEW) is not None
    begun = baselines.beginning(as_of, currency, accounts=scope(request), sees_costs=sees_costs)
    start = begun.start(request.GET.get("from") == "today")
    return begun, start, asking.scenario(request.GET.dict(), start, currency, policies.live(as_of))


@require_POST
@requires(VIEW)
def first_baseline(request: MemberRequest) -> HttpResponse:
    """Keep today's figures as the baseline where there is none; the page asks for it by itself at its first use."""
    if scope(request) is None:
        currency, as_of = organisation.current().currency, organisation.today(request.at)
        baselines.freeze(as_of, currency, at=request.at)
    return HttpResponseRedirect(reverse("roi"))


@require_POST
@requires(EDIT)
def baseline(request: MemberRequest) -> HttpResponse:
    """A new baseline from today's figures, with the reason for it."""
    if scope(request) is not None:
        raise PermissionDenied(VIEW.value)
    note, by = request.POST.get("note", "").strip(), Actor.of(request.user)
    if not note:
        toasts.say(request, Text("Say why a new baseline begins.", "新しい基準値にする理由を入力してください。"))
        return HttpResponseRedirect(reverse("roi"))
    currency, as_of = organisation.current().currency, organisation.today(request.at)
    try:
        baselines.take(as_of, currency, note=note, by=by, at=request.at)
        toasts.say(request, Text("New baseline kept.", "新しい基準値を保存しました。"))
    except NothingToFreeze:
        toasts.say(
            request,
            Text("No contract with a price runs: nothing to keep.", "金額のある契約がないため、保存できません。"),
        )
    return HttpResponseRedirect(reverse("roi"))


def scope(request: MemberRequest) -> list[int] | None:
    """The accounts of a viewer who may not see all of them."""
    if allowed(request.user, VIEW) is Scope.ALL:
        return None
    return list(Account.objects.for_member(request.user, VIEW).values_list("pk", flat=True))


def _by_year(company: Company) -> tuple[float, float]:
    """The first year's gain of the closed book as a share of ARR: as monthly rates, and were they yearly ones."""
    arr = 12 * company.mrr
    return churn.first_year(company, new_mrr=0) / arr, churn.if_meant_by_the_year(company) / arr


def _money(minor: float, currency: str, language: str, style: format.MoneyStyle = "table") -> str:
    return format.money(Money(round(minor), currency), language, style)


def _told(claim: Claim, currency: str) -> Told:
    language = exports.language()
    unit, divisor = _unit(claim, currency, language)
    return Told(
        claim,
        Money(round(claim.effect), currency),
        tuple(_line(reading, currency, language) for reading in claim.readings),
        _path(claim, divisor, language),
        unit,
        tuple(
            Swing(
                INPUTS[bar.key].name, bar.low, bar.high,
                _money(bar.low, currency, language), _money(bar.high, currency, language),
            )
            for bar in claim.tornado
        ),
    )  # fmt: skip


def _line(reading: Reading, currency: str, language: str) -> Line:
    before = "" if reading.before is None else _figure(reading.before, reading.unit, currency, language)
    is_told = reading.change is not None and reading.unit != "share"
    change = format.signed(100 * (reading.change or 0.0), language, 1, "%") if is_told else ""
    return Line(reading.says, before, _figure(reading.after, reading.unit, currency, language), change)


def _figure(value: float, unit: Unit, currency: str, language: str) -> str:
    if unit == "money":
        return _money(value, currency, language)
    if unit == "share":
        return format.percent(value, language, 2)
    shown = format.number(value, language, 3 if unit == "times" else 2 if unit == "months" else 1)
    after = {"months": Text(" months", "か月"), "times": Text(" ×", "倍")}.get(unit, Text("", ""))
    return shown + after.in_(language)


def _unit(claim: Claim, currency: str, language: str) -> tuple[Text, float]:
    """In what the axis counts, and minor units in one of it."""
    minor = 10 ** Money(0, currency).digits
    most = max((*claim.path.before, *claim.path.after)) / minor
    table = _UNITS_JA if language.startswith("ja") else _UNITS_EN
    size, name = next((size, name) for least, size, name in table if most >= least)
    ja = {"JPY": "円"}.get(currency, f" {currency}")
    return Text(f"MRR in {name}{currency} by month", f"月次MRR（{name}{ja}）"), size * minor


def _path(claim: Claim, divisor: float, language: str) -> Lines:
    step = 12 if len(claim.path.before) > 120 else 1
    months = range(step, len(claim.path.before) + 1, step)
    labels = tuple(Text(f"month {n}", f"{n}か月").in_(language) for n in months)
    names = tuple(reversed(claim.recipe.sides if claim.recipe.key == "costs" else PATHS))
    rows = (claim.path.after, claim.path.before)
    series = tuple(
        Series(name, tuple(row[n - 1] / divisor for n in months), tuple(format.number(row[n - 1] / divisor, language, 1) for n in months))
        for name, row in zip(names, rows, strict=True)
    )  # fmt: skip
    ends = [one.texts[-1] for one in series]
    story = Text(
        f"At the end {ends[0]} {names[0].en}, {ends[1]} {names[1].en}",
        f"期末は{names[0].ja}{ends[0]}、{names[1].ja}{ends[1]}",
    )
    return Lines(labels, series, story, axis=Text("Month", "月"))


@requires(VIEW)
def roi_export(request: MemberRequest, kind: str) -> Any:
    """The scenario as a file: inputs, readings, sensitivities and the months. No account is in it."""
    currency, as_of = organisation.current().currency, organisation.today(request.at)
    _, start, asked = _asked(request, as_of, currency)
    if not asked.form.is_valid():
        raise Http404("these figures make no scenario")
    language = exports.language()
    heads = (
        Text("Part", "区分"),
        Text("Slogan", "項目"),
        Text("Name", "名称"),
        Text("Before", "現状"),
        Text("After", "改善後"),
    )
    told = _rows(claims.simulate(asked.company), asked.company, currency, language, as_of, standing.elsewhere(start))
    return exports.answer(kind, "roi", [head.in_(language) for head in heads], told, request.at)  # fmt: skip


def _rows(
    found: tuple[Claim, ...], company: Company, currency: str, language: str, as_of: date, left_out: Text | None
) -> Iterator[list[str | float | date]]:
    input_, reading, effect, moved, month = (
        text.in_(language)
        for text in (
            Text("input", "前提"), Text("reading", "解釈"), Text("effect", "効果"),
            Text("input ±20 %", "前提±20%"), Text("month", "月"),
        )
    )  # fmt: skip
    yield [input_, "", Text("as of", "基準日").in_(language), "", as_of]
    if left_out:
        yield [input_, "", left_out.in_(language), "", ""]
    for key, one in INPUTS.items():
        yield [input_, "", one.name.in_(language), "", _plain(getattr(company, key), one.unit, currency)]
    for claim in found:
        slogan = claim.recipe.slogan.in_(language)
        yield [effect, slogan, claim.recipe.over.in_(language), "", _plain(claim.effect, "money", currency)]
        yield [effect, slogan, Text("CSMs paid for", "賄えるCSM人数").in_(language), "", round(claim.headcount, 2)]
        for way in claim.readings:
            before = "" if way.before is None else _plain(way.before, way.unit, currency)
            yield [reading, slogan, way.says.in_(language), before, _plain(way.after, way.unit, currency)]
        for bar in claim.tornado:
            ends = (_plain(bar.low, "money", currency), _plain(bar.high, "money", currency))
            yield [moved, slogan, INPUTS[bar.key].name.in_(language), *ends]
        for n, (before_, after) in enumerate(zip(claim.path.before, claim.path.after, strict=True), start=1):
            yield [month, slogan, str(n), _plain(before_, "money", currency), _plain(after, "money", currency)]


def _plain(value: float, unit: Unit, currency: str) -> float:
    """Money in whole units of the currency, everything else as it is."""
    if unit == "money":
        return float(Money(round(value), currency).major)
    return round(value, 6)


urlpatterns = [
    path("roi", roi, name="roi"),
    path("roi/baseline", baseline, name="roi-baseline"),
    path("roi/baseline/first", first_baseline, name="roi-baseline-first"),
    path("roi/export.<str:kind>", roi_export, name="roi-export"),
]
