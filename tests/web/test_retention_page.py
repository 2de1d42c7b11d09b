"""The retention page: curves by group, who stands behind them, factors in words, little data said."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Segment
from tests.insight import lifetimes_world
from tests.web.test_value_pages import body, signed_in, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


def test_groups_stand_side_by_side_with_a_verdict(client: Client, at: datetime) -> None:
    lifetimes_world.build(at, monthly=40)
    text = body(client, "/retention?by=tier")
    assert "These groups leave at different rates" in text and "less than 0.001" in text
    assert "77%" in text and "of 60" in text and '<th scope="col">Month</th>' in text
    japanese = body(signed_in(language="ja"), "/retention?by=tier")
    assert "グループ間で解約のペースに差がある" in japanese and "対象60社" in japanese


def test_too_few_are_said(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    text = body(client, "/retention?by=term")
    assert "needs 10 customers" in text and "Not enough data to compare" in text
    assert "no trait differs" in text


def test_an_empty_installation_says_where_retention_comes_from(client: Client) -> None:
    assert "No contract had begun by then" in body(client, "/retention")
    assert "No account here" in body(client, "/retention/accounts")
    assert client.get("/retention/accounts?group=smb").status_code == 404


def test_what_makes_no_sense_falls_back_and_is_said(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    assert "left at its default" in body(client, "/retention?by=zodiac&known=2999-01-01")


@pytest.mark.parametrize(
    "by", ["all", "tier", "plan", "term", "source", "region", "industry", "first_value", "segment"]
)
def test_every_grouping_answers(client: Client, at: datetime, by: str) -> None:
    lifetimes_world.build(at)
    Segment.objects.create(name="A", condition={}, created_at=at, changed_at=at)
    assert "<h1>Retention</h1>" in body(client, f"/retention?by={by}")


def test_a_group_leads_to_its_accounts(client: Client, at: datetime) -> None:
    made = lifetimes_world.build(at)
    text = body(client, "/retention/accounts?by=tier&group=mid_market")
    assert made[0].name in text and made[-1].name not in text


def test_curves_and_accounts_go_into_files_and_the_journal_knows(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    rows = table(body(client, "/retention/export.csv?by=tier"))
    assert rows[13][:3] == ["mid_market", "12", "60"] and rows[-1][3] == "not enough data"
    assert len(table(body(client, "/retention/accounts/export.csv?by=tier&group=smb"))) == 5
    assert client.get("/retention/export.xlsx").status_code == 200
    assert Entry.objects.filter(action="customers.subscription.exported").count() == 3


def test_a_seller_sees_own_accounts_only(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    assert "No contract had begun by then" in body(signed_in(Role.SALES), "/retention")
