"""Exchange rates of month ends: the list, its file, and one rate added, changed or taken back by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest import rates
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.revenue import policies
from nenrin.insight.revenue import words as revenue_words
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.economics.asking import parsed_month
from nenrin.web.economics.entry_forms import MonthField
from nenrin.web.economics.nouns import manner
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.revenue.asking import VIEW

EDIT = Permission.HEALTH_CONFIGURE
TITLE = Text("Month-end exchange rates", "月末の為替レート")
SORTS = {"month": "month", "currency": "currency", "changed": "changed_at"}
HEADS = (
    Text("Month", "月"), Text("Currency", "通貨"), Text("Rate", "レート"), Text("Into", "換算先"), Text("Note", "備考"),
)  # fmt: skip


@requires(VIEW)
def listed(request: MemberRequest) -> HttpResponse:
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-month")
    page = page_of(ordered(rows, sort, SORTS), request)
    live = policies.live(organisation.today(request.at))
    context = {
        "as_of": request.at,
        "title": TITLE,
        "page": page,
        "rows": page.object_list,
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "currencies": ExchangeRate.objects.standing()
        .order_by("currency")
        .values_list("currency", flat=True)
        .distinct(),
        "query": request.GET.urlencode(),
        "rule": revenue_words.CURRENCY[live.currency],
        "counts": live.currency == "month_end",
        "may_edit": allowed(request.user, EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_import": allowed(request.user, Permission.IMPORT) is not None,
    }
    return render(request, "revenue/rates.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[ExchangeRate], dict[str, str]]:
    """The rows that the address asks for; a filter that makes no sense is none."""
    filters = {name: plain(request.GET.get(name)) for name in ("currency", "from", "to")}
    rows: Any = ExchangeRate.objects.standing()
    for name, lookup in (("from", "month__gte"), ("to", "month__lte")):
        month = parsed_month(filters[name])
        filters[name] = f"{month:%Y-%m}" if month else ""
        rows = rows.filter(**{lookup: month}) if month else rows
    return rows.filter(currency=filters["currency"]) if filters["currency"] else rows, filters


@requires(Permission.EXPORT)
def exported(request: MemberRequest, kind: str) -> Any:
    """The list as a file, as an import takes it; empty for who may not see revenue."""
    rows, filters = _asked(request)
    rows = rows if allowed(request.user, VIEW) else rows.none()

    def lines() -> Iterator[list[Any]]:
        for row in rows.order_by("month", "currency", "into"):
            yield [f"{row.month:%Y-%m}", row.currency, Decimal(row.rate), row.into, row.note]

    exports.note(request, "exchange_rate", rows.count(), filters, room="ingest")
    heads = [head.in_(exports.language()) for head in HEADS]
    return exports.answer(kind, "exchange-rates", heads, lines(), request.at)


class RateForm(forms.Form):
    """One rate; which month and currencies it is of stands once it is told."""

    month = MonthField(label=_("Month"))
    currency = forms.CharField(label=_("Currency"), max_length=3)
    into = forms.CharField(label=_("Into currency"), max_length=3)
    rate = forms.DecimalField(
        label=_("Rate"), max_digits=22, decimal_places=rates.DIGITS,
        help_text=_("What one unit of the currency was worth on the month's last day."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, today: date, row: ExchangeRate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.row = today, row
        for name in ("month", "currency", "into") if row else ():
            self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for name in ("currency", "into"):
            given[name] = given.get(name, "").upper()
        if "month" in given:
            wrong = rates.fault(given["month"], given["currency"], given["into"], self.today)
            if wrong is not None and not self.errors:
                self.add_error(wrong[0], wrong[1].in_(exports.language()))
        told = rates.plain(given["rate"]) if "rate" in given else ""
        if told is None:
            self.add_error("rate", rates.RATE.in_(exports.language()))
        given["rate"] = told
        return given

    def told(self) -> rates.Told:
        return rates.Told(**{name: self.cleaned_data[name] for name in ("month", "currency", "into", "rate", "note")})


def _form(request: MemberRequest, row: ExchangeRate | None = None) -> RateForm:
    today = organisation.today(request.at)
    initial: dict[str, Any] = {"into": organisation.current().currency}
    if row is not None:
        initial = {name: getattr(row, name) for name in ("currency", "into", "rate", "note")} | {
            "month": f"{row.month:%Y-%m}"
        }
    return RateForm(request.POST or None, initial=initial, today=today, row=row)


@requires(EDIT)
def new(request: MemberRequest) -> HttpResponse:
    """A rate of a month that has none; one that stands already is changed on its own page."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        if not ExchangeRate.objects.standing().filter(key=form.told().key).exists():
            return _written(request, form)
        form.add_error("month", str(_("The rate of this month stands already: change it in the list.")))
    return _page(request, form, Text("Add a rate", "レートを追加する"))


@requires(EDIT)
def one(request: MemberRequest, key: int) -> HttpResponse:
    """Change it; refused where somebody else changed it since it was opened."""
    row: Any = get_object_or_404(ExchangeRate.objects.standing(), pk=key)
    form = _form(request, row)
    if request.method == "POST" and form.is_valid():
        if version_of(request.POST) in (None, row.version):
            return _written(request, form)
        form.add_error(None, str(_("Somebody else changed this meanwhile. Open it again to see what stands.")))
    return _page(request, form, Text("Change the rate", "レートを変更する"), row)


def _written(request: MemberRequest, form: RateForm) -> HttpResponse:
    rates.put([form.told()], namespace=rates.NAMESPACE, **manner(Actor.of(request.user), request.at))
    toasts.say(request, Text("Saved.", "保存しました。"))
    return HttpResponseRedirect(reverse("revenue-rates"))


def _page(request: MemberRequest, form: RateForm, title: Text, row: ExchangeRate | None = None) -> HttpResponse:
    back = reverse("revenue-rates")
    context = {
        "as_of": request.at, "title": title, "crumbs": [(TITLE, back)], "form": form, "row": row,
        "version": version_of(request.POST) or (row.version if row else None), "cancel_url": back,
        "delete_url": reverse("revenue-rate-delete", args=[row.pk]) if row else "",
    }  # fmt: skip
    return render(request, "economics/entry.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT)
def delete(request: MemberRequest, key: int) -> HttpResponse:
    """Take it back: no figure knows it from now on; the journal keeps that it stood."""
    row = get_object_or_404(ExchangeRate.objects.standing(), pk=key)
    rates.retract([row.pk], by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("Deleted. It counts no longer.", "削除しました。以後の集計に含まれません。"))
    return HttpResponseRedirect(reverse("revenue-rates"))


urlpatterns = [
    path("revenue/rates", listed, name="revenue-rates"),
    path("revenue/rates/export.<str:kind>", exported, name="revenue-rates-export"),
    path("revenue/rates/new", new, name="revenue-rate-new"),
    path("revenue/rates/<int:key>", one, name="revenue-rate"),
    path("revenue/rates/<int:key>/delete", delete, name="revenue-rate-delete"),
]
