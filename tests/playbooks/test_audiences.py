"""Whom a playbook could reach is counted from rows of a few columns, and says what each account by itself is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nenrin.customers import accounts, tags
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import segment_fields
from nenrin.playbooks import arms, audiences, gates, holdouts, lives, setting
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, UniversalExposure
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ANYBODY = {"any": [{"field": "status", "op": "=", "value": one} for one in ("customer", "lost", "internal-test")]}
LEGAL = {"field": "tags", "op": "contains", "value": "legal"}


def _world(at: datetime, share: float) -> Live:
    """Someone whom each rule keeps out, and some whom none does, in families and alone."""
    for _ in range(8):
        stage.account(f"会社{Account.objects.count():03d}", at=at)
    parent = stage.account("親会社", at=at)
    for n in range(3):
        stage.account(f"子会社{n}", at=at, parent=parent)
    stage.account("去った顧客", at=at, status="lost")
    stage.account("試験用", at=at, status="internal-test")
    accounts.archive(stage.account("片付けた顧客", at=at), by=SYSTEM, at=at)
    tags.change([stage.account("法務対応中", at=at)], add=["legal"], by=SYSTEM, at=at)
    cooled, inside, soon, often = (stage.account(name, at=at) for name in ("ほか", "実行中", "直後", "何度も"))
    told = {"who": ANYBODY, "except": LEGAL, "holdout": {"share": share}}
    limits = {"again_after_days": 10, "cool_down_days": 3, "per_account": 1}
    tags.change([cooled], add=["other"], by=SYSTEM, at=at - 200 * DAY)
    others = {"field": "tags", "op": "contains", "value": "other"}
    stage.published(stage.document(playbook="other", who=others), at=at - 200 * DAY)
    stage.published(stage.document(**told, limits=limits), at=at - 100 * DAY)
    _met(often, at - 100 * DAY)
    _met(soon, at - 5 * DAY)
    waits = [{"do": "wait", "id": "rest", "time": 30, "unit": "days"}, stage.CALL]
    stage.published(stage.document(**told, limits=limits, steps=waits), at=at - 4 * DAY)
    _met(inside, at - 4 * DAY)
    _met(cooled, at - DAY)
    fields, choices = setting.current()
    return next(one for one in lives.current(fields, choices) if one.row.key == "rescue")


def _met(account: Account, at: datetime) -> None:
    stage.falls(account, at=at)
    stage.goes_on(at)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_each_account_is_counted_under_what_it_is_told_by_itself(org: Organisation, at: datetime, share: float) -> None:
    if share:
        holdouts.change(0.1, reason="x", by=SYSTEM, at=at - 300 * DAY)
    live = _world(at, share)
    fields = segment_fields.fields()
    found = audiences.of(live, at, fields)
    counted = {pk: one.code for one in found.out for pk, _ in one.accounts} | {pk: "" for pk, _ in found.open}
    alone: dict[int, str] = {}
    chances: list[float] = []
    for account in Account.objects.filter(archived_at__isnull=True):
        known = gates.Known.of(live, [account.pk], at, fields)
        verdict = gates.verdict(live, account, (), known, at, fields)
        foreseen = arms.Foreseen(verdict) if verdict else arms.foreseen(live, account, known, at, fields)
        alone[account.pk] = foreseen.verdict.code if foreseen.verdict else ""
        chances += [foreseen.chance] if foreseen.chance else []
    assert counted == alone and sorted(found.chances) == pytest.approx(sorted(chances))
    assert {"", "not_a_customer", "unstanding", "excluded"} <= set(counted.values())
    if not share:
        assert {"inside", "too_soon", "per_account", "cooling"} <= set(counted.values())


def test_what_is_drawn_is_written_down_as_before(org: Organisation, at: datetime) -> None:
    """Rows are made in bulk: every column is there."""
    holdouts.change(0.1, reason="x", by=SYSTEM, at=at)
    version = stage.published(stage.document(holdout={"share": 0.5}), at=at)
    parent = stage.account("親会社", at=at)
    child = stage.account("子会社", at=at, parent=parent)
    _met(child, at)
    own, universal = Exposure.objects.get(), UniversalExposure.objects.get()
    for row in (own, universal):
        assert (row.account_id, row.playbook_id, row.cluster, row.at) == (child.pk, version.playbook_id, parent.pk, at)
        assert row.strata == "-|-|-"
    assert (own.share, own.version, universal.share) == (pytest.approx(0.55), version.number, 0.1)
