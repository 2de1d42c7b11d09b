"""Whom a playbook would let in is told without saying who would be left alone before that is drawn."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.playbooks import lives, setting
from nenrin.playbooks.configuration import firing
from nenrin.playbooks.models import Exposure, HoldoutPlace
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
HALF = {"holdout": {"share": 0.5, "metric": "churn"}}


def test_whose_arm_is_not_drawn_is_named_with_the_chance_alone(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firing, "CHUNK", 3)
    stage.published(stage.document(**HALF), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(8)]
    fields, choices = setting.current()
    [live] = lives.current(fields, choices)
    [told] = firing.lets_in(live, [one.pk for one in found], at)
    assert "lets in 8 accounts: 会社0, 会社1" in told.en and "対象になる8社" in told.ja
    assert "8 of them are left alone with a chance of 50% each" in told.en and "うち8社" in told.ja
    assert not HoldoutPlace.objects.exists() and not Exposure.objects.exists()


def test_whose_arm_is_drawn_is_told_by_it(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(limits={"again_after_days": 0}, **HALF), at=at)
    found = [stage.account(f"会社{n}", at=at) for n in range(8)]
    for one in found:
        stage.falls(one, at=at)
    stage.goes_on(at)
    late = stage.account("遅い会社", at=at)
    fields, choices = setting.current()
    [live] = lives.current(fields, choices)
    treated = Exposure.objects.filter(arm="treated").values_list("account__name", flat=True)
    [told] = firing.lets_in(live, [one.pk for one in (*found, late)], at)
    assert "lets in 5 accounts: " in told.en and "1 of them is left alone with a chance of 50% each" in told.en
    assert len(treated) == 4 and all(name in told.en for name in (*treated, late.name))
