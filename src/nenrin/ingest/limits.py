"""How fast a source may send: a bucket of events that refills by the second."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Final

#: What clients obey at most; browsers drop anything longer.
LONGEST_WAIT: Final = 300


@dataclass(slots=True)
class _Level:
    events: float  # what may still come; below zero after a batch larger than what was left
    at: float  # monotonic seconds of the last look


class Limiter:
    """One process's buckets. A batch passes while its bucket is not empty, however large it is: it is paid for after.

    So a source that sends batches larger than its limit still gets its limit on average.
    """

    def __init__(self) -> None:
        self._levels: dict[int, _Level] = {}
        self._lock = threading.Lock()

    def wait(self, source: int, limit: int, events: int, now: float) -> int:
        """0 and the events are counted, or the whole seconds (1 to 300) after which to come again.

        `limit` in events a second; 0 = no limit. `now` in monotonic seconds.

        >>> limiter = Limiter()
        >>> [limiter.wait(1, 100, 250, now=t) for t in (0.0, 0.0, 1.0, 2.0)]
        [0, 2, 1, 0]
        """
        if limit <= 0:
            return 0
        with self._lock:
            level = self._levels.setdefault(source, _Level(limit, now))
            level.events = min(limit, level.events + max(now - level.at, 0.0) * limit)
            level.at = now
            if level.events <= 0:
                return min(max(math.floor(-level.events / limit) + 1, 1), LONGEST_WAIT)
            level.events -= events
            return 0
