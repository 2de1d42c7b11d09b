"""A PostgreSQL cluster of one's own, that can be stopped and started under a running installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.flows.running import Installation


@dataclass(frozen=True)
class OnPostgres(Installation):
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "NENRIN_DATABASE_URL": self.url}


@dataclass(frozen=True)
class Cluster:
    binaries: Path
    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql://nenrin@{quote(str(self.folder), safe='')}/nenrin"

    def run(self, program: str, *words: str) -> None:
        """PostgreSQL refuses to run as root: then as nobody."""
        leave = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
        words = (*leave, str(self.binaries / program), *words)
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self.run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


@contextmanager
def cluster() -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        pytest.skip("POSTGRESQL IS MISSING: its stop and start were not tried (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="nenrin-postgres."))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    one = Cluster(found[-1], folder)
    one.run("initdb", "-D", str(folder / "data"), "-U", "nenrin", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8")
    one.start()
    try:
        one.run("createdb", "-h", str(folder), "-U", "nenrin", "nenrin")
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def installed(home: Path, url: str) -> OnPostgres:
    home.mkdir(parents=True, exist_ok=True)
    return OnPostgres(home, OnPostgres(home, {}, url).json("init", "--json"), url)
