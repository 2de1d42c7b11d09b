"""Hazards: rows of what could be known, one convex fit, honest splits and verdicts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from nenrin.analytics.forecasts.hazards import documents, logistics, periods, profits, risk, splits, verdicts
from nenrin.analytics.forecasts.hazards.tables import Feature, Table
from nenrin.analytics.forecasts.lifetimes.lives import Life
from tests.analytics.risk_worlds import snapshot

MONTHS = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(25)]


def life(account: int, starts: str, lost: str = "") -> Life:
    day = date.fromisoformat(lost) if lost else None
    return Life(account, date.fromisoformat(starts), 1, bool(lost), 1, 1, 100, "JPY", day)


def test_partial_histories_count_up_to_what_is_known() -> None:
    """One left on 5 March, one stays: by 1 April both have rows for their whole months only."""
    found = periods.rows([life(1, "2025-01-01", "2025-03-05"), life(2, "2025-01-15")], MONTHS, date(2025, 4, 1))
    assert found.account.tolist() == [1, 1, 1, 2, 2]
    assert found.is_lost.tolist() == [False, False, True, False, False]
    assert found.tenure.tolist() == [0, 31, 59, 17, 45]


def test_a_month_that_has_not_ended_gives_no_row() -> None:
    found = periods.rows([life(1, "2025-01-01")], MONTHS, date(2025, 3, 31))
    assert len(found) == 2 and not found.is_lost.any()
    assert len(periods.rows([], MONTHS, date(2025, 3, 31))) == 0


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, 700)), min_size=1, max_size=30))
@settings(deadline=None)
def test_every_loss_known_by_the_end_of_the_grid_is_one_row(spans: list[tuple[int, int]]) -> None:
    first = date(2025, 1, 1).toordinal()
    lives = [
        Life(n, date.fromordinal(first + a), 1, True, 1, 1, 1, "JPY", date.fromordinal(first + a + b))
        for n, (a, b) in enumerate(spans)
    ]
    found = periods.rows(lives, MONTHS, MONTHS[-1])
    for one in lives:
        own = found.chosen(found.account == one.account)
        assert own.is_lost.sum() <= 1 and not own.is_lost[:-1].any()
        assert one.lost_on is not None
        begun = [m for m in MONTHS[:-1] if one.starts_on <= m < one.lost_on]
        assert len(own) == len(begun)
        assert bool(own.is_lost.any()) == (bool(begun) and one.lost_on <= MONTHS[-1])


def simulated(rows: int = 20_000) -> tuple[Table, np.ndarray, np.ndarray]:
    """Usage lowers the hazard; SMB leave more, and rather when due; a third of the NPS is missing."""
    rng = np.random.default_rng(11)
    usage, nps, due = rng.normal(size=rows), rng.normal(size=rows), rng.random(rows) < 0.2
    nps[rng.random(rows) < 0.33] = np.nan
    tier = rng.choice(["enterprise", "smb"], rows)
    truth = 1 / (1 + np.exp(-(-4 - 0.5 * usage + 1.0 * due + 0.8 * (tier == "smb"))))
    happened = rng.random(rows) < truth
    features = (Feature("usage", usage, group="adoption", better="higher"), Feature("nps", nps, group="sentiment"))
    return snapshot(tier, due, features, {"churn": happened}), happened, truth


def test_the_fit_finds_what_made_the_data() -> None:
    table, happened, truth = simulated()
    model = risk.learned(table)
    assert isinstance(model, risk.RiskModel)
    hazard, design = model.hazard, model.hazard.design
    errors = np.sqrt(np.diag(hazard.covariance))
    found = dict(zip((*design.levels, *design.effects), np.concatenate([hazard.levels, hazard.effects]), strict=True))
    known = {"due": 1.0, "tier smb": 0.8, "usage": -0.5, "nps": 0.0, "nps missing": 0.0}
    for name, value in known.items():
        at = (*design.levels, *design.effects).index(name)
        assert abs(found[name] - value) < 4 * errors[at] + 0.05, name
    own = model.probability(table, 30).value
    judged = verdicts.calibration(own, happened)
    assert judged.slope == pytest.approx(1, abs=0.05) and judged.ece < 0.005
    ranks, best = verdicts.auc(own, happened), verdicts.auc(truth, happened)
    assert ranks and best and ranks > 0.985 * best


def test_a_model_names_the_columns_it_misses() -> None:
    table, _, _ = simulated(2000)
    model = risk.learned(table)
    assert isinstance(model, risk.RiskModel)
    with pytest.raises(risk.UnknownColumn, match="usage, nps"):
        model.probability(replace(table, features=()), 90)
    assert model.needs == ("usage", "nps")


def test_a_model_comes_back_from_its_document() -> None:
    table, _, _ = simulated(2000)
    model = risk.learned(table)
    assert isinstance(model, risk.RiskModel)
    again = documents.from_dict(json.loads(json.dumps(documents.to_dict(model))))
    for days in (30, 90, 365):
        one, other = model.probability(table, days), again.probability(table, days)
        assert (one.value == other.value).all() and (one.high == other.high).all()
    with pytest.raises(documents.UnknownDocument):
        documents.from_dict({"kind": "other"})


def test_reasons_add_up_to_the_log_odds() -> None:
    table, _, _ = simulated(2000)
    model = risk.learned(table)
    assert isinstance(model, risk.RiskModel)
    for row in range(20):
        told = model.reasons(table, row)
        hazard = model.hazards(table.chosen(np.array([row])), 3)[0, told.lead]
        assert told.total == pytest.approx(np.log(hazard / (1 - hazard)))
        assert told.base + sum(told.groups.values()) == pytest.approx(told.total)
        assert {part.group for part in told.parts} == {"adoption", "sentiment"}


def test_few_events_give_no_model() -> None:
    table, _, _ = simulated(150)
    few = risk.learned(replace(table, events={"churn": np.arange(150) < 9}))
    assert isinstance(few, risk.NotEnough) and few.events == 9 and few.needed == 10


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_row_order_and_subset_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = np.concatenate([np.ones((300, 1)), rng.normal(size=(300, 4))], axis=1)
    happened, order = rng.random(300) < 0.2, rng.permutation(300)
    one, other = logistics.fit(columns, happened), logistics.fit(columns[order], happened[order])
    assert one.coefficients == pytest.approx(other.coefficients, abs=1e-6)
    assert one.probability(columns[:7]) == pytest.approx(one.probability(columns)[:7])


def test_a_stated_sign_is_kept() -> None:
    """The data would say the opposite: the coefficient stops at zero and the others are as if it were not there."""
    rng = np.random.default_rng(3)
    x = np.stack([np.ones(2000), rng.normal(size=2000), rng.normal(size=2000)], axis=1)
    happened = rng.random(2000) < logistics.sigmoid(x @ np.array([-1.0, 0.7, 0.4]))
    bound = logistics.fit(x, happened, signs=np.array([0, -1, 0]))
    assert bound.coefficients[1] == 0.0
    without = logistics.fit(x[:, [0, 2]], happened)
    assert bound.coefficients[[0, 2]] == pytest.approx(without.coefficients, abs=1e-5)
    assert logistics.fit(x, happened, signs=np.array([0, 1, 0])).coefficients[1] == pytest.approx(0.7, abs=0.2)


def test_risk_over_months_adds_up() -> None:
    assert logistics.risk(np.full((1, 12), 0.03))[0] == pytest.approx(0.3062, abs=5e-5)


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=60), st.integers(1, 200), st.integers(0, 30))
def test_nothing_that_is_learned_reaches_into_what_is_tested(starts: list[int], window: int, gap: int) -> None:
    begins = np.array(starts, dtype=np.int64)
    for split in splits.rolling(begins, begins + window, [200, 500, 800], gap=gap):
        assert (begins + window)[split.train].max() + gap <= split.origin <= begins[split.test].min()
        assert not (split.train & split.test).any()


def test_every_row_from_the_first_origin_on_is_tested_once() -> None:
    begins = np.arange(0, 900, 30, dtype=np.int64)
    found = list(splits.rolling(begins, begins + 90, [300, 600]))
    assert (sum(split.test.astype(int) for split in found) == (begins >= 300)).all() and len(found) == 2


def test_verdicts_by_hand() -> None:
    p, y = np.array([0.1, 0.2, 0.3, 0.4]), np.array([False, False, True, True])
    assert verdicts.auc(p, y) == 1.0 and verdicts.auc(1 - p, y) == 0.0 and verdicts.auc(p, y | True) is None
    assert verdicts.brier(p, y) == pytest.approx((0.01 + 0.04 + 0.49 + 0.36) / 4)
    assert verdicts.skill(np.full(4, 0.5), y) == 0.0
    assert verdicts.ece(p, y, bins=2) == pytest.approx((2 * 0.15 + 2 * 0.65) / 4)
    assert verdicts.log_loss(np.array([0.5]), np.array([True])) == pytest.approx(np.log(2))


def test_overconfidence_shows_as_a_slope_below_one() -> None:
    _table, happened, truth = simulated()
    odds = np.log(truth / (1 - truth))
    loud = 1 / (1 + np.exp(-(odds + 4) * 2 + 4))
    assert verdicts.calibration(loud, happened).slope == pytest.approx(0.5, abs=0.06)
    assert verdicts.calibration(truth, happened).slope == pytest.approx(1, abs=0.1)


def test_the_expected_maximum_profit_is_the_published_one() -> None:
    """Ten accounts, to every digit that is told. Of a logistic regression on the 7,043 Telco subscribers 10.288298993695 is
    told too, and of LightGBM on 9,379 television subscribers .0366851 of them: neither can be held, for neither says
    which columns, penalty and folds (or trees and seed) ranked the subscribers, and the figure follows from the ranking
    alone. Ours comes near: 10.35 where everybody is ranked by a fit that saw him, 10.296 in five folds in the file's order.
    """
    happened = np.array([bool(int(c)) for c in "1010100000"])
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
    found = profits.empc(scores, happened)
    assert found.value == pytest.approx(14.600316489788, abs=1e-11)
    assert found.fraction == pytest.approx(0.499664, abs=5e-7)


@pytest.mark.parametrize("seed", range(4))
def test_the_expected_maximum_profit_is_the_mean_over_who_accepts_of_the_best_threshold(seed: int) -> None:
    """Against plain integration: at each acceptance every threshold is tried."""
    rng = np.random.default_rng(seed)
    happened = rng.random(60) < 0.25
    scores = np.round(np.where(happened, rng.normal(0.6, 0.3, 60), rng.normal(0.3, 0.3, 60)), 1)  # with ties
    terms = profits.Terms()
    edges = np.linspace(0, 1, 20_001)
    middle, mass = (edges[1:] + edges[:-1]) / 2, np.diff(beta.cdf(edges, terms.alpha, terms.beta))
    offer, contact = terms.offer / terms.clv, terms.contact / terms.clv
    best = np.zeros(len(middle))
    for threshold in np.unique(scores):
        caught, disturbed = (happened & (scores >= threshold)).mean(), (~happened & (scores >= threshold)).mean()
        own = terms.clv * ((middle * (1 - offer) - contact) * caught - (offer + contact) * disturbed)
        best = np.maximum(best, own)
    assert profits.empc(scores, happened).value == pytest.approx(float((best * mass).sum()), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_ranking_earns_more_than_the_true_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    happened = rng.random(80) < 0.3
    happened[:2] = (True, False)
    noise = profits.empc(rng.random(80), happened)
    perfect = profits.empc(happened.astype(np.float64), happened)
    assert noise.value <= perfect.value + 1e-9 and 0 <= noise.fraction <= 1 + 1e-12
