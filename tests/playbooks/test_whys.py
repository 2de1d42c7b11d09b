"""Why or why not, and the try on one account: true also of accounts that would be left alone, without drawing them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import holdouts, lives, setting, trying, whys
from nenrin.playbooks.models import Exposure, PlaybookVersion, Run, UniversalExposure
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


def test_who_would_be_left_alone_is_told_before_it_happens_and_nothing_is_drawn(
    org: Organisation, at: datetime
) -> None:
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(12)]
    foreseen = {one.pk: why(one, at).state for one in found}
    ends = {one.pk: untouched(one, at) for one in found}
    assert set(foreseen.values()) == {"held_out", "may"}
    assert not Exposure.objects.exists() and not Run.objects.exists() and not Task.objects.exists()
    for one in found:
        stage.falls(one, at=at)
    stage.goes_on(at)
    left = set(Run.objects.filter(state="held_out").values_list("account", flat=True))
    assert left == {key for key, state in foreseen.items() if state == "held_out"}
    assert left == {key for key, end in ends.items() if end.startswith("None of this would happen")}
    assert all(why(one, at).state == "held_out" for one in found if one.pk in left), "and so it stays"


def test_the_universal_group_is_told_and_who_is_on_the_list_is_not_in_it(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(), at=at)
    inside: list[Account] = []
    while len(inside) < 2:
        one = stage.account(f"会社{Account.objects.count()}", at=at)
        inside += [one] if holdouts.holds(one.pk, 0.1) else []
    told = why(inside[0], at)
    assert told.state == "held_out" and "10" in told.summary.en and "10" in told.summary.ja
    holdouts.exclude(condition={"field": "tags", "op": "contains", "value": "重要"}, reason="x", by=SYSTEM, at=at)
    tags.change([inside[1]], add=["重要"], by=SYSTEM, at=at)
    assert why(inside[1], at).state == "may" and not UniversalExposure.objects.exists()


def test_a_rule_that_keeps_it_out_is_told_before_the_group_it_would_be_in(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(**{"except": {"field": "tags", "op": "contains", "value": "対象外"}}), at=at)
    one = stage.account("会社", at=at)
    while not holdouts.holds(one.pk, 0.1):
        one = stage.account(f"会社{one.pk}", at=at)
    tags.change([one], add=["対象外"], by=SYSTEM, at=at)
    told = why(one, at + timedelta(days=1))
    assert told.state == "out" and any(rule.name.en == "Holdout" and rule.passes is False for rule in told.rules)
