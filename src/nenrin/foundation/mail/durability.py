"""How long a commit waits for the disk while a batch goes out.

A claim is on the disk before the first mail of its batch is handed over. Within the batch, on SQLite, commits go to the
operating system alone: they outlive a worker that is killed, not a machine that loses its power. A claim therefore
carries the mark of the machine's start: after a restart nothing that was said within the batch is relied upon, and all
of it that was not settled on the disk is unknown. Elsewhere each commit waits for the disk, and the mark is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def mark() -> str:
    """Eight characters of this start of the machine; empty where every commit waits for the disk."""
    return _boot() if connection.vendor == "sqlite" and settings.SQLITE_IS_SOUND else ""


def is_trusted(token: str) -> bool:
    """Was what a claim's batch said written on a disk, or by a machine that has run ever since?"""
    said = token.partition("|")[0]
    return not said or said == _boot()


@contextmanager
def relaxed() -> Iterator[None]:
    """Within it commits do not wait for the disk; the first commit after it puts all of them there."""
    if not mark() or connection.in_atomic_block:
        yield
        return
    _synchronous("NORMAL")
    try:
        yield
    finally:
        _synchronous("FULL")


def _synchronous(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={mode}")


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().replace("-", "")[:8]
    except OSError:
        return ""
