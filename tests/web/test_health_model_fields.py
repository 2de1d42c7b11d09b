"""Everything that a model's YAML can say is a field of the editor, without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import attributes, tiers
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.values import Text
from nenrin.web.health_models import rule_forms
from tests import cast
from tests.insight.world import World
from tests.web.form_kit import form_with

pytestmark = pytest.mark.django_db
FULL: dict[str, Any] = {
    "key": "standard",
    "name": {"en": "Everything", "ja": "全部"},
    "position": 7,
    "applies_to": {"all": [{"field": "tier", "op": "in", "value": ["smb"]}, {"field": "nps", "op": ">", "value": -50}]},
    "bands": {"healthy": 72.5, "caution": 41, "hysteresis": 4, "dwell_days": 3},
    "half_life_days": 9.5,
    "min_coverage": 0.4,
    "grace_days": 12,
    "typical": {"default": 55, "smb": 61.5},
    "groups": [
        {
            "key": "use",
            "name": {"en": "Use", "ja": "利用"},
            "measures": [
                {
                    "measure": "active_user_share",
                    "weight": 40,
                    "better": "higher",
                    "curve": {"default": [[0, 0], [0.35, 50], [1, 100]], "smb": [[0, 10], [0.5, 90]]},
                },
                {"measure": "attribute:stores", "weight": 10, "better": "lower", "curve": [[-5, 100], [12345678, 0]]},
            ],
        },
        {
            "key": "voice",
            "name": {"en": "Voice", "ja": "声"},
            "measures": [
                {
                    "measure": "nps",
                    "weight": 12.5,
                    "ttl_days": 180,
                    "age": "nps_age",
                    "better": "higher",
                    "curve": [[-100, 0], [100, 100]],
                }
            ],
        },
    ],
    "caps": [
        {"key": "low", "name": {"en": "Low", "ja": "低"}, "when": {"measure": "active_user_share", "below": 0.05}, "score": 30},
        {"key": "angry", "name": {"en": "Angry", "ja": "怒"}, "when": {"measure": "nps", "at_most": -80}, "score": 44.5},
    ],
    "hard_events": [
        {"key": "notice_given", "name": {"en": "Notice", "ja": "予告"}, "band": "at_risk", "days": 365, "score": 20},
        {
            "key": "stores_lost",
            "name": {"en": "Stores lost", "ja": "閉店"},
            "band": "caution",
            "days": 5,
            "when": {"measure": "attribute:stores", "at_least": 9},
        },
    ],
}  # fmt: skip
PARTS = ("active_user_share", "attribute:stores", "nps", *rule_forms.PARTS)


@pytest.fixture
def world(client: Client, org: Organisation) -> World:
    client.force_login(cast.member())
    made = World().begin()
    attributes.declare("stores", name=Text("Stores", "店舗数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=made.now)
    for number, name in enumerate((cast.THRIVING, cast.DRIFTING, *(f"Chain {n}" for n in range(8)))):
        account = made.open(name, attributes={"stores": 10 + number})
        made.subscribe(account, seats=4)
        made.use(name, times=5)
    made.refresh()
    return made


@pytest.fixture
def full(world: World) -> HealthModelVersion:
    health_models.draft(FULL, by=SYSTEM, at=world.now)
    return health_models.publish("standard", by=SYSTEM, at=world.now)


def draft() -> dict[str, Any]:
    found = HealthModelVersion.objects.get(state="draft")
    return dict(found.document)


def address(part: str = "", tier: str = "") -> str:
    return reverse("health-model", args=["standard"]) + f"?part={part}" + (f"&tier={tier}" if tier else "")


def shown(client: Client, part: str, *names: str, tier: str = "") -> dict[str, list[str]]:
    html = client.get(address(part, tier)).content.decode()
    return form_with(html, "seen", *names)


@pytest.mark.parametrize("part", PARTS)
def test_saving_a_part_as_it_is_shown_changes_nothing(client: Client, full: HealthModelVersion, part: str) -> None:
    marks = {"rules": "healthy", "takes": "field", "groups": "order", "exceptions": "score", "events": "band"}
    sent = shown(client, part, marks.get(part, "weight"))
    answer = client.post(address(part), sent | {"do": "save"})
    assert answer.status_code == 302, answer.content.decode()
    assert draft() == full.document == FULL


def test_a_tiers_own_curve_is_shown_changed_added_and_dropped(client: Client, full: HealthModelVersion) -> None:
    sent = shown(client, "active_user_share", "weight", tier="smb")
    assert (sent["tier"], sent["value"][:2]) == (["smb"], ["0", "50"])
    client.post(address("active_user_share"), sent | {"points": ["20", "80", "", ""], "do": "save"})
    assert draft()["groups"][0]["measures"][0]["curve"] == {
        "default": [[0, 0], [0.35, 50], [1, 100]],
        "smb": [[0, 20], [0.5, 80]],
    }
    sent = shown(client, "active_user_share", "weight")
    client.post(address("active_user_share"), sent | {"do": "tier", "new_tier": "enterprise"})
    assert draft()["groups"][0]["measures"][0]["curve"]["enterprise"] == [[0, 0], [0.35, 50], [1, 100]]
    for tier in ("smb", "enterprise"):
        sent = shown(client, "active_user_share", "weight", tier=tier)
        client.post(address("active_user_share"), sent | {"do": "untier"})
    assert draft()["groups"][0]["measures"][0]["curve"] == [[0, 0], [0.35, 50], [1, 100]]


def test_a_measure_moves_to_a_new_group_and_groups_are_named_and_ordered(
    client: Client, full: HealthModelVersion
) -> None:
    client.post(address("nps"), {"do": "add", "add": "pulse", "group": "+", "group_ja": "所感", "group_en": "Pulse!"})
    assert [group["key"] for group in draft()["groups"]] == ["use", "voice", "pulse"]
    client.post(address("nps"), shown(client, "nps", "weight") | {"group": "pulse", "do": "save"})
    assert [group["key"] for group in draft()["groups"]] == ["use", "pulse"]
    sent = shown(client, "groups", "order")
    client.post(address("groups"), sent | {"order": ["2", "1"], "ja": ["使い方", "所感"], "do": "save"})
    groups = draft()["groups"]
    assert [group["key"] for group in groups] == ["pulse", "use"] and groups[1]["name"]["ja"] == "使い方"


def test_exceptions_and_hard_events_are_added_and_taken_out(client: Client, full: HealthModelVersion) -> None:
    sent = shown(client, "exceptions", "score")
    for name, value in {"ja": "店が多い", "en": "", "measure": "attribute:stores", "op": "above", "value": "１２", "score": "50"}.items():  # fmt: skip
        sent[name][-1] = value
    client.post(address("exceptions"), sent | {"drop": ["0"], "do": "save"})
    caps = draft()["caps"]
    assert [cap["key"] for cap in caps] == ["angry", "exception"]
    assert caps[1]["when"] == {"measure": "attribute:stores", "above": 12} and caps[1]["name"]["en"] == "店が多い"
    sent = shown(client, "events", "band")
    for name, value in {"ja": "買収", "en": "Bought", "days": "30", "band": "caution"}.items():
        sent[name][-1] = value
    client.post(address("events"), sent | {"drop": ["0"], "do": "save"})
    assert [event["key"] for event in draft()["hard_events"]] == ["stores_lost", "bought"]


def test_a_condition_is_written_in_words_and_taken_away(client: Client, full: HealthModelVersion) -> None:
    tiers.replace(tiers.DEFAULTS, by=SYSTEM, at=World().now)
    name = tiers.names()["enterprise"].ja
    sent = {"match": "any", "field": ["tier", "attribute.stores"], "op": ["=", ">"], "value": [name, "5"], "seen": ""}
    client.post(address("takes"), sent | {"do": "save"})
    assert draft()["applies_to"] == {
        "any": [
            {"field": "tier", "op": "=", "value": "enterprise"},
            {"field": "attribute.stores", "op": ">", "value": 5},
        ]
    }
    seen = shown(client, "takes", "field")
    assert seen["value"][:2] == [name, "5"]
    client.post(address("takes"), seen | {"field": ["", "", "", ""], "do": "save"})
    assert "applies_to" not in draft()


def test_fitted_anchors_are_shown_with_what_they_rest_on_and_saved_only_when_asked(
    client: Client, full: HealthModelVersion, world: World
) -> None:
    """Ten customers with 10 to 19 stores; fewer are better here: the 10th percentile, 10.9, earns 95."""
    world.refresh()
    answer = client.post(address("attribute:stores"), shown(client, "attribute:stores", "weight") | {"do": "fit"})
    html = answer.content.decode()
    assert answer.status_code == 200 and "継続中の顧客10社" in html
    assert not HealthModelVersion.objects.filter(state="draft").exists()
    fitted = form_with(html, "weight")
    assert fitted["value"][:5] == ["10.9", "12.25", "14.5", "16.75", "18.1"]
    assert fitted["points"][:5] == ["95", "85", "60", "30", "10"]
    client.post(address("attribute:stores"), fitted | {"do": "save"})
    assert draft()["groups"][0]["measures"][1]["curve"][0] == [10.9, 95]


def test_a_tier_of_few_customers_borrows_from_all(client: Client, full: HealthModelVersion, world: World) -> None:
    """Five of ten customers are small, with 10 to 14 stores: their median counts 5/55, the median of all the rest."""
    small = Account.objects.order_by("pk").values_list("pk", flat=True)[:5]
    Account.objects.filter(pk__in=list(small)).update(tier="smb")
    Account.objects.exclude(pk__in=list(small)).update(tier="enterprise")
    client.post(
        address("attribute:stores"), shown(client, "attribute:stores", "weight") | {"do": "tier", "new_tier": "smb"}
    )
    sent = shown(client, "attribute:stores", "weight", tier="smb")
    html = client.post(address("attribute:stores"), sent | {"do": "fit"}).content.decode()
    median = 5 / 55 * 12 + 50 / 55 * 14.5
    assert "9.1%" in html and form_with(html, "weight")["value"][2] == f"{median:.4g}"


def test_nothing_to_fit_is_said_and_keeps_what_was_typed(client: Client, full: HealthModelVersion) -> None:
    answer = client.post(address("nps"), shown(client, "nps", "weight") | {"weight": "33", "do": "fit"})
    assert answer.status_code == 422 and "no account has a value yet" in answer.content.decode()
    assert 'value="33"' in answer.content.decode()


def test_a_preview_says_why_each_account_changes_and_shows_a_sample(client: Client, world: World) -> None:
    """With the edges at 99 and 98 the rules alone move everybody; with less weight on activity the bar is named."""
    bands = {"healthy": 60, "caution": 40, "hysteresis": 0, "dwell_days": 0}
    world.model(min_coverage=0, grace_days=0, half_life_days=0, bands=bands)
    world.refresh()
    sent = shown(client, "rules", "healthy") | {"healthy": "99", "caution": "98", "do": "try"}
    html = client.post(address("rules"), sent).content.decode()
    assert "サンプル10社" in html and "色の判定ルール" in html and cast.THRIVING in html
    sent = shown(client, "days_since_activity", "weight") | {"weight": "900", "do": "try"}
    html = client.post(address("days_since_activity"), sent).content.decode()
    assert "最終利用からの日数 +" in html


def test_publishing_what_somebody_else_changed_since_is_refused(
    client: Client, full: HealthModelVersion, world: World
) -> None:
    old = health_models.draft(FULL, by=SYSTEM, at=world.now).changed_at.isoformat()
    health_models.draft({**FULL, "grace_days": 99}, by=SYSTEM, at=world.now.replace(minute=30))
    answer = client.post(reverse("health-model-publish", args=["standard"]), {"note": "x", "seen": old})
    assert answer.status_code == 422 and HealthModelVersion.objects.filter(state="draft").exists()
    answer = client.post(reverse("health-model-publish", args=["standard"]), {"note": "x", "live_from": "2026-01-01"})
    assert answer.status_code == 422 and "確定" in answer.content.decode()


def test_any_two_versions_are_compared(client: Client, full: HealthModelVersion, world: World) -> None:
    health_models.draft({**FULL, "half_life_days": 2}, by=SYSTEM, at=world.now)
    html = client.get(reverse("health-model-versions", args=["standard"]) + "?from=2&to=3").content.decode()
    assert "v2からv3への変更" in html and "9.5 → 2" in html
    html = client.get(reverse("health-model-versions", args=["standard"]) + "?from=1&to=2").content.decode()
    assert "利用、キー機能、サポート、関係、評価 → 利用、声" in html


def test_a_model_begins_as_a_copy_and_is_taken_out_of_use(
    client: Client, full: HealthModelVersion, world: World
) -> None:
    sent = {"name_en": "Big customers", "name_ja": "大口", "like": "standard"}
    assert client.post(reverse("health-models"), sent).status_code == 302
    assert HealthModelVersion.objects.get(key="big_customers").document["position"] == 6
    assert client.post(reverse("health-models"), sent | {"name_en": "", "name_ja": ""}).status_code == 422
    client.post(reverse("health-model-withdraw", args=["standard"]), {"note": "not needed"})
    assert Entry.objects.filter(action="insight.model.withdrawn").exists()


def test_an_attribute_that_went_is_noted_on_the_models_page(
    client: Client, full: HealthModelVersion, world: World
) -> None:
    field = attributes.declared()[0]
    attributes.archive(field, by=SYSTEM, at=world.now)
    html = client.get(address("rules")).content.decode()
    assert "店舗数" in html and "アーカイブ" in html
    answer = client.post(address("rules"), shown(client, "rules", "healthy") | {"do": "save"})
    assert answer.status_code == 422 and "attribute:stores" in answer.content.decode()
    answer = client.post(reverse("health-model-roll-back", args=["standard", full.number]))
    assert answer.status_code == 422


def test_an_attribute_that_a_live_model_judges_by_is_neither_archived_nor_made_personal(
    client: Client, full: HealthModelVersion
) -> None:
    (field,) = attributes.declared()
    answer = client.post(reverse("attribute-state", args=[field.pk]))
    assert answer.status_code == 422 and "公開中のヘルスモデル「全部」" in answer.content.decode()
    page = client.get(reverse("attribute", args=[field.pk])).content.decode()
    answer = client.post(
        reverse("attribute", args=[field.pk]), form_with(page, "name_en") | {"field_class": "personal"}
    )
    assert answer.status_code == 422 and "先にモデルから外して" in answer.content.decode()
    assert [(one.key, one.field_class) for one in attributes.declared()] == [("stores", "internal")]
    assert "店舗数" in client.get(reverse("measures")).content.decode()


def test_a_preview_names_no_account_outside_the_viewers_scope(client: Client, world: World) -> None:
    bands = {"healthy": 99, "caution": 98, "hysteresis": 0, "dwell_days": 0}
    live = HealthModelVersion.objects.get(key="standard").document
    health_models.draft({**live, "bands": bands, "min_coverage": 0, "grace_days": 0}, by=SYSTEM, at=world.now)
    assert cast.THRIVING in client.get(address("rules")).content.decode()
    client.force_login(cast.member(Role.SALES))
    html = client.get(address("rules")).content.decode()
    assert cast.THRIVING not in html and "公開した場合の変化" in html


def test_who_may_not_configure_is_told_so_everywhere(client: Client, full: HealthModelVersion) -> None:
    client.force_login(cast.member(Role.CSM))
    assert client.get(address("rules")).status_code == 200
    for part in PARTS:
        assert client.post(address(part), {"do": "save"}).status_code == 403
    assert client.post(reverse("health-models"), {"name_en": "Mine", "like": "standard"}).status_code == 403
    assert client.post(reverse("health-model-yaml", args=["standard"]), {"yaml": "x"}).status_code == 403
    for name in ("publish", "discard", "withdraw"):
        assert client.post(reverse(f"health-model-{name}", args=["standard"])).status_code == 403
