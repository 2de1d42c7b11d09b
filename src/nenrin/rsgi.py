"""The application that `nenrin serve` runs: granian's own interface in front of Django's WSGI.

Bodies are read on the event loop, with a deadline, before a thread is given to the request: a client that sends its
body drop by drop is told 408 and never holds a thread. (Read inside WSGI, forty such clients hold forty threads for as
long as they like; granian has a deadline for headers only.)
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, Final

from django.urls import get_resolver

from nenrin import tied
from nenrin.foundation import garbage
from nenrin.wsgi import application as django

#: Requests that wait for the disk hold a thread, but no processor.
THREADS: Final = int(os.environ.get("NENRIN_THREADS", "32"))
#: A body may pause this long, and must come at this rate on the whole.
LONGEST_PAUSE_SECONDS: Final = 10.0
SLOWEST_BYTES_PER_SECOND: Final = 20_000
#: Longer bodies than this are kept in a temporary file while they come in.
IN_MEMORY_BYTES: Final = 1_000_000
LARGEST_BODY: Final = 1_073_741_824

_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_NAMES: Final = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class TooSlow(Exception):
    """The body did not come within its time."""


class TooLarge(Exception):
    """The body is longer than any that is read."""


class Application:
    """Reads a request, runs Django in a thread, sends what it answers."""

    def __init__(self) -> None:
        get_resolver().url_patterns  # noqa: B018  (every page's module is read now, not at the first request)
        garbage.settle()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """`scope` and `protocol` are granian's HTTPScope and HTTPProtocol (no stubs published)."""
        if scope.proto != "http":
            protocol.close(403)
            return
        try:
            body = await _received(scope, protocol)
        except TooSlow:
            protocol.response_str(
                408, [("content-type", "text/plain"), ("connection", "close")], "the body came too slowly\n"
            )
            return
        except TooLarge:
            told = f"the body is longer than {LARGEST_BODY} bytes\n"
            protocol.response_str(413, [("content-type", "text/plain"), ("connection", "close")], told)
            return
        loop = asyncio.get_running_loop()
        with body:
            await loop.run_in_executor(self._threads, _answer, _environ(scope, body), protocol, loop)


async def _received(scope: Any, protocol: Any) -> IO[bytes]:
    length = scope.headers.get("content-length", "")
    if scope.method in _BODILESS and not length:
        return io.BytesIO()
    if length.isdigit() and int(length) <= IN_MEMORY_BYTES:
        return io.BytesIO(await _at_once(protocol, int(length)))
    body: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115  (the caller closes it)
    loop = asyncio.get_running_loop()
    begun, size = loop.time(), 0
    chunks = aiter(protocol)
    while True:
        left = begun + LONGEST_PAUSE_SECONDS + size / SLOWEST_BYTES_PER_SECOND - loop.time()
        try:
            async with asyncio.timeout(min(left, LONGEST_PAUSE_SECONDS)):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            break
        except TimeoutError:
            body.close()
            raise TooSlow from None
        size += len(chunk)
        if size > LARGEST_BODY:
            body.close()
            raise TooLarge
        body.write(chunk)
    body.seek(0)
    return body


async def _at_once(protocol: Any, length: int) -> bytes:
    try:
        async with asyncio.timeout(LONGEST_PAUSE_SECONDS + length / SLOWEST_BYTES_PER_SECOND):
            body: bytes = await protocol()
    except TimeoutError:
        raise TooSlow from None
    return body


def _environ(scope: Any, body: IO[bytes]) -> dict[str, Any]:
    """The request as WSGI describes it (PEP 3333)."""
    size = body.seek(0, os.SEEK_END)
    body.seek(0)
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),  # granian has undone the percent signs
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" not in name:  # X_Real_Name must not pass for X-Real-Name
            key = _OWN_NAMES.get(name) or "HTTP_" + name.upper().replace("-", "_")
            environ[key] = f"{environ[key]}; {value}" if key == "HTTP_COOKIE" and key in environ else value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    if size or scope.method not in _BODILESS:
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def _answer(environ: dict[str, Any], protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Run Django and send its answer, whole or, where it is made piece by piece, in pieces."""
    told: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None, /) -> Callable[[bytes], object]:
        told.update(status=int(status[:3]), headers=[(name.lower(), value) for name, value in headers])
        return io.BytesIO().write  # the old way to answer, which Django never takes

    response = django(environ, start)
    try:
        if getattr(response, "streaming", False):
            _send_in_pieces(response, told, protocol, loop)
        else:
            protocol.response_bytes(told["status"], told["headers"], b"".join(response))
    finally:
        response.close()


def _send_in_pieces(
    response: Iterable[bytes], told: dict[str, Any], protocol: Any, loop: asyncio.AbstractEventLoop
) -> None:
    """Pieces are made in this one thread, for they may come from its database cursor, and sent by the loop."""

    def wait(step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result()

    async def begin() -> Any:
        return protocol.response_stream(told["status"], told["headers"])

    async def send(piece: bytes) -> None:
        await transport.send_bytes(piece)

    transport = wait(begin())
    for piece in response:
        wait(send(piece))


if starter := multiprocessing.parent_process():  # granian's first process: killed with -9, it cannot end this one
    tied.tie(starter.pid or 0)
application = Application()
