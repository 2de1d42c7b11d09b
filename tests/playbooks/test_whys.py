"""Why or why not, and the try on one account: true also of accounts that would be left alone, without drawing them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import holdouts, lives, setting, trying, whys
from nenrin.playbooks.models import Exposure, HoldoutPlace, PlaybookVersion, Run, UniversalExposure
from nenrin.playbooks.whys import Why
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def why(account: Account, at: datetime) -> Why:
    fields, choices = setting.current()
    live = lives.stored(PlaybookVersion.objects.get(state="live"), fields, choices)
    return whys.of(live, account, at=at, fields=fields, setting=choices)


def untouched(account: Account, at: datetime) -> str:
    fields, choices = setting.current()
    live = lives.stored(PlaybookVersion.objects.get(state="live"), fields, choices)
    return trying.try_on(live, account, by=SYSTEM, at=at, fields=fields, setting=choices).end.en


def test_who_is_drawn_when_it_first_comes_in_is_told_the_chance_and_nothing_is_drawn(
    org: Organisation, at: datetime
) -> None:
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(12)]
    for one in found:
        told = why(one, at)
        [rule] = [rule for rule in told.rules if rule.name.en == "Holdout"]
        assert told.state == "may" and rule.passes is None and "50 %" in rule.why.en and "50%" in rule.why.ja
        assert not untouched(one, at).startswith("None of this would happen")
    assert not Exposure.objects.exists() and not Run.objects.exists() and not Task.objects.exists()
    assert not HoldoutPlace.objects.exists()
    for one in found:
        stage.falls(one, at=at)
    stage.goes_on(at)
    left = set(Run.objects.filter(state="held_out").values_list("account", flat=True))
    assert left and left == {one.pk for one in found if why(one, at).state == "held_out"}, "and so it stays"
    assert left == {one.pk for one in found if untouched(one, at).startswith("None of this would happen")}


def test_the_universal_group_is_told_and_who_is_on_the_list_is_not_in_it(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(), at=at)
    inside: list[Account] = []
    while len(inside) < 2:
        one = stage.account(f"会社{Account.objects.count()}", at=at)
        holdouts.draw({one.pk: None}, at=at)
        inside += [one] if holdouts.members({one.pk: None}, 0.1) else []
    told = why(inside[0], at)
    assert told.state == "held_out" and "10" in told.summary.en and "10" in told.summary.ja
    holdouts.exclude(condition={"field": "tags", "op": "contains", "value": "重要"}, reason="x", by=SYSTEM, at=at)
    tags.change([inside[1]], add=["重要"], by=SYSTEM, at=at)
    assert why(inside[1], at).state == "may" and not UniversalExposure.objects.exists()


def test_a_rule_that_keeps_it_out_is_told_before_the_group_it_would_be_in(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(**{"except": {"field": "tags", "op": "contains", "value": "対象外"}}), at=at)
    one = stage.account("会社", at=at)
    holdouts.draw({one.pk: None}, at=at)
    while not holdouts.members({one.pk: None}, 0.1):
        one = stage.account(f"会社{one.pk}", at=at)
        holdouts.draw({one.pk: None}, at=at)
    tags.change([one], add=["対象外"], by=SYSTEM, at=at)
    told = why(one, at + timedelta(days=1))
    assert told.state == "out" and any(rule.name.en == "Holdout" and rule.passes is False for rule in told.rules)
