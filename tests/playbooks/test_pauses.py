"""What came while a playbook was paused: counted by the worker afterwards, once, and told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.playbooks import lives, loops, passing, playbooks
from nenrin.playbooks.models import PassedBy, Playbook, PlaybookVersion, Run
from nenrin.web.playbooks.versions import _passed
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def test_after_a_pause_it_is_said_how_many_signs_passed_by(org: Organisation, at: datetime) -> None:
    accounts_ = [stage.account(f"会社{n}", at=at) for n in range(2)]
    stage.published(stage.document(), at=at)
    row = Playbook.objects.get()
    playbooks.pause(row, why="確認中", by=SYSTEM, at=at)
    for hours, one in ((1, 0), (2, 0), (3, 1)):
        stage.falls(accounts_[one], at=at + timedelta(hours=hours))
    stage.falls(accounts_[0], at=at + timedelta(hours=3), band="healthy")
    stage.goes_on(at + timedelta(hours=4))
    stage.falls(accounts_[1], at=at + timedelta(hours=5))  # told, and not read before it goes on
    with CaptureQueriesContext(connection) as asked:
        playbooks.resume(row, by=SYSTEM, at=at + timedelta(hours=6))
    assert not [one for one in asked if 'FROM "foundation_entry"' in one["sql"]]
    counted = PassedBy.objects.get()
    assert counted.signs is None and not Entry.objects.filter(action="playbooks.playbook.passed").exists()
    assert [passing.step(at + timedelta(hours=6)) for _ in range(3)] == [1, 0, 0]
    counted.refresh_from_db()
    assert (counted.signs, counted.accounts) == (3, 2)
    told = Entry.objects.get(action="playbooks.playbook.passed").particulars
    assert (told["signs"], told["accounts"]) == (3, 2)
    stage.goes_on(at + timedelta(hours=6))
    assert Run.objects.get().account == accounts_[1]
    assert playbooks.resume(row, by=SYSTEM, at=at + timedelta(hours=7)) is None
    assert PassedBy.objects.count() == 1


def test_a_count_of_what_passed_by_is_kept_by_one_worker(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker counts the same while this one does; one that is killed meanwhile leaves it to be counted."""
    account = stage.account(at=at)
    stage.published(stage.document(), at=at)
    row = Playbook.objects.get()
    playbooks.pause(row, why="確認中", by=SYSTEM, at=at)
    stage.falls(account, at=at + timedelta(hours=1))
    stage.goes_on(at + timedelta(hours=2))
    later = at + timedelta(days=3)
    playbooks.resume(row, by=SYSTEM, at=later)
    real = passing._heard

    def killed(one: PassedBy) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(passing, "_heard", killed)
    with pytest.raises(KeyboardInterrupt):
        passing.step(later)
    assert PassedBy.objects.get().signs is None

    def interleaved(one: PassedBy) -> object:
        monkeypatch.setattr(passing, "_heard", real)
        passing.step(later)
        return real(one)

    monkeypatch.setattr(passing, "_heard", interleaved)
    passing.step(later)
    assert (PassedBy.objects.get().signs, PassedBy.objects.get().accounts) == (1, 1)
    assert Entry.objects.filter(action="playbooks.playbook.passed").count() == 1


def test_what_cannot_be_counted_is_said_and_stands_in_nobody_s_way(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = stage.account(at=at)
    for key in ("broken", "sound"):
        stage.published(stage.document(playbook=key), at=at)
        playbooks.pause(Playbook.objects.get(key=key), why="確認中", by=SYSTEM, at=at)
    stage.falls(account, at=at + timedelta(hours=1))
    stage.goes_on(at + timedelta(hours=2))
    later = at + timedelta(hours=3)
    for key in ("broken", "sound"):
        playbooks.resume(Playbook.objects.get(key=key), by=SYSTEM, at=later)
    real = passing._live

    def read(version: PlaybookVersion) -> lives.Live:
        if version.playbook.key == "broken":
            raise ValueError("unreadable")
        return real(version)

    monkeypatch.setattr(passing, "_live", read)
    assert loops.replay(later) == 1 and loops.replay(later) == 1
    rows = PassedBy.objects.values_list("playbook__key", "signs", "accounts")
    told = {key: (signs, accounts) for key, signs, accounts in rows}
    assert told == {"broken": (0, None), "sound": (1, 1)}
    words = _passed(PassedBy.objects.get(playbook__key="broken"))
    assert words is not None and "could not be counted" in words.en and "集計できません" in words.ja


def test_a_replay_that_waits_comes_before_what_passed_by(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    asked: list[str] = []
    for module in (loops.replays, loops.rehearsals, passing):
        monkeypatch.setattr(module, "step", lambda at, name=module.__name__: asked.append(name.split(".")[-1]) or 0)
    monkeypatch.setattr(loops.tallies, "step", lambda at: 1)
    loops.replay(at)
    assert asked == ["replays", "rehearsals", "passing"]
