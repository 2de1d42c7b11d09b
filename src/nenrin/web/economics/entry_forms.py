"""One cost or one month's hours: added, changed, deleted by hand; each step is in the journal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.analytics.economics.categories import CATEGORIES, SIDES
from nenrin.customers.currencies import CURRENCIES
from nenrin.customers.models import Account, AccountKey
from nenrin.customers.names import matching
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.insight.models import Segment
from nenrin.values import Money, Text
from nenrin.web import exports, toasts
from nenrin.web.economics import invoice_forms
from nenrin.web.economics.asking import EDIT, parsed_month
from nenrin.web.economics.entries import product_names, touch_models
from nenrin.web.economics.nouns import BY_HAND, COSTS, HOURS, Noun, manner
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires

MOST = Decimal(10) ** 12
MOST_HOURS = 75_000


class MonthField(forms.CharField):
    """The browser's month picker; the first day of the month."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "month", "pattern": "[0-9]{4}-[0-9]{2}"}), **options)

    def clean(self, value: Any) -> date:
        month = parsed_month(super().clean(value)[:7])
        if month is None:
            raise forms.ValidationError(_("A month such as 2026-04."))
        return month


class EntryForm(forms.Form):
    """What costs and hours have in common."""

    month = MonthField(label=_("Month"))
    category = forms.ChoiceField(label=_("Category"))
    account = forms.CharField(
        label=_("Account"), required=False, max_length=200,
        help_text=_("Name or key of the one customer it was for; empty where it was for no one alone."),
    )  # fmt: skip
    touch_model = forms.ChoiceField(label=_("Touch model"), required=False)
    product = forms.ChoiceField(label=_("Product"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language, none = exports.language(), [("", "—")]
        kinds = [(f"{SIDES[side].in_(language)}", _of(side, language)) for side in SIDES]
        named = [
            (str(pk), name) for pk, name in Segment.objects.filter(archived_at__isnull=True).values_list("pk", "name")
        ]
        lists: dict[str, Any] = {
            "category": kinds,
            "touch_model": none + [(key, name.in_(language)) for key, name in touch_models().items()],
            "product": none + [(key, name.in_(language)) for key, name in product_names().items()],
            "segment": none + _with(named, row.segment if row else ""),
        }
        for name, choices in lists.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_account(self) -> int | None:
        return _account(self.cleaned_data["account"])

    def told(self) -> dict[str, Any]:
        raise NotImplementedError


def _of(side: str, language: str) -> list[tuple[str, str]]:
    return [(key, one.name.in_(language)) for key, one in CATEGORIES.items() if one.side == side]


def _with(choices: list[tuple[str, str]], stands: str) -> list[tuple[str, str]]:
    """What a file told stays a choice, also where no segment is called so."""
    known = {key for key, _name in choices}
    return [*choices, (stands, stands)] if stands and stands not in known else choices


def _account(told: str) -> int | None:
    """The one account that is called so, or has this key; raises ValidationError."""
    if not told.strip():
        return None
    standing = Account.objects.filter(archived_at__isnull=True, merged_into__isnull=True)
    found = list(standing.filter(match_name=matching(told)).values_list("pk", flat=True)[:2])
    if not found:
        keyed = AccountKey.objects.filter(key=told.strip(), ended_on__isnull=True)
        found = list(keyed.values_list("account", flat=True).distinct()[:2])
    if len(found) != 1:
        raise forms.ValidationError(
            _("Several accounts are called so: give a key.") if found else _("No account has this name or key.")
        )
    return int(found[0])


class CostForm(EntryForm):
    amount = forms.DecimalField(label=_("Amount"), max_value=MOST, min_value=-MOST, decimal_places=3, help_text=_(
        "Without tax, in the currency's major unit; below zero takes back"))  # fmt: skip
    currency = forms.CharField(label=_("Currency"), max_length=3)
    field_order = ("month", "category", "amount", "currency")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in CURRENCIES:
            raise forms.ValidationError(_("A currency such as JPY."))
        return code

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return given | {"amount": Money.of(given.pop("amount"), given.pop("currency"))} | _without(given)


class HoursForm(EntryForm):
    hours = forms.DecimalField(label=_("Hours"), min_value=0, max_value=MOST_HOURS, decimal_places=2)
    person = forms.CharField(label=_("Person or team"), required=False, max_length=120)
    field_order = ("month", "category", "hours", "person")

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return _without(given) | {"minutes": round(given["hours"] * 60)}


def _without(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in ("amount", "currency", "hours")}


def _form(noun: Noun, request: MemberRequest, row: Any = None) -> EntryForm:
    kind = CostForm if noun is COSTS else HoursForm
    return kind(request.POST or None, initial=_initial(noun, request, row), row=row)


def _initial(noun: Noun, request: MemberRequest, row: Any) -> dict[str, Any]:
    if row is None:
        month = organisation.today(request.at)
        return {"month": f"{month:%Y-%m}", "currency": organisation.current().currency}
    same = {name: getattr(row, name) for name in ("category", "touch_model", "product", "segment", "note")}
    same |= {"month": f"{row.month:%Y-%m}", "account": row.account.name if row.account else ""}
    if noun is COSTS:
        return same | {"amount": Money(row.minor, row.currency).major, "currency": row.currency}
    return same | {"hours": round(Decimal(row.minutes) / 60, 2), "person": row.person}


@requires(EDIT)
def cost_new(request: MemberRequest) -> HttpResponse:
    return _new(request, COSTS)


@requires(EDIT)
def hour_new(request: MemberRequest) -> HttpResponse:
    return _new(request, HOURS)


def _new(request: MemberRequest, noun: Noun) -> HttpResponse:
    form = _form(noun, request)
    if request.method == "POST" and form.is_valid():
        _write(request, noun, form, BY_HAND, uuid4().hex)
        return _saved(request, noun)
    return _page(request, noun, form, noun.add)


@requires(EDIT)
def cost(request: MemberRequest, key: int) -> HttpResponse:
    return _edit(request, COSTS, key)


@requires(EDIT)
def hour(request: MemberRequest, key: int) -> HttpResponse:
    return _edit(request, HOURS, key)


def _edit(request: MemberRequest, noun: Noun, key: int) -> HttpResponse:
    """Change it; refused where somebody else changed it since it was opened."""
    row = get_object_or_404(noun.standing, pk=key)
    form = _form(noun, request, row)
    if request.method == "POST" and form.is_valid():
        if version_of(request.POST) in (None, row.version):
            _write(request, noun, form, row.namespace, row.key)
            return _saved(request, noun)
        form.add_error(None, str(_("Somebody else changed this meanwhile. Open it again to see what stands.")))
    return _page(request, noun, form, Text("Change the entry", "記録を変更する"), row)


def _write(request: MemberRequest, noun: Noun, form: EntryForm, namespace: str, key: str) -> None:
    told = noun.told(key=key, **form.told())
    noun.put([told], namespace=namespace, **manner(Actor.of(request.user), request.at))


def _page(request: MemberRequest, noun: Noun, form: EntryForm, title: Text, row: Any = None) -> HttpResponse:
    back = reverse(noun.key)
    context = {
        "as_of": request.at, "noun": noun, "title": title, "crumbs": [(noun.title, back)], "form": form, "row": row,
        "version": version_of(request.POST) or (row.version if row else None), "cancel_url": back,
        "delete_url": reverse(f"{noun.one}-delete", args=[row.pk]) if row else "",
    }  # fmt: skip
    return render(request, "economics/entry.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, noun: Noun) -> HttpResponse:
    toasts.say(request, Text("Saved.", "保存しました。"))
    return HttpResponseRedirect(reverse(noun.key))


@require_POST
@requires(EDIT)
def cost_delete(request: MemberRequest, key: int) -> HttpResponse:
    return _delete(request, COSTS, key)


@require_POST
@requires(EDIT)
def hour_delete(request: MemberRequest, key: int) -> HttpResponse:
    return _delete(request, HOURS, key)


def _delete(request: MemberRequest, noun: Noun, key: int) -> HttpResponse:
    """Take it back: it counts no longer from now on; the journal keeps that it stood."""
    row = get_object_or_404(noun.standing, pk=key)
    noun.retract([row.pk], by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("Deleted. It counts no longer.", "削除しました。以後の集計に含まれません。"))
    return HttpResponseRedirect(reverse(noun.key))


urlpatterns = [
    path("costs/new", cost_new, name="cost-new"),
    path("costs/<int:key>", cost, name="cost"),
    path("costs/<int:key>/delete", cost_delete, name="cost-delete"),
    path("hours/new", hour_new, name="hour-new"),
    path("hours/<int:key>", hour, name="hour"),
    path("hours/<int:key>/delete", hour_delete, name="hour-delete"),
    *invoice_forms.urlpatterns,
]
