"""The generator lives by its published rates, and the same seed gives the same world whatever is added to
it.
"""

import time

import numpy as np
import pytest

from nenrin.simulator import presets
from nenrin.simulator.economy import contracts, lives, measures, truth
from nenrin.simulator.economy.interventions import ACTIONS
from nenrin.simulator.presets import Preset
from nenrin.simulator.streams import stream

LARGE = Preset("large", accounts=30_000, months=36)


@pytest.fixture(scope="module")
def large() -> lives.Economy:
    return lives.simulated(LARGE, 2026)


@pytest.mark.parametrize(("tier", "expected"), [(0, 0.0313), (1, 0.0103), (2, 0.0047)])
def test_each_tier_leaves_at_the_rate_that_its_market_is_known_for(
    large: lives.Economy, tier: int, expected: float
) -> None:
    assert large.lives.monthly_churn(large.population.tier == tier) == pytest.approx(expected, rel=0.17)


def test_a_smaller_tier_leaves_faster_than_a_larger_one(large: lives.Economy) -> None:
    smb, middle, enterprise = (large.lives.monthly_churn(large.population.tier == tier) for tier in range(3))
    assert smb > 2 * middle > 4 * enterprise > 0


def test_nobody_leaves_while_a_term_is_running(large: lives.Economy) -> None:
    decided = large.lives.has_left & ~large.lives.is_involuntary
    assert not (decided & ~large.lives.is_due).any()


def test_nobody_comes_back_after_leaving(large: lives.Economy) -> None:
    left_before = np.cumsum(large.lives.has_left, axis=1) - large.lives.has_left > 0
    assert not (left_before & large.lives.is_alive).any()


def test_the_shares_of_tiers_and_terms_are_those_declared(large: lives.Economy) -> None:
    tiers = np.bincount(large.population.tier) / len(large.population)
    assert tiers == pytest.approx(LARGE.tiers, abs=0.01)
    annual = [float((large.contracts.term[large.population.tier == tier] > 1).mean()) for tier in range(3)]
    assert annual == pytest.approx(list(contracts.ANNUAL_SHARE), abs=0.02)


def test_april_brings_most_customers_and_august_fewest(large: lives.Economy) -> None:
    months = np.bincount((large.population.start + 3) % 12, minlength=12)
    assert int(months.argmax()) == 3
    assert int(months.argmin()) == 7


def test_no_company_is_its_own_forebear(large: lives.Economy) -> None:
    parent = large.population.parent
    children = np.flatnonzero(parent >= 0)
    assert len(children) > 0
    assert (parent[parent[children]] == -1).all()
    assert (parent[children] != children).all()


def test_78_000_account_months_take_well_under_a_second() -> None:
    began = time.perf_counter()
    economy = lives.simulated(Preset("six", accounts=6_000, months=36), 1)
    assert economy.lives.is_alive.sum() > 70_000
    assert time.perf_counter() - began < 1.0


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, again, other = (lives.simulated(presets.S, seed).lives for seed in (5, 5, 6))
    assert np.array_equal(first.has_left, again.has_left)
    assert not np.array_equal(first.has_left, other.has_left)


def test_drawing_one_more_table_changes_no_other() -> None:
    before = stream(5, "seats").random(10)
    stream(5, "a table added later").random(1_000)
    assert np.array_equal(before, stream(5, "seats").random(10))


def test_a_policy_that_does_nothing_is_the_untreated_world() -> None:
    plain = lives.simulated(presets.S, 3)
    idle = lives.simulated(presets.S, 3, action=ACTIONS["webinar"], policy="none")
    assert np.array_equal(plain.lives.has_left, idle.lives.has_left)
    assert np.array_equal(plain.lives.adoption, idle.lives.adoption)


def test_outreach_keeps_customers_and_choosing_whom_to_reach_is_worth_more_than_reaching_all() -> None:
    outreach = truth.effect(lives.simulated(Preset("mid", accounts=5_000, months=24), 4), "low_usage_outreach")
    assert outreach.months.sum() > 0
    assert (outreach.months < 0).any(), "those better not woken are in there"
    assert outreach.best_value > outreach.value


def test_an_offer_to_grow_has_no_effect_on_staying() -> None:
    offer = truth.effect(lives.simulated(presets.S, 4), "upsell_offer")
    assert not offer.months.any()
    assert offer.yen.sum() > 0


@pytest.mark.parametrize(("policy", "share"), [("holdout", 0.8), ("all", 1.0)])
def test_a_holdout_keeps_a_fifth_of_those_it_is_meant_for_untreated(policy: str, share: float) -> None:
    world = Preset("mid", accounts=5_000, months=12)
    treated = lives.simulated(world, 8, action=ACTIONS["webinar"], policy=policy).lives
    everybody = lives.simulated(world, 8, action=ACTIONS["webinar"], policy="all").lives
    reached = treated.treated.any(axis=1).sum() / everybody.treated.any(axis=1).sum()
    assert reached == pytest.approx(share, abs=0.02)


def test_a_lottery_reaches_no_more_than_there_is_capacity_for() -> None:
    treated = lives.simulated(presets.S, 8, action=ACTIONS["webinar"], policy="lottery", capacity=7).lives.treated
    assert treated.sum(axis=0).max() <= 7


def test_the_oracle_knows_who_will_leave_better_than_chance_and_as_often_as_they_do() -> None:
    economy = lives.simulated(Preset("oracle", accounts=12_000, months=30), 11)
    risks, outcomes = [], []
    for column in range(6, 26, 4):
        risk = truth.risk(economy, column, 3)
        rows = ~np.isnan(risk)
        risks.append(risk[rows])
        outcomes.append(economy.lives.has_left[rows, column + 1 : column + 4].any(axis=1))
    risk, left = np.concatenate(risks), np.concatenate(outcomes)
    assert risk.mean() == pytest.approx(left.mean(), rel=0.12)
    assert _area(risk, left) > 0.8


def _area(score: np.ndarray, outcome: np.ndarray) -> float:
    rank = score.argsort().argsort() + 1.0
    positives, n = outcome.sum(), len(outcome)
    return float((rank[outcome].sum() - positives * (positives + 1) / 2) / (positives * (n - positives)))


def test_what_is_observed_follows_adoption_in_the_declared_order() -> None:
    economy = lives.simulated(Preset("seen", accounts=4_000, months=12), 9)
    alive = economy.lives.is_alive
    seen = measures.observed(economy)
    strength = [_correlation(seen[each.key][alive], economy.lives.adoption[alive]) for each in measures.LOADINGS]
    assert strength == sorted(strength, reverse=True)
    assert np.isnan(seen["pulse"][alive]).mean() == pytest.approx(0.65, abs=0.02)


def _correlation(seen: np.ndarray, truth_: np.ndarray) -> float:
    rows = ~np.isnan(seen)
    return float(np.corrcoef(seen[rows], truth_[rows])[0, 1])


def test_the_truth_is_written_down_whole(tmp_path) -> None:
    economy = lives.simulated(presets.XS, 1)
    files = truth.export(economy, tmp_path)
    assert [file.name for file in files] == [
        "account_months.parquet",
        "risks.parquet",
        "effects.parquet",
        "world.json",
    ]
    assert truth.account_months(economy).num_rows == economy.lives.is_alive.sum()


def test_an_unknown_size_of_world_is_refused_with_those_there_are() -> None:
    with pytest.raises(presets.UnknownPresetError, match="XS, S, M, L"):
        presets.named("huge")
