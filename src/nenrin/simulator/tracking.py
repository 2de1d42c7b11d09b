"""What the customers' product sends: tracking events in Segment's form, as its server-side SDK would send
them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from nenrin.simulator import product
from nenrin.simulator.economy import blemishes, usage, workdays
from nenrin.simulator.economy.contracts import Bools
from nenrin.simulator.economy.population import Ints
from nenrin.simulator.market.days import Window, daily
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream

Event = dict[str, Any]
NAMESPACE = "product"
LARGEST_BATCH = 500
LATE_SHARE, LATE_DAYS = 0.01, (1, 4)
FIRST_VALUE_DAY = (14, 29)
LAST_SECOND = 86_399
ONE_TWICE = round(1 / blemishes.DUPLICATE_SHARE)
LIBRARY = {"name": "analytics-python", "version": "2.4.0"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request body as accepted at `received_at` (aware, UTC); its `events` are in order of time."""

    received_at: datetime
    body: bytes
    events: int


def user_id(customer: Customer, position: int) -> str:
    """Return what the product calls the position-th person; contacts come first."""
    return f"{customer.key}-u{position:03d}"


def events(customer: Customer, window: Window, seed: int, zone: ZoneInfo, *, density: float = 0.65) -> list[Event]:
    """Return everything one customer's people did in the window, in order of time; nothing once it has left.

    `density` is the mean number of feature events of a user-day besides the log-in.
    """
    rng = stream(seed, "events", customer.key)
    level = daily(customer.behaviour.adoption, window.first, window.days)
    present = _present(customer, window)
    lived = usage.lived(level, workdays.factors(window.first, window.days), present, rng, events=density)
    if not len(lived):
        return []
    features = _features(customer)
    weights = usage.breadths(len(present), len(features), float(level[-1]), rng)
    place, feature = usage.chosen(weights, lived.user, lived.actions, rng)
    feature = _narrowed(customer, window, lived.day[place], feature)
    seconds = np.minimum(lived.second[place] + rng.integers(60, 5_400, len(place)), LAST_SECOND)
    maker = _Maker(customer, window, zone)
    rows = maker.tracks(lived.day, lived.second, lived.user, [product.LOGIN] * len(lived))
    rows += maker.tracks(lived.day[place], seconds, lived.user[place], [features[each].event for each in feature])
    rows += maker.introductions(lived) + maker.first_value(lived, rng)
    _split(rows, customer)
    rows.sort(key=lambda row: row["timestamp"])
    for number, row in enumerate(rows):
        row["messageId"] = f"{customer.key}-{number:07d}"
    return rows


def _narrowed(customer: Customer, window: Window, day: Ints, feature: Ints) -> Ints:
    """From the day on which use narrowed, whoever does something does it with one of the features that are left."""
    if customer.behaviour.narrow is None:
        return feature
    since, left = customer.behaviour.narrow
    kept = np.array([place for place, each in enumerate(_features(customer)) if each.key in left])
    is_narrow = (day >= (since - window.first).days) & ~np.isin(feature, kept)
    return np.where(is_narrow, kept[feature % len(kept)], feature)


def duplicate_key(customer: Customer) -> str:
    """Return what the product called the second record of a company before the two were merged."""
    return f"{customer.key}-b"


def _split(rows: list[Event], customer: Customer) -> None:
    """Some people were entered under the second record: their events name that one until the merge."""
    twice = customer.duplicate
    if twice is None:
        return
    first = max(users for _, users in customer.behaviour.seats) - twice.users
    theirs = {user_id(customer, position) for position in range(first, first + twice.users)}
    for row in rows:
        if row["userId"] in theirs and twice.since.isoformat() <= row["timestamp"][:10] < twice.merged_on.isoformat():
            row["context"] = {"groupId": duplicate_key(customer)}
            if row["type"] == "group":
                row["groupId"] = duplicate_key(customer)


def _features(customer: Customer) -> list[product.Feature]:
    named = [each for each in product.FEATURES if each.key in customer.behaviour.features]
    entitled = {"starter": 4, "standard": 5}.get(customer.contracts[0].plan, len(product.FEATURES))
    return named or list(product.FEATURES[:entitled])


def _present(customer: Customer, window: Window) -> Bools:
    """Return (users, days): who may log in on which day."""
    behaviour = customer.behaviour
    present = np.zeros((max(users for _, users in behaviour.seats), window.days), bool)
    for since, users in behaviour.seats:
        begin = max(0, (since - window.first).days)
        present[:, begin:] = False
        present[:users, begin:] = True
    for person, stop in behaviour.people_stop:
        present[person : person + 1, max(0, (stop - window.first).days) :] = False
    for end in (customer.loss and customer.loss.on, behaviour.silent_from):
        if end:
            present[:, max(0, (end - window.first).days) :] = False
    return present


