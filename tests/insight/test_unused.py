"""What healthy accounts of the same tier use and this one does not, with how many of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nenrin.analytics.intervals import wilson
from nenrin.customers.models import Account
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models, unused
from nenrin.insight.models import Health, HealthModelVersion
from tests.api.rest import Rest
from tests.cast import member
from tests.insight.world import FIRST, SPACE, World

pytestmark = pytest.mark.django_db


def judged(world: World, account: Account, band: str) -> None:
    version = HealthModelVersion.objects.first()
    Health.objects.create(account=account, as_of=world.today, at=world.now, today=80, score=80, band=band, since=world.today,
                          coverage=1, version=version, losses=[])  # fmt: skip


def company(world: World, name: str, *events: str, tier: str = "smb", band: str = "healthy") -> Account:
    account = world.open(name)
    Account.objects.filter(pk=account.pk).update(tier=tier)
    judged(world, account, band)
    for event in events:
        world.use(name, event=event)
    account.refresh_from_db()
    return account


@pytest.fixture
def world(org: Organisation) -> World:
    """Twelve healthy ones: all report, nine export, five share; one that is at risk signs in and reports."""
    health_models.install(at=World().now)
    made = World()
    for use, event in (("login", "signed_in"), ("key_feature", "exported"), ("ignore", "ping")):
        made.say("mapping", f"{SPACE}|{event}", None, {"use": use, "feature": ""})
    for n in range(12):
        more = [*(["exported"] if n < 9 else []), *(["shared"] if n < 5 else []), "invited"]
        company(made, f"健全{n}", "signed_in", "ping", "reported", *more)
    company(made, "別規模", "painted", tier="enterprise")
    company(made, "不調", "painted", band="at_risk")
    return made


def test_what_most_like_it_use_and_it_does_not_is_named_with_their_share(world: World) -> None:
    own = company(world, "本人", "reported", band="caution")
    world.carry()
    world.lake.roll()
    found = unused.unused(own, world.today)
    assert (found.tier, found.count) == ("smb", 12)
    assert [(one.name, one.is_key, one.users) for one in found.features] == [
        ("exported", True, 9),
        ("invited", False, 12),
    ]
    assert found.features[0].share == 0.75 and found.features[0].interval == wilson(9, 12)


def test_use_is_of_the_last_four_weeks(world: World) -> None:
    own = company(world, "本人", band="caution")
    world.use("本人", event="exported", on=FIRST - timedelta(27))
    world.use("本人", event="invited", on=FIRST - timedelta(28))
    world.carry()
    world.lake.roll()
    assert [one.name for one in unused.unused(own, world.today).features] == ["invited", "reported"]


def test_too_few_like_it_say_nothing(world: World) -> None:
    own = company(world, "本人", tier="enterprise", band="caution")
    alone = company(world, "無区分", tier="", band="caution")
    world.carry()
    world.lake.roll()
    assert unused.unused(own, world.today).features == () and not unused.unused(own, world.today).is_enough
    assert unused.unused(alone, world.today).count == 0


def test_the_account_s_page_names_them_with_share_and_interval(world: World, client: Client) -> None:
    own = company(world, "本人", "reported", band="caution")
    world.carry()
    world.lake.roll()
    person = member(Role.HEAD)
    Member.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    with time_machine.travel(world.now, tick=False):
        page = client.get(f"/accounts/{own.pk}/usage").content.decode()
        block = client.get(f"/accounts/{own.pk}/usage/unused").content.decode()
    assert f"/accounts/{own.pk}/usage/unused" in page[page.index('id="unused"') :]
    assert (
        "exported" in block and "75%" in block and "9 / 12" in block and "47% – 91%" in block and "painted" not in block
    )


def test_the_first_of_them_stand_as_actions_with_their_evidence(world: World, client: Client) -> None:
    own = company(world, "本人", "reported", band="caution")
    world.use("本人", event="invited", on=FIRST - timedelta(40))
    world.carry()
    world.lake.roll()
    Account.objects.filter(pk=own.pk).update(status="customer")
    own.refresh_from_db()
    never, once = unused.introductions(own, world.today)
    assert (never.feature.name, never.last, never.peers) == ("exported", None, 12)
    assert never.evidence.en == (
        "9 of 12 healthy customers of the same tier use it (75%, 95% interval 47%–91%); this one never did in 24 months"
    )
    assert (once.feature.name, once.last) == ("invited", FIRST - timedelta(40))
    assert "最終利用は2026/02/25" in once.evidence.ja
    client.force_login(member(Role.HEAD))
    with time_machine.travel(world.now, tick=False):
        page = client.get(f"/accounts/{own.pk}/health").content.decode()
        block = client.get(f"/accounts/{own.pk}/usage/next").content.decode()
        told = Rest(member(Role.HEAD, "API")).get(f"/accounts/{own.pk}/next-features").data
    assert f"/accounts/{own.pk}/usage/next" in page[page.index('id="introduce"') :]
    assert "「exported」を紹介する" in block and "12社のうち9社が利用" in block and "経験則" in block
    assert f"/accounts/{own.pk}/usage#unused" in block
    assert [(one["feature"], one["users"], one["peers"], one["last_used"]) for one in told] == [
        ("exported", 9, 12, None),
        ("invited", 12, 12, "2026-02-25"),
    ]


def test_nothing_is_introduced_to_whom_we_have_lost_or_cannot_compare(world: World, client: Client) -> None:
    lost = company(world, "解約済み", "reported")
    alone = company(world, "孤立", "reported", tier="enterprise")
    world.carry()
    world.lake.roll()
    Account.objects.filter(pk=lost.pk).update(status="lost")
    for one in (lost, alone):
        one.refresh_from_db()
        assert unused.introductions(one, world.today) == ()
    client.force_login(member(Role.HEAD))
    with time_machine.travel(world.now, tick=False):
        assert "紹介する機能なし" in client.get(f"/accounts/{alone.pk}/usage/next").content.decode()
