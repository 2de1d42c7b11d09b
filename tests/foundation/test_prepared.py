"""A query that is written once says, for whatever values, what Django's own says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import DateField, DateTimeField, IntegerField, Q

from nenrin.customers.models import Account
from nenrin.foundation import bulk, prepared
from nenrin.foundation.models import Member
from nenrin.foundation.prepared import Numbers, Place
from nenrin.foundation.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC)
DAY = date(2026, 11, 24)


def _asked(keys: Any, owner: Any, day: Any, moment: Any) -> Any:
    """Rows with a name, a day that may be missing, and a moment."""
    whose = Q(owner=owner) | Q(owner__isnull=True, customer_since__gte=day)
    rows = Account.objects.filter(whose, pk__in=bulk.among(keys), created_at__lt=moment)
    return rows.order_by("pk").values_list("pk", "name", "customer_since", "created_at")


def _some(owner: Member) -> list[Account]:
    return [
        Account.objects.create(
            name=f"会社 % {n}", owner=owner if n % 3 else None, customer_since=DAY - timedelta(n) if n % 4 else None,
            created_at=AT - timedelta(hours=n), changed_at=AT,
        )
        for n in range(12)
    ]  # fmt: skip


def test_written_once_it_answers_any_values_as_the_query_itself_does() -> None:
    mine, other = cast.member(Role.CSM), cast.member(Role.CSM, "他")
    keys = [row.pk for row in _some(mine)]
    places = (
        Numbers("keys"), Place("owner", IntegerField()), Place("day", DateField()), Place("moment", DateTimeField()),
    )  # fmt: skip
    once = prepared.written(_asked(*places))
    found = set()
    for some in (keys, keys[3:], keys[:1], []):
        for owner in (mine.pk, other.pk):
            for day, moment in ((DAY, AT), (DAY - timedelta(30), AT - timedelta(hours=5)), (DAY, AT - timedelta(9))):
                plain = list(_asked(some, owner, day, moment))
                told = {"keys": some, "owner": owner, "day": day, "moment": moment}
                assert [tuple(row) for row in once.rows(told)] == plain, told
                found.add(len(plain))
    assert len(found) > 3, "the values decide what is found"


def test_a_place_without_a_value_is_refused() -> None:
    once = prepared.written(_asked(Numbers("keys"), 1, DAY, Place("moment", DateTimeField())))
    with pytest.raises(KeyError, match="moment"):
        once.rows({"keys": [1]})


def test_an_instance_is_the_row_as_django_reads_it(django_assert_num_queries: Any) -> None:
    made = _some(cast.member(Role.CSM))[1]
    names = ("version", "owner_id", "id", "name")
    told = prepared.instance(Account, names, [3, made.owner_id, made.pk, made.name])
    with django_assert_num_queries(0):
        assert (told.pk, told.name, told.owner_id, told.version) == (made.pk, made.name, made.owner_id, 3)
        assert told == made and not told._state.adding
    with django_assert_num_queries(1):
        assert told.customer_since == made.customer_since


def test_an_instance_of_more_values_than_names_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        prepared.instance(Account, ("id",), [1, "more"])
