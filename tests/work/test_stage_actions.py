"""A stage's actions by team, and its KPI: in words or one of the catalogue's."""

from __future__ import annotations

from typing import Any

import pytest

from nenrin.analytics.conditions import standard
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers.errors import Refused
from nenrin.values import Text
from nenrin.work.journeys import designs, documents, kpis
from nenrin.work.journeys.documents import StageDesign
from nenrin.work.journeys.kpis import Kpi

INVITE = {"en": "Invite to the webinar", "ja": "セミナーへの招待"}
PLAN = {"en": "Agree the plan", "ja": "計画の合意"}


def read(**stage: object) -> StageDesign:
    """Read, and the same again from what it is written as."""
    document = {"name": {"en": "x", "ja": "x"}, "stages": [{"stage": "onboarding", **stage}]}
    found = documents.parse(document, standard())
    assert documents.parse(documents.dump(found), standard()) == found
    return found.stages[0]


def faults(**stage: object) -> dict[str, Text]:
    with pytest.raises(Refused) as refused:
        read(**stage)
    return {fault.field: fault.text for fault in refused.value.faults}


def test_the_actions_of_both_teams_stand_apart() -> None:
    found = read(ours=[PLAN], marketing=[INVITE])
    assert found.ours == (Text(**PLAN),) and found.marketing == (Text(**INVITE),)
    assert read(ours=[PLAN]).marketing == (), "as written before there were two: customer success's"
    assert set(faults(marketing=[PLAN] * 21)) == {"stages[0].marketing"}


def test_a_kpi_in_words_reads_as_before() -> None:
    told: dict[str, Any] = {"name": {"en": "Seats used", "ja": "利用率"}, "target": "a few more"}
    assert read(kpi=told).kpi == Kpi(Text("Seats used", "利用率"), "a few more")
    assert set(faults(kpi={"target": "4"})) == {"stages[0].kpi.name"}, "in words it needs a name"


def test_a_kpi_of_the_catalogue_has_its_name_and_a_number_to_reach() -> None:
    found = read(kpi={"key": "upsell_rate", "target": "15 %"}).kpi
    assert found == Kpi(Text("Upsell rate", "アップセル率"), "15 %", "upsell_rate")
    assert kpis.aim(found.key, found.target) == 0.15
    own = read(kpi={"key": "days_to_resolution", "name": {"en": "Speed", "ja": "速さ"}, "target": 3}).kpi
    assert own and own.name.ja == "速さ" and kpis.aim(own.key, own.target) == 3
    assert "upsell_rate" in faults(kpi={"key": "upsel_rate", "target": "1 %"})["stages[0].kpi.key"].en
    assert set(faults(kpi={"key": "upsell_rate", "target": "many"})) == {"stages[0].kpi.target"}
    assert set(faults(kpi={"key": "upsell_rate", "target": "15"})) == {"stages[0].kpi.target"}, "15 or 1,500 %?"
    assert set(faults(kpi={"key": "upsell_rate"})) == {"stages[0].kpi.target"}


def test_a_key_that_the_catalogue_lost_does_not_take_the_journey_along() -> None:
    stage = {"stage": "onboarding", "kpi": {"key": "gone", "target": "?"}}
    [found] = documents.parse({"name": {"en": "x", "ja": "x"}, "stages": [stage]}, None).stages
    assert found.kpi == Kpi(Text("gone", "gone"), "?", "gone") and kpis.aim("gone", "1") is None


@pytest.mark.parametrize(
    ("key", "value", "aim", "is_reached"),
    [
        ("upsell_rate", 0.2, 0.15, True), ("upsell_rate", 0.1, 0.15, False), ("gross_mrr_churn", 0.01, 0.02, True),
        ("gross_mrr_churn", 0.03, 0.02, False), ("renewals_due", 3.0, 2.0, None), ("upsell_rate", None, 0.15, None),
        ("upsell_rate", 0.2, None, None),
    ],
)  # fmt: skip
def test_more_or_less_is_better_as_the_catalogue_says(
    key: str, value: float | None, aim: float | None, is_reached: bool | None
) -> None:
    assert KPIS[key].is_reached(value, aim) is is_reached


def test_the_ready_made_journey_says_what_marketing_does_and_is_measured_by_the_catalogue() -> None:
    for document in designs.ready().values():
        stages = documents.parse(document, standard()).stages
        assert all(one.ours and one.marketing for one in stages)
        measured = [one.kpi for one in stages if one.kpi and one.kpi.key]
        assert measured and all(kpis.aim(one.key, one.target) is not None for one in measured)
