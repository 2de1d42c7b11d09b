"""The backtest tab of a health model: what it says, when it says nothing, who may ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.backtests import reading
from nenrin.insight.models import Backtest, HealthModelVersion
from tests import cast
from tests.insight import backtests_world

pytestmark = pytest.mark.django_db
TAB = "/health-models/standard/backtest"


@pytest.fixture
def live(client: Client, org: Organisation, at: datetime) -> HealthModelVersion:
    client.force_login(cast.member())
    health_models.install(at=at)
    return reading.version("standard")


def page(client: Client, query: str = "", lang: str = "ja") -> str:
    client.cookies["language"] = lang
    answer = client.get(TAB + query, HTTP_ACCEPT_LANGUAGE=lang)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_model_that_was_never_tested_says_so_and_offers_it(client: Client, live: HealthModelVersion) -> None:
    html = page(client)
    assert "まだ検証していません" in html and "過去データで試す" in html
    answer = client.post(TAB, {"version": "1", "capacity": "２０"})
    assert answer.status_code == 302
    row = Backtest.objects.get()
    assert (row.state, row.capacity, row.version) == ("asked", 20, live)
    assert "過去のスコアを再計算中" in page(client)


def test_the_page_polls_while_it_is_computed_and_comes_again_whole(client: Client, live: HealthModelVersion) -> None:
    client.post(TAB, {"version": "1"})
    row = Backtest.objects.get()
    address = reverse("health-model-backtest-progress", args=["standard", row.pk])
    assert address in page(client) and "HX-Refresh" not in client.get(address)
    Backtest.objects.update(state="done", card={})
    assert client.get(address)["HX-Refresh"] == "true"
    assert "検証できる過去がありません" in page(client)


def test_a_card_is_shown_with_its_intervals_and_beside_the_simple_rules(
    client: Client, live: HealthModelVersion, at: datetime
) -> None:
    card = backtests_world.finished(live, at).card
    html = page(client)
    own = next(told for told in card["due"] if told["horizon"] == 90)["areas"]["model"]
    assert f"AUC {own['value']:.2f}" in html and f"{own['low']:.2f}" in html
    for words in (
        "最終利用からの日数",
        "単純平均",
        "規模別の解約率",
        "色ごとの更新率",
        "対応枠での成績",
        "手入力の割合",
    ):
        assert words in html, words
    assert "この版の作成より前" in html, "tested on days before it was made"


def test_a_draft_comes_first_and_is_compared_with_the_live_version(
    client: Client, live: HealthModelVersion, at: datetime
) -> None:
    draft = health_models.draft({**live.document, "half_life_days": 7}, by=backtests_world.SYSTEM, at=at)
    backtests_world.finished(draft, at)
    html = page(client)
    assert "v2案とv1の比較" in html and "AUC（90日先）" in html
    assert "まだ検証していません" in page(client, "?version=1")
    assert client.get(TAB + "?version=9").status_code == 404


def test_too_few_losses_say_how_many_are_missing(client: Client, live: HealthModelVersion, at: datetime) -> None:
    row = backtests_world.finished(live, at)
    for told in (*row.card["due"], *row.card["everyone"]):
        told |= {"areas": {}, "gains": {}, "behind": {**told["behind"], "wanting": 4}}
    for tier in row.card["tiers"]:
        tier["told"] |= {"areas": {}, "gains": {}}
    row.card |= {"leads": {}, "lifts": {}, "calibration": {}, "earlier": None}
    row.weights = {"wanting": 11, "measures": []}
    row.save()
    html = page(client)
    assert "データ不足（あと4社）" in html and "あと11社必要" in html


def test_drift_and_groups_are_told_in_words_and_old_cards_do_without(
    client: Client, live: HealthModelVersion, at: datetime
) -> None:
    row = backtests_world.finished(live, at)
    months = [{"day": f"2026-0{n}-01", "accounts": 40, "told": 2.0, "left": 5} for n in (1, 2, 3)]
    row.card["watch"] = {
        "months": months, "over": [1.6, 3.2, 4.8], "under": [0.0, 0.0, 0.0], "since": "2026-03-01", "alarm": 4.0,
        "wanting": 0, "moved": [{"measure": "nps", "psi": 0.4}],
    }  # fmt: skip
    bands = {one["band"]: 0.2 for one in row.card["kept"]}
    lone = {"kind": "segment", "key": "999", "accounts": 3, "left": 1, "stayed": 2, "wanting": 9, "area": None}
    row.card["slices"] = [{**lone, "bands": bands}]
    row.save()
    html = page(client)
    assert "ずれを検知" in html and "4.8" in html and "点の分布が大きく変わった" in html
    assert "セグメント：（削除済み）" in html and "データ不足（あと9社）" in html
    reader = Client()
    reader.force_login(cast.member(language="en"))
    assert "Drift since" in page(reader, lang="en")
    for name in ("watch", "slices"):
        del row.card[name]
    row.save()
    assert "ずれを検知" not in page(client)


def test_learned_weights_are_put_into_a_draft_by_a_button_only(
    client: Client, live: HealthModelVersion, at: datetime
) -> None:
    row = backtests_world.finished(live, at)
    assert "学習した重み" in page(client)
    client.post(TAB, {"version": "1", "do": "learned"})
    assert not HealthModelVersion.objects.filter(state="draft").exists(), "weighed other measures than the model has"
    measures = [m["measure"] for group in live.document["groups"] for m in group["measures"]]
    row.weights["measures"] = [{**row.weights["measures"][0], "measure": key} for key in measures]
    row.save()
    answer = client.post(TAB, {"version": "1", "do": "blended"})
    draft = HealthModelVersion.objects.get(state="draft")
    assert answer["Location"].endswith("version=draft")
    assert {m["weight"] for g in draft.document["groups"] for m in g["measures"]} <= {9.0, 9.1}


def test_an_old_card_is_marked(client: Client, live: HealthModelVersion, at: datetime) -> None:
    row = backtests_world.finished(live, at)
    Backtest.objects.filter(pk=row.pk).update(as_of=row.as_of - timedelta(500))
    assert "1か月以上の結果が加わっています" in page(client)


def test_a_failed_one_is_told_and_what_was_there_stays(client: Client, live: HealthModelVersion, at: datetime) -> None:
    backtests_world.finished(live, at)
    client.post(TAB, {"version": "1"})
    Backtest.objects.filter(state="asked").update(state="failed")
    html = page(client)
    assert "計算できませんでした" in html and "色ごとの更新率" in html


def test_whoever_only_looks_sees_the_card_and_asks_for_nothing(
    client: Client, live: HealthModelVersion, at: datetime
) -> None:
    backtests_world.finished(live, at)
    client.force_login(cast.member(Role.EXECUTIVE))
    html = page(client)
    assert "色ごとの更新率" in html and "もう一度検証" not in html
    assert client.post(TAB, {"version": "1"}).status_code == 403


def test_the_page_with_a_card_asks_few_questions(
    client: Client, live: HealthModelVersion, at: datetime, django_assert_max_num_queries: Any
) -> None:
    backtests_world.finished(live, at)
    page(client)
    with django_assert_max_num_queries(15):
        page(client)
