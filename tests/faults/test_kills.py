"""Killed without warning, again and again, nothing that was acknowledged is lost and nothing is stored twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.battering import batter
from tests.flows.running import install

pytestmark = pytest.mark.faults


def test_thirty_kills_of_server_and_worker_lose_and_double_nothing(tmp_path: Path) -> None:
    outcome = batter(install(tmp_path / "home"), 30)
    assert (outcome.lost[:5], outcome.twice[:5]) == ([], [])
    assert outcome.is_whole, outcome
