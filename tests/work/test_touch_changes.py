"""A new rule moves every account: what that does to loads is told once, whoever is killed or beside another meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from nenrin.customers import days
from nenrin.customers.models import Account
from nenrin.foundation import bulk, journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import touch_changes
from nenrin.work.models import Notice
from tests import cast

pytestmark = pytest.mark.django_db
OWNERS, EACH = 3, 8


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_after(statements: int, told: list[bool]) -> Iterator[None]:
    """As the database sees it: what was committed stands. Tests run inside a transaction, so each `atomic` of the reader
    is a savepoint: what was released stands, what was open is rolled back."""
    left = statements

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        if left == 0:
            told.append(True)
            raise Killed
        left -= 1
        return execute(sql, params, many, context)

    with suppress(Killed), connection.execute_wrapper(count):
        yield


@pytest.fixture
def owners(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> list[Member]:
    """Each with accounts whose touch model is another since; chunks are small."""
    monkeypatch.setattr(touch_changes, "CHUNK", 2)
    days.install(by=SYSTEM, at=at)
    for n in range(2):
        cast.member(Role.HEAD, f"責任 {n}")
    found = [cast.member(Role.CSM, f"担当 {n}") for n in range(OWNERS)]
    rows = [
        bulk.made(Account, name=f"会社{n}", status="customer", touch_model="high", owner_id=found[n % OWNERS].pk,
                  created_at=at, changed_at=at)
        for n in range(OWNERS * EACH)
    ]  # fmt: skip
    made = bulk.insert(rows)
    journal.seal()
    touch_changes.tell(at=at)
    regraded(made, at)
    return found


def regraded(accounts: list[Account], at: datetime, models: tuple[str, str] = ("tech", "high")) -> None:
    told = {"fields": " → ".join(models), "touch": list(models)}
    journal.record_many(
        journal.Draft("customers.account.regraded", SYSTEM, at, one.pk, particulars=told) for one in accounts
    )
    journal.seal()


def heard() -> Counter[tuple[int, str]]:
    return Counter(Notice.objects.filter(code="capacity.changed").values_list("member", "url"))


def all_once(owners: list[Member]) -> Counter[tuple[int, str]]:
    heads = Member.objects.filter(role=Role.HEAD)
    return Counter((head.pk, f"/team-day/members/{one.pk}/reassign") for head in heads for one in owners)


def test_whatever_statement_a_teller_is_killed_at_everything_is_told_once(owners: list[Member], at: datetime) -> None:
    for statements in range(1000):
        was_killed: list[bool] = []
        with suppress(RuntimeError), transaction.atomic():
            with killed_after(statements, was_killed):
                touch_changes.tell(at=at)
            regraded(list(Account.objects.filter(owner=owners[0])[:1]), at, ("high", "low"))  # while nobody reads
            touch_changes.tell(at=at)
            if was_killed:
                assert heard() == all_once(owners), statements
            touch_changes.tell(at=at)
            assert heard() in (all_once(owners), all_once(owners) + all_once(owners[:1])), statements
            first = Notice.objects.filter(code="capacity.changed").order_by("pk")[: 2 * OWNERS]
            assert all(f"{EACH}社" in one.text["ja"] for one in first), statements
            raise RuntimeError  # as if it had not been
        if not was_killed:
            return
    raise AssertionError("it never came to its end")


def test_of_two_workers_that_read_the_same_one_tells(
    owners: list[Member], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = touch_changes.of, list[int]()

    def interleaved(entries: Any) -> Any:
        """The other one does all of its round, and begins another, while this one reads."""
        monkeypatch.setattr(touch_changes, "of", real)
        seen.append(touch_changes.tell(at=at))
        regraded(list(Account.objects.filter(owner=owners[0]))[:1], at, ("high", "low"))
        return real(entries)

    monkeypatch.setattr(touch_changes, "of", interleaved)
    assert touch_changes.tell(at=at) == 0
    assert seen == [OWNERS] and heard() == all_once(owners)
    assert touch_changes.tell(at=at) == 1
    assert heard() == all_once(owners) + all_once(owners[:1])
