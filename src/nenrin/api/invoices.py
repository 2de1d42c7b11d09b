"""REST: invoices, known by what the billing system calls them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api import facts
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.api.reach import one_account
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import invoices
from nenrin.ingest.models import Invoice
from nenrin.values import Money

router = Router(tags=["invoices"])
SORTS = {"id", "issued_on", "due_on", "paid_on", "minor", "changed_at"}
VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.SUBSCRIPTIONS_EDIT
Status = Literal["open", "paid", "void", "uncollectible"]


class LineIn(Strict):
    """`minor` in minor units of the invoice's currency; null where not told."""

    text: str = Field(max_length=500)
    minor: int | None = Field(None, ge=-(2**53), le=2**53)


class InvoiceIn(Strict):
    """Fields to set; what is not sent stays. `minor`: as billed, tax included; below zero is a credit note."""

    account_id: Id | None = None
    number: str | None = Field(None, max_length=100)
    issued_on: date | None = None
    due_on: date | None = None
    paid_on: date | None = None
    minor: int | None = Field(None, ge=-(2**53), le=2**53)
    currency: str | None = Field(None, max_length=3)
    status: Status | None = None
    failed_payments: int | None = Field(None, ge=0, le=1000)
    failed_on: date | None = None
    lines: list[LineIn] | None = Field(None, max_length=200)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class InvoiceOut(Strict):
    id: int
    account_id: int
    namespace: str
    key: str
    number: str
    issued_on: date
    due_on: date | None
    paid_on: date | None
    minor: int
    currency: str
    status: str
    failed_payments: int
    failed_on: date | None
    lines: list[LineIn]
    created_at: datetime
    changed_at: datetime
    version: int


class Filters(Window):
    """`overdue`: those unpaid past their day of payment, by the organisation's today."""

    account_id: Id | None = None
    status: Status | None = None
    overdue: bool = False
    issued_from: date | None = None
    issued_before: date | None = None


def shown(rows: Sequence[Invoice]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in InvoiceOut.model_fields} for row in rows]


@router.get("", response=Page[InvoiceOut], summary="List invoices")
@grants(VIEW)
def list_invoices(request: ApiRequest, filters: Query[Filters]) -> Any:
    """Invoices of accounts in your scope, a page at a time."""
    wanted: dict[str, Any] = {
        "account": filters.account_id, "status": filters.status, "issued_on__gte": filters.issued_from,
        "issued_on__lt": filters.issued_before,
    }  # fmt: skip
    if filters.overdue:
        wanted |= {"status": "open", "due_on__lt": organisation.today(request.at)}
    rows = facts.reached(Invoice, request, VIEW)
    return page(rows.filter(**{name: value for name, value in wanted.items() if value}), filters, SORTS, shown)


@router.get("/{int:invoice_id}", response=InvoiceOut, summary="Get an invoice")
@grants(VIEW)
def get_invoice(request: ApiRequest, invoice_id: Id, response: HttpResponse) -> Any:
    """One invoice."""
    row = facts.one(Invoice, request, VIEW, invoice_id)
    facts.tagged(response, row)
    return shown([row])[0]


@router.put(
    "/by-key/{namespace}/{path:key}", response={200: InvoiceOut, 201: InvoiceOut}, summary="Tell an invoice by key"
)
@grants(EDIT)
def put_invoice(
    request: ApiRequest, namespace: Word, key: Word, body: InvoiceIn, response: HttpResponse,
    if_match: Header[str | None] = None,
) -> Any:  # fmt: skip
    """Tell a new invoice (201; needs `account_id`, `issued_on` and `minor`) or what has changed of it (200). Safe to
    repeat."""
    there = facts.keyed(Invoice, request, EDIT, namespace, key)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    if there is None or there.retracted_at:
        facts.needed(given, "account_id", "issued_on", "minor")
    else:
        facts.unchanged_since(there, if_match, body.version)
    if "account_id" in given:
        one_account(request.member, EDIT, given["account_id"], "account_id")
    told = _told(key, given, there if there and not there.retracted_at else None)
    if faults := invoices.faults(told):
        raise Refused([Fault(name, text, given.get(name)) for name, text in faults.items()])
    [written] = invoices.put([told], namespace=namespace, **facts.manner(request))
    facts.tagged(response, written.row)
    return Answer(201 if written.outcome == "created" else 200, shown([written.row])[0])


def _told(key: str, given: dict[str, Any], there: Invoice | None) -> invoices.Told:
    """What was sent over what stands. A day of payment alone makes it paid; no day, sent with none, open again."""
    stands = _standing(there) if there else {"number": key[:100]}
    merged = stands | given
    if "status" not in given and "paid_on" in given:
        merged["status"] = "paid" if given["paid_on"] else "open"
    lines = tuple(invoices.Line(line["text"], line["minor"]) for line in merged.get("lines") or ())
    amount = Money(merged["minor"], facts.currency(merged.get("currency")))
    return invoices.Told(
        key=key, account=merged["account_id"], issued_on=merged["issued_on"], amount=amount,
        number=merged.get("number") or "", due_on=merged.get("due_on"), paid_on=merged.get("paid_on"),
        status=merged.get("status") or "", failed_payments=merged.get("failed_payments") or 0,
        failed_on=merged.get("failed_on"), lines=lines,
    )  # fmt: skip


def _standing(row: Invoice) -> dict[str, Any]:
    return {name: getattr(row, name) for name in InvoiceIn.model_fields if name != "version"}


@router.delete("/{int:invoice_id}", response={204: None}, summary="Take an invoice back")
@grants(EDIT)
def retract_invoice(request: ApiRequest, invoice_id: Id, if_match: Header[str | None] = None) -> Any:
    """As if it had never been told, known from now on."""
    row = facts.one(Invoice, request, EDIT, invoice_id)
    facts.unchanged_since(row, if_match, None)
    invoices.retract([row.pk], by=Actor.of(request.member), at=request.at)
    return Answer(204, None)
