"""Run as a program by mail.py: `put COUNT PORT`, `deliver`, or `bare COUNT PORT`; prints what it took as JSON.

`deliver` is one worker's loop over everything that waits; `bare` sends as many mails of the same words by Django's own
backend over one connection, and keeps nothing.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: E402
from django.core.management import call_command  # noqa: E402

from nenrin.foundation import organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.foundation.mail import deliver, law, outbox, sending  # noqa: E402
from nenrin.foundation.mail.addresses import Address  # noqa: E402
from nenrin.foundation.models.mail import Kind  # noqa: E402

WORDS = "いつもご利用ありがとうございます。更新のご案内です。\n\n" * 6


def put(count: int, port: int) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    at = datetime.now(UTC)
    organisation.found("bench", at=at)
    rules = {"window_from": 0, "window_until": 24, "is_workdays_only": False, "security": "none"}
    sending.configure(by=SYSTEM, at=at, host="127.0.0.1", port=port, from_address="a@b.example", **rules)
    letters = [
        outbox.Letter(
            to=Address(f"p{n}@bench.example", f"担当者 {n}"), subject=f"更新のご案内 {n}", text=WORDS, key=f"k{n}",
            kind=Kind.ACCOUNT, account_id=n % 500 + 1, hold=timedelta(),
        )
        for n in range(count)
    ]  # fmt: skip
    outbox.put_many(letters, by=SYSTEM, at=at)


def work() -> None:
    begun, used, sent = time.perf_counter(), time.process_time(), 0
    while moved := deliver.step(datetime.now(UTC), seconds=600):
        sent += moved
    seconds = time.perf_counter() - begun
    found = law.law()
    told = {"sent": found.sent, "seconds": seconds, "cpu": time.process_time() - used, "holds": found.holds}
    print(json.dumps(told))


def bare(count: int, port: int) -> None:
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port, use_tls=False)
    backend.open()
    begun = time.perf_counter()
    for n in range(count):
        mail = EmailMultiAlternatives(f"更新のご案内 {n}", WORDS, "a@b.example", [f"担当者 {n} <p{n}@bench.example>"])
        backend.send_messages([mail])
    print(json.dumps({"sent": count, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    {"put": put, "deliver": work, "bare": bare}[sys.argv[1]](*map(int, sys.argv[2:]))
