"""Two workers send mails to a server that drops, delays and refuses, and are killed again and again; then a count.

Used by the suite with a few hundred mails and by the endurance run with ten thousand.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.flows.running import free_port, wait_for

ROOT = Path(__file__).parents[2]
WORKERS = 2
#: Short terms, so that what a killed worker left is settled while the test lasts.
LEASE_SECONDS, ATTEMPT_SECONDS = 1.0, 1.5

_PUT = """
import sys, django; django.setup()
from datetime import UTC, datetime, timedelta
from django.core.management import call_command
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import outbox, sending, suppressions
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models.mail import Kind
call_command("migrate", verbosity=0, interactive=False)
count, port = int(sys.argv[1]), int(sys.argv[2])
at = datetime.now(UTC)
organisation.found("kill", at=at)
sending.configure(by=SYSTEM, at=at, host="127.0.0.1", port=port, security="none", from_address="a@b.example",
                  window_from=0, window_until=24, is_workdays_only=False)
letters = [outbox.Letter(to=Address(f"p{n}@kill.example"), subject=f"Mail {n}", text="words " * 20, key=f"k{n}",
           kind=Kind.ACCOUNT, batch="kill", hold=timedelta()) for n in range(count)]
suppressions.add_many([suppressions.Told(address=f"p{n}@kill.example") for n in range(0, count, 50)], by=SYSTEM, at=at)
outbox.put_many(letters, by=SYSTEM, at=at)
"""

#: A worker's sending loop alone, with short terms and pauses.
_WORK = """
import sys, time, django; django.setup()
from datetime import UTC, datetime, timedelta
from nenrin.foundation.mail import claims, deliver, gate, outcomes
lease, attempt = float(sys.argv[1]), float(sys.argv[2])
terms = claims.Terms(batch=20, lease=timedelta(seconds=lease), attempt=timedelta(seconds=attempt))
outcomes.PAUSES = tuple(timedelta(seconds=1) for _ in range(30))
outcomes.LINE_PAUSE = timedelta(seconds=1)
gate.PAUSES = (timedelta(seconds=1),)
while True:
    if not deliver.step(datetime.now(UTC), terms=terms):
        time.sleep(0.05)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`law` as the outbox counts it; `taken` what the server says that it took, each as often as it did."""

    audience: int
    kills: int
    states: dict[str, int]
    twice: list[str]
    lost: list[str]  # sent by our book, never taken by theirs
    missing: list[str]  # taken by theirs, and ours says that nothing was tried
    seconds: float

    @property
    def sum(self) -> int:
        return sum(self.states.values())

    @property
    def unknown(self) -> int:
        return self.states.get("unknown", 0)

    def faults(self, troubles: int) -> list[str]:
        """What is not as it was promised. `troubles`: mails that the server's own tempers may have made unknown."""
        found = [f"{len(self.twice)} sent twice: {self.twice[:3]}"] if self.twice else []
        found += [f"{len(self.lost)} lost: {self.lost[:3]}"] if self.lost else []
        found += [f"{len(self.missing)} not in the book: {self.missing[:3]}"] if self.missing else []
        found += [f"{self.sum} rows of {self.audience}"] if self.sum != self.audience else []
        found += [f"still waiting: {self.states}"] if {"queued", "claimed"} & self.states.keys() else []
        most = self.kills * WORKERS + troubles
        return found + ([f"{self.unknown} unknown, at most {most}"] if self.unknown > most else [])


def batter(home: Path, count: int, kills: int, *, seed: int = 1, limit_seconds: float = 900) -> Outcome:
    """So many mails and kills, two workers, a bad-tempered server; then quiet until nothing waits."""
    home.mkdir(parents=True, exist_ok=True)
    rng, port, taken = random.Random(seed), free_port(), home / "taken"
    environment = {**os.environ, "NENRIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}
    _run(_PUT, environment, str(count), str(port))
    begun, running = time.monotonic(), {}
    words = [sys.executable, "-m", "tests.smtp_sink", str(port), str(taken), str(seed)]
    sink = subprocess.Popen(words, env=environment, cwd=ROOT, start_new_session=True)
    try:
        wait_for(taken.exists, 30, "the sink")
        for name in range(WORKERS):
            running[name] = _worker(environment)
        _kill_again_and_again(home, running, environment, kills, rng, limit_seconds)
        wait_for(lambda: not _waiting(home), limit_seconds, "an empty outbox")
    finally:
        for process in (*running.values(), sink):
            _kill(process)
    return _counted(home, taken, count, kills, time.monotonic() - begun)


def _kill_again_and_again(
    home: Path, running: dict[int, subprocess.Popen[bytes]], environment: dict[str, str], kills: int, rng: random.Random,
    limit_seconds: float,
) -> None:  # fmt: skip
    """Killed in the middle of the work: each time after some more mails were begun."""
    until, total = time.monotonic() + limit_seconds, max(_waiting(home), 1)
    for number in range(kills):
        goal = total * (1 - (number + 1) / (kills + 1))
        wait_for(lambda goal=goal: _waiting(home) <= goal, max(1.0, until - time.monotonic()), "some more mails")
        time.sleep(rng.uniform(0, 0.05))
        for name in rng.choice([(0,), (1,), (0, 1)]):
            _kill(running[name])
            running[name] = _worker(environment)


def _worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", _WORK, str(LEASE_SECONDS), str(ATTEMPT_SECONDS)]
    with Path(environment["NENRIN_HOME"], "worker.log").open("ab") as log:
        return subprocess.Popen(words, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _run(code: str, environment: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-c", code, *words], env=environment, cwd=ROOT, check=True, timeout=300)


def _rows(home: Path, sql: str) -> list[tuple[str, int]]:
    with sqlite3.connect(f"file:{home / 'nenrin.sqlite3'}?mode=ro", uri=True, timeout=30) as db:
        return db.execute(sql).fetchall()


def _waiting(home: Path) -> int:
    return int(_rows(home, "select '', count(*) from foundation_mail where state in ('queued', 'claimed')")[0][1])


def _counted(home: Path, taken: Path, count: int, kills: int, seconds: float) -> Outcome:
    found = Counter(line.strip().strip("<>") for line in taken.read_text().splitlines() if line.strip())
    rows = dict(_rows(home, "select message_id, state from foundation_mail"))
    sent = [key for key, state in rows.items() if str(state) == "handed_over"]
    possible = {key for key, state in rows.items() if str(state) in ("handed_over", "unknown")}
    return Outcome(
        audience=int(_rows(home, "select '', sum(count) from foundation_mailaudience")[0][1]),
        kills=kills,
        states=dict(Counter(str(state) for state in rows.values())),
        twice=[key for key, times in found.items() if times > 1],
        lost=[key for key in sent if key not in found],
        missing=[key for key in found if key not in possible],
        seconds=seconds,
    )
