"""The sizes of world there are: the smallest one, told through the product's verbs and its door into a home on the disk."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.models import Entry
from nenrin.ingest import conservation, drain, lakes, mirror
from nenrin.simulator import presets, world
from nenrin.simulator.writer import telling

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def test_the_smallest_world_is_told_into_a_home(db: None, settings: LazySettings, home: Path) -> None:
    """Every customer with its contract, every deed in the journal, every event in the lake, none lost on the way."""
    made = world.built(presets.XS, seed=7, today=TODAY, with_stories=False)
    organisation.found("つむぎワークス株式会社", at=NOW)
    told = telling.told(made, now=NOW, password="growth-rings")
    lake = lakes.current()
    drain.prepare(lake)
    drain.drain_all(lake, at=NOW)
    while journal.seal():
        pass
    mirror.mirror_all(lake)

    total = conservation.law(lake)["total"]
    assert total["received"] == told.events == total["stored"] + total["duplicate"] and total["stored"] > 10_000
    assert set(Account.objects.values_list("name", flat=True)) == {customer.name for customer in made.customers}
    assert Subscription.objects.count() == sum(len(customer.contracts) for customer in made.customers)
    lost = {customer.name for customer in made.customers if customer.loss and customer.loss.on <= TODAY}
    assert lost and set(Account.objects.filter(status="lost").values_list("name", flat=True)) == lost
    opened = Entry.objects.filter(action="customers.account.opened").values_list("account", flat=True)
    assert sorted(opened) == sorted(Account.objects.values_list("pk", flat=True))
    assert not Entry.objects.filter(sequence__isnull=True).exists()
    assert list((home / "lake").rglob("*.parquet"))
