"""Real clients on a bad road: answers lost, connections cut, refusals in between; every event arrives once."""

from __future__ import annotations

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from posthog import Posthog
from segment.analytics.client import Client as Segment

from tests.clients.conftest import Running

pytestmark = pytest.mark.clients

#: Each in so many of a hundred requests; the rest goes through.
TROUBLES = {"cut": 8, "unanswered": 10, "429": 6, "503": 8, "500": 8}
EVENTS = 60


@dataclass
class Road:
    """A proxy before the door that troubles requests by chance, the same ones on every run of one client."""

    host: str
    seed: int
    met: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def trouble(self) -> str:
        names = [*TROUBLES, "none"]
        [name] = self.chance.choices(names, [*TROUBLES.values(), 100 - sum(TROUBLES.values())])
        self.met[name] += 1
        return name

    def forward(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        onward = http.client.HTTPConnection(self.host, timeout=20)
        try:
            onward.request("POST", asked.path, body, dict(asked.headers.items()))
            answer = onward.getresponse()
            return answer.status, answer.read()
        finally:
            onward.close()


@contextmanager
def bad_road(running: Running, seed: int) -> Iterator[tuple[str, Road]]:
    road = Road(running.host, seed)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            trouble = road.trouble()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if trouble == "cut":
                self.close_connection = True
                return
            if trouble.isdigit():
                self.answered(int(trouble), b"{}")
                return
            status, answer = road.forward(self, body)
            if trouble == "unanswered":
                self.close_connection = True
                return
            self.answered(status, answer)

        def answered(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status in (429, 503):
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Trouble is what this is for."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", road
    finally:
        server.shutdown()


def test_segments_client_loses_and_doubles_nothing(running: Running) -> None:
    failed: list[object] = []
    with bad_road(running, seed=5) as (host, road):
        client = Segment(
            running.write_key, host=host, upload_size=4, timeout=5, on_error=lambda error, items: failed.append(error)
        )
        for number in range(EVENTS):
            client.track("road-segment", "Report Opened", {"number": number}, context={"groupId": "acct_road-segment"})
        client.flush()
        client.join()
    assert failed == []
    assert road.met["unanswered"] and road.met["none"] < sum(road.met.values())
    running.until("road-segment", "acct_road-segment", {"Report Opened": EVENTS})


def test_posthogs_client_loses_and_doubles_nothing(running: Running) -> None:
    failed: list[object] = []
    with bad_road(running, seed=2) as (host, road):
        client = Posthog(
            running.write_key, host=host, flush_at=4, max_retries=10, timeout=5, disable_geoip=True,
            on_error=lambda error, items: failed.append(error),
        )  # fmt: skip
        for number in range(EVENTS):
            groups = {"company": "acct_road-posthog"}
            client.capture("Report Opened", distinct_id="road-posthog", properties={"number": number}, groups=groups)
        client.shutdown()
    assert failed == []
    assert road.met["unanswered"] and road.met["none"] < sum(road.met.values())
    running.until("road-posthog", "acct_road-posthog", {"Report Opened": EVENTS})
