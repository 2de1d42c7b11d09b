"""A lake written by hand: facts and events of a few accounts, each with the day it became known."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from nenrin.analytics.lake import EVER, Lake
from nenrin.analytics.lake.schemas import EVENTS, FACTS

TOKYO = ZoneInfo("Asia/Tokyo")
SPACE = "product"


def noon(day: date) -> datetime:
    """An instant inside the day in Tokyo; the beginning of time for EVER."""
    return datetime.combine(day, time(12), TOKYO) if day > EVER else datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC"))


@dataclass
class Said:
    """One version of a fact, or one event, in the order in which they were said."""

    facts: list[dict] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)

    def fact(
        self,
        kind: str,
        key: str,
        body: dict | None = None,
        *,
        account: int | None = None,
        valid: date = EVER,
        known: date,
        gone: bool = False,
    ) -> Said:
        seq = len(self.facts) + 1
        self.facts.append(
            {"kind": kind, "key": key, "account": account, "valid": valid, "known": known, "seq": seq, "gone": gone,
             "body": body or {}}
        )  # fmt: skip
        return self

    def account(self, account: int, known: date, **body: object) -> Said:
        self.fact("account", str(account), body, account=account, valid=known, known=known)
        return self.fact("key", f"{SPACE}|g:{account}", account=account, known=known)

    def mapped(self, event: str, use: str, known: date, feature: str | None = None) -> Said:
        return self.fact("mapping", f"{SPACE}|{event}", {"use": use, "feature": feature}, known=known)

    def used(
        self,
        account: int,
        day: date,
        event: str = "opened",
        *,
        user: str = "mei",
        times: int = 1,
        known: date | None = None,
    ) -> Said:
        """Events under the account's group key, and the sighting that the drain would have written."""
        known = known or day
        key = f"g:{account}"
        self.events += [
            {"key": key, "user": user, "group": str(account), "name": event, "day": day, "known": known}
            for _ in range(times)
        ]
        if not any(f["kind"] == "sighting" and f["key"] == f"{SPACE}|{key}" for f in self.facts):
            self.fact("sighting", f"{SPACE}|{key}", {"day": str(day)}, known=known)
        return self

    def written(self, path: Path) -> Lake:
        lake = Lake(path, zone="Asia/Tokyo", threads=2)
        if self.facts:
            lake.append_facts(self._facts(), app="test", version=1)
        if self.events:
            lake.append_events(self._events(), app="test", version=1)
            lake.roll()
        return lake

    def _facts(self) -> pa.Table:
        rows = [
            {"kind": f["kind"], "key": f["key"], "account": f["account"], "valid_at": noon(f["valid"]),
             "known_on": f["known"], "recorded_at": noon(f["known"]), "seq": f["seq"], "gone": f["gone"],
             "assumed": False, "body": json.dumps(f["body"], default=str)}
            for f in self.facts
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=FACTS)

    def _events(self) -> pa.Table:
        rows = [
            {"batch": 1, "source": 1, "namespace": SPACE, "event_id": f"e{place}", "type": "track", "name": e["name"],
             "key": e["key"], "user": e["user"], "group": e["group"], "valid_at": noon(e["day"]),
             "received_at": noon(e["known"]), "known_on": e["known"], "day": e["day"], "flags": ""}
            for place, e in enumerate(self.events)
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=EVENTS)


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(n) for n in range(count)]
