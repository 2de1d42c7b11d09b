"""How many families a comparison could hold: by first occasions, without the backlog of the first day, never more than there are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.playbooks import families, lives, setting
from nenrin.playbooks.effects import reaching
from nenrin.playbooks.effects.beforehand import Reached
from nenrin.playbooks.models import Exposure, PlaybookReplay, PlaybookVersion
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


@pytest.fixture
def version(org: Organisation, at: datetime) -> PlaybookVersion:
    return stage.published(stage.document(), at=at)


def _accounts(count: int, at: datetime, parent: Account | None = None) -> list[Account]:
    return [stage.account(f"会社{n:03}{parent.pk if parent else ''}", at=at, parent=parent) for n in range(count)]


def _came(version: PlaybookVersion, account: Account, on: datetime, arm: str = "treated", share: float = 0.2) -> None:
    top = families.tops([account])[account.pk]
    Exposure.objects.create(
        playbook=version.playbook, account=account, arm=arm, share=share, cluster=top, version=1, at=on
    )


def _reached(version: PlaybookVersion, at: datetime) -> Reached:
    fields, choices = setting.current()
    mine = Account.objects.standing()
    tops = families.tops_of(dict(mine.values_list("pk", "parent_id")))
    return reaching.of(lives.readable(version, fields, choices), fields, mine, tops, at=at)


def test_the_backlog_of_the_first_day_is_no_rate(version: PlaybookVersion, at: datetime) -> None:
    """Twenty at once and two a week later, of thirty: as many as are left may come in a year, not hundreds."""
    found = _accounts(30, at)
    for one in found[:20]:
        _came(version, one, at - 5 * WEEK)
    for one in found[20:22]:
        _came(version, one, at - 2 * WEEK, "holdout")
    told = _reached(version, at)
    assert told.a_week == pytest.approx(2 / (34 / 7))
    assert (told.left, told.held, told.treated) == (8, 2, 20)
    assert told.in_a_year == 30, "never more than there are"


def test_a_family_comes_in_once_and_only_a_share_compares(version: PlaybookVersion, at: datetime) -> None:
    parent = stage.account("親会社", at=at)
    one, other = _accounts(2, at, parent)
    _came(version, parent, at - 10 * WEEK)
    _came(version, one, at - 3 * WEEK)
    [alone] = _accounts(1, at)
    _came(version, alone, at - 2 * WEEK, share=0.0)
    told = _reached(version, at)
    assert told.a_week == pytest.approx(1 / (69 / 7)), "the second account of a family is nothing new"
    assert (told.left, told.drawn) == (0, 1), "drawn while nobody was left alone: no part of the comparison"
    assert told.new == 0 and other.pk not in set(Exposure.objects.values_list("account", flat=True))


def test_a_replay_is_told_in_families_too(version: PlaybookVersion, at: datetime) -> None:
    parent = stage.account("親会社", at=at)
    found = [parent, *_accounts(3, at, parent), *_accounts(1, at)]
    firings = [[one.pk, 20_000 + n, "stayed"] for n, one in enumerate(found)]
    PlaybookReplay.objects.create(
        version=version, document=version.document, first=date(2026, 1, 1), last=date(2026, 1, 14), state="done",
        report={"accounts": 5, "fired": 5, "firings": firings}, asked_at=at,
    )  # fmt: skip
    told = _reached(version, at)
    assert told.a_week == pytest.approx(1.0), "two families in two weeks"
    assert (told.left, told.new) == (2, 2)
