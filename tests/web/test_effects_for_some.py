"""A playbook by which only some accounts gain: the page of its effect says so, in both languages."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.playbooks.models import Exposure
from tests.playbooks import effects_world
from tests.web.test_value_pages import body, signed_in

pytestmark = pytest.mark.django_db


def test_where_only_the_small_ones_gain_the_page_says_that_some_gain_more(org: Organisation, at: datetime) -> None:
    effects_world.build(at, accounts=900, effect=6.0, gains=lambda n: n % 2 == 1)
    rows = list(Exposure.objects.order_by("pk"))
    for n, row in enumerate(rows):
        row.strata = f"{('large', 'small')[n % 2]}|{('healthy', 'caution')[n // 2 % 2]}|7"
    Exposure.objects.bulk_update(rows, ["strata"])
    text = body(signed_in(), "/effects/rescue?days=30")
    assert "works better for some: those for whom the largest effect was foretold" in text
    assert "No heterogeneity detected" not in text and "Not enough data" not in text
    japanese = body(signed_in(language="ja"), "/effects/rescue?days=30")
    assert "予測した効果が大きい顧客ほど" in japanese and "効果の違いは検出されていません" not in japanese
