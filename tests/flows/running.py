"""A real installation in a folder: the command line, a server and a worker as processes of their own."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 180  # of a busy machine
STOP_SECONDS = 20


@dataclass(frozen=True)
class Installation:
    home: Path
    keys: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in {"NENRIN_DATABASE_URL", "NENRIN_HOME"}}
        return given | {"NENRIN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "nenrin.settings"}

    def run(self, *words: str, status: int = 0) -> str:
        """A command's standard output; its exit status is checked."""
        done = subprocess.run(
            [sys.executable, "-m", "nenrin", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words))

    @contextmanager
    def serving(self, *options: str) -> Iterator[str]:
        """The server's address while the block runs; everything ends with it."""
        port = free_port()
        words = [sys.executable, "-m", "nenrin", "serve", "--port", str(port), *options]
        log = (self.home / "serve.log").open("ab")
        process = subprocess.Popen(words, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(lambda: _answers(port), START_SECONDS, f"the server; see {self.home / 'serve.log'}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            log.close()


def install(home: Path, *options: str) -> Installation:
    home.mkdir(parents=True, exist_ok=True)
    empty = Installation(home, {})
    return Installation(home, json.loads(empty.run("init", "--json", *options)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(is_true: Any, seconds: float, what: str) -> None:
    """Ask until it is true; fails, naming `what`, after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_true():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s for {what}")


def send(base: str, key: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """POST JSON as a Segment client does."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    request = urllib.request.Request(base + path, json.dumps(body).encode(), {"Authorization": f"Basic {basic}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status, json.loads(answer.read())


def rest(base: str, token: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """A call of the REST API with its token; the JSON of its answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}/api/v1{path}", content, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())
