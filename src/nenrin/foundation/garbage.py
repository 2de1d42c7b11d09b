"""Python's search for cyclic garbage, put off while a batch makes nothing but rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
