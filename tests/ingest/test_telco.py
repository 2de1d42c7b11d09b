"""The IBM Telco file, imported with the mapping of the examples and judged by its model: the public data that anybody can
try. Sixty made-up subscribers in the same columns go the same way where the file is not there."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from nenrin.cli import health
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import Status
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest.files import mappings
from nenrin.insight import refresh
from nenrin.insight.models import Health
from nenrin.playbooks.configuration import applying, bundles
from tests.ingest import telco_like
from tests.ingest.files_kit import counts, run, uploaded
from tests.insight.world import World

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "telco_churn.csv"
EXAMPLE = ROOT / "examples" / "telco"
SNAPSHOT = date(2026, 4, 1)

needs_file = pytest.mark.skipif(not FILE.exists(), reason=f"SKIPPED: {FILE} is not there (public data set)")


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=date(2026, 6, 15)).begin()


def taken_in(content: bytes, rows: int, world: World) -> None:
    """The commands of the example's README, one after the other."""
    for mapping in mappings.all_from_yaml((EXAMPLE / "mapping.yaml").read_text()):
        row = run(uploaded(mapping.kind, content, world.now, source="telco"), world.now, mapping=mapping)
        assert counts(row) == (rows, 0, 0, 0), mapping.kind
    done = applying.apply(bundles.read(EXAMPLE / "configuration"), by=SYSTEM, at=world.now)
    assert done is not None and [one["key"] for one in done.documents] == ["telco"]
    world.carry()
    while refresh.step(world.now):
        pass


def told(world: World, *words: str) -> tuple[list[dict[str, object]], str]:
    with time_machine.travel(world.now, tick=False):
        answer = CliRunner().invoke(health.command, [*words, "--format", "json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout), answer.stderr


def all_are_accounted_for(world: World, rows: int, left: int) -> None:
    """Every row of the file is a customer with health of its own model, or a lost account; none is both."""
    judged = Health.objects.select_related("version")
    assert judged.count() == rows - left and {row.version.key for row in judged} == {"telco"}
    assert min(row.coverage for row in judged) >= 0.5
    assert not judged.filter(account__status=Status.LOST).exists(), "who has left is not at risk any more"
    everyone, nothing_to_say = told(world, "--all")
    bands = Counter(str(row["band"]) for row in everyone)
    assert (len(everyone), bands["lost"], bands["unknown"]) == (rows, left, 0) and nothing_to_say == ""
    assert {row["since"] for row in everyone if row["band"] == "lost"} == {str(SNAPSHOT)}
    alone, said = told(world)
    assert len(alone) == rows - left
    assert said == f"nenrin: {left:,} lost accounts are left out; --all lists them\n"


def test_sixty_like_them_become_judged_customers_and_lost_accounts(world: World) -> None:
    taken_in(telco_like.content(), telco_like.ROWS, world)
    all_are_accounted_for(world, telco_like.ROWS, telco_like.LEFT)
    blank = [row for row in Account.objects.all() if "total_charges" not in row.attributes]
    assert len(blank) == telco_like.BLANK and all(row.attributes["tenure_months"] == 0 for row in blank)


def test_a_day_before_the_import_is_known_for_the_file_is_declared_history(world: World) -> None:
    taken_in(telco_like.content(), telco_like.ROWS, world)
    before, _ = told(world, "--as-of", "2026-03-31", "--model", "telco:1")
    assert len(before) == telco_like.ROWS - telco_like.BLANK, "all but who began on the day of the file"


@needs_file
def test_every_subscriber_becomes_an_account_with_a_contract_and_leavers_are_lost(world: World) -> None:
    taken_in(FILE.read_bytes(), 7043, world)
    all_are_accounted_for(world, 7043, 1869)
    assert Account.objects.filter(status=Status.LOST, lost_on=SNAPSHOT).count() == 1869
    assert Account.objects.filter(status=Status.CUSTOMER).count() == 7043 - 1869
    assert Subscription.objects.filter(status="ended").count() == 1869
    blank = [a for a in Account.objects.all() if "total_charges" not in a.attributes]
    assert len(blank) == 11
    assert all(a.attributes["tenure_months"] == 0 for a in blank)
    stays = Account.objects.get(name="5575-GNVDE")  # 34 months, one year at a time, 56.95 a month
    assert (stays.customer_since, stays.mrr_minor, stays.currency) == (date(2023, 6, 1), 5695, "USD")
    assert Subscription.objects.get(account=stays).renewals == 3  # 2024, 2025, and a fortnight before this day
