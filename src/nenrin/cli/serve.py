"""`nenrin serve`: granian in front, and on wish the worker beside it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import click
from django.conf import settings
from django.core.management import call_command

from nenrin.cli.output import fail
from nenrin.cli.upgrade import refuse_newer
from nenrin.foundation.models import Organisation

STOP_SECONDS = 10


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--with-worker", is_flag=True, help="Also run the worker; ends with the server.")
def command(host: str, port: int, with_worker: bool) -> None:
    """Answer on a port. Ctrl-C ends it, and the worker with it; what was accepted is on the disk."""
    ask_for(host, port)
    refuse_newer()
    call_command("migrate", verbosity=0, interactive=False)
    if not Organisation.objects.exists():
        fail("this home has no organisation yet: run `nenrin init` or `nenrin demo` first")
    parts = {"server": _server(host, port)} | ({"worker": _worker()} if with_worker else {})
    click.echo(f"Nenrin answers on http://{host}:{port}  (home: {settings.HOME})", err=True)
    sys.exit(_watch(parts))


def ask_for(host: str, port: int) -> None:
    """Fail with a remedy where the port cannot be had; the server itself would only fall, again and again."""
    try:
        with socket.create_server((host, port), reuse_port=False):
            return
    except PermissionError:
        fail(f"this user may not answer on port {port}: take one above 1023 and put a proxy in front")
    except OSError as trouble:
        in_use = trouble.errno == errno.EADDRINUSE
        fail(f"port {port} is in use: choose another with --port" if in_use else f"{host}:{port}: {trouble.strerror}")


def _server(host: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(port)),
        *("--workers", "1", "--backlog", "2048", "--backpressure", "1024", "--no-ws", "--respawn-failed-workers"),
        *("--log-level", "warning", "nenrin.rsgi:application"),
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "nenrin", "worker"]


def _watch(parts: dict[str, list[str]]) -> int:
    """Keep every part alive until we are told to stop; a part that falls is started again."""
    running = {name: subprocess.Popen(words) for name, words in parts.items()}
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    parent = os.getppid()
    falls = 0
    while not stopping and os.getppid() == parent and falls < 5:
        time.sleep(0.2)
        for name, process in running.items():
            if process.poll() is not None and not stopping:
                falls += 1
                click.echo(f"the {name} ended with status {process.returncode}; starting it again", err=True)
                running[name] = subprocess.Popen(parts[name])
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if falls < 5 else 1
