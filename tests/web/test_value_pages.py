"""ROI simulator and lifetime value: the address is the scenario, figures lead to accounts, little data is said."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import policies
from tests import cast
from tests.api.rest import Rest
from tests.insight import lifetimes_world

pytestmark = pytest.mark.django_db
SCENARIO = "/roi?mrr=10000000&churn=3&churn_after=2&new_mrr=300000&per=month"


@pytest.fixture
def client(org: Organisation) -> Client:
    return signed_in()


def signed_in(role: Role = Role.HEAD, language: str = "en") -> Client:
    client = Client()
    client.force_login(cast.member(role, language=language))
    return client


def body(client: Client, path: str, status: int = 200) -> str:
    answer: Any = client.get(path)
    assert answer.status_code == status, path
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_margin_and_discount_are_those_of_the_metric_policy(client: Client) -> None:
    policies.publish({"gross_margin": 0.65, "yearly_discount": 0.04}, by=SYSTEM, at=datetime(2026, 1, 5, tzinfo=UTC))
    for page in ("/lifetimes", "/roi"):
        text = body(client, page)
        assert re.search(r'name="margin"[^>]*value="65(\.0+)?"|value="65(\.0+)?"[^>]*name="margin"', text), page
        assert re.search(r'name="discount"[^>]*value="4(\.0+)?"|value="4(\.0+)?"[^>]*name="discount"', text), page
    assert 'value="70"' in body(client, "/lifetimes?margin=70")
    rest = Rest(cast.member(Role.EXECUTIVE))
    told = rest.get("/lifetimes").data
    assert (told["margin"], told["discount"]) == (0.65, 0.04)
    assert rest.get("/roi").data["inputs"]["margin"] == 0.65


def test_the_address_is_the_scenario(client: Client) -> None:
    text = body(client, SCENARIO)
    assert "¥7,255,597" in text and "¥105,488,805" in text and "¥127,255,597" in text
    assert 'value="10000000"' in text and text.count("<figure>") == 6


def test_each_slogan_stands_with_its_assumptions_in_both_languages(client: Client) -> None:
    assert "with new customers it is 1.9 to 5.1 times" in body(client, SCENARIO)
    japanese = body(signed_in(language="ja"), SCENARIO)
    assert "新規なしの累計売上" in japanese and "この試算の前提" in japanese and "12,725万円" not in japanese
    assert "7,255,597円" in japanese


def test_yearly_rates_are_turned_into_monthly_ones(client: Client) -> None:
    """3 → 2 % a year: half a per cent of the first year's revenue."""
    text = body(client, SCENARIO.replace("per=month", "per=year").replace("new_mrr=300000", "new_mrr=0"))
    summary = re.search(r'<p class="finding">(.*?)</p>', text, re.S)
    assert summary and "+0.5%" in summary[1]


def test_a_rate_without_its_period_is_asked_back(client: Client) -> None:
    assert "A month or a year?" in body(client, SCENARIO.replace("&per=month", ""))
    assert "A month or a year?" not in body(client, SCENARIO)
    assert "Is this a yearly rate?" in body(client, SCENARIO.replace("churn=3", "churn=25"))


@pytest.mark.parametrize("bad", ["churn=0", "churn=x", "mrr=-1", "years=99", "margin=101", "arpa=0", "mrr=1e400"])
def test_a_figure_without_meaning_is_named_and_the_rest_kept(client: Client, bad: str) -> None:
    text = body(client, f"/roi?csm_cost=7654321&{bad}", status=400)
    assert "There is a problem" in text and 'value="7654321"' in text
    assert client.get(f"/roi/export.csv?{bad}").status_code == 404


def test_no_budget_helps_more_accounts_than_the_scenario_has(client: Client) -> None:
    asked = "mrr=5600000&arpa=100000&budget=1000000&contact_cost=5000&uplift="
    text = body(client, f"/roi?{asked}5&per=month")
    assert re.search(r"Accounts helped for the budget.{0,200}?56\.0", text, re.DOTALL) and "stays unspent" in text
    assert "使わない" in body(signed_in(language="ja"), "/roi")
    told = {one["claim"]: one for one in Rest(cast.member(Role.EXECUTIVE)).get(f"/roi?{asked}0.05").data["claims"]}
    assert [one["after"] for one in told["costs"]["readings"][:2]] == pytest.approx([56, 2.8])


def test_own_contracts_are_the_starting_point(client: Client, at: datetime) -> None:
    assert "every figure is an assumption" in body(client, "/roi")
    lifetimes_world.build(at)
    text = body(client, "/roi")
    assert 'value="3700000"' in text and 'value="100000"' in text and "From your own contracts" in text


def test_the_scenario_goes_into_a_file(client: Client) -> None:
    rows = table(body(client, SCENARIO.replace("/roi", "/roi/export.csv")))
    assert rows[0] == ["Part", "Slogan", "Name", "Before", "After"]
    assert ["input", "", "MRR", "", "10000000.0"] in rows
    assert sum(row[0] == "month" for row in rows) == 60 * 5 + 240


