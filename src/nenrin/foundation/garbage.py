"""Python's search for cyclic garbage, kept away from what lives as long as the process, and from batches of rows."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects between two searches; searches of the young before one of the older, and of these before one of all.
SETTLED = (20_000, 20, 50)


def settle() -> None:
    """What is here by now stays: modules, templates, routes are not searched again, and a request seldom pays for it.

    For a process that has loaded everything it needs and now serves.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # what is left at the end is taken apart as in any other process
    gc.set_threshold(*SETTLED)


@contextmanager
def spared() -> Iterator[None]:
    """Within it no cycles are searched for: a batch of many live rows would be walked over and over in vain.

    Rows go by their counts of references as ever. Nested, the outermost ends it.

    >>> with spared():
    ...     gc.isenabled()
    False
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
