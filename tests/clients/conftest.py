"""A running installation for published clients, and their npm packages in a folder that is kept between runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nenrin.analytics.lake import Lake
from tests.flows.running import Installation, install

PACKAGES = (
    "@segment/analytics-node@3.1.0", "@segment/analytics-next@1.84.3", "@rudderstack/rudder-sdk-node@3.0.13",
    "@rudderstack/analytics-js@3.34.1", "posthog-node@5.70.0", "posthog-js@1.449.2", "@jitsu/js@1.11.0",
)  # fmt: skip
NPM_FOLDER = Path(tempfile.gettempdir()) / "nenrin-npm-clients"


@dataclass(frozen=True)
class Running:
    """An installation that answers, with its worker."""

    installation: Installation
    base: str

    @property
    def write_key(self) -> str:
        return str(self.installation.keys["write_key"])

    @property
    def host(self) -> str:
        return self.base.removeprefix("http://")

    def messages(self, user: str) -> list[str]:
        """The message ids of one end user's events in the lake, those from before the signing in with them."""
        files = (lake := Lake(self.installation.home / "lake")).events.files()
        if not files:
            return []
        query = (
            f'with all_events as (from read_parquet({files})), mine as (from all_events where "user" = $1) '
            "select event_id from mine union all select event_id from all_events "
            'where "user" is null and anonymous in (select anonymous from mine)'
        )
        with lake.connection() as db:
            return [message for (message,) in db.execute(query, [user]).fetchall()]

    def by_account(self, group: str) -> dict[str, int]:
        """Events by name that count for the account behind a group, as every measure reads them."""
        lake = Lake(self.installation.home / "lake")
        with lake.session() as db:
            found = db.execute(
                "select event, sum(n) from counts where account in (select account from links where key = ?) group by 1",
                [f"g:{group}"],
            )
            return {name: int(n) for name, n in found.fetchall()}

    def until(self, user: str, group: str, names: dict[str, int]) -> None:
        """Wait for the worker, then: each event once, and under the account of its group."""
        count = sum(names.values())
        end = time.monotonic() + 40
        while self.by_account(group) != names and time.monotonic() < end:
            time.sleep(0.3)
        assert self.by_account(group) == names
        ids = self.messages(user)
        assert len(ids) == len(set(ids)) == count


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    installation = install(tmp_path_factory.mktemp("clients"))
    with installation.serving("--with-worker") as base:
        yield Running(installation, base)


@pytest.fixture(scope="session")
def node() -> Path:
    """A folder with the npm clients; skips, naming what is missing, where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("NODE IS MISSING: the npm clients were not tried (Debian packages nodejs and npm)")
    NPM_FOLDER.mkdir(exist_ok=True)
    complete = NPM_FOLDER / "complete"
    if not complete.exists() or complete.read_text() != " ".join(PACKAGES):
        (NPM_FOLDER / "package.json").write_text('{"private": true}')
        words = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(words, cwd=NPM_FOLDER, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"NO NPM REGISTRY: the npm clients were not tried ({done.stderr.strip().splitlines()[-1:]})")
        complete.write_text(" ".join(PACKAGES))
    return NPM_FOLDER


def run_node(folder: Path, script: str, **environment: str) -> None:
    """Run JavaScript among the npm clients."""
    file = folder / f"try-{os.getpid()}.mjs"
    file.write_text(script)
    try:
        done = subprocess.run(
            ["node", str(file)],
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    finally:
        file.unlink()
    assert done.returncode == 0, done.stdout + done.stderr
