"""What is settled for everyone: nobody's change is overwritten unseen, and a fault names its rule."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, attributes, days, products, tags, tiers, touch_models
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Tag
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.values import Text

pytestmark = pytest.mark.django_db
NAME = Text("One", "一")


@pytest.fixture(autouse=True)
def _settled(org: Organisation, at: datetime) -> None:
    days.install(by=SYSTEM, at=at)


@pytest.mark.parametrize("kind", [tiers, touch_models])
def test_rules_that_somebody_changed_meanwhile_are_not_overwritten(kind: object, at: datetime) -> None:
    seen = kind.version()  # type: ignore[attr-defined]
    first, rest = kind.DEFAULTS[0], kind.DEFAULTS[-1]  # type: ignore[attr-defined]
    kind.replace([first, rest], by=SYSTEM, at=at, version=seen)  # type: ignore[attr-defined]
    with pytest.raises(Conflict) as refused:
        kind.replace(kind.DEFAULTS, by=SYSTEM, at=at, version=seen)  # type: ignore[attr-defined]
    assert refused.value.stands == kind.version() > seen  # type: ignore[attr-defined]
    kind.replace(kind.DEFAULTS, by=SYSTEM, at=at, version=refused.value.stands)  # type: ignore[attr-defined]


def test_a_column_that_somebody_changed_meanwhile_is_not_overwritten(at: datetime) -> None:
    def declare(name: Text, version: int | None) -> None:
        attributes.declare("partner", name=name, kind=AttributeKind.TEXT, by=SYSTEM, at=at, version=version)

    declare(NAME, 0)
    seen = attributes.version("partner")
    declare(Text("Two", "二"), seen)
    with pytest.raises(Conflict) as refused:
        declare(Text("Three", "三"), seen)
    assert (refused.value.theirs["name_en"], refused.value.mine["name_en"]) == ("Two", "Three")
    declare(Text("Three", "三"), None)


@pytest.mark.parametrize(("conditions", "where"), [
    ([{"field": "employees", "op": "at_least", "value": 1}, {"field": "x", "op": "in", "value": []}], "rules.1.conditions.1"),
    ([{"field": "tier", "op": "in", "value": ["smb"]}], "rules.1.conditions.0"),
])  # fmt: skip
def test_a_fault_names_its_rule_and_condition(conditions: list[dict[str, object]], where: str, at: datetime) -> None:
    rules = [tiers.DEFAULTS[0], tiers.Tier("odd", NAME, conditions), tiers.DEFAULTS[2]]
    with pytest.raises(Refused) as refused:
        tiers.replace(rules, by=SYSTEM, at=at)
    assert refused.value.faults[0].field == where


def test_the_last_tier_and_a_key_that_stands_twice_are_named_too() -> None:
    with pytest.raises(Refused) as refused:
        tiers.check(tiers.DEFAULTS[:2])
    assert refused.value.faults[0].field == "rules.1.conditions"
    with pytest.raises(Refused) as refused:
        touch_models.check([touch_models.DEFAULTS[0], touch_models.DEFAULTS[2], touch_models.DEFAULTS[0]])
    assert refused.value.faults[0].field == "rules.2.key"


def test_a_tag_renamed_stands_on_archived_accounts_too_and_leaves_no_row(at: datetime) -> None:
    standing, gone, third = (accounts.open(name, by=SYSTEM, at=at) for name in "甲乙丙")
    tags.change([standing, gone], add=["重点"], by=SYSTEM, at=at)
    tags.change([third, standing], add=["要注意"], by=SYSTEM, at=at)
    accounts.archive(gone, by=SYSTEM, at=at)
    assert tags.rename(Tag.objects.get(name="重点"), "要注意", by=SYSTEM, at=at) == 2
    assert list(Tag.objects.values_list("name", flat=True)) == ["要注意"]
    assert set(Account.objects.filter(tags__name="要注意")) == {standing, gone, third}
    (told,) = Entry.objects.filter(action="customers.tag.renamed")
    assert told.particulars == {"before": "重点", "name": "要注意", "accounts": 2, "by": "Nenrin"}
    assert tags.rename(Tag.objects.get(), "要注意", by=SYSTEM, at=at) == 0
    with pytest.raises(Refused):
        tags.rename(Tag.objects.get(), "  ", by=SYSTEM, at=at)


def test_what_is_restored_says_so_once(at: datetime) -> None:
    product = products.save("core", name="Core", by=SYSTEM, at=at)
    products.archive(product, by=SYSTEM, at=at)
    product.refresh_from_db()
    for _ in range(2):
        products.restore(product, by=SYSTEM, at=at)
    product.refresh_from_db()
    assert product.archived_at is None and Entry.objects.filter(action="customers.product.restored").count() == 1
