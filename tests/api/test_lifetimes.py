"""Lifetime value over REST and on the command line: every level, by segment, and customers without a contract."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from nenrin.cli import lifetimes as command
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.lifetimes import reports
from nenrin.insight.lifetimes.buyers import Buyers
from nenrin.insight.models import Segment, SegmentMembership
from tests import cast
from tests.api.rest import Rest
from tests.insight import lifetimes_world

pytestmark = pytest.mark.django_db
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}
LEVELS = ["L0", "L1", "L2", "L2", "L3", "L4", "L5"]


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.HEAD))


def test_every_level_of_a_customers_value_is_told_by_its_number(rest: Rest, at: datetime) -> None:
    lifetimes_world.build(at)
    told = rest.get("/lifetimes").data
    large, small = told["items"]
    assert [one["level"] for one in large["levels"]] == LEVELS and small["levels"] == []
    amounts = {one["name"]: one["value"] for one in large["levels"]}
    assert amounts["plain"] > amounts["discounted"] > amounts["five_years"] > amounts["three_years"] > 0
    assert amounts["model"] == pytest.approx(large["new_customer"]["value"])
    assert amounts["own"] == pytest.approx(large["still_to_come"]["value"] / (large["customers"] - large["losses"]))
    assert told["without_contract"] is None
    printed = json.loads(CliRunner().invoke(command.command, ["--json"]).output)
    assert printed["items"] == told["items"] and printed["without_contract"] is None


def test_a_segment_and_all_others_are_two_groups(rest: Rest, at: datetime) -> None:
    made = lifetimes_world.build(at)
    segment = Segment.objects.create(name="重点", condition=CUSTOMERS, created_at=at, changed_at=at)
    SegmentMembership.objects.bulk_create(
        SegmentMembership(segment=segment, account=one, entered_at=at) for one in made[:30]
    )
    told = rest.get(f"/lifetimes?by=segment&segment={segment.pk}").data
    assert {one["tier"] for one in told["items"]} == {"in", "out"}
    assert sum(one["customers"] for one in told["items"] if one["tier"] == "in") == 30
    for wrong in ("", "&segment=999999"):
        refused = rest.get(f"/lifetimes?by=segment{wrong}")
        assert refused.status_code == 422 and "segment" in str(refused.data)


def test_of_too_few_buyers_it_says_how_many_it_takes() -> None:
    told = reports.of_buyers(Buyers(12, 3, None, None, None, None))
    assert told and told["reason"] == "not enough data: needs 30 customers, of whom 10 bought again"
    assert told["revenue"] is None and (told["customers"], told["bought_again"]) == (12, 3)
    enough = reports.of_buyers(Buyers(80, 40, None, 30.5, 120.0, 1e6))
    assert enough and enough["reason"] == "" and enough["revenue"] == 1e6
