"""The unions of the day, which Django writes once: the same rows as of a query with the values in it, for any shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.queue import bounds, known, portfolio, signals
from nenrin.work.queue.portfolio import MEASURES, Portfolio
from tests.web import matrix_world

pytestmark = pytest.mark.django_db
KINDS = (
    *("left", "answer", "ticket", "waits", "promise", "onboarding", "opportunity"),
    *("handoff", "handoff_due", "answered"),
)


@pytest.fixture
def viewer(org: Organisation, at: datetime) -> Member:
    return matrix_world.build(at).viewer


def _held(member: Member, on: date, at: datetime, only: Sequence[int] | None = None) -> Portfolio:
    org = organisation.current()
    assert org
    return portfolio.of(member, on, at, org, only=only)


def _askings(viewer: Member, at: datetime) -> list[Portfolio]:
    """Members, roles, days and narrowings apart; one with no accounts at all."""
    today, keys = organisation.today(at), list(Account.objects.order_by("pk").values_list("pk", flat=True))
    Account.objects.update(status="customer")
    members = list(Member.objects.order_by("pk"))
    held = [_held(member, today, at) for member in members]
    held += [_held(member, today, at, only) for member in members for only in (keys, keys[:1], [])]
    later = at + timedelta(40)
    held += [_held(member, organisation.today(later), later) for member in members]
    Member.objects.filter(pk=viewer.pk).update(role=Role.SALES)
    return [*held, _held(Member.objects.get(pk=viewer.pk), today, at)]


def test_what_was_written_once_finds_what_a_query_with_the_values_in_it_finds(viewer: Member, at: datetime) -> None:
    signals._written.cache_clear()
    counts, kinds = set(), set[str]()
    for held in _askings(viewer, at):
        plain = sorted(signals.union(bounds.of(held)))
        with CaptureQueriesContext(connection) as asked:
            found = signals.of(held, *KINDS)
        assert len(asked) <= 2, "the organisation's zone, and the union"
        assert sorted((one.account, one.kind, one.key, one.figure, one.words, one.name) for one in found) == [
            (account, kind, key, figure, words, name) for account, kind, key, _, figure, words, name in plain
        ]
        counts.add(len(plain))
        kinds |= {one.kind for one in found}
        _same_figures(held)
    assert len(counts) > 2 and len(kinds) > 1, (counts, kinds)
    assert signals._written.cache_info().misses == 2, "once for each shape"


def _same_figures(held: Portfolio) -> None:
    plain = sorted(map(str, known.union(list(held), MEASURES)))
    told = known._written(connection.vendor, tuple(MEASURES)).rows({"accounts": list(held)})
    assert sorted(str(tuple(row)) for row in told) == plain
