"""Deeds of what our people think and did: pulses; meetings, calls, mails and notes."""

from collections.abc import Iterator
from datetime import datetime

from nenrin.insight import pulses
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.writer.accounts import Act, Book, owner_of
from nenrin.simulator.writer.deeds import Deed
from nenrin.work import touches

# Who looks after the few customers that have no owner, when something has to be written down.
DEPUTY = "hasegawa"
HAPPENED, WRITTEN = (10, 30), (11, 45)


def deeds(customer: Customer, place: int, book: Book) -> Iterator[Deed]:
    """Yield what colleagues noted about one customer."""
    author = owner_of(customer, place) or DEPUTY
    for pulse in customer.pulses:
        yield Deed(book.at(pulse.on, 18), 9, _pulse(customer, pulse, author, book))
    for touch in customer.touches:
        yield Deed(book.at(touch.on, *WRITTEN), 9, _touch(customer, touch, author, book))


def _pulse(customer: Customer, pulse: records.Pulse, author: str, book: Book) -> Act:
    def act(at: datetime) -> None:
        account = book.accounts[customer.key].pk
        pulses.give(account, pulse.grade, by=book.ground.actor(author), at=at, reasons=[pulse.reason])

    return act


def _touch(customer: Customer, touch: records.Touch, author: str, book: Book) -> Act:
    def act(at: datetime) -> None:
        touches.write(
            book.accounts[customer.key],
            touch.channel,
            title=touch.title.in_(customer.language),
            body=touch.body.in_(customer.language),
            happened_at=book.at(touch.on, *HAPPENED),
            minutes=touch.minutes,
            by=book.ground.actor(author),
            at=at,
        )

    return act
