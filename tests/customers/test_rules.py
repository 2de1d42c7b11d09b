"""Tiers and touch models by rule; overrides with a reason and an end; tags."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import accounts, days, subscriptions, tags, tiers, touch_models
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.values import Text


@pytest.fixture
def rules(org: Organisation, at: datetime) -> None:
    days.install(by=SYSTEM, at=at)


def opened(at: datetime, name: str = "甲", **fields: object) -> Account:
    return accounts.open(name, by=SYSTEM, at=at, **fields)


def test_every_account_has_exactly_one_tier_and_its_touch_model(rules: None, at: datetime) -> None:
    given = [opened(at, employees=n) for n in (5000, 1000, 999, 100, 99, None)]
    assert [a.tier for a in given] == ["enterprise", "enterprise", "mid_market", "mid_market", "smb", "smb"]
    assert [a.touch_model for a in given] == ["high", "high", "low", "low", "tech", "tech"]


def test_growing_moves_the_tier_and_tells_the_lake(rules: None, at: datetime) -> None:
    account = accounts.change(opened(at, employees=90), by=SYSTEM, at=at, employees=120)
    assert account.tier == "mid_market"
    assert Entry.objects.get(action="customers.account.changed").particulars["fact"]["body"]["tier"] == "mid_market"


def test_a_rule_on_revenue_follows_the_contract(rules: None, at: datetime) -> None:
    large = tiers.Tier("key", Text("Key", "重点"), [{"field": "mrr_minor", "op": "at_least", "value": 500_000}])
    tiers.replace([large, tiers.Tier("rest", Text("Rest", "その他"))], by=SYSTEM, at=at)
    account = opened(at)
    assert account.tier == "rest"
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on=date(2026, 4, 1), mrr_minor=500_000)
    account.refresh_from_db()
    assert account.tier == "key"


def test_changing_the_rules_moves_the_accounts_that_they_move(rules: None, at: datetime) -> None:
    one, two = opened(at, employees=300), opened(at, "乙", employees=10)
    enterprise = tiers.Tier("enterprise", Text("E", "大"), [{"field": "employees", "op": "at_least", "value": 200}])
    assert tiers.replace([enterprise, tiers.DEFAULTS[2]], by=SYSTEM, at=at) == 1
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.tier, two.tier) == ("enterprise", "smb")
    assert (
        Entry.objects.get(action="customers.account.regraded").particulars["fields"]
        == "mid_market → enterprise, low → high"
    )


def test_an_override_holds_until_its_day(rules: None, at: datetime) -> None:
    account = opened(at, employees=10)
    account = touch_models.override(account, "high", reason="経営会議で決定", until=date(2026, 12, 1), by=SYSTEM, at=at)
    assert account.touch_model == "high"
    accounts.change(account, by=SYSTEM, at=at, industry="小売")
    assert days.turn(date(2026, 11, 30), at=at) == 0
    assert days.turn(date(2026, 12, 1), at=at) == 1
    account.refresh_from_db()
    assert (account.touch_model, account.touch_reason) == ("tech", "")


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"touch_model": "none"}, "touch_model"),
        ({"reason": " "}, "reason"),
        ({"until": date(2026, 11, 24)}, "until"),
    ],
)
def test_an_override_needs_a_model_a_reason_and_an_end(
    rules: None, at: datetime, how: dict[str, object], field: str
) -> None:
    given = {"touch_model": "high", "reason": "理由", "until": date(2027, 1, 1), **how}
    with pytest.raises(Refused) as refused:
        touch_models.override(opened(at), by=SYSTEM, at=at, **given)
    assert refused.value.faults[0].field == field


@pytest.mark.parametrize(
    "conditions",
    [
        [{"field": "colour", "op": "in", "value": ["red"]}],
        [{"field": "employees", "op": "in", "value": ["9"]}],
        [{"field": "employees", "op": "at_least", "value": "9"}],
        [{"field": "tier", "op": "in", "value": ["smb"]}],
        ["employees"],
    ],
)
def test_rules_that_cannot_be_read_are_refused(rules: None, at: datetime, conditions: list[dict[str, object]]) -> None:
    with pytest.raises(Refused):
        tiers.replace([tiers.Tier("a", Text("a", "a"), conditions), tiers.DEFAULTS[2]], by=SYSTEM, at=at)


def test_the_last_tier_takes_everyone_else(rules: None, at: datetime) -> None:
    with pytest.raises(Refused):
        tiers.replace(tiers.DEFAULTS[:2], by=SYSTEM, at=at)


def test_tagging_is_safe_to_repeat(rules: None, at: datetime) -> None:
    many = [opened(at, str(n)) for n in range(3)]
    assert tags.change(many, by=SYSTEM, at=at, add=["重点", "展示会"]) == 3
    assert tags.change(many, by=SYSTEM, at=at, add=["重点"]) == 0
    assert tags.change(many[:1], by=SYSTEM, at=at, remove=["重点"]) == 1
    last = Entry.objects.filter(action="customers.account.tagged").last()
    assert last.particulars["fact"]["body"]["tags"] == ["展示会"]
