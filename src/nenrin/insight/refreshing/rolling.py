"""Rollups brought up to date before anything reads them; one process at a time."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime

from nenrin.analytics.lake import Lake
from nenrin.foundation import leases

LEASE_SECONDS = 600


def rolled(lake: Lake, at: datetime) -> bool:
    """Roll the days with new events. False where another process is rolling: come back next round."""
    holder = f"roll:{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
    with leases.held("roll", holder=holder, seconds=LEASE_SECONDS, at=at) as mine:
        if mine:
            lake.roll()
        return mine
