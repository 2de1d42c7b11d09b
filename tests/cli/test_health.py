"""`nenrin health` on a day without a row says why, on standard error, in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from click.testing import CliRunner, Result

from nenrin.cli import health
from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from tests.insight.world import World, at

pytestmark = pytest.mark.django_db
#: Still the 22nd in UTC, the 23rd in Tokyo.
NIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)


def asked(*words: str, now: datetime = NIGHT) -> Result:
    with time_machine.travel(now, tick=False):
        return CliRunner().invoke(health.command, [*words, "--format", "json"])


def test_a_home_without_accounts_says_so(org: Organisation) -> None:
    answer = asked()
    assert (answer.exit_code, answer.stdout) == (0, "[]\n")
    assert answer.stderr == "nenrin: there are no accounts yet: import some, or let your product send group calls\n"


def test_a_day_that_has_not_begun_is_told_with_the_organisations_own_day(org: Organisation) -> None:
    assert asked("--as-of", "2026-11-24").stderr == (
        "nenrin: 2026-11-24 has not begun yet: it is 2026-11-23 in Asia/Tokyo\n"
    )


def test_accounts_that_no_worker_has_brought_to_the_lake_are_told(org: Organisation) -> None:
    accounts.open("Acme", by=SYSTEM, at=NIGHT)
    assert "`nenrin worker` brings them there" in asked().stderr


def test_a_day_before_the_first_fact_names_the_first_that_is_known(org: Organisation) -> None:
    world = World().begin()
    world.open("acme")
    world.carry()
    before = world.today - timedelta(1)
    told = asked("--as-of", str(before), now=at(world.today, hour=12)).stderr
    assert told.startswith(f"nenrin: no account was known at the end of {before}: the first became known on ")
    assert told.count("\n") == 1 and "in Asia/Tokyo" in told
