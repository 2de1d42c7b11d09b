"""A file system of 64 MB that is filled up under a running installation and given room again.

Used by the suite once and by the endurance run again and again.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.battering import Parts, differences, settled, stored
from tests.flows.running import Installation, install, wait_for

SENT_WHILE_FULL = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """`faults`: what was answered that should not have been."""

    acknowledged: int
    refusals: int
    lost: list[str]
    twice: list[str]
    faults: list[str]
    law: dict[str, int]

    @property
    def is_whole(self) -> bool:
        law = self.law
        is_kept = law["received"] == law["stored"] + law["duplicate"] + law["quarantined"]
        return is_kept and not (self.lost or self.twice or self.faults)


@contextmanager
def small_disk(above: Path) -> Iterator[Path]:
    folder = above / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("NO RIGHT TO MOUNT: the full disk was not tried (run as root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def filled(disk: Path, rounds: int = 1) -> Outcome:
    """The disk fills up and is given room so often, without a restart of the server; then a worker and the count."""
    installation = install(disk / "home")
    parts = Parts(installation)
    acknowledged, refusals, faults = ["first"], 0, list[str]()
    try:
        parts.start("server")
        wait_for(lambda: sent(installation, parts.port, "first")[0] == 200, 60, "the server")
        for number in range(rounds):
            if number:
                _made_room(installation, parts)
            taken, refused, wrong = _round(installation, parts.port, disk, number)
            acknowledged, refusals, faults = acknowledged + taken, refusals + refused, faults + wrong
        parts.start("worker")
        law = settled(installation)
    finally:
        parts.end()
    return Outcome(len(acknowledged), refusals, *differences(acknowledged, stored(installation.home)), faults, law)


def _made_room(installation: Installation, parts: Parts) -> None:
    """What waits is drained before the disk is filled again: the spool alone would fill it some day."""
    parts.start("worker")
    settled(installation)
    parts.kill("worker")


def _round(installation: Installation, port: int, disk: Path, number: int) -> tuple[list[str], int, list[str]]:
    """(acknowledged, how many were asked to come again, what was answered wrongly)."""
    _fill(disk)
    taken, refused, wrong = list[str](), 0, list[str]()
    for place in range(SENT_WHILE_FULL):
        message = f"full-{number}-{place}"
        status, wait = sent(installation, port, message)
        if status == 200:
            taken.append(message)
        elif status == 503 and 1 <= int(wait or 0) <= 300:
            refused += 1
        else:
            wrong.append(f"{message}: {status}, Retry-After {wait}")
    if (status := status_of(port, "/")) >= 400:
        wrong.append(f"pages cannot be read while the disk is full: {status}")
    (disk / "ballast").unlink()
    after = f"after-{number}"
    if sent(installation, port, after)[0] == 200:
        return [*taken, after], refused, wrong
    return taken, refused, [*wrong, "a restart would be needed"]


def _fill(folder: Path) -> None:
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        for size in (1_000_000, 4_096):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError:
                continue


def sent(installation: Installation, port: int, message: str) -> tuple[int, str | None]:
    """One event of 16 kB: the answer's status and Retry-After; status 0 where nobody answered."""
    event = {
        "userId": "sato",
        "event": "Report Opened",
        "messageId": message,
        "properties": {"text": os.urandom(8_000).hex()},
    }
    auth = base64.b64encode(f"{installation.keys['write_key']}:".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/v1/track", json.dumps(event), {"Authorization": f"Basic {auth}"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After")
    except OSError:
        return 0, None
    finally:
        connection.close()


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    return connection.getresponse().status