def test_lifetimes_show_models_intervals_and_what_is_not_enough(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    text = body(client, "/lifetimes")
    assert "mid_market, annual terms" in text and "All customers, annual terms" in text
    assert "nobody left: churn of a renewal is at most" in text and "Not enough data" in text
    assert "shifted beta-geometric" in text and "chosen" in text
    assert "LTV of a customer counts: about to sign: all payments (DEL)." in text
    japanese = body(signed_in(language="ja"), "/lifetimes")
    assert "LTVの数え方は「これから契約：初回の支払いから（DEL）」です。" in japanese and "）." not in japanese


def test_an_empty_installation_says_where_lifetimes_come_from(client: Client) -> None:
    assert "No contract had begun by then" in body(client, "/lifetimes")
    assert "No account here" in body(client, "/lifetimes/accounts")
    assert client.get("/lifetimes/accounts?tier=smb&term=12").status_code == 404


def test_every_figure_leads_to_its_accounts(client: Client, at: datetime) -> None:
    made = lifetimes_world.build(at)
    text = body(client, "/lifetimes/accounts?tier=mid_market&term=12&state=lost")
    assert made[0].name in text and "2023" in text and made[40].name not in text
    assert made[40].name in body(client, "/lifetimes/accounts?tier=mid_market&term=12")


def test_what_makes_no_sense_falls_back_and_is_said(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    text = body(client, "/lifetimes?known=2999-01-01&margin=nan&discount=-3")
    assert "left at its default" in text and 'name="margin" class="input" inputmode="decimal" value="80"' in text
    assert "left at its default" not in body(client, "/lifetimes?known=2025-01-01&margin=70&discount=8")


def test_the_lists_go_into_files_and_the_journal_knows(client: Client, at: datetime) -> None:
    lifetimes_world.build(at)
    rows = table(body(client, "/lifetimes/export.csv"))
    assert rows[2][:3] == ["All customers, annual terms", "observed share left", "1"] and rows[2][6:] == ["60", "14"]
    accounts = table(body(client, "/lifetimes/accounts/export.csv?tier=mid_market&term=12&state=all"))
    assert len(accounts) == 61 and client.get("/lifetimes/export.xlsx").status_code == 200
    assert Entry.objects.filter(action="customers.subscription.exported").count() == 3


def test_an_executive_reads_and_takes_no_account_list_away(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    executive = signed_in(Role.EXECUTIVE)
    assert "export.csv" not in body(executive, "/lifetimes")
    assert executive.get("/lifetimes/accounts/export.csv").status_code == 403
    assert "¥7,255,597" in body(executive, SCENARIO)


def test_a_seller_sees_the_value_of_own_accounts_only(org: Organisation, at: datetime) -> None:
    lifetimes_world.build(at)
    assert "No contract had begun by then" in body(signed_in(Role.SALES), "/lifetimes")


def test_an_account_tells_what_it_is_still_worth(client: Client, at: datetime) -> None:
    made = lifetimes_world.build(at)
    text = body(client, f"/accounts/{made[40].pk}/value")
    assert "of gross profit is still to come" in text and "Stays at the next renewal" in text
    assert "By the lifetimes of mid_market, annual terms (customers: 60, losses: 27)" in text
    assert "nothing more is expected" in body(client, f"/accounts/{made[0].pk}/value")
    few = body(client, f"/accounts/{made[-1].pk}/value")
    assert "model of all" not in text and "Not enough data" in few and "it takes 30 customers and 5 losses" in few
    assert f"/accounts/{made[40].pk}/value" in body(client, f"/accounts/{made[40].pk}/contracts")
    lifetimes_world.resign(made[40], noticed_on="2026-09-01")
    assert "Notice is given" in body(client, f"/accounts/{made[40].pk}/value")


def test_programs_read_an_accounts_value(org: Organisation, at: datetime) -> None:
    made = lifetimes_world.build(at)
    rest = Rest(cast.member(Role.EXECUTIVE))
    told = rest.get(f"/lifetimes/accounts/{made[40].pk}?discount=0.2").data
    low = rest.get(f"/lifetimes/accounts/{made[40].pk}?discount=0.05").data["still_to_come"]["value"]
    assert 0 < told["still_to_come"]["low"] < told["still_to_come"]["value"] < low
    assert told["renewals_passed"] == 4 and 0.5 < told["stays_next"] < 1 and told["left"]["1"] == told["stays_next"]
    gone = rest.get(f"/lifetimes/accounts/{made[0].pk}").data
    assert gone["still_to_come"] is None and gone["reason"] == "lost on 2023-04-01"
    assert Rest(cast.member(Role.SALES)).get(f"/lifetimes/accounts/{made[40].pk}").status_code == 404


@pytest.mark.parametrize("ask", ["by=plan", "by=segment", "by=segment&segment=999", "count=acquired", "count=before_2"])
def test_other_groupings_and_ways_to_count_answer(client: Client, at: datetime, ask: str) -> None:
    lifetimes_world.build(at)
    text = body(client, f"/lifetimes?{ask}")
    assert "left at its default" not in text and "LTV of one customer, by level" in text
    assert "left at its default" in body(client, "/lifetimes?by=zodiac&count=x")
