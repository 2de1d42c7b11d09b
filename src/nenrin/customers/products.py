"""Products and plans: what there is to sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from nenrin.customers import cleaning
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.customers.models import Plan, Product
from nenrin.customers.statuses import OPEN
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text

_key, _name, _limit = (
    cleaning.key(80),
    cleaning.text(120, required=True),
    cleaning.whole(0, cleaning.LARGEST_AMOUNT),
)


def save(key: str, *, name: str, by: Actor, at: datetime, version: int | None = None) -> Product:
    """Make the product of this key or rename it. Safe to repeat. Raises Refused, Conflict. Journal: customers.product.saved."""
    values = _cleaned({"key": (_key, key), "name": (_name, name)})
    return _put(Product, "product", values, by, at, version)


def save_plan(
    key: str,
    *,
    product: Product,
    name: str,
    by: Actor,
    at: datetime,
    limits: Mapping[str, object] | None = None,
    version: int | None = None,
) -> Plan:
    """Make the plan of this key or change it; `limits` says what is limited to how much, e.g. {"seats": 50}.

    Safe to repeat. Raises Refused, Conflict. Journal: customers.plan.saved.
    """
    values = _cleaned({"key": (_key, key), "name": (_name, name)})
    return _put(Plan, "plan", {**values, "product": product, "limits": _limits(limits or {})}, by, at, version)


def _cleaned(wanted: Mapping[str, tuple[cleaning.Cleaner, object]]) -> dict[str, object]:
    kept, faults = {}, []
    for name, (clean, value) in wanted.items():
        try:
            kept[name] = clean(value)
        except cleaning.Wrong as wrong:
            faults.append(Fault(name, wrong.text, value))
    if faults:
        raise Refused(faults)
    return kept


def _limits(limits: Mapping[str, object]) -> dict[str, object]:
    if len(limits) > 50:
        raise Refused.one("limits", Text("at most 50", "50件以内"))
    kept: dict[str, object] = {}
    for name, value in limits.items():
        kept |= {
            str(_cleaned({"limits": (_key, name)})["limits"]): _cleaned({f"limits.{name}": (_limit, value)})[
                f"limits.{name}"
            ]
        }
    return {name: value for name, value in kept.items() if value is not None}


T = TypeVar("T", Product, Plan)


def _put(
    kind: type[T],
    noun: str,
    values: Mapping[str, object],
    by: Actor,
    at: datetime,
    version: int | None,
) -> T:
    with transaction.atomic():
        row = kind.objects.select_for_update().filter(key=values["key"]).first() or kind(version=0)
        if version is not None and row.version != version:
            theirs = {name: getattr(row, name, None) for name in values if name != "product"}
            raise Conflict(f"{noun}-{row.pk}", asked=version, stands=row.version, mine=values, theirs=theirs)
        stands = {name: getattr(row, name, None) for name in values} if row.pk else None
        if stands == dict(values) and row.archived_at is None:
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.archived_at, row.version = None, row.version + 1
        row.save()
        note = {"name": row.name, "key": row.key}
        journal.record(f"customers.{noun}.saved", actor=by, at=at, subject=(noun, row.pk), particulars=note)
    return row


def archive(row: Product | Plan, *, by: Actor, at: datetime) -> None:
    """Offer it no more; what was signed stays. Safe to repeat.

    Raises Refused for a product with plans on offer. Journal: customers.product.archived or customers.plan.archived.
    """
    noun = "product" if isinstance(row, Product) else "plan"
    if isinstance(row, Product) and row.plans.filter(archived_at__isnull=True).exists():
        raise Refused.one("plans", Text("archive its plans first", "先にプランをアーカイブ"))
    with transaction.atomic():
        if (
            type(row)
            .objects.filter(pk=row.pk, archived_at__isnull=True)
            .update(archived_at=at, version=row.version + 1)
        ):
            note = {"name": row.name, "key": row.key}
            journal.record(f"customers.{noun}.archived", actor=by, at=at, subject=(noun, row.pk), particulars=note)


def restore(row: Product | Plan, *, by: Actor, at: datetime) -> None:
    """Offer it again as it was. Safe to repeat. Journal: customers.product.restored or customers.plan.restored."""
    noun = "product" if isinstance(row, Product) else "plan"
    with transaction.atomic():
        archived = type(row).objects.filter(pk=row.pk, archived_at__isnull=False)
        if archived.update(archived_at=None, version=row.version + 1):
            note = {"name": row.name, "key": row.key}
            journal.record(f"customers.{noun}.restored", actor=by, at=at, subject=(noun, row.pk), particulars=note)


def plans_by_key() -> dict[str, Plan]:
    """Plans on offer, product loaded: for imports."""
    return {plan.key: plan for plan in Plan.objects.filter(archived_at__isnull=True).select_related("product")}


def is_signed(plan: Plan) -> bool:
    return plan.subscriptions.filter(status__in=OPEN, archived_at__isnull=True).exists()
