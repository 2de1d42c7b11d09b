"""Disk full, two workers, a clock that jumps back, slow clients: nothing lost, and no restart needed."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client as Browser

from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import drain, lakes, sources, spool
from tests.conftest import AT
from tests.faults.battering import Parts, endured, some_more
from tests.faults.small_disk import filled, sent, small_disk
from tests.flows.running import install, wait_for

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path) as folder:
        yield folder


def test_a_full_disk_asks_clients_to_come_again_and_heals_by_itself(disk: Path) -> None:
    outcome = filled(disk)
    assert outcome.refusals, "the disk was not full"
    assert outcome.is_whole, outcome


def test_two_workers_at_once_store_everything_once(tmp_path: Path) -> None:
    def a_second_worker(parts: Parts, clients: list) -> None:
        parts.start("worker2")
        some_more(clients, 150)

    outcome = endured(install(tmp_path / "home"), a_second_worker)
    assert outcome.is_whole, outcome


@pytest.mark.django_db
def test_a_clock_set_back_ten_minutes_changes_no_order_and_loses_nothing(client: Browser, org: object) -> None:
    keys = sources.open("Web app", by=SYSTEM, at=AT)
    header = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{keys.write_key}:".encode()).decode()}
    noon = datetime(2026, 11, 24, 3, tzinfo=UTC)
    for number, now in enumerate((noon, noon - timedelta(minutes=10), noon)):
        event = {"type": "track", "event": "Report Opened", "userId": "sato", "messageId": f"m-{number % 2}"}
        with time_machine.travel(now, tick=False):
            answer = client.post("/v1/batch", {"batch": [event]}, content_type="application/json", **header)
        assert answer.status_code == 200
    batches = spool.read(0)
    assert [batch.received_at for batch in batches] == [noon, noon - timedelta(minutes=10), noon]
    assert [batch.id for batch in batches] == sorted(batch.id for batch in batches)
    lake = lakes.current()
    drain.drain_all(lake, at=noon - timedelta(minutes=9))
    assert lake.stored() == {keys.source.pk: 2}
    assert spool.pending() == {}


def test_clients_that_send_their_body_drop_by_drop_are_told_so_and_hold_nobody_up(tmp_path: Path) -> None:
    installation = install(tmp_path / "home")
    parts = Parts(installation)
    slow: list[socket.socket] = []
    try:
        parts.start("server")
        wait_for(lambda: sent(installation, parts.port, "first")[0] == 200, 60, "the server")
        slow = [_begun(parts.port) for _ in range(100)]
        begun = time.monotonic()
        assert [sent(installation, parts.port, f"quick-{n}")[0] for n in range(10)] == [200] * 10
        assert time.monotonic() - begun < 8
        for connection in slow:
            connection.settimeout(30)
            assert connection.recv(100).startswith(b"HTTP/1.1 408")
    finally:
        for connection in slow:
            connection.close()
        parts.end()


def _begun(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b'POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"ev')
    return connection
