"""`nenrin serve`: granian in front, and on wish the worker beside it."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import click
from django.conf import settings

from nenrin import tied
from nenrin.cli.output import fail
from nenrin.cli.upgrade import refuse_newer
from nenrin.foundation import schema
from nenrin.foundation.models import Organisation

STOP_SECONDS = 10
#: A server that was killed just now may still be leaving its port.
PORT_SECONDS = 3.0
#: A part that ends by itself so often, each time within so many seconds of its start, will not do better the next time.
FALLS, SHORT_LIFE_SECONDS = 5, 10.0


@dataclass(slots=True)
class Part:
    """A process that ends with this one, and is started again whenever it ends."""

    name: str
    words: list[str]
    falls: int = 0
    begun: float = 0.0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.begun = time.monotonic()
        self.process = subprocess.Popen(tied.words(*self.words))

    def mend(self) -> None:
        """Start it again where it has ended. One that was killed from outside is not to blame for it."""
        status = self.process.poll()
        if status is None:
            return
        click.echo(f"the {self.name} ended with status {status}; starting it again", err=True)
        lived = time.monotonic() - self.begun
        if status != -signal.SIGKILL:
            self.falls = self.falls + 1 if lived < SHORT_LIFE_SECONDS else 1
        self.start()

    def end(self) -> None:
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--with-worker", is_flag=True, help="Also run the worker; ends with the server.")
def command(host: str, port: int, with_worker: bool) -> None:
    """Answer on a port until Ctrl-C or SIGTERM; what was accepted is on the disk.

    Server and worker end with this process, however it ends; the shell that started it may be closed.
    """
    ask_for(host, port)
    refuse_newer()
    schema.bring_up()
    if not Organisation.objects.exists():
        fail("this home has no organisation yet: run `nenrin init` or `nenrin demo` first")
    parts = [Part("server", _server(host, port))] + (
        [Part("worker", ["-m", "nenrin", "worker"])] if with_worker else []
    )
    click.echo(f"Nenrin answers on http://{host}:{port}  (home: {settings.HOME})", err=True)
    sys.exit(_watch(parts))


def ask_for(host: str, port: int) -> None:
    """Fail with a remedy where the port cannot be had; the server itself would only fall, again and again."""
    until = time.monotonic() + PORT_SECONDS
    try:
        while _is_taken(host, port):
            if time.monotonic() > until:
                fail(f"port {port} is in use: choose another with --port")
            time.sleep(0.1)
    except PermissionError:
        fail(f"this user may not answer on port {port}: take one above 1023 and put a proxy in front")
    except OSError as trouble:
        fail(f"{host}:{port}: {trouble.strerror}")


def _is_taken(host: str, port: int) -> bool:
    try:
        with socket.create_server((host, port), reuse_port=False):
            return False
    except OSError as trouble:
        if trouble.errno != errno.EADDRINUSE:
            raise
        return True


def _server(host: str, port: int) -> list[str]:
    return [
        *("-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--backlog", "2048", "--backpressure", "1024", "--no-ws", "--respawn-failed-workers"),
        *("--log-level", "warning", "nenrin.rsgi:application"),
    ]


def _watch(parts: Sequence[Part]) -> int:
    """Keep the parts alive until a signal asks us to stop; then end them. The exit status."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return keep(parts, lambda: stopping)


def keep(parts: Sequence[Part], is_stopping: Callable[[], bool]) -> int:
    """Start the parts and keep each alive until it is over; 1 where one of them cannot be kept alive."""
    for part in parts:
        part.start()
    while not is_stopping() and all(part.falls < FALLS for part in parts):
        time.sleep(0.2)
        for part in parts:
            if not is_stopping():
                part.mend()
    for part in parts:
        part.process.terminate()
    for part in parts:
        part.end()
    return 0 if is_stopping() else 1
