"""Killed without warning while they send, two workers send nothing twice and skip nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mailing import batter

pytestmark = pytest.mark.faults
MAILS, KILLS = 500, 10


def test_ten_kills_of_two_workers_send_nothing_twice_and_skip_nothing(tmp_path: Path) -> None:
    outcome = batter(tmp_path / "home", MAILS, KILLS, limit_seconds=120)
    tempers = MAILS // 12 * 3 // 6 * 2  # half of the server's tempers leave a mail unknown; twice that is no surprise
    assert outcome.faults(tempers) == [], outcome
    assert outcome.states["suppressed"] == MAILS / 50 and outcome.states["handed_over"] > MAILS * 0.8
