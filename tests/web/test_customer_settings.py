"""Products, plans, attributes, tags and teams on their pages."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, tags
from nenrin.customers.models import Account, AttributeField, Plan, Product
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation, Team
from nenrin.foundation.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
LISTS = ("products", "tiers", "touch-models", "attributes", "tags", "teams")


@pytest.fixture
def administrator(client: Client, org: Organisation) -> Member:
    member = cast.member()
    client.force_login(member)
    return member


def _plan(client: Client) -> Plan:
    client.post(reverse("product-new"), {"name": "年輪ワーク", "key": "work"})
    rows = {"limit": ["seats", "", "projects"], "amount": ["５０", "", "1,000"]}
    client.post(
        reverse("plan-new", args=[Product.objects.get().pk]), {"name": "スタンダード", "key": "standard", **rows}
    )
    return Plan.objects.get()


@pytest.mark.parametrize("name", LISTS)
def test_every_empty_list_says_what_it_is_for(client: Client, administrator: Member, name: str) -> None:
    page = client.get(reverse(name)).content.decode()
    assert 'class="empty"' in page and "None" not in page


def test_a_plan_has_limits_as_rows(client: Client, administrator: Member) -> None:
    plan = _plan(client)
    assert plan.limits == {"seats": 50, "projects": 1000}
    assert "スタンダード" in client.get(reverse("products")).content.decode()
    sent = {"name": "プロ", "version": plan.version, "limit": ["seats"], "amount": ["80"]}
    assert client.post(reverse("plan", args=[plan.pk]), sent).status_code == 302
    plan.refresh_from_db()
    assert (plan.name, plan.limits) == ("プロ", {"seats": 80})
    assert Entry.objects.filter(action="customers.plan.saved").count() == 2


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"limit": ["seats"], "amount": ["many"]}, "「seats」"),
        ({"limit": ["seats"], "amount": [""]}, "両方が必要"),
        ({"limit": ["seats", "seats"], "amount": ["1", "2"]}, "重複"),
    ],
)
def test_a_limit_that_is_none_is_named_and_kept(
    client: Client, administrator: Member, limits: dict[str, list[str]], said: str
) -> None:
    plan = _plan(client)
    answer = client.post(reverse("plan", args=[plan.pk]), {"name": "x", "version": plan.version, **limits})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and f'value="{limits["amount"][0]}"' in page
    plan.refresh_from_db()
    assert plan.limits["seats"] == 50


def test_who_saves_a_plan_that_another_has_changed_sees_both_sides(client: Client, administrator: Member) -> None:
    plan = _plan(client)
    sent = {"version": plan.version, "limit": ["seats"], "amount": ["80"]}
    client.post(reverse("plan", args=[plan.pk]), sent | {"name": "first"})
    answer = client.post(reverse("plan", args=[plan.pk]), sent | {"name": "second"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "first" in page and "second" in page


def test_a_key_is_taken_once(client: Client, administrator: Member) -> None:
    _plan(client)
    page = client.post(reverse("product-new"), {"name": "other", "key": "work"}).content.decode()
    assert "使われています" in page and Product.objects.get().name == "年輪ワーク"


def test_a_product_is_archived_after_its_plans_and_restored_before_them(client: Client, administrator: Member) -> None:
    plan = _plan(client)
    of_product, of_plan = reverse("product-state", args=[plan.product_id]), reverse("plan-state", args=[plan.pk])
    client.post(of_product)
    assert Product.objects.get().archived_at is None
    client.post(of_plan)
    client.post(of_product)
    client.post(of_plan, {"do": "restore"})
    assert Product.objects.get().archived_at is not None and Plan.objects.get().archived_at is not None
    client.post(of_product, {"do": "restore"})
    client.post(of_plan, {"do": "restore"})
    assert Plan.objects.get().archived_at is None and Plan.objects.get().limits == plan.limits


def test_an_attribute_is_declared_changed_hidden_and_shown_again(client: Client, administrator: Member) -> None:
    sent = {"name_en": "Partner", "name_ja": "販売パートナー", "field_class": "internal", "position": "0"}
    fresh = {**sent, "key": "partner", "kind": "choice"}
    page = client.post(reverse("attribute-new"), fresh).content.decode()
    assert "選択肢が必要" in page and not AttributeField.objects.exists()
    client.post(reverse("attribute-new"), {**fresh, "options": "東\n西\n東\n"})
    field = AttributeField.objects.get()
    assert field.options == ["東", "西"]
    client.post(reverse("attribute", args=[field.pk]), {**sent, "options": "東\n西\n南", "field_class": "personal"})
    client.post(reverse("attribute-state", args=[field.pk]))
    client.post(reverse("attribute-state", args=[field.pk]), {"do": "restore"})
    field.refresh_from_db()
    assert (field.options, field.field_class, field.archived_at) == (["東", "西", "南"], "personal", None)
    assert "販売パートナー" in client.get(reverse("attributes")).content.decode()


def test_a_tag_is_renamed_and_two_become_one(client: Client, administrator: Member, at: datetime) -> None:
    first, second = (accounts.open(name, by=SYSTEM, at=at) for name in (cast.THRIVING, cast.DRIFTING))
    tags.change([first], add=["重点"], by=SYSTEM, at=at)
    tags.change([second], add=["じゅうてん"], by=SYSTEM, at=at)
    old = second.tags.get()
    assert "じゅうてん" in client.get(reverse("tags")).content.decode()
    client.post(reverse("tag", args=[old.pk]), {"name": "重点"})
    assert set(Account.objects.values_list("tags__name", flat=True)) == {"重点"}
    page = client.get(reverse("tags") + "?sort=-accounts").content.decode()
    assert "じゅうてん" not in page and ">2</a>" in page
    assert Entry.objects.filter(action="customers.account.tagged", account=second.pk).count() == 2


def test_a_team_is_opened_renamed_and_closed(client: Client, administrator: Member) -> None:
    client.post(reverse("teams"), {"name": "東日本"})
    team = Team.objects.get()
    page = client.post(reverse("teams"), {"name": "東日本"}).content.decode()
    assert "同じ名前のチーム" in page and Team.objects.count() == 1
    client.post(reverse("team", args=[team.pk]), {"name": "関東"})
    assert "関東" in client.get(reverse("teams")).content.decode()
    other = cast.member(Role.CSM, "小林 由美", team="関東")
    client.post(reverse("team-close", args=[team.pk]))
    other.refresh_from_db()
    assert other.team is None and not Team.objects.exists()


def test_others_look_and_change_nothing(client: Client, administrator: Member) -> None:
    plan = _plan(client)
    client.post(reverse("teams"), {"name": "東日本"})
    client.force_login(cast.member(Role.SUPPORT))
    ways = ("/new", "/edit", "/state", reverse("team", args=[Team.objects.get().pk]))
    for name in LISTS:
        page = client.get(reverse(name))
        html = page.content.decode()
        assert page.status_code == 200 and not any(way in html for way in ways)
    for address in ("product-new", "tiers-edit", "touch-models-edit", "attribute-new"):
        assert client.get(reverse(address)).status_code == 403
    assert client.post(reverse("plan-state", args=[plan.pk])).status_code == 403
    assert client.post(reverse("teams"), {"name": "西日本"}).status_code == 403
    assert Team.objects.count() == 1


def test_the_palette_offers_what_one_may_begin(client: Client, administrator: Member) -> None:
    page = client.get(reverse("palette"), {"q": "招く"}).content.decode()
    assert reverse("member-new") in page
    client.force_login(cast.member(Role.SUPPORT))
    page = client.get(reverse("palette")).content.decode()
    assert reverse("member-new") not in page and reverse("account-new") not in page
