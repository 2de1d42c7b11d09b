"""REST: products and plans."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from ninja import Field, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Strict, Window, Word, page
from nenrin.customers import products
from nenrin.customers.errors import Refused
from nenrin.customers.models import Plan, Product
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

router = Router(tags=["products"])
plans = Router(tags=["plans"])
VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.PRODUCTS_EDIT
_VERSION = Field(None, ge=0, le=2**31 - 1)


class ProductIn(Strict):
    name: str
    version: int | None = _VERSION


class ProductOut(Strict):
    id: int
    key: str
    name: str
    version: int


class PlanIn(Strict):
    """`limits` says what is limited to how much, e.g. {"seats": 50}."""

    product: Word
    name: str
    limits: dict[str, Any] = {}
    version: int | None = _VERSION


class PlanOut(Strict):
    id: int
    key: str
    product: str
    name: str
    limits: dict[str, Any]
    version: int


def _product(row: Product) -> dict[str, Any]:
    return {"id": row.pk, "key": row.key, "name": row.name, "version": row.version}


def _plan(row: Plan) -> dict[str, Any]:
    own = {"id": row.pk, "key": row.key, "name": row.name, "version": row.version}
    return {**own, "product": row.product.key, "limits": row.limits}


@router.get("", response=Page[ProductOut], summary="List products")
@grants(VIEW)
def list_products(request: ApiRequest, window: Query[Window]) -> Any:
    """Products on offer."""
    rows = Product.objects.filter(archived_at__isnull=True)
    return page(rows, window, {"id", "name"}, lambda found: [_product(row) for row in found])


@router.post("/{path:key}/restore", response=ProductOut, summary="Offer a product again")
@grants(EDIT)
def restore_product(request: ApiRequest, key: Word) -> Any:
    """As it was when it was archived. Safe to repeat."""
    return _product(_again(Product, key, request))


@router.put("/{path:key}", response=ProductOut, summary="Save a product")
@grants(EDIT)
def put_product(request: ApiRequest, key: Word, body: ProductIn) -> Any:
    """Make the product of this key or rename it; an archived one is offered again. Safe to repeat."""
    by = Actor.of(request.member)
    return _product(products.save(key, name=body.name, by=by, at=request.at, version=body.version))


@router.delete("/{path:key}", response={204: None}, summary="Archive a product")
@grants(EDIT)
def archive_product(request: ApiRequest, key: Word) -> Any:
    """Offer it no more."""
    products.archive(_named(Product, key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@plans.get("", response=Page[PlanOut], summary="List plans")
@grants(VIEW)
def list_plans(request: ApiRequest, window: Query[Window]) -> Any:
    """Plans on offer, with their limits."""
    rows = Plan.objects.filter(archived_at__isnull=True).select_related("product")
    return page(rows, window, {"id", "name"}, lambda found: [_plan(row) for row in found])


@plans.post("/{path:key}/restore", response=PlanOut, summary="Offer a plan again")
@grants(EDIT)
def restore_plan(request: ApiRequest, key: Word) -> Any:
    """As it was when it was archived; its product is to be on offer. Safe to repeat."""
    return _plan(_again(Plan, key, request))


@plans.put("/{path:key}", response=PlanOut, summary="Save a plan")
@grants(EDIT)
def put_plan(request: ApiRequest, key: Word, body: PlanIn) -> Any:
    """Make the plan of this key or change it; an archived one is offered again. Safe to repeat."""
    product = Product.objects.filter(key=body.product, archived_at__isnull=True).first()
    if product is None:
        raise Refused.one("product", Text("no such product", "製品が見つからない"), body.product)
    by = Actor.of(request.member)
    limits, version = body.limits, body.version
    saved = products.save_plan(
        key, product=product, name=body.name, by=by, at=request.at, limits=limits, version=version
    )
    return _plan(saved)


@plans.delete("/{path:key}", response={204: None}, summary="Archive a plan")
@grants(EDIT)
def archive_plan(request: ApiRequest, key: Word) -> Any:
    """Offer it no more; what was signed stays."""
    products.archive(_named(Plan, key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _again(kind: Any, key: str, request: ApiRequest) -> Any:
    row = kind.objects.filter(key=key).first()
    if row is None:
        raise Http404(f"no {kind.__name__.lower()} {key}")
    if isinstance(row, Plan) and row.product.archived_at is not None:
        raise Refused.one("product", Text("restore its product first", "先に製品を復元"), row.product.key)
    products.restore(row, by=Actor.of(request.member), at=request.at)
    row.refresh_from_db()
    return row


def _named(kind: Any, key: str) -> Any:
    found = kind.objects.filter(key=key, archived_at__isnull=True).first()
    if found is None:
        raise Http404(f"no {kind.__name__.lower()} {key}")
    return found
