"""Products: what there is to sign, with the plans of each and how many contracts stand on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers import products as verbs
from nenrin.customers.errors import Refused
from nenrin.customers.models import Plan, Product, Subscription
from nenrin.customers.statuses import OPEN
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import Clash, attempt, last_entry, version_of
from nenrin.web.guard import MemberRequest, requires

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.PRODUCTS_EDIT
LIST = Text("Products and plans", "製品とプラン")


@dataclass(frozen=True, slots=True)
class PlanLine:
    plan: Plan
    running: int  # contracts that run or will
    signed: int  # contracts ever, ended ones too


@dataclass(frozen=True, slots=True)
class ProductLine:
    product: Product
    plans: tuple[PlanLine, ...]


@requires(VIEW)
def products(request: MemberRequest) -> HttpResponse:
    """What is on offer, product by product; what is offered no more stands below."""
    used = _used(request.user)
    plans = [PlanLine(plan, *used.get(plan.pk, (0, 0))) for plan in Plan.objects.select_related("product")]
    rows = list(Product.objects.all())
    context = {
        "as_of": request.at,
        "lines": [_line(row, plans) for row in rows if row.archived_at is None],
        "gone_products": [row for row in rows if row.archived_at],
        "gone_plans": [line for line in plans if line.plan.archived_at],
        "may_edit": allowed(request.user, EDIT) is not None,
    }
    return render(request, "customer_settings/products.html", context)


def _line(product: Product, plans: Iterable[PlanLine]) -> ProductLine:
    own = (line for line in plans if line.plan.product_id == product.pk and line.plan.archived_at is None)
    return ProductLine(product, tuple(own))


def _used(member: Member) -> dict[int, tuple[int, int]]:
    """By plan: contracts that run or will, and all of them, on the accounts that the member reaches."""
    rows = Subscription.objects.for_member(member, Permission.SUBSCRIPTIONS_VIEW).standing().order_by()
    counted = rows.values("plan").annotate(n=Count("pk"), running=Count("pk", filter=Q(status__in=OPEN)))
    return {row["plan"]: (row["running"], row["n"]) for row in counted if row["plan"]}


class ProductForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class NewProductForm(ProductForm):
    key = forms.CharField(
        label=_("Key"), max_length=80, help_text=_("How files and programs name it; it does not change later.")
    )
    field_order = ("name", "key")

    def clean_key(self) -> str:
        return free_key(Product, self.cleaned_data["key"])


def free_key(kind: type[Product] | type[Plan], key: str) -> str:
    """The key, unless something has it already."""
    if kind.objects.filter(key=key.strip()).exists():
        raise forms.ValidationError(_("This key is taken, perhaps by something archived. Choose another."))
    return key.strip()


@requires(EDIT)
def new(request: MemberRequest) -> HttpResponse:
    form = NewProductForm(request.POST or None)

    def save() -> None:
        given = form.cleaned_data
        verbs.save(given["key"], name=given["name"], by=Actor.of(request.user), at=request.at, version=0)

    outcome = attempt(form, save) if request.method == "POST" and form.is_valid() else False
    if outcome is True:
        return saved(request)
    return form_page(request, form, Text("Add a product", "製品を追加する"))


@requires(EDIT)
def product(request: MemberRequest, key: int) -> HttpResponse:
    """Rename a product."""
    row = get_object_or_404(Product, pk=key)
    form = ProductForm(request.POST or None, initial={"name": row.name})
    outcome: Clash | bool = False

    def save() -> None:
        version = version_of(request.POST)
        name = form.cleaned_data["name"]
        verbs.save(row.key, name=name, by=Actor.of(request.user), at=request.at, version=version)

    if request.method == "POST" and form.is_valid():
        about = {"references__kind": "product", "references__key": str(key)}
        outcome = attempt(form, save, lambda: last_entry(**about))
    if outcome is True:
        return saved(request)
    more = {"row": row, "clash": outcome or None, "version": row.version}
    return form_page(request, form, Text(f"Rename {row.name}", f"{row.name}の名称を変える"), more)


@require_POST
@requires(EDIT)
def product_state(request: MemberRequest, key: int) -> HttpResponse:
    """Offer it no more, or again."""
    row, by = get_object_or_404(Product, pk=key), Actor.of(request.user)
    try:
        if request.POST.get("do") == "restore":
            verbs.restore(row, by=by, at=request.at)
        else:
            verbs.archive(row, by=by, at=request.at)
    except Refused as refused:
        return told(request, refused.faults[0].text)
    return saved(request)


def saved(request: MemberRequest) -> HttpResponse:
    return told(request, Text("Saved.", "保存しました。"))


def told(request: MemberRequest, words: Text) -> HttpResponse:
    """Back to the list, with these words."""
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("products"))


def form_page(
    request: MemberRequest, form: forms.Form, title: Text, more: dict[str, Any] | None = None
) -> HttpResponse:
    """A form under the list; `more` may hold row, clash, version, rows of limits."""
    back = reverse("products")
    context = {"as_of": request.at, "title": title, "crumbs": [(LIST, back)], "form": form, "cancel_url": back}
    status = 422 if form.errors else 409 if more and more.get("clash") else 200
    return render(request, "customer_settings/product_form.html", context | (more or {}), status=status)


urlpatterns = [
    path("products", products, name="products"),
    path("products/new", new, name="product-new"),
    path("products/<int:key>", product, name="product"),
    path("products/<int:key>/state", product_state, name="product-state"),
]
