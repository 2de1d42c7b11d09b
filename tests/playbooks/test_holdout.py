"""The universal holdout: a share with a reason, a list of those never held back, and a log from the first day on."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from nenrin.customers import tags
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import health_models
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.playbooks import arms, holdouts, law
from nenrin.playbooks.effects import exposures
from nenrin.playbooks.models import Exposure, Playbook, Run, UniversalExclusion, UniversalExposure
from nenrin.web.effects import words
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def _drawn(count: int, at: datetime, share: float = 0.1) -> list[Account]:
    """So many accounts whose families are in the group at this share."""
    found: list[Account] = []
    while len(found) < count:
        one = stage.account(f"会社{Account.objects.count()}", at=at)
        holdouts.draw({one.pk: one.parent_id}, at=at)
        if one.pk in holdouts.members({one.pk: one.parent_id}, share):
            found.append(one)
    return found


def test_the_share_changes_with_a_reason_and_the_journal_knows(org: Organisation, at: datetime) -> None:
    holdouts.change(0.05, reason="全体の効果を測る", by=SYSTEM, at=at)
    assert holdouts.share() == 0.05
    told = Entry.objects.get(action="playbooks.holdout.changed").particulars
    assert (told["before"], told["after"], told["reason"]) == ("0", "5", "全体の効果を測る")
    holdouts.change(0.05, reason="もう一度", by=SYSTEM, at=at)
    assert Entry.objects.filter(action="playbooks.holdout.changed").count() == 1, "the same share is no change"
    for share, reason in ((0.11, "x"), (-0.01, "x"), (float("nan"), "x"), (0.01, "  ")):
        with pytest.raises(Refused):
            holdouts.change(share, reason=reason, by=SYSTEM, at=at)
    assert holdouts.share() == 0.05


def test_accounts_in_danger_stand_on_the_list_when_a_share_is_first_set(org: Organisation, at: datetime) -> None:
    holdouts.change(0.05, reason="x", by=SYSTEM, at=at)
    [row] = holdouts.exclusions().rows
    assert row.condition == {"field": "health.band", "op": "=", "value": "at_risk"}
    holdouts.include(row, by=SYSTEM, at=at)
    holdouts.change(0.06, reason="y", by=SYSTEM, at=at)
    assert not holdouts.exclusions().rows, "taken off on purpose, it does not come back by itself"


def test_a_larger_share_keeps_everybody_who_is_left_alone(org: Organisation, at: datetime) -> None:
    parents = dict.fromkeys(range(1, 2000))
    holdouts.draw(parents, at=at)
    small, large = holdouts.members(parents, 0.03), holdouts.members(parents, 0.05)
    assert small < large and not holdouts.members(parents, 0.0)
    assert len(small) == pytest.approx(60, abs=5) and len(large) == pytest.approx(100, abs=5)


def test_a_family_is_left_alone_together(org: Organisation, at: datetime) -> None:
    [parent] = _drawn(1, at)
    child = stage.account("子会社", at=at, parent=parent)
    assert holdouts.members({child.pk: parent.pk}, 0.1) == {child.pk}


def test_who_is_on_the_list_is_helped_and_is_no_part_of_the_comparison(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    holdouts.exclude(
        condition={"field": "industry", "op": "=", "value": "医療"}, reason="法令上の通知", by=SYSTEM, at=at
    )
    alone, helped = _drawn(2, at)
    Account.objects.filter(pk=helped.pk).update(industry="医療")
    stage.published(stage.document(), at=at)
    for one in (alone, helped):
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert dict(Run.objects.values_list("account", "state")) == {alone.pk: "held_out", helped.pk: "done"}
    assert dict(UniversalExposure.objects.values_list("account", "arm")) == {
        alone.pk: "holdout",
        helped.pk: arms.ALWAYS,
    }
    assert dict(Exposure.objects.values_list("account", "arm"))[alone.pk] == "holdout"


def test_who_falls_into_danger_later_is_helped_and_stays_in_the_group_that_was_drawn(
    org: Organisation, at: datetime
) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    holdouts.exclude(condition={"field": "industry", "op": "=", "value": "医療"}, reason="x", by=SYSTEM, at=at)
    [one] = _drawn(1, at)
    stage.published(stage.document(limits={"again_after_days": 0}), at=at)
    stage.falls(one, at=at)
    stage.goes_on(at)
    Account.objects.filter(pk=one.pk).update(industry="医療")
    later = at + timedelta(days=2)
    stage.falls(one, at=later)
    stage.goes_on(later)
    assert list(Run.objects.order_by("pk").values_list("state", flat=True)) == ["held_out", "done"]
    assert UniversalExposure.objects.get().arm == "holdout", "everybody counts as drawn"


def test_a_playbook_on_the_list_reaches_everybody_and_is_no_occasion(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(), at=at)
    holdouts.exclude(playbook=Playbook.objects.get(), reason="契約上の通知", by=SYSTEM, at=at)
    [one] = _drawn(1, at)
    stage.falls(one, at=at)
    stage.goes_on(at)
    assert Run.objects.get().state == "done" and not UniversalExposure.objects.exists()


def test_without_a_group_nobody_is_logged_and_with_its_end_everybody_is_helped(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(limits={"again_after_days": 0}), at=at)
    [one] = _drawn(1, at)
    stage.falls(one, at=at)
    stage.goes_on(at)
    assert not UniversalExposure.objects.exists()
    met = exposures.met(Exposure.objects.all())
    assert (met.accounts, met.since) == (1, at), "the playbook's own log knows from the first day"
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    later = at + timedelta(days=2)
    stage.falls(one, at=later)
    stage.goes_on(later)
    holdouts.change(0.0, reason="終了", by=SYSTEM, at=later)
    last = later + timedelta(days=2)
    stage.falls(one, at=last)
    stage.goes_on(last)
    assert list(Run.objects.order_by("pk").values_list("state", flat=True)) == ["done", "held_out", "done"]


def test_an_exclusion_says_either_accounts_or_a_playbook_and_reads(org: Organisation, at: datetime) -> None:
    with pytest.raises(Refused):
        holdouts.exclude(reason="x", by=SYSTEM, at=at)
    with pytest.raises(Refused):
        holdouts.exclude(condition={"field": "no_such", "op": "=", "value": 1}, reason="x", by=SYSTEM, at=at)
    for _ in range(2):
        holdouts.exclude(condition=holdouts.IN_DANGER, reason="x", by=SYSTEM, at=at)
    assert UniversalExclusion.objects.count() == 1


def test_who_the_playbook_itself_always_helps_is_no_part_of_the_comparison(org: Organisation, at: datetime) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    [one] = _drawn(1, at)
    Account.objects.filter(pk=one.pk).update(industry="医療")
    never = {"field": "industry", "op": "=", "value": "医療"}
    stage.published(stage.document(holdout={"share": 0.0, "never": never}), at=at)
    stage.falls(one, at=at)
    stage.goes_on(at)
    assert Run.objects.get().state == "done" and not UniversalExposure.objects.exists()
    assert Exposure.objects.get().arm == arms.ALWAYS


def _red(account: Account, at: datetime) -> None:
    version = HealthModelVersion.objects.filter(state="published").first()
    if version is None:
        health_models.install(at=at)
        version = HealthModelVersion.objects.filter(state="published").first()
    Health.objects.create(
        account=account, score=20, today=20, band="at_risk", since=organisation.today(at), coverage=1,
        as_of=organisation.today(at), version=version, losses=[], at=at,
    )  # fmt: skip


def test_an_account_in_danger_is_helped_by_a_playbook_that_leaves_half_alone(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    for n in range(24):
        account = stage.account(f"会社{n}", at=at)
        if n < 12:
            _red(account, at)
        stage.falls(account, at=at)
    stage.goes_on(at)
    red = Run.objects.filter(account__health__band="at_risk")
    assert set(red.values_list("state", flat=True)) == {"done"}
    assert set(Exposure.objects.filter(account__health__band="at_risk").values_list("arm", flat=True)) == {arms.ALWAYS}
    assert 0 < Run.objects.filter(state="held_out").count() < 12, "the others are still drawn"
    [row] = holdouts.exclusions().rows
    assert row.condition == holdouts.IN_DANGER, "and the page says who is always helped"


def test_danger_taken_off_the_list_on_purpose_is_drawn_like_any_other(org: Organisation, at: datetime) -> None:
    holdouts.keep_danger_helped(by=SYSTEM, at=at)
    holdouts.include(UniversalExclusion.objects.get(), by=SYSTEM, at=at)
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    for n in range(12):
        account = stage.account(f"会社{n}", at=at)
        _red(account, at)
        stage.falls(account, at=at)
    stage.goes_on(at)
    assert 0 < Run.objects.filter(state="held_out").count() < 12


def test_a_playbook_on_the_list_leaves_nobody_alone_by_its_own_share_either(org: Organisation, at: datetime) -> None:
    stage.published(stage.document(holdout={"share": 0.5, "metric": "churn"}), at=at)
    holdouts.exclude(playbook=Playbook.objects.get(), reason="法令上の通知", by=SYSTEM, at=at)
    for n in range(12):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
    stage.goes_on(at)
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize(
    "notice",
    [
        {"when": [{"trigger": "deadline", "until": "notice", "days": [30]}, stage.AT_RISK], "holdout": {"share": 0.5}},
        {"holdout": {"share": 0.5, "metric": "churn", "contractual": True}},
    ],
)
def test_a_notice_of_a_deadline_or_a_contract_reaches_everybody(
    org: Organisation, at: datetime, notice: dict[str, Any]
) -> None:
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    stage.published(stage.document(**notice), at=at)
    for one in (*_drawn(2, at), *(stage.account(f"ほか{n}", at=at) for n in range(6))):
        stage.falls(one, at=at)
    stage.goes_on(at)
    assert list(Run.objects.values_list("state", flat=True)) == ["done"] * Run.objects.count()
    assert set(Exposure.objects.values_list("arm", flat=True)) == {arms.ALWAYS}
    assert not UniversalExposure.objects.exists(), "both arms are helped alike: no occasion to compare"


CHOSEN = {"trigger": "condition", "is": {"field": "tags", "op": "contains", "value": "重点"}}


def _half(at: datetime, **changes: object) -> None:
    """A playbook that leaves half of its accounts alone, and lets nobody in a second time."""
    told = {"holdout": {"share": 0.5}, "limits": {"again_after_days": "never"}, "when": [CHOSEN, stage.AT_RISK]}
    stage.published(stage.document(**{**told, **changes}), at=at)  # type: ignore[arg-type]


def test_who_was_left_alone_is_helped_once_it_becomes_a_notice_that_nobody_may_miss(
    org: Organisation, at: datetime
) -> None:
    _half(at)
    standing = [stage.account(f"会社{n}", at=at) for n in range(24)]
    tags.change(standing, add=["重点"], by=SYSTEM, at=at)
    stage.looks_whole(at)
    alone = set(Run.objects.filter(state="held_out").values_list("account", flat=True))
    assert 0 < len(alone) < 24 and Task.objects.count() == 24 - len(alone)
    _half(at, holdout={"share": 0.5, "contractual": True})
    for days in (0, 1):
        stage.looks_whole(at + timedelta(days=days))
    helped = Run.objects.filter(state="done").values_list("account", flat=True)
    assert sorted(helped) == sorted(one.pk for one in standing), "each of them, and once"
    assert all(told.holds for told in law.laws().values())


def test_a_sign_after_that_helps_who_was_left_alone_before(org: Organisation, at: datetime) -> None:
    _half(at)
    standing = [stage.account(f"会社{n}", at=at) for n in range(24)]
    for days, holdout in ((0, {"share": 0.5}), (1, {"share": 0.5}), (2, {"share": 0.5, "contractual": True})):
        _half(at, holdout=holdout)
        for one in standing:
            stage.falls(one, at=at + timedelta(days=days))
        stage.goes_on(at + timedelta(days=days))
    done = Run.objects.filter(state="done").values_list("account", flat=True)
    assert sorted(done) == sorted(one.pk for one in standing)
    reasons = set(Run.objects.filter(state__in=["held_out", "skipped"]).values_list("reason", flat=True))
    assert reasons == {"held_out", "never_again"}, "who was left alone is told once, and stays so until then"


def test_a_read_out_says_who_left_alone_was_helped_later(org: Organisation, at: datetime) -> None:
    _half(at)
    standing = [stage.account(f"会社{n}", at=at) for n in range(24)]
    for one in standing:
        stage.falls(one, at=at)
    stage.goes_on(at)
    rows = Exposure.objects.all()
    assert exposures.of(rows, organisation.zone()).crossed == 0
    alone = rows.filter(arm="holdout").count()
    _half(at, holdout={"share": 0.5, "contractual": True})
    later = at + timedelta(days=2)
    for one in standing:
        stage.falls(one, at=later)
    stage.goes_on(later)
    found = exposures.of(rows, organisation.zone())
    assert (found.crossed, int((~found.treated).sum())) == (alone, alone), "they still count as they were drawn"
    told = SimpleNamespace(crossed=alone, share=0.5)
    assert f"{alone}社" in words.crossed(told).ja and "left alone" in words.crossed(told).en  # type: ignore[arg-type]
