"""A mail server of our own that takes mails, and does to them whatever their address says.

Run as a program it writes each mail that it takes to a file, fsynced before it answers, so that a count survives
whoever is killed: `python -m tests.smtp_sink PORT FILE [SEED]`.
"""

from __future__ import annotations

import asyncio
import email
import os
import random
import socket
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.flows.running import free_port

#: What a mail's address begins with -> what happens to it. Anything else is taken.
MOODS = (
    "nobody",  # 550 5.1.1, there is no such mailbox
    "unwanted",  # 554 after the whole mail was read
    "grey",  # 450 at first, taken when it comes again
    "full",  # 452, always
    "busy",  # 421 and the line is closed, at first
    "later",  # 451 after the whole mail was read, at first
    "drop",  # taken, and the line breaks before the answer
    "lose",  # not taken, and the line breaks before the answer
    "reset",  # taken, answered 250, and the line is reset
    "slow",  # taken, after a while
)


class Sink:
    """What was taken, by Message-ID; every address's attempts."""

    def __init__(self, *, slow_seconds: float = 0.2, file: Path | None = None, seed: int | None = None) -> None:
        self.taken: list[str] = []
        self.mails: list[EmailMessage] = []
        self.seen: Counter[str] = Counter()
        self.connections = 0
        self.slow_seconds = slow_seconds
        self.out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if file else None
        self.rng = random.Random(seed) if seed is not None else None

    def mood(self, address: str) -> str:
        """By the address; with a seed one mail in twelve meets trouble, whoever it is for."""
        if self.rng is not None:
            return (
                self.rng.choice(("grey", "later", "drop", "lose", "reset", "busy"))
                if self.rng.random() < 1 / 12
                else ""
            )
        return next((mood for mood in MOODS if address.startswith(mood)), "")

    def take(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        if self.out is not None:
            start = content.find(b"Message-ID: ") + 12
            os.write(self.out, content[start : content.find(b"\r\n", start)] + b"\n")
            return
        mail: Any = email.message_from_bytes(content, policy=POLICY)
        self.mails.append(mail)
        self.taken.append(mail["Message-ID"])

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = envelope.mood = self.mood(address)  # type: ignore[attr-defined]
        self.seen[address] += 1
        again = self.seen[address] > 1
        if mood == "nobody":
            return "550 5.1.1 no such user here"
        if mood == "full":
            return "452 4.2.2 mailbox full"
        if mood == "grey" and not again:
            return "450 4.7.1 come again"
        if mood == "busy" and not again:
            await server.push("421 4.3.2 closing")
            _abort(server)
            return "421 closing"
        envelope.rcpt_tos.append(address)
        envelope.again = again  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood, again = envelope.mood, envelope.again  # type: ignore[attr-defined]
        if mood == "unwanted":
            return "554 5.7.1 not wanted"
        if mood == "later" and not again:
            return "451 4.3.0 not now"
        if mood == "lose":
            _abort(server)
            return "451 gone"
        if mood == "slow":
            await asyncio.sleep(self.slow_seconds)
        self.take(envelope)
        if mood == "reset":
            await server.push("250 2.0.0 taken")
        if mood in ("drop", "reset"):
            _abort(server)
        return "250 2.0.0 taken"


def _abort(server: SMTP) -> None:
    """Reset the line: what the other side has not read yet is lost."""
    if server.transport is None:
        return
    raw = server.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.transport.abort()


class _Server(SMTP):
    """Without the courtesies that cost time."""

    async def push(self, status: Any) -> None:
        if self.transport is not None and not self.transport.is_closing():
            await super().push(status)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, enable_SMTPUTF8=True, hostname="sink.example")


@contextmanager
def sinking(**options: Any) -> Iterator[tuple[Sink, int]]:
    """A sink in a thread of its own, and its port."""
    sink, port = Sink(**options), free_port()
    controller = _Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink, port
    finally:
        controller.stop()


async def _serve(port: int, file: Path, seed: int | None) -> None:
    sink = Sink(file=file, seed=seed)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)  # broken lines are what it is for
    server = await loop.create_server(
        lambda: _Server(sink, enable_SMTPUTF8=True, hostname="sink.example", loop=loop), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None))
