"""Rules by the API: tiers, touch models and routing; looked at before they are put in place, and journalled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from nenrin.customers import accounts, ownership, tiers, touch_models
from nenrin.customers.models import Account
from nenrin.foundation import teams
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
NAME = {"en": "One", "ja": "一"}
REST_OF = {"key": "others", "name": {"en": "Others", "ja": "その他"}}


@pytest.fixture
def sato(org: Organisation, at: datetime) -> Member:
    tiers.replace(tiers.DEFAULTS, by=SYSTEM, at=at)
    touch_models.replace(touch_models.DEFAULTS, by=SYSTEM, at=at)
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def account(sato: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at, employees=40, region="関東")
    ownership.assign(made, sato, by=SYSTEM, at=at)
    made.refresh_from_db()
    return made


@pytest.fixture
def head(sato: Member) -> Rest:
    return Rest(cast.member(Role.HEAD, "高木"))


def wide() -> list[dict[str, Any]]:
    """Two touch models; the first takes whoever has thirty employees."""
    condition = {"field": "employees", "op": "at_least", "value": 30}
    near = {"key": "near", "name": {"en": "Near", "ja": "近い"}, "conditions": [condition], "minutes_a_month": 120}
    return [near, REST_OF | {"minutes_a_month": 5}]


def changes() -> int:
    return Entry.objects.filter(action="customers.rules.changed").count()


def test_touch_models_are_tried_in_accounts_and_minutes_and_then_put_in_place(
    head: Rest, account: Account, sato: Member
) -> None:
    stands = head.get("/touch-models")
    before = changes()
    told = head.post("/touch-models/preview", {"rules": wide()}).data
    assert (told["accounts"], [one["count"] for one in told["touch_models"]]) == (1, [1])
    assert told["touch_models"][0]["becomes"]["ja"] == "近い" and told["tiers"] == []
    assert [one["account_id"] for one in told["samples"]] == [account.pk]
    [minutes] = told["minutes"]
    assert (minutes["member_id"], minutes["after"]) == (sato.pk, 120) and minutes["before"] != 120
    assert changes() == before and head.get("/touch-models").data == stands.data
    saved = head.put("/touch-models", {"rules": wide()}, **{"If-Match": stands["ETag"]})
    assert saved.data["moved"] == 1 and saved.data["version"] > stands.data["version"]
    account.refresh_from_db()
    assert account.touch_model == "near" and changes() == before + 1
    late = head.put("/touch-models", {"rules": wide(), "version": stands.data["version"]})
    assert late.status_code == 409 and changes() == before + 1


def test_tiers_are_listed_tried_and_put_in_place(head: Rest, account: Account) -> None:
    version = head.get("/tiers").data["version"]
    rules = [
        {"key": "small", "name": NAME, "conditions": [{"field": "employees", "op": "below", "value": 50}]},
        REST_OF,
    ]
    assert [one["becomes"]["ja"] for one in head.post("/tiers/preview", {"rules": rules}).data["tiers"]] == ["一"]
    assert head.put("/tiers", {"rules": rules, "version": version}).data["moved"] == 1
    account.refresh_from_db()
    assert account.tier == "small" and [one["key"] for one in head.get("/tiers").data["rules"]] == ["small", "others"]


@pytest.mark.parametrize("way", ["preview", "save"])
@pytest.mark.parametrize(
    "rules",
    [
        [],
        [REST_OF, REST_OF],
        [REST_OF | {"colour": "red"}],
        [REST_OF | {"conditions": [{"field": "zodiac", "op": "in", "value": ["x"]}]}],
        [REST_OF | {"conditions": [{"field": "tier", "op": "in", "value": ["nowhere"]}]}],
        [REST_OF | {"minutes_a_month": -1}],
        [REST_OF | {"key": "Not A Key"}],
    ],
)
def test_what_is_no_rule_is_refused_and_changes_nothing(head: Rest, way: str, rules: list[dict[str, Any]]) -> None:
    before = changes()
    body = {"rules": rules}
    answer = head.post("/touch-models/preview", body) if way == "preview" else head.put("/touch-models", body)
    assert answer.status_code == 422 and answer.data["errors"] and changes() == before


def test_whoever_only_sees_accounts_reads_rules_and_changes_none(sato: Member) -> None:
    rest = Rest(sato)
    assert rest.get("/touch-models").status_code == rest.get("/tiers").status_code == 200
    for path in ("/touch-models", "/tiers"):
        assert rest.put(path, {"rules": [REST_OF]}).status_code == 403
        assert rest.post(f"{path}/preview", {"rules": [REST_OF]}).status_code == 403
    assert rest.get("/routing").status_code == rest.put("/routing", {"rules": []}).status_code == 403


def test_routing_is_tried_on_accounts_that_nobody_has_and_put_in_place(head: Rest, sato: Member, at: datetime) -> None:
    accounts.open(cast.STARTING, by=SYSTEM, at=at, region="関東")
    rule = {
        "key": "east", "name": {"en": "East", "ja": "東日本"}, "ownership": "region", "used": True,
        "conditions": [{"field": "region", "op": "in", "value": ["関東"]}],
        "pools": [{"phase": "primary", "team": "東日本"}],
    }  # fmt: skip
    [told] = head.post("/routing/preview", {"rules": [rule]}).data
    assert (told["account"], told["member_id"], told["phase"]) == (cast.STARTING, sato.pk, "primary")
    assert head.get("/routing").data == {"rules": [], "version": 0}
    [kept] = head.put("/routing", {"rules": [rule]}).data["rules"]
    assert {name: kept[name] for name in ("key", "used", "conditions")} == {
        n: rule[n] for n in ("key", "used", "conditions")
    }
    assert kept["pools"] == [{"phase": "primary", "team": "東日本", "members": []}]
    entry = Entry.objects.get(action="customers.rules.changed", particulars__kind="routing")
    assert entry.actor_kind == "member"


def test_routing_is_not_replaced_over_a_change_that_was_not_seen(head: Rest, sato: Member) -> None:
    rule = {"key": "a", "name": NAME, "pools": [{"phase": "primary", "members": [sato.email]}]}
    seen = head.get("/routing").data["version"]
    kept = head.put("/routing", {"rules": [rule], "version": seen})
    assert kept.status_code == 200 and kept["ETag"] == f'"{kept.data["version"]}"' and kept.data["version"] != seen
    assert head.put("/routing", {"rules": [], "version": seen}).status_code == 409
    assert len(head.get("/routing").data["rules"]) == 1
    assert head.put("/routing", {"rules": [], "version": kept.data["version"]}).status_code == 200
    assert head.get("/routing").data["rules"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"pools": [{"phase": "primary", "team": "nowhere"}]},
        {"pools": [{"phase": "primary", "members": ["nobody@x.example"]}]},
        {"pools": []},
        {"ownership": "region"},
        {"pools": [{"phase": "moon", "team": "東日本"}]},
        {"colour": "red"},
    ],
)
def test_what_is_no_routing_rule_is_refused(head: Rest, wrong: dict[str, Any], at: datetime) -> None:
    teams.open("西日本", by=SYSTEM, at=at)
    rule = {"key": "a", "name": NAME, "pools": [{"phase": "primary", "team": "西日本"}]}
    assert head.put("/routing", {"rules": [rule]}).status_code == 200
    assert head.put("/routing", {"rules": [rule | wrong]}).status_code == 422
    assert [one["pools"][0]["team"] for one in head.get("/routing").data["rules"]] == ["西日本"]
