"""The health model editor: try, save, publish, go back; every mistake named, nothing lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import HealthModelVersion
from tests import cast
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client: Client, org: Organisation) -> World:
    client.force_login(cast.member())
    made = World().begin()
    made.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    for name in (cast.THRIVING, cast.DRIFTING):
        account = made.open(name)
        made.subscribe(account, seats=4)
        made.touch(account)
        for user in range(4 if name == cast.THRIVING else 1):
            made.use(name, event="exported", user=f"u{user}", times=5)
    made.refresh()
    return made


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def form(client: Client, part: str) -> dict[str, list[str]]:
    """The editor's fields as a browser would send them."""
    html = page(client, "health-model", "standard", query=f"?part={part}")
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and name[1] not in ("csrfmiddlewaretoken", "language", "q"):
            found.setdefault(name[1], []).append(value[1] if value else "")
    found["seen"] = found.get("seen", [""])[:1]
    return found


def test_the_list_says_which_model_takes_whom(client: Client, world: World) -> None:
    html = page(client, "health-models")
    assert html.index("オンボーディングモデル") < html.index("テックタッチモデル") < html.index("標準モデル")
    assert "契約開始からの日数が90日未満" in html


def test_trying_shows_what_would_change_and_keeps_nothing(client: Client, world: World) -> None:
    sent = form(client, "rules") | {"healthy": ["99"], "caution": ["98"], "dwell_days": ["0"], "do": ["try"]}
    answer = client.post(reverse("health-model", args=["standard"]) + "?part=rules", sent)
    html = answer.content.decode()
    assert answer.status_code == 200 and "変わる" in html and cast.THRIVING in html
    assert not HealthModelVersion.objects.filter(state="draft").exists()


def test_a_saved_draft_is_published_with_a_note_and_taken_back(client: Client, world: World) -> None:
    address = reverse("health-model", args=["standard"]) + "?part=days_since_touch"
    sent = form(client, "days_since_touch") | {"weight": ["２０"], "do": ["save"]}
    assert client.post(address, sent).status_code == 302
    html = page(client, "health-model", "standard", query="?part=days_since_touch")
    assert "15 → 20" in html
    client.post(reverse("health-model-publish", args=["standard"]), {"note": "関係を重くする"})
    live = HealthModelVersion.objects.get(key="standard", number=2)
    assert (live.state, live.note) == ("published", "関係を重くする")
    assert "関係を重くする" in page(client, "health-model-versions", "standard")
    client.post(reverse("health-model-roll-back", args=["standard", 1]))
    assert HealthModelVersion.objects.get(key="standard", number=3).document == HealthModelVersion.objects.get(
        key="standard", number=1
    ).document  # fmt: skip


def test_an_anchor_is_added_in_the_empty_row_and_dropped_by_its_button(client: Client, world: World) -> None:
    address = reverse("health-model", args=["standard"]) + "?part=active_user_share"
    sent = form(client, "active_user_share")
    sent["value"][-1], sent["points"][-1] = "50", "60"
    client.post(address, sent | {"do": ["save"]})
    anchors = HealthModelVersion.objects.get(state="draft").document["groups"][0]["measures"][0]["curve"]
    assert [0.5, 60] in anchors and anchors == sorted(anchors)
    client.post(address, form(client, "active_user_share") | {"drop": ["0"]})
    assert HealthModelVersion.objects.get(state="draft").document["groups"][0]["measures"][0]["curve"] == anchors[1:]


def test_a_mistake_is_shown_with_its_place_and_nothing_is_saved(client: Client, world: World) -> None:
    sent = form(client, "active_user_share") | {"weight": ["heavy"], "do": ["save"]}
    answer = client.post(reverse("health-model", args=["standard"]) + "?part=active_user_share", sent)
    assert answer.status_code == 422
    assert "groups[0].measures[0].weight" in answer.content.decode()
    assert not HealthModelVersion.objects.filter(state="draft").exists()


def test_two_who_edit_at_once_are_told(client: Client, world: World) -> None:
    address = reverse("health-model", args=["standard"]) + "?part=rules"
    client.post(address, form(client, "rules") | {"grace_days": ["31"], "do": ["save"]})
    old = form(client, "rules")
    world.today += timedelta(1)
    client.post(address, form(client, "rules") | {"grace_days": ["32"], "do": ["save"]})
    answer = client.post(address, old | {"grace_days": ["33"], "do": ["save"]})
    assert answer.status_code == 422
    assert HealthModelVersion.objects.get(state="draft").document["grace_days"] == 32


def test_a_measure_is_added_and_taken_out(client: Client, world: World) -> None:
    address = reverse("health-model", args=["standard"])
    client.post(address, {"do": "add", "add": "events_28d", "group": "adoption", "seen": ""})
    measures = HealthModelVersion.objects.get(state="draft").document["groups"][0]["measures"]
    assert measures[-1]["measure"] == "events_28d"
    client.post(f"{address}?part=events_28d", form(client, "events_28d") | {"do": ["drop"]})
    assert "events_28d" not in str(HealthModelVersion.objects.get(state="draft").document)


def test_the_whole_model_goes_out_and_in_as_yaml(client: Client, world: World) -> None:
    address = reverse("health-model-yaml", args=["standard"])
    text = client.get(address + "?format=file").content.decode()
    assert client.post(address, {"yaml": text.replace("grace_days: 30", "grace_days: 21")}).status_code == 302
    assert HealthModelVersion.objects.get(state="draft").document["grace_days"] == 21
    broken = client.post(address, {"yaml": text.replace("half_life_days", "half_live_days")})
    assert broken.status_code == 422 and "half_life_days" in broken.content.decode()


def test_who_may_not_configure_reads_only(client: Client, world: World) -> None:
    client.force_login(cast.member(Role.CSM))
    assert "案を保存" not in page(client, "health-model", "standard")
    assert client.post(reverse("health-model-publish", args=["standard"])).status_code == 403
    assert client.post(reverse("health-model", args=["standard"]), {"do": "save"}).status_code == 403
    assert client.get(reverse("health-model", args=["nothing"])).status_code == 404


def test_the_measure_catalogue_defines_every_measure(client: Client, world: World) -> None:
    html = page(client, "measures")
    assert "週間利用者数" in html
    assert 'id="days_to_notice"' in html and "標準モデル" in html
