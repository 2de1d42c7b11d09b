"""One round of a writer in a process of its own that is stopped in the middle of its commit: `sleeper.py drain|mirror`.

It stops itself after everything was looked at and just before the lake's commit, prints what it did once it wakes up,
and holds its right as the worker does.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

django.setup()

from nenrin.analytics.lake.tables import Table  # noqa: E402
from nenrin.foundation import leases  # noqa: E402
from nenrin.ingest import drain, lakes, mirror  # noqa: E402

commit = Table._commit


def asleep(self: Table, *words: Any) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    commit(self, *words)


def main(what: str, at: datetime) -> None:
    Table._commit = asleep  # type: ignore[method-assign]
    with leases.held(drain.LEASE, holder=f"sleeper-{what}", seconds=60, at=at) as mine:
        assert mine
        lake = lakes.current()
        done = drain.drain(lake, at=at).stored if what == "drain" else mirror.mirror(lake)
    sys.stdout.write(str(done))


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
