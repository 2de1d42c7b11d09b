"""Keys that live in the home beside the database, each made on first use, readable by its owner alone.

Apart from the signing key of sessions, which may be changed at any time: a link that ends a subscription must work for
ever, and a stored secret must open after sessions were ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


class KeyUnreadable(OSError):
    """A key's file is there but cannot be read: give it back to the user that Nenrin runs as."""


def lines(file: Path, make: Callable[[], str]) -> list[str]:
    """The keys of a file, the one in use first; a new file is made with one."""
    try:
        told = file.read_text()
    except FileNotFoundError:
        return [_made(file, make())]
    except OSError as problem:
        raise KeyUnreadable(f"{file} is there but unreadable ({problem.strerror}); make it readable") from None
    return [line.strip() for line in told.splitlines() if line.strip()]


def prepend(file: Path, key: str) -> None:
    """Put a new key first; the others stay for what they closed."""
    kept = file.read_text() if file.exists() else ""
    draft = file.with_suffix(".new")
    _write(draft, f"{key}\n{kept}", os.O_CREAT | os.O_TRUNC)
    draft.replace(file)


def _made(file: Path, key: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(file, f"{key}\n", os.O_CREAT | os.O_EXCL)
    except FileExistsError:  # another process was quicker: its key counts
        return file.read_text().split()[0]
    return key


def _write(file: Path, text: str, flags: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | flags, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
