"""Work that may wait for somebody else, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T], *, name: str = "bounded") -> T:
    """What `work` returns, or the exception that it raises; TimeoutError after so many seconds.

    A thread that is late is left where it is: who answers one octet at a time holds a thread of his own, not ours.
    `work` must touch no database: its connection would stay behind with it.
    """
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError(f"no answer within {seconds:.0f} seconds")
    return found[0]
