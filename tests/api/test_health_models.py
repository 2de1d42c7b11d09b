"""Health models by the API: read, drafted as JSON or YAML, previewed, published, explained; refused where not held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.test import Client

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import Health, HealthModelVersion
from tests.api.rest import BASE, Rest
from tests.cast import DRIFTING, THRIVING, member
from tests.insight.world import World

pytestmark = pytest.mark.django_db
MODELS = "/health-models"


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    made.say("mapping", "product|signed_in", None, {"use": "login"})
    for name, users in ((THRIVING, 4), (DRIFTING, 1)):
        made.subscribe(made.open(name), seats=4)
        for user in range(users):
            for event in ("exported", "signed_in"):
                made.use(name, event=event, user=f"u{user}", times=5)
    made.refresh()
    made.end_day()
    made.refresh()
    return made


@pytest.fixture
def rest(world: World) -> Rest:
    return Rest(member(Role.OPERATIONS))


def document(rest: Rest) -> dict[str, Any]:
    return dict(rest.get(f"{MODELS}/standard").data["document"])


def test_models_are_listed_in_the_order_in_which_they_are_asked(rest: Rest) -> None:
    listed = rest.get(MODELS).data
    assert [one["key"] for one in listed] == ["onboarding", "tech_touch", "standard"]
    assert listed[0]["takes"] == {
        "en": "Days as a customer are below 90",
        "ja": "契約開始からの日数が90日未満",
    }


def test_a_model_goes_out_as_yaml_and_comes_back_the_same(rest: Rest) -> None:
    client: Client = rest.client
    text = client.get(f"{BASE}{MODELS}/standard/yaml", headers=rest.headers).content.decode()
    assert yaml.safe_load(text) == document(rest)
    saved = rest.put(f"{MODELS}/standard/draft", {"yaml": text, "note": "same"})
    assert (saved.status_code, saved.data["document"], saved.data["state"]) == (200, document(rest), "draft")
    lines = rest.get(f"{MODELS}/standard/difference?before=1&after=2").data
    assert lines == []


def test_a_preview_by_the_api_is_what_publishing_does(rest: Rest, world: World) -> None:
    strict = {**document(rest), "bands": {"healthy": 99, "caution": 98, "hysteresis": 0, "dwell_days": 0}}
    seen = rest.post(f"{MODELS}/standard/preview", {"document": strict}).data
    assert seen["taken"] == 2 and seen["changes"] == len(seen["changed"]) > 0
    assert seen["changed"][0]["why"]["en"] == "the rules for bands"
    assert not HealthModelVersion.objects.filter(state="draft").exists()
    rest.put(f"{MODELS}/standard/draft", {"document": strict})
    assert rest.post(f"{MODELS}/standard/preview", {}).data["changed"] == seen["changed"]
    assert (
        rest.post(f"{MODELS}/standard/publish", {"note": "strict", "live_from": str(world.today)}).data["number"] == 2
    )
    world.refresh()
    for change in seen["changed"]:
        assert Health.objects.get(account=change["account_id"]).band == change["after"]
    assert rest.post(f"{MODELS}/standard/roll-back", {"number": 1}).data["number"] == 3
    numbers = [row["number"] for row in rest.get(f"{MODELS}/standard/versions").data]
    assert numbers == [3, 2, 1]


def test_mistakes_come_with_their_places_and_nothing_is_kept(rest: Rest) -> None:
    wrong = {**document(rest), "grace_days": "soon", "half_life": 3}
    answer = rest.put(f"{MODELS}/standard/draft", {"document": wrong})
    details = [error["detail"] for error in answer.data["errors"]]
    assert answer.status_code == 422
    assert any(detail.startswith("grace_days") for detail in details)
    assert any("half_life_days" in detail for detail in details)
    assert rest.put(f"{MODELS}/other/draft", {"document": document(rest)}).status_code == 422
    assert rest.put(f"{MODELS}/standard/draft", {}).status_code == 422
    assert (
        rest.put(f"{MODELS}/standard/draft", {"document": {**document(rest), "position": 10**400}}).status_code == 422
    )
    assert rest.put(f"{MODELS}/standard/draft", {"yaml": "a: ["}).status_code == 422
    assert not HealthModelVersion.objects.filter(state="draft").exists()


def test_a_draft_that_somebody_saved_since_is_not_overwritten_or_published_unseen(rest: Rest) -> None:
    first = rest.put(f"{MODELS}/standard/draft", {"document": document(rest)}).data
    earlier = {"seen": "2020-01-01T00:00:00Z"}
    assert rest.put(f"{MODELS}/standard/draft", {"document": document(rest), **earlier}).status_code == 409
    assert rest.post(f"{MODELS}/standard/publish", earlier).status_code == 409
    assert rest.post(f"{MODELS}/standard/publish", {"live_from": "2020-01-01"}).status_code == 422
    assert rest.post(f"{MODELS}/standard/publish", {"seen": first["seen"]}).status_code == 200
    assert rest.post(f"{MODELS}/standard/publish", {}).status_code == 404


def test_an_explanation_between_two_days_adds_up(rest: Rest, world: World) -> None:
    account = Health.objects.get(account__name=DRIFTING).account_id
    since = world.today - timedelta(1)
    told = rest.get(f"/accounts/{account}/health/explanation?since={since}").data
    assert told["since"] == str(since)
    assert round(sum(row["contribution"] for row in told["rows"]), 1) == told["score"]
    assert round(sum(row["loss"] for row in told["rows"]), 1) == round(100 - told["score"], 1)
    for rows in (told["parts"], [{"points": row["change"]} for row in told["rows"]]):
        assert round(sum(row["points"] for row in rows), 1) == told["difference"]
    assert rest.get(f"/accounts/{account}/health/explanation?on=1999-01-01").status_code == 422


def test_who_may_only_look_is_told_that_it_is_not_permitted(rest: Rest) -> None:
    viewer = Rest(member(Role.EXECUTIVE))
    assert viewer.get(MODELS).status_code == viewer.get(f"{MODELS}/standard").status_code == 200
    assert viewer.put(f"{MODELS}/standard/draft", {"document": document(rest)}).status_code == 403
    for deed in ("preview", "publish", "roll-back"):
        assert viewer.post(f"{MODELS}/standard/{deed}", {}).status_code == 403
    assert viewer.delete(f"{MODELS}/standard/draft").status_code == 403
    assert rest.get(f"{MODELS}/nothing").status_code == rest.get(f"{MODELS}/nothing/versions").status_code == 404


def test_a_model_is_withdrawn_once(rest: Rest) -> None:
    [one] = [each for each in rest.get(MODELS).data if each["live"]][:1]
    path = f"{MODELS}/{one['key']}/withdraw"
    assert Rest(member(Role.CSM, "担当")).post(path, {}).status_code == 403
    assert rest.post(path, {"colour": "red"}).status_code == 422
    told = rest.post(path, {"note": "統合"})
    assert told.status_code == 200 and told.data["is_withdrawn"] is True and told.data["note"] == "統合"
    assert rest.post(path, {}).status_code == rest.post(f"{MODELS}/none/withdraw", {}).status_code == 404
    assert HealthModelVersion.objects.filter(key=one["key"], is_withdrawn=True).count() == 1
