"""Tiers and touch models on their pages: said as sentences, tried before they are saved."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.customers import accounts, days, rule_documents
from nenrin.customers.models import Account, TierRule, TouchModel
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.web.settings import rule_rows
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client, org: Organisation, at: datetime) -> Account:
    client.force_login(cast.member())
    days.install(by=SYSTEM, at=at)
    return accounts.open(cast.THRIVING, employees=500, by=SYSTEM, at=at)


def _form(client: Client, page: str) -> dict[str, object]:
    """What the browser would send of the form as it stands."""
    context = client.get(reverse(page)).context
    sent: dict[str, object] = {"version": context["version"]}
    for block in context["blocks"]:
        n = block.place
        sent |= {f"r{n}-order": str(n), f"r{n}-key": block.key, f"r{n}-en": block.en, f"r{n}-ja": block.ja}
        for name in ("field", "op", "value"):
            sent[f"r{n}-{name}"] = [getattr(row, name) for row in block.rows]
        sent |= {f"r{n}-channel": block.channels, f"r{n}-cadence": block.cadence, f"r{n}-minutes": block.minutes}
    return sent


def test_rules_are_said_as_sentences_with_their_accounts(client: Client, company: Account) -> None:
    page = client.get(reverse("tiers")).content.decode()
    assert "従業員数が1,000以上" in page and "上のルールに当てはまらない" in page and "tier=mid_market" in page
    page = client.get(reverse("touch-models")).content.decode()
    assert "企業規模が大企業" in page and "30日" in page and "打ち合わせ" in page


@pytest.mark.parametrize("page", ["tiers-edit", "touch-models-edit"])
def test_a_form_saved_as_it_stands_changes_nothing(client: Client, company: Account, page: str) -> None:
    before = [list(kind.objects.order_by("pk").values()) for kind in (TierRule, TouchModel)]
    assert client.post(reverse(page), _form(client, page) | {"do": "save"}).status_code == 302
    assert [list(kind.objects.order_by("pk").values()) for kind in (TierRule, TouchModel)] == before


def test_one_sees_who_would_move_before_saving(client: Client, company: Account) -> None:
    sent = _form(client, "tiers-edit")
    sent["r1-value"] = ["400", "", ""]
    page = client.post(reverse("tiers-edit"), sent | {"do": "try"}).content.decode()
    company.refresh_from_db()
    assert "1社のうち1社" in page and "中堅企業 → 大企業" in page and "ロータッチ → ハイタッチ" in page
    assert company.name in page and company.tier == "mid_market"
    client.post(reverse("tiers-edit"), sent | {"do": "save"})
    company.refresh_from_db()
    assert (company.tier, company.touch_model) == ("enterprise", "high")


def test_numbers_put_rules_in_another_order_and_a_tick_takes_one_out(client: Client, company: Account) -> None:
    sent = _form(client, "touch-models-edit")
    sent |= {"r1-drop": "1", "r2-order": "1", "r4-order": "2", "r4-key": "none", "r4-en": "None", "r4-ja": "なし"}
    sent |= {"r4-field": ["status", "", ""], "r4-op": ["in", "", ""], "r4-value": ["lost", "", ""]}
    assert client.post(reverse("touch-models-edit"), sent | {"do": "save"}).status_code == 302
    assert list(TouchModel.objects.values_list("key", flat=True)) == ["low", "none", "tech"]


def test_rules_are_written_as_yaml_too(client: Client, company: Account) -> None:
    sent = {"mode": "yaml", "version": client.get(reverse("tiers-edit")).context["version"], "do": "save"}
    text = "- {key: all, name: {en: All, ja: すべて}, conditions: []}\n"
    assert client.post(reverse("tiers-edit"), sent | {"yaml": text}).status_code == 302
    company.refresh_from_db()
    assert company.tier == "all"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {key: all", "行目"),
        ("all", "1〜30件"),
        ("- all", "ルール1"),
        ("- {key: All, name: {en: All, ja: 全}}", "英小文字"),
        ("- {key: all, name: All}", "英語と日本語"),
        ("- {key: all, name: {en: A, ja: 全}, colour: red}", "colour"),
        (
            "- {key: all, name: {en: A, ja: 全}, conditions: [{field: size, op: in, value: [a]}]}",
            "条件1: 使えない項目（size）",
        ),
        ("- {key: all, name: {en: A, ja: 全}, conditions: [{field: seats, op: below, value: ten}]}", "（ten）"),
        (
            "- {key: all, name: {en: A, ja: 全}, conditions: [{field: seats, op: below, value: 9}]}",
            "最後の企業規模は条件なし",
        ),
        ("- {key: all, name: {en: A, ja: 全}, conditions: [{field: status, op: in, value: [gone]}]}", "gone はない"),
        ("- {key: a, name: {en: A, ja: 全}}\n- {key: a, name: {en: A, ja: 全}}", "ルール2 (a): キーが重複"),
        ('- {key: all, name: {en: "A\\0", ja: 全}}', "保存できない文字"),
        ("- &a {key: all, name: {en: A, ja: 全}}\n- *a", "参照"),
        ("- " + "9" * 5000, "極端な値"),
        ("[" * 3000 + "]" * 3000, "極端な値"),
        ("- {key: [a], name: {1: 2, 3: 4}, conditions: {a: 1}}", "ルール1"),
    ],
)
def test_what_is_no_rule_is_named_by_its_place_and_kept(client: Client, company: Account, text: str, said: str) -> None:
    sent = {"mode": "yaml", "version": client.get(reverse("tiers-edit")).context["version"], "do": "save", "yaml": text}
    answer = client.post(reverse("tiers-edit"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "<textarea" in page
    assert TierRule.objects.count() == 3


def test_what_the_form_cannot_read_stays_as_typed(client: Client, company: Account) -> None:
    sent = _form(client, "touch-models-edit") | {"r1-cadence": "monthly"}
    page = client.post(reverse("touch-models-edit"), sent | {"do": "save"}).content.decode()
    assert "0〜3650の整数（monthly）" in page and 'value="monthly"' in page


def test_two_who_change_the_rules_are_told(client: Client, company: Account) -> None:
    sent = _form(client, "tiers-edit") | {"do": "save"}
    assert client.post(reverse("tiers-edit"), sent | {"r1-en": "Large"}).status_code == 302
    answer = client.post(reverse("tiers-edit"), sent | {"r1-en": "Huge"})
    assert answer.status_code == 422 and "別の人" in answer.content.decode()
    assert TierRule.objects.first().name_en == "Large"  # type: ignore[union-attr]


def test_form_and_document_say_the_same(company: Account) -> None:
    document = rule_documents.of_tiers([])
    assert rule_rows.blocks(document) == [rule_rows.Block(1, rows=(rule_rows.Row(),) * 2)]
    assert rule_rows.blocks("text") is None
