"""The product's events, through the intake's own verbs: as if its SDK had sent them all along."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import intake, sources
from nenrin.ingest.models import Source
from nenrin.simulator import tracking
from nenrin.simulator.records import Customer
from nenrin.simulator.world import World
from nenrin.simulator.writer.ground import OWN_NAMESPACE

SOURCE = "つむぎ現場クラウド"
BODIES_TOGETHER = 100
# Events of so many customers are in memory at a time: a larger world is told part by part.
CUSTOMERS_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """What was handed to the intake."""

    batches: int
    events: int


def opened(name: str, *, at: datetime, namespace: str = tracking.NAMESPACE) -> Source:
    """Return the source of that name, opened if it is not there yet."""
    there = Source.objects.filter(name=name).first()
    return there or sources.open(name, by=SYSTEM, at=at, kind="simulator", namespace=namespace).source


def told(
    world: World,
    *,
    at: datetime,
    until: datetime,
    zone: ZoneInfo,
    progress: Callable[[int], None] = lambda n: None,
) -> Sent:
    """Hand over every event up to `until`, each batch with the arrival it would have had."""
    shared = [customer for customer in world.customers if not customer.behaviour.own_source]
    source, sent = opened(SOURCE, at=at), Sent(0, 0)
    for start in range(0, len(shared), CUSTOMERS_TOGETHER):
        part = shared[start : start + CUSTOMERS_TOGETHER]
        more = _handed(part, source, world, until, zone, progress)
        sent = Sent(sent.batches + more.batches, sent.events + more.events)
    for customer in world.customers:
        if customer.behaviour.own_source:
            own = opened(customer.behaviour.own_source.ja, at=at, namespace=OWN_NAMESPACE)
            more = _handed([customer], own, world, until, zone, lambda n: None)
            sent = Sent(sent.batches + more.batches, sent.events + more.events)
    return sent


def _handed(
    customers: list[Customer],
    source: Source,
    world: World,
    until: datetime,
    zone: ZoneInfo,
    progress: Callable[[int], None],
) -> Sent:
    waiting: list[tuple[bytes, datetime]] = []
    batches = events = 0
    for each in tracking.deliveries(customers, world.window, world.seed, zone, until=until):
        waiting.append((each.body, each.received_at))
        batches, events = batches + 1, events + each.events
        if len(waiting) >= BODIES_TOGETHER:
            intake.accept_many(source, waiting)
            waiting.clear()
            progress(events)
    if waiting:
        intake.accept_many(source, waiting)
    return Sent(batches, events)
