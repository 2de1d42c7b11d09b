"""Invoices: one a term, at the latest one a year; most are paid in time, some late, a few by the second attempt or never."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zlib import crc32

from nenrin.customers.terms import add_months
from nenrin.foundation.actors import Actor
from nenrin.ingest import invoices
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.simulator import product, records
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.values import Money

NAMESPACE = "billing"
BILLING = Actor("source", "billing", "請求システム")
TAX = 0.10
DUE_DAYS = 30
PLANS = {plan.key: plan.name.ja for plan in product.PLANS}
# Share of invoices paid late, and of those the ones whose first collection failed.
LATE, FAILED = 0.07, 0.3
# The story whose newest invoice nobody pays: two attempts have failed.
UNPAID = "silent"


@dataclass(frozen=True, slots=True)
class Billed:
    """One invoice with what becomes of it; `paid_on` None: nobody has paid by today."""

    customer: str
    told: invoices.Told
    failed_on: date | None
    failures: int
    paid_on: date | None


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield what the billing system says: day by day, everything of that day together."""
    issued, failed, paid = (defaultdict[date, list[Billed]](list) for _ in range(3))
    for each in _billed(world):
        issued[each.told.issued_on].append(each)
        if each.failed_on and each.failed_on <= world.today:
            failed[each.failed_on].append(each)
        if each.paid_on and each.paid_on <= world.today:
            paid[each.paid_on].append(each)
    for days, hour, said in ((issued, 11, _issued), (failed, 12, _failed), (paid, 13, _paid)):
        for day, rows in days.items():
            yield Deed(book.at(day, hour), 9, _saying([said(row) for row in rows], [r.customer for r in rows], book))


def _issued(row: Billed) -> invoices.Told:
    return row.told


def _failed(row: Billed) -> invoices.Told:
    return replace(row.told, failed_payments=row.failures, failed_on=row.failed_on)


def _paid(row: Billed) -> invoices.Told:
    told = _failed(row) if row.failed_on else row.told
    return replace(told, paid_on=row.paid_on, status="paid")


def _saying(told: list[invoices.Told], customers: list[str], book: Book) -> Act:
    def act(at: datetime) -> None:
        rows = [replace(one, account=book.accounts[key].pk) for one, key in zip(told, customers, strict=True)]
        invoices.put(
            rows, namespace=NAMESPACE, by=BILLING, at=at, zone=book.zone, knowing=on_arrival(at.date())
        )  # fmt: skip

    return act


def _billed(world: World) -> Iterator[Billed]:
    for customer in world.customers:
        for contract in customer.contracts:
            yield from _of(contract, customer, world)


def _of(contract: records.Contract, customer: Customer, world: World) -> Iterator[Billed]:
    months = min(contract.term_months, 12)
    until = min(day for day in (contract.ended_on, customer.loss.on if customer.loss else None, world.today) if day)
    starts = [contract.starts_on]
    while add_months(contract.starts_on, months * len(starts)) < until:
        starts.append(add_months(contract.starts_on, months * len(starts)))
    rng = stream(world.seed, "invoices", contract.key)
    for place, start in enumerate(starts):
        late, failing, days = rng.random() < LATE, rng.random() < FAILED, int(rng.integers(3, 28))
        overdue = int(rng.integers(4, 40))
        if start < world.window.first:
            continue
        told, is_last = _told(contract, start, months), place == len(starts) - 1
        if customer.story == UNPAID and is_last:
            failed = told.issued_on + timedelta(10)
            yield Billed(customer.key, replace(told, due_on=failed), failed, 2, None)
        else:
            due = told.due_on or start
            paid = due + timedelta(overdue) if late else start + timedelta(days)
            yield Billed(customer.key, told, due if late and failing else None, 1, paid)


def _told(contract: records.Contract, start: date, months: int) -> invoices.Told:
    price = [step.minor for step in contract.steps if step.on <= start] or [contract.steps[0].minor]
    amount = round(price[-1] * months * (1 + TAX))
    number = f"INV-{start:%y%m}-{crc32(contract.key.encode()) % 10_000:04}"
    plan = f"{PLANS.get(contract.plan, contract.plan)} {months}か月"
    return invoices.Told(
        key=f"{contract.key}-{start.isoformat()}", account=0, issued_on=start, amount=Money(amount, contract.currency),
        number=number, due_on=start + timedelta(DUE_DAYS), lines=(invoices.Line(plan, amount),),
    )  # fmt: skip
