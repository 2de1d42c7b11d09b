"""The health model editor in a real browser: what would change is shown while one types, and nothing is saved by it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import segments
from nenrin.insight.models import HealthModelVersion
from tests import cast
from tests.browsers import hindrances, overflow, signed_in
from tests.insight.world import World, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = (cast.THRIVING, cast.DRIFTING, cast.STARTING, cast.UNKNOWN, "瑞穂アグリ株式会社", "株式会社みなとベイ観光")


@pytest.fixture
def page(browser: Browser, live_server: object, transactional_db: None) -> Iterator[Page]:
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    world.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    for place, name in enumerate(NAMES):
        account = world.open(name)
        world.subscribe(account, seats=6)
        world.touch(account)
        for user in range(place + 1):
            world.use(name, event="exported", user=f"u{user}", times=4)
    world.refresh()
    segments.save("利用者が少ない", {"field": "weekly_active_users", "op": "<", "value": 3}, by=SYSTEM, at=world.now)
    window = {"viewport": {"width": 1440, "height": 1000}, "locale": "ja-JP"}
    opened = signed_in(browser, live_server, cast.member(), **window)
    yield opened
    opened.context.close()


def test_what_would_change_is_shown_while_typing_and_saved_by_nobody(page: Page) -> None:
    page.goto("/health-models/standard?part=rules")
    page.get_by_label("健全の下限").fill("95")
    page.get_by_label("注意の下限").fill("90")
    page.get_by_label("色を保つ最短日数").fill("0")
    page.get_by_label("色を保つ最短日数").press("Tab")
    expect(page.locator("#preview")).to_contain_text("色が変わる顧客は", timeout=15_000)
    expect(page.locator("#preview")).to_contain_text("案を保存してください")
    assert not HealthModelVersion.objects.filter(state="draft").exists()


@pytest.mark.parametrize(
    "address",
    ["/health-models", "/health-models/standard?part=active_user_share", "/health-models/standard?part=rules",
     "/health-models/standard/yaml", "/health-models/standard/versions", "/segments", "/segments/new", "/measures"],
)  # fmt: skip
def test_nothing_serious_stands_in_the_way_of_anybody(page: Page, address: str) -> None:
    page.goto(address)
    if os.environ.get("NENRIN_SHOTS"):
        name = address.strip("/").replace("/", "-").replace("?", "-")
        page.screenshot(path=f"{os.environ['NENRIN_SHOTS']}/{name}.png", full_page=True)
    assert [*hindrances(page), *overflow(page)] == []
