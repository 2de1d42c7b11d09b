"""PostgreSQL stops and starts again under a running server and worker: clients wait, nothing is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults import postgres
from tests.faults.battering import Client, Parts, batter, endured, some_more
from tests.flows.running import wait_for

pytestmark = pytest.mark.faults


def test_a_database_that_goes_away_and_comes_back_costs_nothing(tmp_path: Path) -> None:
    with postgres.cluster() as cluster:
        statuses: set[int] = set()

        def stop_and_start(parts: Parts, clients: list[Client]) -> None:
            log = parts.installation.home / "lake" / "events" / "_delta_log"
            wait_for(lambda: len(list(log.glob("*.json"))) > 1, 60, "the worker's first drain")
            for _ in range(2):
                some_more(clients, 10)
                cluster.stop()
                time.sleep(2)
                cluster.start()
            some_more(clients, 20)
            for client in clients:
                statuses.update(client.statuses)

        outcome = endured(postgres.installed(tmp_path / "home", cluster.url), stop_and_start)
        assert outcome.is_whole, outcome
        assert statuses == {200, 503}


def test_kills_on_postgresql_lose_and_double_nothing(tmp_path: Path) -> None:
    with postgres.cluster() as cluster:
        outcome = batter(postgres.installed(tmp_path / "home", cluster.url), 5)
        assert outcome.is_whole, outcome
