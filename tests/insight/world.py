"""A small company whose days go by: verbs with clocks, facts carried into the lake, ticks at midnight."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.schemas import EVENTS, FACTS
from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import lakes, mirror
from nenrin.insight import health_models, refresh, tick
from nenrin.insight.models import HealthModelVersion

TOKYO = ZoneInfo("Asia/Tokyo")
SPACE = "product"
FIRST = date(2026, 4, 6)  # a Monday


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), TOKYO)


@dataclass
class World:
    """`today` is the open day; `end_day` closes it and goes on to the next."""

    today: date = FIRST
    batches: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def lake(self) -> Lake:
        return lakes.current()

    @property
    def now(self) -> datetime:
        return at(self.today)

    def begin(self) -> World:
        """The day before the first is closed, and the library's models are live."""
        health_models.install(at=self.now)
        self.end_of(self.today - timedelta(1))
        return self

    def model(self, key: str = "standard", **changed: Any) -> HealthModelVersion:
        """Another version of a model, live from today."""
        live = HealthModelVersion.objects.filter(key=key, state="published").order_by("-number").first()
        health_models.draft({**live.document, **changed}, by=SYSTEM, at=self.now)
        return health_models.publish(key, by=SYSTEM, at=self.now, note="test")

    def open(self, name: str, **fields: Any) -> Account:
        key = fields.pop("key", name)
        return accounts.open(
            name,
            keys=[(SPACE, key)],
            by=SYSTEM,
            at=self.now,
            status="customer",
            **{"customer_since": date(2025, 1, 6), **fields},
        )

    def subscribe(self, account: Account, seats: int = 10, **body: Any) -> None:
        self.say(
            "subscription", f"s{account.pk}", account.pk,
            {"plan": "", "product": "", "starts_on": "2025-01-06", "ends_on": "2028-01-06", "auto_renews": True,
             "status": "active", "seats": seats, "mrr_minor": 100_000, "currency": "JPY", "term_months": 36, **body},
        )  # fmt: skip

    def touch(self, account: Account) -> None:
        body = {"channel": "meeting", "direction": "out", "human": True, "on": self.today, "minutes": 30}
        self.say("touch", f"t{account.pk}.{self.today}", account.pk, body, valid=self.today)

    def say(
        self,
        kind: str,
        key: str,
        account: int | None,
        body: dict[str, Any],
        *,
        valid: date | None = None,
        gone: bool = False,
    ) -> None:
        """A fact as the mirror would write it today."""
        self.facts.append(
            {"kind": kind, "key": key, "account": account, "valid_at": at(valid) if valid and valid > EVER else _ever(),
             "body": json.dumps(body, default=str), "gone": gone}
        )  # fmt: skip

    def use(
        self, key: str, *, event: str = "signed_in", user: str = "mei", times: int = 1, on: date | None = None
    ) -> None:
        """Events that arrive today, as the drain would write them."""
        day = on or self.today
        if key not in self.seen:
            self.seen.add(key)
            self.say("sighting", f"{SPACE}|g:{key}", None, {"day": str(day)})
        self.events += [{"key": key, "user": user, "event": event, "day": day} for _ in range(times)]

    def carry(self) -> None:
        """Journal and events into the lake, as the worker does: known today, or after the last closed day."""
        journal.seal(1_000_000)
        mirror.mirror_all(self.lake)
        known = max(self.today, (organisation.current().closed_through or date.min) + timedelta(1))
        if self.facts:
            rows = [{**fact, "known_on": known, "recorded_at": self.now, "seq": self.batches * 1000 + n, "assumed": False}
                    for n, fact in enumerate(self.facts)]  # fmt: skip
            self.lake.append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="world", version=self.batches)
        if self.events:
            self.lake.append_events(self._events(known), app="world", version=self.batches)
        self.events, self.facts, self.batches = [], [], self.batches + 1

    def _events(self, known: date) -> pa.Table:
        rows = [
            {"batch": self.batches, "source": 1, "namespace": SPACE, "event_id": f"{self.batches}-{n}", "type": "track",
             "name": e["event"], "key": f"g:{e['key']}", "user": e["user"], "group": e["key"], "valid_at": at(e["day"]),
             "received_at": self.now, "known_on": known, "day": e["day"], "flags": ""}
            for n, e in enumerate(self.events)
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=EVENTS)

    def refresh(self) -> int:
        self.carry()
        return refresh.step(self.now)

    def end_day(self) -> None:
        """Midnight: what arrived is in the lake, the day is closed, the next one begins."""
        self.carry()
        self.end_of(self.today)
        self.today += timedelta(1)

    def end_of(self, day: date) -> None:
        assert tick.close_day(at(day + timedelta(1), hour=0)) == day


def _ever() -> datetime:
    return datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC"))
