"""The whitespace by the API: the matrix of the page, of the customers in one's scope."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import Rest
from tests.work import opportunities_world as world

pytestmark = pytest.mark.django_db


def test_products_and_plans_over_groups(org: Organisation, at: datetime) -> None:
    core, more = world.plan("core-a", "core", at), world.plan("more-a", "more", at)
    owner = cast.member(Role.SALES, "営業")
    mine = world.customer("甲社", at=at, on=core, owner=owner, industry="製造")
    world.customer("乙社", at=at, on=more, industry="小売")
    world.health(mine, "healthy")
    head = Rest(cast.member(Role.HEAD))
    told = head.get("/opportunities/whitespace?by=industry").data
    assert (told["by"], set(told["groups"]), told["customers"]) == ("industry", {"製造", "小売"}, 2)
    [line] = [one for one in told["lines"] if one["plan_id"] == more.pk]
    assert (line["total"]["having"], line["total"]["customers"], line["total"]["share"]) == (1, 2, 0.5)
    cell = line["cells"][told["groups"].index("製造")]
    assert (cell["having"], cell["customers"], cell["healthy_without"]) == (0, 1, 1)
    [product] = [one for one in told["lines"] if one["product_id"] == more.product_id and one["plan_id"] is None]
    assert product["total"] == line["total"]
    assert Rest(owner).get("/opportunities/whitespace").data["customers"] == 1
    assert head.get("/opportunities/whitespace?by=zodiac").status_code == 422


def test_nobody_has_anything_yet(org: Organisation) -> None:
    told = Rest(cast.member(Role.HEAD)).get("/opportunities/whitespace").data
    assert (told["customers"], told["groups"], told["lines"]) == (0, [], [])