@dataclass(slots=True)
class _Maker:
    customer: Customer
    window: Window
    zone: ZoneInfo

    def tracks(self, day: Ints, second: Ints, user: Ints, names: list[str]) -> list[Event]:
        """Return one track event for each position of the aligned columns."""
        context = {"groupId": self.customer.key}
        users = [user_id(self.customer, each) for each in range(int(user.max(initial=0)) + 1)]
        return [
            {"type": "track", "event": name, "userId": users[who], "timestamp": instant, "context": context}
            for name, who, instant in zip(names, user, self.instants(day, second), strict=True)
        ]

    def instants(self, day: Ints, second: Ints) -> list[str]:
        """Return UTC time stamps of seconds of local days."""
        days = range(int(day.max(initial=0)) + 1)
        midnights = [datetime.combine(self.window.day(each), time(), self.zone).timestamp() for each in days]
        moments = (np.array(midnights, dtype=np.int64)[day] + second).astype("datetime64[s]")
        return [f"{each}.000Z" for each in np.datetime_as_string(moments)]

    def introductions(self, lived: usage.Usage) -> list[Event]:
        """Identify each person and say which company it belongs to, on its first day."""
        users, first = np.unique(lived.user, return_index=True)
        return [
            row
            for user, place in zip(users, first, strict=True)
            for row in self._introduction(int(user), int(lived.day[place]), int(lived.second[place]))
        ]

    def _introduction(self, user: int, day: int, second: int) -> list[Event]:
        (at,) = self.instants(np.array([day]), np.array([second - 1]))
        base = {"userId": user_id(self.customer, user), "timestamp": at}
        contacts = self.customer.contacts
        traits = {"email": f"user{user}@{self.customer.domain}"}
        if user < len(contacts):
            traits = {"email": contacts[user].email, "name": contacts[user].name}
        group = {"name": self.customer.name, "plan": self.customer.contracts[0].plan}
        return [
            {**base, "type": "identify", "traits": traits, "context": {"groupId": self.customer.key}},
            {**base, "type": "group", "groupId": self.customer.key, "traits": group},
        ]

    def first_value(self, lived: usage.Usage, rng: np.random.Generator) -> list[Event]:
        """A new customer shares its first report in the third or fourth week, unless it is held back."""
        wanted = (self.customer.since - self.window.first).days + int(rng.integers(*FIRST_VALUE_DAY))
        later = np.flatnonzero(lived.day >= wanted)[:1]
        if self.customer.since < self.window.first or self.customer.behaviour.features or not len(later):
            return []
        second = np.minimum(lived.second[later] + 600, LAST_SECOND)
        return self.tracks(lived.day[later], second, lived.user[later], [product.FIRST_VALUE])


def deliveries(
    customers: list[Customer],
    window: Window,
    seed: int,
    zone: ZoneInfo,
    *,
    until: datetime,
    density: float = 0.65,
) -> Iterator[Delivery]:
    """Yield the request bodies of all these customers up to `until`, day by day, each accepted just after its
    events.

    One in a hundred events comes days late (a phone without a network), three in a thousand come twice: what
    the intake is built for, in the proportions of the data-quality tests.
    """
    by_day: dict[date, list[Event]] = {}
    for customer in customers:
        sent = events(customer, window, seed, zone, density=density)
        for event, day in zip(sent, _delivered_on(sent, customer, seed), strict=True):
            by_day.setdefault(day, []).append(event)
    for day in sorted(by_day):
        yield from _bodies(by_day[day], day, until)


def _delivered_on(sent: list[Event], customer: Customer, seed: int) -> list[date]:
    rng = stream(seed, "late", customer.key)
    lag = np.where(rng.random(len(sent)) < LATE_SHARE, rng.integers(*LATE_DAYS, len(sent)), 0)
    return [
        date.fromisoformat(each["timestamp"][:10]) + timedelta(int(days)) for each, days in zip(sent, lag, strict=True)
    ]


def _bodies(arrived: list[Event], day: date, until: datetime) -> Iterator[Delivery]:
    """Cut a UTC day's events into requests; each is accepted two seconds after its last event, late ones
    with it.
    """
    limit = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    arrived.sort(key=lambda event: max(event["timestamp"], f"{day.isoformat()}T00:00"))
    due = [event for event in arrived if event["timestamp"] <= limit]
    for start in range(0, len(due), LARGEST_BATCH):
        chunk = due[start : start + LARGEST_BATCH]
        last = max(datetime.fromisoformat(chunk[-1]["timestamp"]), datetime.combine(day, time(0, 1), UTC))
        received = min(last + timedelta(seconds=2), until)
        doubled = [*chunk, *(event for event in chunk if int(event["messageId"][-7:]) % ONE_TWICE == 0)]
        body = {
            "batch": doubled,
            "sentAt": received.isoformat(timespec="milliseconds"),
            "context": {"library": LIBRARY},
        }
        yield Delivery(received, msgspec.json.encode(body), len(doubled))
