"""Plans of a product, each with what it limits to how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import products as verbs
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Plan, Product
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.settings.products import EDIT, form_page, free_key, saved, told

BLANK_ROWS = 3
LIMITS = Text("Limits", "上限")


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the form as typed."""

    key: str = ""
    amount: str = ""


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class NewPlanForm(PlanForm):
    key = forms.CharField(
        label=_("Key"), max_length=80, help_text=_("How files and programs name it; it does not change later.")
    )
    field_order = ("name", "key")

    def clean_key(self) -> str:
        return free_key(Plan, self.cleaned_data["key"])


@requires(EDIT)
def new(request: MemberRequest, product: int) -> HttpResponse:
    of = get_object_or_404(Product, pk=product, archived_at__isnull=True)
    form = NewPlanForm(request.POST or None)

    def save() -> None:
        _save(request, form.cleaned_data["key"], of, form.cleaned_data["name"], version=0)

    if request.method == "POST" and form.is_valid() and attempt(form, save) is True:
        return saved(request)
    more = {"limits": _shown(request, {})}
    return form_page(request, form, Text(f"Add a plan to {of.name}", f"{of.name}にプランを追加する"), more)


@requires(EDIT)
def plan(request: MemberRequest, key: int) -> HttpResponse:
    """Rename a plan, change its limits."""
    row = get_object_or_404(Plan.objects.select_related("product"), pk=key)
    form = PlanForm(request.POST or None, initial={"name": row.name})
    outcome: Clash | bool = False

    def save() -> None:
        _save(request, row.key, row.product, form.cleaned_data["name"], version=version_of(request.POST))

    if request.method == "POST" and form.is_valid():
        about = {"references__kind": "plan", "references__key": str(key)}
        outcome = attempt(form, save, lambda: last_entry(**about))
    if outcome is True:
        return saved(request)
    clash = _named(outcome) if isinstance(outcome, Clash) else None
    more = {"row": row, "clash": clash, "version": row.version, "limits": _shown(request, row.limits)}
    return form_page(request, form, Text(f"Edit the plan {row.name}", f"プラン「{row.name}」を編集する"), more)


@require_POST
@requires(EDIT)
def plan_state(request: MemberRequest, key: int) -> HttpResponse:
    """Offer it no more (what was signed stays), or again."""
    row, by = get_object_or_404(Plan.objects.select_related("product"), pk=key), Actor.of(request.user)
    if request.POST.get("do") != "restore":
        verbs.archive(row, by=by, at=request.at)
    elif row.product.archived_at:
        return told(request, Text("Restore its product first.", "先に製品を元に戻してください。"))
    else:
        verbs.restore(row, by=by, at=request.at)
    return saved(request)


def _save(request: MemberRequest, key: str, of: Product, name: str, version: int | None) -> None:
    try:
        limits, by = _limits(_typed(request.POST)), Actor.of(request.user)
        verbs.save_plan(key, product=of, name=name, limits=limits, by=by, at=request.at, version=version)
    except Refused as refused:
        raise Refused([_at_its_row(fault) for fault in refused.faults]) from None


def _at_its_row(fault: Fault) -> Fault:
    """The form has no field of its own for a limit, so that the words name it."""
    if not fault.field.startswith("limits"):
        return fault
    _limits, _dot, key = fault.field.partition(".")
    en = " ".join(filter(None, ("Limit", key)))
    ja = "".join(filter(None, ("上限", key and f"「{key}」")))
    return Fault(fault.field, Text(f"{en}: {fault.text.en} ({fault.value})", f"{ja}: {fault.text.ja}（{fault.value}）"))


def _typed(form: QueryDict) -> list[Limit]:
    pairs = zip(form.getlist("limit"), form.getlist("amount"), strict=False)
    return [Limit(key.strip(), amount.strip()) for key, amount in pairs if key.strip() or amount.strip()]


def _limits(rows: Sequence[Limit]) -> dict[str, str]:
    """What is limited to how much; raises Refused for half a row or a key twice."""
    faults, kept = [], {}
    for row in rows:
        if not row.key or not row.amount:
            wanted = Text("needs both what is limited and a number", "対象と数の両方が必要")
            faults.append(Fault(f"limits.{row.key}", wanted, row.amount))
        elif row.key in kept:
            faults.append(Fault(f"limits.{row.key}", Text("stands twice", "重複"), row.amount))
        kept[row.key] = row.amount
    if faults:
        raise Refused(faults)
    return kept


def _shown(request: MemberRequest, stands: dict[str, Any]) -> list[Limit]:
    """The rows typed, or those that stand, and blank ones for more."""
    rows = _typed(request.POST) if request.method == "POST" else [Limit(k, str(v)) for k, v in stands.items()]
    return [*rows, *(Limit() for _blank in range(BLANK_ROWS))]


def _named(clash: Clash) -> Clash:
    changes = [replace(each, field=LIMITS) if each.field == "limits" else each for each in clash.changes]
    return replace(clash, changes=changes)


urlpatterns = [
    path("products/<int:product>/plans/new", new, name="plan-new"),
    path("plans/<int:key>", plan, name="plan"),
    path("plans/<int:key>/state", plan_state, name="plan-state"),
]
