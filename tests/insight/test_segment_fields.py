"""The frame that conditions are asked of: every column of health and attributes as the rows hold it, in one query a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from nenrin.customers import accounts, attributes
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import health_models, segment_fields
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.values import Text

pytestmark = pytest.mark.django_db
HEALTH = ["health.score", "health.band", "health.coverage", "health.delta_7", "health.delta_30"]


def test_health_and_attributes_stand_beside_their_accounts(
    org: Organisation, at: datetime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    health_models.install(at=at)
    for key, kind in (("size", AttributeKind.NUMBER), ("since", AttributeKind.DATE)):
        attributes.declare(key, name=Text(key, key), kind=kind, by=SYSTEM, at=at)
    one, other, bare = (
        accounts.open(name, by=SYSTEM, at=at, status="customer").pk for name in ("朝日", "東西", "南北")
    )
    Account.objects.filter(pk=one).update(attributes={"size": 7, "since": "2020-04-01"})
    put(one, at, score=71.26, band="healthy", coverage=0.9, weekly=[60, 65.5, 71.26], delta_30=-3.0)
    put(other, at, score=40, band="at_risk", coverage=0.5, weekly=[40], delta_30=None)
    fields = segment_fields.fields()
    with django_assert_max_num_queries(2):
        frame = segment_fields.frame([*HEALTH, "attribute.size", "attribute.since", "status"], fields)
    told = {row.pop("account"): row for row in frame.to_pylist()}
    assert list(told) == sorted([one, other, bare])
    assert [told[one][key] for key in HEALTH] == [71.26, "healthy", 0.9, 5.8, -3.0]
    assert [told[other][key] for key in HEALTH] == [40, "at_risk", 0.5, None, None]
    assert {told[bare][key] for key in HEALTH} == {None} and told[bare]["status"] == "customer"
    assert told[one]["attribute.size"] == 7 and told[one]["attribute.since"] == date(2020, 4, 1)
    assert told[other]["attribute.size"] is None
    few = segment_fields.frame(["health.delta_7"], fields, [one])
    assert few.to_pylist() == [{"account": one, "health.delta_7": 5.8}]


def put(account: int, at: datetime, **told: Any) -> None:
    version = HealthModelVersion.objects.filter(state="published").earliest("pk")
    Health.objects.update_or_create(
        account_id=account, defaults={"as_of": at.date(), "at": at, "today": told["score"], "since": at.date(), "version": version, **told}
    )  # fmt: skip
