"""Deeds of what our people think and did: pulses; meetings, calls, mails and notes."""

from collections.abc import Iterator
from datetime import datetime

from nenrin.insight import pulses
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.writer.accounts import Act, Book, owner_of
from nenrin.simulator.writer.deeds import Deed

# Who looks after the few customers that have no owner, when something has to be written down.
DEPUTY = "hasegawa"


def deeds(customer: Customer, place: int, book: Book) -> Iterator[Deed]:
    """Yield what colleagues noted about one customer."""
    author = owner_of(customer, place) or DEPUTY
    for pulse in customer.pulses:
        yield Deed(book.at(pulse.on, 18), 9, _pulse(customer, pulse, author, book))


def _pulse(customer: Customer, pulse: records.Pulse, author: str, book: Book) -> Act:
    def act(at: datetime) -> None:
        account = book.accounts[customer.key].pk
        pulses.give(account, pulse.grade, by=book.ground.actor(author), at=at, reasons=[pulse.reason])

    return act
