"""The worked example of docs/health-models.md is what the product computes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from nenrin.analytics.scores import documents, micro
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import MISSING, Raw, raw

PAGE = (Path(__file__).parents[2] / "docs" / "health-models.md").read_text(encoding="utf-8")


@pytest.fixture
def model() -> HealthModel:
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return documents.from_yaml(written)


def rows() -> dict[str, list[str]]:
    """Lines of the example's table: measure -> value, points, weight, contribution."""
    lines = re.findall(r"^\| `([\w:]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    return {key: [cell.strip() for cell in rest.split("|")] for key, rest in lines}


def scored(model: HealthModel, tier: str = "smb", **more: float) -> Raw:
    values = {key: np.array([np.nan]) for key in model.needs()}
    stated = {key: float(cells[0]) for key, cells in rows().items() if cells[0] != "missing"}
    values |= {key: np.array([value]) for key, value in {**stated, **more}.items()}
    return raw(model, Frame(np.array([1]), values, np.array([tier])))


def test_the_table_of_the_example_is_computed(model: HealthModel) -> None:
    found = scored(model)
    for key, (_, points, weight, contribution) in rows().items():
        column = found.layout.at(key)
        assert f"{found.got[0, column] / micro.ONE:.1f}" == contribution
        assert points == "" or found.points[0, column] == float(points)
        assert next(one.weight for one in model.measures if one.key == key) == float(weight)
    assert "| missing, at the typical 60 | | | 20 | 12.0 |" in PAGE
    assert found.got[0, found.layout.at(MISSING)] == 12 * micro.ONE
    assert "**63.0**" in PAGE and found.score[0] == 63 * micro.ONE
    assert "Coverage is 80%" in PAGE and found.coverage[0] == pytest.approx(0.8)


def test_what_it_says_of_tiers_exceptions_and_too_little_data_holds(model: HealthModel) -> None:
    assert "would earn 4 points instead of 40" in PAGE
    big = scored(model, "enterprise")
    assert big.points[0, big.layout.at("attribute:stores")] == 4
    assert "today's value is 60.0: the exception takes 3.0 points" in PAGE
    urgent = scored(model, urgent_ticket_age=8)
    assert urgent.score[0] == 60 * micro.ONE and urgent.bars[0, 0] == -3 * micro.ONE
    nobody = {"active_user_share": np.nan, "days_since_activity": np.nan, "attribute:stores": np.nan, "nps": 50.0, "nps_age": 1.0}  # fmt: skip
    assert not scored(model, **nobody).judged[0]
    assert not scored(model, tenure_days=29).judged[0] and scored(model, tenure_days=30).judged[0]


def test_what_it_says_of_smoothing_holds(model: HealthModel) -> None:
    score, days = 70.0, []
    for _ in range(30):
        score += model.alpha * (63 - score)
        days.append(score)
    assert "Today it is 69.7, and after 14 days at this value it is 66.5" in PAGE
    assert (f"{days[0]:.1f}", f"{days[13]:.1f}") == ("69.7", "66.5")
    assert "on the 26th day" in PAGE
    edge = model.bands.healthy - model.bands.hysteresis
    assert next(number for number, one in enumerate(days, 1) if one < edge) == 26


def test_the_example_can_be_saved_where_the_attribute_is_declared(model: HealthModel) -> None:
    assert documents.from_yaml(documents.to_yaml(model)) == model
