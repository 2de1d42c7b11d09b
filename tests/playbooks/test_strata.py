"""Whoever is left alone stands within strata: as many of each colour and size, in any order."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nenrin.analytics.effects import assignment
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import holdouts, places
from nenrin.playbooks.models import Exposure, HoldoutPlace, Playbook, Run, UniversalExposure, UniversalHoldout
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
HALF = {"holdout": {"share": 0.5, "metric": "churn"}}


def _accounts(count: int, at: datetime) -> list[Account]:
    """Every other one large, every third of the others without a tier."""
    found = []
    for n in range(count):
        one = stage.account(f"会社{n:03d}", at=at)
        Account.objects.filter(pk=one.pk).update(tier=("large", "small", "")[n % 3])
        found.append(one)
    return found


def test_as_many_of_each_stratum_are_left_alone_however_they_come_in(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(**HALF), at=at)
    found = _accounts(72, at)
    for n, one in enumerate(found):
        moment = at + timedelta(hours=n // 5)
        stage.falls(one, at=moment)
        if n % 5 == 4 or n == len(found) - 1:
            stage.goes_on(moment)
    tiers = dict(Account.objects.values_list("pk", "tier"))
    arms = Counter((tiers[account], arm) for account, arm in Exposure.objects.values_list("account", "arm"))
    for tier in ("large", "small", ""):
        assert arms[tier, "holdout"] == 12 and arms[tier, "treated"] == 12, "24 are three whole blocks of eight"
    assert HoldoutPlace.objects.filter(draw="playbook:rescue").count() == 72


def test_a_family_takes_one_place_and_keeps_it(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(limits={"again_after_days": 0}, **HALF), at=at)
    parent = stage.account("親会社", at=at)
    children = [stage.account(f"子会社{n}", at=at, parent=parent) for n in range(6)]
    for one in children[:3]:
        stage.falls(one, at=at)
    stage.goes_on(at)
    [place] = HoldoutPlace.objects.all()
    assert place.cluster == parent.pk and place.number == 0
    Account.objects.filter(pk=parent.pk).update(tier="large")
    later = at + timedelta(days=3)
    for one in (parent, *children):
        stage.falls(one, at=later)
    stage.goes_on(later)
    assert HoldoutPlace.objects.get() == place and len(set(Exposure.objects.values_list("arm", flat=True))) == 1


def test_whoever_is_always_helped_takes_no_place(org: Organisation, at: datetime) -> None:
    never = {"field": "industry", "op": "=", "value": "医療"}
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn", "never": never}), at=at)
    helped, other = stage.account("病院", at=at), stage.account("商社", at=at)
    Account.objects.filter(pk=helped.pk).update(industry="医療")
    for one in (helped, other):
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert list(HoldoutPlace.objects.values_list("cluster", flat=True)) == [other.pk]


def test_the_universal_group_is_drawn_within_strata_when_its_share_is_set(org: Organisation, at: datetime) -> None:
    found = _accounts(96, at)
    holdouts.change(1 / 16, reason="x", by=SYSTEM, at=at)
    tiers = dict(Account.objects.values_list("pk", "tier"))

    def inside(share: float) -> Counter[str]:
        return Counter(tiers[one] for one in holdouts.members(holdouts.parents(), share))

    assert inside(1 / 16) == {"large": 2, "small": 2, "": 2}, "32 are four whole blocks of eight"
    assert inside(3 / 32) == {"large": 3, "small": 3, "": 3} and inside(1 / 32) == {"large": 1, "small": 1, "": 1}
    places_before = dict(HoldoutPlace.objects.values_list("cluster", "place"))
    late = stage.account("後から", at=at)
    holdouts.change(0.05, reason="y", by=SYSTEM, at=at + timedelta(days=1))
    after = dict(HoldoutPlace.objects.values_list("cluster", "place"))
    assert {key: after[key] for key in places_before} == places_before and late.pk in after
    assert holdouts.members(holdouts.parents(), 0.05) <= holdouts.members(holdouts.parents(), 0.1)
    assert len(found) + 1 == len(after)


def test_who_comes_after_the_share_was_set_is_drawn_at_its_first_occasion(org: Organisation, at: datetime) -> None:
    holdouts.change(1 / 16, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(), at=at)
    found = _accounts(48, at)
    assert not holdouts.members(holdouts.parents(), 1 / 16)
    for one in found:
        stage.falls(one, at=at)
    stage.goes_on(at)
    held = set(Run.objects.filter(state="held_out").values_list("account", flat=True))
    tiers = dict(Account.objects.values_list("pk", "tier"))
    assert held == holdouts.members(holdouts.parents(), 1 / 16)
    assert Counter(tiers[one] for one in held) == {"large": 1, "small": 1, "": 1}, "one of sixteen each"
    assert set(UniversalExposure.objects.filter(arm="holdout").values_list("account", flat=True)) == held


def test_a_group_of_before_keeps_its_sides(org: Organisation, at: datetime) -> None:
    """An installation that drew its group by the hash alone: the update writes down where everybody stood."""
    found = _accounts(40, at)
    child = stage.account("子会社", at=at, parent=found[0])
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    HoldoutPlace.objects.all().delete()
    import_module("nenrin.playbooks.migrations.0008_holdout_places").keep_the_group(apps, None)
    kept = {one.pk for one in found if assignment.point("universal", one.pk) < 0.1}
    inside = holdouts.members(holdouts.parents(), 0.1)
    assert inside - {child.pk} == kept and (child.pk in inside) == (found[0].pk in kept)
    assert HoldoutPlace.objects.count() == 40


@pytest.mark.parametrize("had_a_group", [True, False])
def test_a_group_that_stands_still_is_taken_up_again_with_its_sides(
    org: Organisation, at: datetime, had_a_group: bool
) -> None:
    """Its share is 0 on the day of the update; whoever was drawn before then is drawn alike once it is set again."""
    found = _accounts(40, at)
    playbook = stage.published(stage.document(), at=at).playbook
    if had_a_group:
        UniversalExposure.objects.create(playbook=playbook, account=found[0], arm="treated", share=0.1, at=at,
                                         cluster=found[0].pk, strata="")  # fmt: skip
    import_module("nenrin.playbooks.migrations.0008_holdout_places").keep_the_group(apps, None)
    assert HoldoutPlace.objects.count() == (40 if had_a_group else 0)
    if had_a_group:
        holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
        assert holdouts.members(holdouts.parents(), 0.1) == {
            one.pk for one in found if assignment.point("universal", one.pk) < 0.1
        }


def test_the_universal_group_is_held_before_the_playbook(org: Organisation, at: datetime) -> None:
    """The other way round two processes that draw for two playbooks each wait for what the other holds."""
    playbook = stage.published(stage.document(), at=at).playbook
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        places.hold(playbook)
    tables = [UniversalHoldout._meta.db_table, Playbook._meta.db_table]
    asked = [one["sql"] for one in seen if one["sql"].startswith("SELECT")]
    assert [table for sql in asked for table in tables if f'FROM "{table}"' in sql] == tables
    if connection.features.has_select_for_update:
        assert all(sql.endswith("FOR NO KEY UPDATE") for sql in asked), "rows that refer to it are still written"


def test_an_arm_of_before_stays_though_its_family_has_no_place(org: Organisation, at: datetime) -> None:
    version = stage.published(stage.document(limits={"again_after_days": 0}, **HALF), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(8)]
    for n, one in enumerate(found):
        Exposure.objects.create(playbook=version.playbook, account=one, arm=("holdout", "treated")[n % 2], share=0.5,
                                cluster=one.pk, version=1, at=at)  # fmt: skip
    later = at + timedelta(days=2)
    for one in found:
        stage.falls(one, at=later)
    stage.goes_on(later)
    arms = dict(Exposure.objects.values_list("account", "arm"))
    assert [arms[one.pk] for one in found] == ["holdout", "treated"] * 4
    assert not HoldoutPlace.objects.filter(draw=places.own("rescue")).exists()
