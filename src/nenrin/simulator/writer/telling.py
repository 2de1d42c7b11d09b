"""Tells a whole world, in order of time, and lets the loops bring it up to today."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nenrin.foundation import organisation
from nenrin.simulator.world import World
from nenrin.simulator.writer import (
    accounts,
    aims,
    asking,
    billing,
    concessions,
    files,
    ground,
    handing,
    letters,
    models,
    opinions,
    spending,
    stages,
    starting,
    success,
    untidy,
    usage,
    voices,
)
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import Deed, done, moment

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What was written: deeds done by verbs, events handed to the intake."""

    book: Book
    deeds: int
    events: int


def _silent(what: str, count: int) -> None:
    """Say nothing."""


def told(world: World, *, now: datetime, password: str, progress: Progress = _silent) -> Told:
    """Write everything that happened up to `now`: the vendor's ground, then every deed, then the events.

    The organisation must have been founded and have no accounts. Nothing is drained or scored by this.
    """
    zone = organisation.zone()
    first = min(customer.since for customer in world.customers) - timedelta(30)
    book = Book(ground.laid(at=moment(first, zone), password=password), zone)
    with organisation.read_once():
        count = done(_deeds(world, book), until=now, progress=lambda n: progress("deeds", n))
    began = book.at(world.window.first, 0)
    sent = usage.told(world, at=began, until=now, zone=zone, progress=lambda n: progress("events", n))
    extra = untidy.sent(world, usage.opened(usage.SOURCE, at=began), until=now) if world.stories else 0
    return Told(book, count, sent.events + extra)


def _deeds(world: World, book: Book) -> Iterator[Deed]:
    brought = files.brought(world)
    by_file = brought.keys()
    for place, customer in enumerate(world.customers):
        yield from accounts.deeds(customer, place, book)
        yield from stages.deeds(customer, place, book, world.today)
        yield from opinions.deeds(customer, place, book)
    yield from voices.deeds(world.customers, book, by_file)
    yield from accounts.turns(world.customers, world.window.first, world.today, book)
    if world.stories:
        yield from untidy.deeds(world, book)
        yield from files.deeds(world, brought, book)
        yield from handing.deeds(world, book)
        yield from success.deeds(world, book)
        yield from starting.deeds(world, book)
        yield from letters.deeds(world, book)
        yield from asking.deeds(world, book)
    yield from models.deeds(world.today, book)
    yield from spending.deeds(world.window.first, world.today, book, world.seed)
    yield from aims.deeds(world.window.first, world.today, book)
    yield from billing.deeds(world, book)
    yield from concessions.deeds(world, book)
