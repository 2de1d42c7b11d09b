"""An installation whose clock can be set under its running server and worker, by libfaketime (Debian package faketime)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.running import Installation

LIBRARIES = "*/faketime/libfaketimeMT.so.1"


@dataclass(frozen=True)
class WithClock(Installation):
    """Processes look at the file `clock` at least once a second. Durations are real: only the time of day is set."""

    @property
    def environment(self) -> dict[str, str]:
        found = sorted(Path("/usr/lib").glob(LIBRARIES))
        if not found:
            pytest.skip("LIBFAKETIME IS MISSING: a clock set back was not tried at length (Debian package faketime)")
        return {
            **super().environment,
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.home / "clock"),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def set_clock(self, minutes: int) -> None:
        """So many minutes ahead of the machine's clock, or with a minus behind it."""
        fresh = self.home / "clock.new"
        fresh.write_text(f"{minutes:+d}m\n")
        fresh.replace(self.home / "clock")


def installed(home: Path) -> WithClock:
    home.mkdir(parents=True, exist_ok=True)
    empty = WithClock(home, {})
    empty.set_clock(0)
    return WithClock(home, empty.json("init", "--json"))
