"""Kill the server and the worker while clients send, then count: nothing acknowledged lost, nothing stored twice.

The last quarter of the kills hits `nenrin serve` alone, which has started both: what it leaves behind must end by itself.
Used by the suite with thirty kills and by the endurance runs with a thousand.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from nenrin.analytics.lake import Lake
from tests.flows.running import Installation, free_port, wait_for

CLIENTS = 4
EVENTS_A_BATCH = 20
#: A server that was killed answers again within this, on a machine with much else to do.
ANSWER_SECONDS = 180
SETTLE_SECONDS = 300
#: How long what a killed `nenrin serve` leaves behind may live.
ORPHAN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    acknowledged: int
    lost: list[str]
    twice: list[str]
    law: dict[str, int]

    @property
    def is_whole(self) -> bool:
        law = self.law
        kept = law["stored"] + law["duplicate"] + law["quarantined"] + law["pending"]
        return not self.lost and not self.twice and law["received"] == kept and self.acknowledged > 0


@dataclass(slots=True)
class Parts:
    """The processes of an installation, each a group of its own, to be killed and started again.

    "server" and "worker" stand alone; "serve" is the command that starts both of them.
    """

    installation: Installation
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        """What follows the interpreter's name; "worker2" is a second worker."""
        if name.startswith("worker"):
            return ["-m", "nenrin", "worker"]
        if name == "serve":
            return ["-m", "nenrin", "serve", "--port", str(self.port), "--with-worker"]
        options = ["--interface", "rsgi", "--port", str(self.port), "--workers", "1", "--no-ws", "--log-level", "error"]
        return ["-m", "granian", *options, "--backpressure", "1024", "nenrin.rsgi:application"]

    def start(self, name: str) -> None:
        log = (self.installation.home / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [sys.executable, *self.words(name)],
            env=self.installation.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()

    def kill(self, name: str) -> None:
        """No warning, no clean-up: the whole group at once; of "serve" the one process, and the others must follow."""
        process = self.running[name]
        if name == "serve":
            self._kill_alone(process)
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _kill_alone(self, process: subprocess.Popen[bytes]) -> None:
        below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(lives, below)), ORPHAN_SECONDS, f"the end of what nenrin serve left: {below}")

    def give_over(self) -> None:
        """From now on `nenrin serve` runs server and worker, which end here."""
        for name in list(self.running):
            self.kill(name)
            del self.running[name]
        self.start("serve")

    def end(self) -> None:
        for name in self.running:
            self.kill(name)


def lives(process: psutil.Process) -> bool:
    """Whether it still runs; one that nobody has buried does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Client(threading.Thread):
    """Sends batches one after another, each until it is acknowledged, and keeps a log of what was."""

    def __init__(self, name: str, port: int, key: str) -> None:
        super().__init__(name=name, daemon=True)
        self.port, self.stopped = port, threading.Event()
        self.acknowledged: list[str] = []
        self.statuses: set[int] = set()
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}

    def run(self) -> None:
        number = 0
        while not self.stopped.is_set():
            ids = [f"{self.name}-{number}-{place}" for place in range(EVENTS_A_BATCH)]
            if self._deliver(json.dumps({"batch": [_event(one, self.name) for one in ids]})):
                self.acknowledged += ids
            number += 1

    def _deliver(self, body: str) -> bool:
        """Send until it is taken, as every client does; False where we were told to stop before that."""
        while not self.stopped.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("POST", "/v1/batch", body, self.headers)
                status = connection.getresponse().status
                self.statuses.add(status)
                if status == 200:
                    return True
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self.stopped.wait(0.02)
        return False


def _event(message: str, client: str) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Report Opened",
        "userId": f"user-{client}",
        "messageId": message,
        "context": {"groupId": f"acct-{client}"},
        "properties": {"text": "年輪" * 20},
    }


Trouble = Callable[[Parts, list[Client]], None]


def batter(installation: Installation, kills: int, *, seed: int = 1) -> Outcome:
    """Four clients, so many kills of server, worker or both at random moments, then a quiet end and the count."""
    rng = random.Random(seed)
    return endured(installation, lambda parts, clients: _kill_again_and_again(parts, clients, kills, rng), kills)


def endured(installation: Installation, trouble: Trouble, kills: int = 0) -> Outcome:
    """Server, worker and four clients; the trouble happens; then a quiet end and the count."""
    parts = Parts(installation)
    clients = [Client(f"client{n}", parts.port, installation.keys["write_key"]) for n in range(CLIENTS)]
    try:
        for name in ("server", "worker"):
            parts.start(name)
        for client in clients:
            client.start()
        trouble(parts, clients)
        for client in clients:
            client.stopped.set()
        for client in clients:
            client.join(30)
        law = settled(installation)
    finally:
        parts.end()
    acknowledged = [one for client in clients for one in client.acknowledged]
    return Outcome(kills, len(acknowledged), *differences(acknowledged, stored(installation.home)), law)


def some_more(clients: list[Client], batches: int = 1) -> None:
    """Wait until the clients have so many more batches acknowledged."""
    wanted = sum(len(client.acknowledged) for client in clients) + batches * EVENTS_A_BATCH
    wait_for(
        lambda: sum(len(client.acknowledged) for client in clients) >= wanted, ANSWER_SECONDS, "acknowledged batches"
    )


def _kill_again_and_again(parts: Parts, clients: list[Client], kills: int, rng: random.Random) -> None:
    apart = kills - kills // 4
    for number in range(kills):
        some_more(clients)
        time.sleep(rng.uniform(0, 0.4))
        if number == apart:
            parts.give_over()
            continue
        for name in rng.choice([("server",), ("worker",), ("server", "worker")]) if number < apart else ("serve",):
            parts.kill(name)
            parts.start(name)


def settled(installation: Installation) -> dict[str, int]:
    """The law once nothing waits any more. Fails where less does not wait after so many seconds, however much waited."""
    left, until = sys.maxsize, 0.0
    while True:
        law: dict[str, int] = installation.json("intake", "--json")["total"]
        if law["pending"] == 0:
            return law
        if law["pending"] < left:
            left, until = law["pending"], time.monotonic() + SETTLE_SECONDS
        assert time.monotonic() < until, f"{left} events wait, and nothing drains them"
        time.sleep(0.2)


def stored(home: Path) -> list[str]:
    lake = Lake(home / "lake")
    with lake.connection() as db:
        return [one for (one,) in db.execute(f"select event_id from read_parquet({lake.events.files()})").fetchall()]


def differences(acknowledged: list[str], found: list[str]) -> tuple[list[str], list[str]]:
    """(acknowledged and not stored, stored more than once)."""
    seen: set[str] = set()
    twice = [one for one in found if one in seen or seen.add(one)]  # type: ignore[func-returns-value]
    return sorted(set(acknowledged) - seen), twice
