"""Numeric attributes of accounts in health models: scored, explained, previewed, and safe from being taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from nenrin.analytics.kpis import Grid
from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.customers import accounts, attributes
from nenrin.customers.models import AttributeField
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.ingest import lakes
from nenrin.insight import explanation, health_models, past
from nenrin.insight.modelling import configuration
from nenrin.insight.models import CurrentMeasure, Health, HealthModelVersion
from nenrin.insight.previewing import preview
from nenrin.insight.refreshing import evaluation
from nenrin.values import Text
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db
KEY = "attribute:stores"
MODEL = {
    "key": "standard",
    "name": "By stores",
    "half_life_days": 0,
    "groups": [
        {
            "key": "size",
            "name": "Size",
            "measures": [
                {
                    "measure": KEY,
                    "weight": 100,
                    "curve": {"default": [[0, 0], [10, 100]], "enterprise": [[0, 0], [100, 100]]},
                }
            ],
        }
    ],
}


@pytest.fixture
def stores(org: Organisation) -> AttributeField:
    return attributes.declare(
        "stores", name=Text("Stores", "店舗数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=World().now
    )


@pytest.fixture
def world(stores: AttributeField) -> World:
    """The thriving account has 8 stores, the drifting one a tenth of what its tier expects."""
    made = World().begin()
    made.open(THRIVING, attributes={"stores": 8})
    drifting = made.open(DRIFTING, attributes={"stores": 10})
    made.refresh()
    made.end_day()
    body = {"status": "customer", "tier": "enterprise", "tags": [], "attributes": {"stores": 10}}
    made.say("account", str(drifting.pk), drifting.pk, {**body, "customer_since": "2025-01-06"})
    made.refresh()
    return made


def publish(world: World, **changed: Any) -> HealthModelVersion:
    health_models.draft({**MODEL, **changed}, by=SYSTEM, at=world.now)
    return health_models.publish("standard", by=SYSTEM, at=world.now, note="stores")


def score(name: str) -> float:
    return round(Health.objects.get(account__name=name).score, 6)


def test_a_model_scores_accounts_by_their_attribute_and_by_the_curve_of_their_tier(world: World) -> None:
    publish(world)
    world.refresh()
    assert (score(THRIVING), score(DRIFTING)) == (80, 10)
    rows = CurrentMeasure.objects.filter(measure=KEY).values_list("account__name", "value")
    assert dict(rows) == {THRIVING: 8, DRIFTING: 10}


def test_a_new_value_moves_the_score_and_the_explanation_adds_up(world: World) -> None:
    publish(world)
    world.end_day()
    account = Health.objects.get(account__name=THRIVING).account
    accounts.change(account, by=SYSTEM, at=world.now, attributes={"stores": 2.5})
    world.refresh()
    found = explanation.of(account.pk, since=world.now.date().replace(day=world.today.day - 1))
    assert found is not None and (found.before, found.score) == (80, 25)
    (row,) = [row for row in found.rows if row.key == KEY]
    assert (row.name, row.value.en, row.change) == (Text("Stores", "店舗数"), "2.5", -55)
    assert found.finding.en.endswith("Stores fell from 8 to 2.5.") and "店舗数が8から2.5に減った" in found.finding.ja
    assert round(sum(row.change for row in found.rows), 1) == round(sum(part.points for part in found.parts), 1) == -55


def test_a_preview_reads_the_attribute_before_any_model_did_and_says_what_publishing_does(world: World) -> None:
    draft = {**MODEL, "bands": {"healthy": 70, "caution": 40, "hysteresis": 0, "dwell_days": 0}}
    model = documents.from_dict(draft)
    seen = {change.name: change.score_after for change in preview.of(model, at=world.now).changed}
    publish(world, bands=draft["bands"])
    world.refresh()
    assert seen == {name: score(name) for name in seen} and DRIFTING in seen


def test_a_condition_on_an_attribute_chooses_the_model(world: World) -> None:
    health_models.draft(
        {**MODEL, "key": "chains", "position": 1, "applies_to": {"field": "attribute.stores", "op": ">", "value": 9}},
        by=SYSTEM,
        at=world.now,
    )
    health_models.publish("chains", by=SYSTEM, at=world.now)
    world.refresh()
    models = dict(Health.objects.values_list("account__name", "version__key"))
    assert models == {DRIFTING: "chains", THRIVING: "standard"}


def test_a_past_day_keeps_the_attribute_as_it_was_known_even_after_it_is_archived(
    world: World, stores: AttributeField
) -> None:
    publish(world)
    world.refresh()
    day, account = world.today, Health.objects.get(account__name=THRIVING).account
    world.end_day()
    attributes.archive(stores, by=SYSTEM, at=world.now)
    world.end_day()
    replayed = past.on(day, accounts=[account.pk], known_at=day)
    assert replayed.basis == "recomputed" and replayed.records[account.pk].values[KEY] == 8


def test_a_day_before_its_model_was_live_knows_no_value_of_it_on_whatever_grid_it_is_computed(world: World) -> None:
    yesterday = world.today - timedelta(1)
    publish(world)
    both = configuration.between(yesterday, world.today)
    slabs = list(evaluation.evaluate(lakes.current(), Grid.daily(yesterday, world.today), both))
    values = {one.day: one.frame.values[KEY] for slab in slabs for one in slab}
    assert np.isnan(values[yesterday]).all() and not np.isnan(values[world.today]).all()


def test_a_live_models_attribute_is_known_to_be_in_use(world: World) -> None:
    assert health_models.users_of(KEY) == []
    publish(world)
    assert health_models.users_of(KEY) == [Text("By stores", "By stores")]


@pytest.mark.parametrize(
    "declared",
    [
        {"key": "stores", "kind": AttributeKind.NUMBER, "field_class": FieldClass.PERSONAL},
        {"key": "stores", "kind": AttributeKind.NUMBER, "archived": True},
        {"key": "form", "kind": AttributeKind.TEXT},
    ],
)
def test_an_attribute_that_never_has_a_number_to_read_is_refused_by_its_name(
    org: Organisation, declared: dict[str, Any]
) -> None:
    at, archived = World().now, declared.pop("archived", False)
    field = attributes.declare(**declared, name=Text("A", "あ"), by=SYSTEM, at=at)
    if archived:
        attributes.archive(field, by=SYSTEM, at=at)
    group = {
        **MODEL["groups"][0],
        "measures": [{**MODEL["groups"][0]["measures"][0], "measure": f"attribute:{field.key}"}],
    }
    with pytest.raises(DocumentError, match=f"attribute:{field.key}.*must be a number, not personal and not archived"):
        health_models.draft({**MODEL, "groups": [group]}, by=SYSTEM, at=at)
    condition = {"field": f"attribute.{field.key}", "op": ">", "value": 1}
    with pytest.raises(DocumentError, match="applies_to"):
        health_models.draft({**MODEL, "applies_to": condition}, by=SYSTEM, at=at)


def test_the_yaml_of_a_model_with_an_attribute_comes_back_the_same() -> None:
    model = documents.from_dict(MODEL)
    assert documents.from_yaml(documents.to_yaml(model)) == model
    with pytest.raises(DocumentError, match="a name of letters"):
        documents.from_dict(
            {
                **MODEL,
                "groups": [
                    {
                        **MODEL["groups"][0],
                        "measures": [{"measure": "attribute:a b", "weight": 1, "curve": [[0, 0], [1, 1]]}],
                    }
                ],
            }
        )
