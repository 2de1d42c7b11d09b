"""What the door's tests share: an open source, a way to knock, and a look into the spool."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import sources, spool
from nenrin.ingest.payloads import shapes
from nenrin.ingest.sources import Keys

AT = datetime(2026, 11, 24, tzinfo=UTC)
TRACK = {"type": "track", "event": "Report Opened", "userId": "sato", "messageId": "m-1"}


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(key.encode()).decode()


@dataclass(frozen=True)
class Door:
    keys: Keys
    client: Client

    def knock(
        self, path: str = "/v1/batch", body: Any = None, *, key: str | None = None, method: str = "POST", **meta: Any
    ) -> HttpResponse:
        """One request; `body` as bytes, or anything to send as JSON; the source's write key unless told otherwise."""
        data = body if isinstance(body, bytes) else json.dumps({"batch": [TRACK]} if body is None else body).encode()
        if key != "":
            meta.setdefault("HTTP_AUTHORIZATION", basic(f"{key or self.keys.write_key}:"))
        return self.client.generic(
            method, path, data, content_type=meta.pop("content_type", "application/json"), **meta
        )

    def events(self) -> list[Any]:
        """Every event in the spool, in Segment's shape, in the order of arrival."""
        return [event for batch in spool.read(0) for event in shapes.opened(batch).events]


def door(client: Client, **fields: Any) -> Door:
    return Door(sources.open("Web app", by=SYSTEM, at=AT, **fields), client)
