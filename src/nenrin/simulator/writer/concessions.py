"""What contracts say beyond a price: the list price behind a first year's discount, and usage billed by month."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from nenrin.customers import subscriptions
from nenrin.customers.terms import add_months
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed

#: One in so many of those that stay pays for usage too; its share of the price, and the months told.
METERED_EVERY, USAGE, MONTHS = 12, (0.02, 0.06), 6


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield what sales operations notes on contracts: on the day a discount ends, and on the fifth of a month."""
    for customer in world.customers:
        for contract in customer.contracts:
            yield from _discount(customer, contract, book)
    staying = [customer for customer in world.customers if not customer.story and customer.loss is None]
    for customer in staying[::METERED_EVERY]:
        yield from _usage(customer, world, book)


def _discount(customer: Customer, contract: records.Contract, book: Book) -> Iterator[Deed]:
    """The step after a year that changes nothing but the price is a discount that ran out."""
    day = add_months(contract.starts_on, 12)
    for before, step in zip(contract.steps, contract.steps[1:], strict=False):
        if step.on == day and step.seats == before.seats and step.minor > before.minor:
            told = {"list_minor": step.minor, "discount_until": day - timedelta(1)}
            yield Deed(book.at(day, 9, 30), 6, _telling(customer, book, told))


def _usage(customer: Customer, world: World, book: Book) -> Iterator[Deed]:
    contract, rng = customer.contracts[-1], stream(world.seed, "usage billed", customer.key)
    for back in range(MONTHS, 0, -1):
        month = add_months(world.today.replace(day=1), -back)
        amount = round(contract.now.minor * float(rng.uniform(*USAGE)))
        told = add_months(month, 1).replace(day=5)
        if contract.starts_on <= month and told <= world.today:
            yield Deed(book.at(told, 9, 40), 6, _telling(customer, book, {"metered": {f"{month:%Y-%m}": amount}}))


def _telling(customer: Customer, book: Book, told: dict[str, Any]) -> Act:
    def act(at: datetime) -> None:
        row = book.contracts[customer.key]
        book.contracts[customer.key] = subscriptions.change(row, by=book.ground.actor("yamaguchi"), at=at, **told)

    return act
