"""Many rows inserted at once are the same rows as one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from nenrin.customers.models import Account, AccountKey
from nenrin.foundation import bulk
from nenrin.foundation.models import Entry

AT = datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC)


def account(name: str) -> Account:
    attributes = {"days": [1, None, "二"], "share": 0.5}
    return Account(name=name, attributes=attributes, customer_since=date(2024, 4, 1), created_at=AT, changed_at=AT)


@pytest.mark.django_db
def test_rows_come_back_as_they_went_in_and_counting_goes_on() -> None:
    before = Account.objects.create(name="before", created_at=AT, changed_at=AT)
    made = bulk.insert([account("㈱髙橋"), account("b")])
    after = Account.objects.create(name="after", created_at=AT, changed_at=AT)
    assert before.pk < made[0].pk < made[1].pk < after.pk
    read = Account.objects.get(pk=made[0].pk)
    for field in Account._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(made[0], field.attname), field
    made[1].name = "changed"
    made[1].save()
    assert Account.objects.count() == 4


@pytest.mark.django_db
def test_a_constraint_holds_and_nothing_of_the_list_stays() -> None:
    owner = bulk.insert([account("a")])[0]
    twice = [AccountKey(namespace="n", key="k", account=owner), AccountKey(namespace="n", key="k", account=owner)]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(twice)
    assert not AccountKey.objects.exists()
    assert bulk.insert([]) == []


@pytest.mark.django_db
def test_an_entry_of_the_journal_keeps_its_particulars() -> None:
    row = Entry(action="x", actor_kind="system", valid_at=AT, recorded_at=AT, particulars={"n": 1, "s": "年輪"})
    assert Entry.objects.get(pk=bulk.insert([row])[0].pk).particulars == {"n": 1, "s": "年輪"}


def test_a_row_is_made_as_its_constructor_makes_it() -> None:
    columns = {"name": "㈱髙橋", "customer_since": date(2024, 4, 1), "created_at": AT, "changed_at": AT}
    ours, theirs = bulk.made(Account, **columns), Account(**columns)
    for field in Account._meta.concrete_fields:
        assert getattr(ours, field.attname) == getattr(theirs, field.attname), field
    assert ours._state.adding and ours._state.db is None
    assert ours.attributes is not bulk.made(Account, **columns).attributes


@pytest.mark.django_db
def test_rows_are_changed_in_the_fields_named_and_no_other() -> None:
    first, second = bulk.insert([account("a"), account("b")])
    parent = Account.objects.create(name="above", created_at=AT, changed_at=AT)
    for row in (first, second):
        row.attributes, row.employees, row.kana, row.lost_on = {"二": [1.5]}, 7, "エー", date(2025, 1, 1)
        row.parent = parent
    bulk.update([first, second], ["attributes", "employees", "parent", "lost_on"])
    read = Account.objects.get(pk=first.pk)
    assert (read.attributes, read.employees, read.lost_on, read.parent) == ({"二": [1.5]}, 7, date(2025, 1, 1), parent)
    assert (read.kana, read.name) == ("", "a")
    bulk.update([], ["employees"])
