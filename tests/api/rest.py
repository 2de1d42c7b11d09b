"""A client of the REST API in tests: a member, a token, JSON in and out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from nenrin.foundation import tokens
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member

AT = datetime(2026, 1, 5, tzinfo=UTC)
BASE = "/api/v1"


class Rest:
    """Calls as one member; `headers` are sent each time."""

    def __init__(self, member: Member, *, can_write: bool = True) -> None:
        secret = tokens.issue(member, "test", at=AT, by=SYSTEM, can_write=can_write)
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The response, with its JSON as `.data` (None where there is none)."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.client.generic(
            method, BASE + path, content, content_type="application/json", headers={**self.headers, **headers}
        )
        is_json = "json" in response.get("Content-Type", "")
        response.data = json.loads(response.content) if is_json and response.content else None
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)
