"""Keeps a demo alive: now and then somebody does something, and the product tells us at once."""

import uuid
from datetime import UTC, datetime

import msgspec
import numpy as np

from nenrin.ingest import intake, sources
from nenrin.simulator import product, tracking
from nenrin.simulator.records import Customer
from nenrin.simulator.tracking import NAMESPACE
from nenrin.simulator.world import World
from nenrin.simulator.writer import usage

# Of all events, log-ins.
LOGIN_SHARE = 0.4


def beat(world: World, *, at: datetime, events: int, rng: np.random.Generator) -> int:
    """Send `events` events as of `at` from customers who are well; returns how many were sent.

    Who sends is drawn by the number of its people and by how much they like the product.
    """
    awake = [each for each in world.customers if not each.is_lost and not each.behaviour.silent_from]
    liking = np.array([_weight(customer) for customer in awake])
    chosen = rng.choice(len(awake), events, p=liking / liking.sum())
    body = {
        "batch": [_event(awake[place], at, rng) for place in chosen],
        "sentAt": at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    source = usage.opened(usage.SOURCE, at=at)
    sender = sources.Sender(source.pk, source.name, source.namespace, True, 0, frozenset())
    intake.accept(msgspec.json.encode(body), sender=sender, received_at=at, events=events)
    return events


def _weight(customer: Customer) -> float:
    users, level = customer.behaviour.seats[-1][1], customer.behaviour.adoption[-1][1]
    return float(users * np.exp(0.8 * level))


def _event(customer: Customer, at: datetime, rng: np.random.Generator) -> tracking.Event:
    users = customer.behaviour.seats[-1][1]
    stopped = {position for position, _ in customer.behaviour.people_stop}
    person = int(rng.choice([each for each in range(users) if each not in stopped] or [0]))
    feature = product.FEATURES[int(rng.integers(len(product.FEATURES)))]
    return {
        "type": "track",
        "event": product.LOGIN if rng.random() < LOGIN_SHARE else feature.event,
        "userId": tracking.user_id(customer, person),
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "context": {"groupId": customer.key},
        "messageId": f"{NAMESPACE}-live-{uuid.UUID(bytes=rng.bytes(16), version=4)}",
    }
