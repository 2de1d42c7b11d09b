"""Parts by the first payment: of a fiscal year, a fiscal quarter, a month; and the usual sources by their names."""

from __future__ import annotations

import pytest

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.insight.revenue import slices
from nenrin.insight.revenue.statements import statement
from tests.insight.test_revenue import ledger, month, on, sign
from tests.insight.world import World

pytestmark = pytest.mark.django_db
MAY = month("2026-05")


@pytest.fixture
def world(org: Organisation) -> World:
    """Four that first paid in February, March and April; the fiscal year begins in April."""
    world = World(today=on("2026-01-10"))
    for n, (start, source) in enumerate((("2026-02-01", "webinar"), ("2026-03-01", "webinar"), ("2026-03-20", "社長の縁"),
                                         ("2026-04-01", ""))):  # fmt: skip
        account, _ = sign(world, f"社{n}", 10**n, start)
        Account.objects.filter(pk=account.pk).update(source=source)
    world.today = on("2026-05-10")
    return world


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [("cohort", {"2025": ("2025年度", 111), "2026": ("2026年度", 1000)}),
     ("cohort_quarter", {"2025-Q4": ("2025年度 第4四半期", 111), "2026-Q1": ("2026年度 第1四半期", 1000)}),
     ("cohort_month", {"2026-02": ("2026年2月", 1), "2026-03": ("2026年3月", 110), "2026-04": ("2026年4月", 1000)}),
     ("source", {"webinar": ("セミナー", 11), "社長の縁": ("社長の縁", 100), "": ("未設定", 1000)})],
)  # fmt: skip
def test_each_part_has_its_name_and_its_accounts(
    world: World, dimension: str, expected: dict[str, tuple[str, int]]
) -> None:
    of = ledger(world)
    found = slices.slices(of, dimension, MAY)
    assert {one.key: (one.name.ja, statement(of, MAY, "net", one).end) for one in found} == expected
    assert [one.key for one in found] == list(expected), "in order"
