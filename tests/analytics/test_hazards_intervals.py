"""What an interval of risk holds: what the coefficients leave open, and what another kind of model would have said."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from nenrin.analytics.forecasts.hazards import documents, ladders, logistics, risk
from nenrin.analytics.forecasts.hazards.models import Z90
from nenrin.analytics.forecasts.hazards.tables import Array, Feature, Table
from tests.analytics.risk_worlds import snapshot


def world(seed: int, rows: int = 4000) -> tuple[Table, Array]:
    """Use lowers the hazard, more so where it is low: a bend that a straight line misses. With each row's hazard."""
    rng = np.random.default_rng(seed)
    use, due = rng.normal(size=rows), rng.random(rows) < 0.3
    tier = rng.choice(["enterprise", "smb"], rows)
    odds = -3.6 - 0.5 * use + 0.8 * np.maximum(-use - 0.5, 0) + due + 0.6 * (tier == "smb")
    true = 1 / (1 + np.exp(-odds))
    table = snapshot(tier, due, (Feature("use", use, better="higher"),), {"churn": rng.random(rows) < true})
    return table, true


def log_odds(p: Array) -> Array:
    result: Array = np.log(p / (1 - p))
    return result


def learned(table: Table) -> risk.RiskModel:
    model = risk.learned(table)
    assert isinstance(model, risk.RiskModel)
    return model


@pytest.fixture(scope="module")
def bent() -> tuple[Table, Array, risk.RiskModel]:
    table, true = world(1)
    return table, true, learned(table)


def test_the_rival_is_the_best_of_another_kind_and_reads_no_level(bent: tuple[Table, Array, risk.RiskModel]) -> None:
    _, _, model = bent
    assert model.rival and model.trust.step in ("hazard", "curves")
    assert (model.rival.terms.knots > 0) != (model.trust.step == "curves")
    assert not model.rival.terms.level and model.rival.terms.features != ()


def test_an_interval_adds_the_variance_between_two_kinds(bent: tuple[Table, Array, risk.RiskModel]) -> None:
    table, _, model = bent
    assert model.rival
    both, alone = model.probability(table, 90), replace(model, rival=None).probability(table, 90)
    rival = replace(model, hazard=model.rival.hazard, calibrator=model.rival.calibrator)
    assert (both.value == alone.value).all()
    apart = log_odds(logistics.risk(rival.hazards(table, 3))) - log_odds(both.value)
    own = (log_odds(alone.high) - log_odds(alone.low)) / 2 / Z90
    assert (log_odds(both.high) - log_odds(both.low)) / 2 / Z90 == pytest.approx(np.sqrt(own**2 + apart**2 / 4))
    assert np.abs(apart).max() > 0.05


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Eight small worlds, each with its own model, whose mean is off by less than .02: nine in ten, within twice that."""
    shares = []
    for seed in range(10, 18):
        table, true = world(seed)
        found = learned(table).probability(table, 30)
        shares.append(float(((found.low <= true) & (true <= found.high)).mean()))
    assert 0.86 <= np.mean(shares) <= 0.95, shares


def test_the_rival_goes_with_the_document_and_with_the_kind(bent: tuple[Table, Array, risk.RiskModel]) -> None:
    table, _, model = bent
    told = json.loads(json.dumps(documents.to_dict(model)))
    again = documents.from_dict(told)
    assert (again.probability(table, 90).high == model.probability(table, 90).high).all()
    del told["model"]["rival"]
    earlier = documents.from_dict(told)
    assert earlier.rival is None and (earlier.probability(table, 90).value == model.probability(table, 90).value).all()
    like = risk.learned(world(3)[0], like=model)
    assert isinstance(like, risk.RiskModel) and like.rival and model.rival
    assert like.rival.terms == model.rival.terms and like.trust.terms == model.trust.terms


def test_where_nothing_else_reads_features_there_is_no_rival() -> None:
    few = ladders.rungs(100, None)
    losses = np.arange(len(few), dtype=np.float64)[:, None]
    assert ladders._rival(few, [0, 1, 2], 2, losses) is None
    assert ladders._rival(few, [0, 1, 2], 0, losses) == few[2].terms
