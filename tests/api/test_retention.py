"""Retention by the API and the command line: the page's figures, within one's reach."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from nenrin.cli import retention
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests.api.rest import Rest
from tests.cast import member
from tests.insight import lifetimes_world

pytestmark = pytest.mark.django_db


def test_programs_read_what_the_page_shows(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, annual=60, monthly=12)
    told = Rest(member(Role.EXECUTIVE)).get("/retention?by=tier").data
    annual, monthly = told["groups"]
    assert (annual["group"], annual["customers"], annual["losses"]) == ("mid_market", 60, 27)
    assert annual["months"][12]["share"] == pytest.approx(46 / 60) and annual["months"][12]["at_risk"] == 60
    assert monthly["months"][-1]["share"] == 1.0 and told["log_rank"]["degrees"] == 1
    assert told["factors"]["losses"] == 27
    said = CliRunner().invoke(retention.command, ["--by", "tier", "--json"], catch_exceptions=False)
    assert json.loads(said.output)["groups"] == told["groups"]
    rows = CliRunner().invoke(retention.command, ["--format", "csv"], catch_exceptions=False).output.splitlines()
    assert rows[0].startswith("group,customers,losses,left_6") and rows[1].startswith("mid_market,60,27,1.0,0.7667")


def test_a_seller_reads_own_accounts_alone(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at, annual=12, monthly=0)
    assert Rest(member(Role.SALES)).get("/retention").data["groups"] == []
    assert Rest(member(Role.EXECUTIVE)).get("/retention?by=zodiac").status_code == 422
