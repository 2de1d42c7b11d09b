"""What a risk model says of itself: the step it took, how it did on later months, what is expected to leave."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.forecasts.hazards import (
    calibrators,
    competing,
    documents,
    drifts,
    fits,
    folds,
    judgements,
    ladders,
    logistics,
    memories,
    profits,
    risk,
    stacks,
)
from nenrin.analytics.forecasts.hazards.calibrators import Calibrator
from nenrin.analytics.forecasts.hazards.fits import Terms
from nenrin.analytics.forecasts.hazards.tables import Feature, Table, UnevenTable
from nenrin.analytics.forecasts.hazards.views import Views
from nenrin.simulator.economy import lives
from nenrin.simulator.presets import Preset
from tests.analytics import risk_worlds


@pytest.fixture(scope="module")
def world() -> Table:
    """1,200 customers, 32 months: some 230 losses."""
    economy = lives.simulated(Preset("risk", accounts=1200, months=32), 3)
    return risk_worlds.table(economy, 0, 32)


@pytest.fixture(scope="module")
def model(world: Table) -> risk.RiskModel:
    found = risk.learned(world)
    assert isinstance(found, risk.RiskModel)
    return found


def test_a_model_tells_its_step_and_what_the_lower_ones_reached(model: risk.RiskModel) -> None:
    assert model.trust.step in (risk.Step.HAZARD, risk.Step.CURVES) and model.trust.why == "gain"
    gains = {one.step: one.gain for one in model.trust.trials}
    assert gains["tier"] == 0 < gains["calendar"] < gains["hazard"]
    assert model.shows_probability and not model.trust.findings


def test_the_verdict_is_of_later_months_with_intervals(model: risk.RiskModel) -> None:
    by_days = {one.horizon_days: one for one in model.verdicts}
    one = by_days[90]
    assert one.origins >= 3 and one.auc and one.auc_due and one.auc.error is not None
    assert one.auc.mean > one.auc_due.mean > 0.6
    assert one.slope_low < one.slope < one.slope_high and one.skill.mean > 0
    assert sum(tier.happened for tier in one.tiers) == one.events
    assert sum(tier.expected for tier in one.tiers) == pytest.approx(one.expected)


def test_a_later_horizon_is_no_less_likely_and_the_interval_holds_the_value(
    world: Table, model: risk.RiskModel
) -> None:
    told = [model.probability(world, days) for days in (30, 90, 180, 365)]
    for one, other in itertools.pairwise(told):
        assert (one.value <= other.value + 1e-12).all()
    assert all(
        ((one.low <= one.value) & (one.value <= one.high) & (one.low > 0) & (one.high < 1)).all() for one in told
    )


def test_more_of_a_good_measure_never_raises_the_risk(world: Table, model: risk.RiskModel) -> None:
    world = world.chosen(np.arange(0, len(world), 7))
    for one in world.features:
        better = replace(one, values=one.values + 0.7)
        raised = replace(world, features=tuple(better if f.name == one.name else f for f in world.features))
        for days in (30, 365):
            assert (model.probability(raised, days).value <= model.probability(world, days).value + 1e-12).all()


def test_a_refit_keeps_the_step_of_its_model(world: Table, model: risk.RiskModel) -> None:
    early = world.chosen(world.ends <= 20 * risk_worlds.MONTH)
    again = risk.learned(early, like=model)
    assert isinstance(again, risk.RiskModel)
    assert again.trust.terms == model.trust.terms and again.trust.why == "like" and again.events < model.events


def test_a_refit_takes_calibration_and_restraint_from_its_own_rows(world: Table, model: risk.RiskModel) -> None:
    """What was fitted on later months would flatter the past."""
    off = replace(model.trust, share=0.1)
    spoilt = replace(model, calibrator=Calibrator(("smb",), (9.0,), (-3.0,)), trust=off)
    again = risk.learned(world, like=spoilt)
    assert isinstance(again, risk.RiskModel) and again.calibrator == model.calibrator and again.trust.share == 1.0
    early = world.chosen(world.ends <= 15 * risk_worlds.MONTH)
    assert early.events["churn"].sum() < ladders.FEW_EVENTS
    few, plain = risk.learned(early, like=spoilt), risk.learned(early, like=model)
    assert isinstance(few, risk.RiskModel) and isinstance(plain, risk.RiskModel)
    assert few.trust.share == plain.trust.share != 0.1 and few.calibrator == Calibrator()


def test_the_verdict_judges_what_is_shown_calibrated_from_the_folds_own_rows(
    world: Table, model: risk.RiskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Table] = []

    def loud(table: Table, outcome: str, terms: Terms) -> Calibrator:
        asked.append(table)
        tiers = tuple(str(name) for name in np.unique(world.tier))
        return Calibrator(tiers, (1.0,) * len(tiers), (1.0,) * len(tiers))

    monkeypatch.setattr(judgements.restraints, "calibrator", loud)
    louder = judgements.verdicts_of(Views(world), "churn", model.trust.terms)
    assert louder[0].expected > 2 * model.verdicts[0].expected and louder[0].events == model.verdicts[0].events
    parts = folds.rolling(world, world.events["churn"])
    for fold, table in zip(parts, asked, strict=True):
        assert not set(table.account) & set(world.account[fold.test]) and table.ends.max() <= fold.known


def test_reasons_of_all_rows_at_once_are_those_of_each(world: Table, model: risk.RiskModel) -> None:
    some = world.chosen(np.arange(0, len(world), 997))
    found = model.contributions(some)
    for row in range(len(some)):
        parts = {part.feature: part.log_odds for part in model.reasons(some, row).parts}
        assert found[row].tolist() == pytest.approx([parts[name] for name in model.needs])


def test_a_thinned_fit_keeps_every_event_and_the_base_rate(world: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    stack, happened = stacks.stacked(world, "churn", (0,)), world.events["churn"]
    whole = fits.fit(world, stack, happened[stack.later], Terms(accents=False), errors=False)
    monkeypatch.setattr(fits, "MOST_PAIRS", 5_000)
    kept, weights = fits.thinned(happened[stack.later], None)
    assert len(kept) == 5_000 and happened[stack.later[kept]].sum() == happened[stack.later].sum()
    assert weights.sum() == pytest.approx(len(stack))
    thin = fits.fit(world, stack, happened[stack.later], Terms(accents=False), errors=False)
    told, fewer = (logistics.sigmoid(one.odds(world, stack)) for one in (whole, thin))
    assert fewer.mean() == pytest.approx(told.mean(), rel=0.05) and np.corrcoef(told, fewer)[0, 1] > 0.97


def test_rows_under_notice_teach_nothing(world: Table, model: risk.RiskModel) -> None:
    noticed = replace(world, is_noticed=world.events["churn"])
    assert isinstance(risk.learned(noticed), risk.NotEnough)


def test_a_document_keeps_verdict_and_trust(model: risk.RiskModel) -> None:
    again = documents.from_dict(json.loads(json.dumps(documents.to_dict(model))))
    assert again.verdicts == model.verdicts and again.trust == model.trust and again.calibrator == model.calibrator


def test_few_losses_are_held_towards_the_base_rate() -> None:
    rng = np.random.default_rng(8)
    usage, happened = rng.normal(size=900), rng.random(900) < 0.04
    table = risk_worlds.snapshot(
        np.full(900, "smb"), np.ones(900, bool), (Feature("noise", usage),), {"churn": happened}
    )
    found = risk.learned(table)
    assert isinstance(found, risk.RiskModel) and found.trust.why == "few" and not found.shows_probability
    assert np.ptp(found.probability(table, 30).value) < 0.02


def test_uneven_columns_are_named(world: Table) -> None:
    with pytest.raises(UnevenTable, match="usage has 3 rows"):
        replace(world, features=(Feature("usage", np.zeros(3)),))


def test_no_account_and_no_later_month_is_on_both_sides(world: Table) -> None:
    happened, stack = world.events["churn"], stacks.stacked(world, "churn")
    parts = folds.rolling(world, happened, gap=14)
    assert len({one.origin for one in parts}) == folds.ORIGINS
    for fold in parts:
        own = stack.chosen(fold.taught(world, stack))
        assert fold.origin is not None
        assert world.ends[own.later].max() + 14 <= fold.origin <= world.begins[fold.test].min()
        assert not set(world.account[own.row]) & set(world.account[fold.test])


def test_a_year_too_near_the_end_of_the_books_is_not_known(world: Table) -> None:
    happened, known = stacks.outcome_within(world, "churn", 12)
    last = world.begins.max()
    assert not known[world.begins > last - 11 * risk_worlds.MONTH].any()
    assert known[world.begins <= last - 11 * risk_worlds.MONTH].all() and not (happened & ~known).any()


def test_a_table_that_knows_the_future_by_account_looks_better_by_lot() -> None:
    """What an account is like for ever, seen nowhere else: rows of the same account on both sides give it away."""
    rng = np.random.default_rng(2)
    accounts, months = 300, 12
    begins = np.tile(np.arange(months) * risk_worlds.MONTH, accounts)
    who = np.repeat(np.arange(accounts), months)
    often = np.repeat(rng.random(accounts) < 0.3, months)
    happened = rng.random(len(who)) < np.where(often, 0.5, 0.01)
    base = risk_worlds.snapshot(np.full(len(who), "smb"), np.ones(len(who), bool), (), {"expansion": happened})
    table = replace(base, account=who, begins=begins, ends=begins + risk_worlds.MONTH, as_of=begins - 1)
    marks = tuple(Feature(f"is {n}", (who == n).astype(float)) for n in range(150) if often[n * months])
    apart = judgements.leak_alarm(Views(replace(table, features=marks)), "expansion", Terms(ridge=1.0, accents=False))
    honest = Feature("usage", often + rng.normal(size=len(who)))
    fair = judgements.leak_alarm(
        Views(replace(table, features=(honest,))), "expansion", Terms(ridge=1.0, accents=False)
    )
    assert apart is not None and apart > judgements.LEAK_ALARM and fair is not None and fair < judgements.LEAK_ALARM


def test_ways_to_end_share_the_losses_between_them(world: Table, model: risk.RiskModel) -> None:
    grown = risk.learned(world, outcome="expansion", like=model)
    assert isinstance(grown, risk.RiskModel)
    models = {"churn": model, "involuntary": model, "expansion": grown}
    told = competing.forecast(models, world, 180)
    assert told["churn"] + told["involuntary"] == pytest.approx(told["loss"])
    alone = models["churn"].probability(world, 180).value
    assert (told["churn"] <= alone + 1e-9).all() and (told["loss"] >= alone - 1e-9).all()
    assert (told["expansion"] <= models["expansion"].probability(world, 180).value + 1e-9).all()


def test_what_was_lately_and_usually_reads_nothing_later(world: Table) -> None:
    whole = memories.remembered(world)
    cut = 15 * risk_worlds.MONTH
    early = memories.remembered(world.chosen(world.begins <= cut))
    for one in early.features:
        assert one.values == pytest.approx(whole.feature(one.name).values[world.begins <= cut], nan_ok=True)


def test_what_was_lately_by_hand() -> None:
    base = risk_worlds.snapshot(np.full(4, "smb"), np.ones(4, bool), (), {})
    begins = np.array([0, 30, 60, 0])
    table = replace(
        base, account=np.array([1, 1, 1, 2]), begins=begins, features=(Feature("x", np.array([1.0, np.nan, 4.0, 9.0])),)
    )
    found = memories.remembered(table, half_lives={"lately": 1.0}).feature("x, lately").values
    assert found == pytest.approx([1.0, 1.0, (0.25 * 1 + 4) / 1.25, 9.0])


def test_a_tier_that_was_told_too_loudly_is_calibrated_by_itself() -> None:
    rng = np.random.default_rng(6)
    odds, tier = rng.normal(-2, 1, 40_000), np.repeat(["enterprise", "smb"], 20_000)
    truth = np.where(tier == "smb", 0.5 * odds - 0.5, odds)
    happened = rng.random(40_000) < logistics.sigmoid(truth)
    found = calibrators.fit(odds, happened, tier, np.ones(40_000))
    assert found.line("smb") == pytest.approx((0.5, -0.5), abs=0.12)
    assert found.line("enterprise") == pytest.approx((1.0, 0.0), abs=0.12)
    assert found.line("unheard of") == (1.0, 0.0)


def test_a_line_that_chance_explains_is_not_drawn() -> None:
    """Eleven events of thirty where ten were said, thirteen of twenty where twelve were; then four hundred times as many."""
    odds = np.repeat([np.log(0.5), np.log(1.5)], [30, 20])
    happened = np.concatenate([np.arange(30) < 11, np.arange(20) < 13])
    found = calibrators.fit(odds, happened, np.full(50, "smb"), np.ones(50))
    assert found.line("smb") == (1.0, 0.0)
    many = calibrators.fit(np.tile(odds, 400), np.tile(happened, 400), np.full(20_000, "smb"), np.ones(20_000))
    assert many.line("smb")[1] > 0.1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=5, max_size=60), st.lists(st.floats(-5, 5), min_size=5, max_size=60))
def test_the_stability_index_is_no_less_than_nothing(then: list[float], now: list[float]) -> None:
    assert drifts.psi(np.array(then), np.array(now)) >= 0


def test_a_feature_that_moved_and_one_that_went_missing_raise_the_alarm(world: Table) -> None:
    one = world.features[0]
    moved = replace(world, features=(replace(one, values=one.values + 2), *world.features[1:]))
    first, second = drifts.moved(world, moved)[:2]
    assert first.feature == one.name and first.is_alarm and not second.is_alarm
    gone = replace(world, features=(replace(one, values=np.full(len(world), np.nan)), *world.features[1:]))
    assert drifts.moved(world, gone)[0].is_alarm


def test_losses_beyond_chance_raise_the_alarm_and_chance_does_not() -> None:
    rng = np.random.default_rng(1)
    told = [np.full(500, 0.03)] * 24
    calm = drifts.surprise(told, [rng.random(500) < 0.03 for _ in told])
    worse = drifts.surprise(told, [rng.random(500) < (0.03 if n < 12 else 0.06) for n in range(24)])
    assert calm.alarm is None and worse.alarm is not None and 12 <= worse.alarm <= 16


def test_acting_pays_where_the_saved_value_exceeds_the_cost() -> None:
    p, value = np.array([0.5, 0.05, 0.4, 0.3]), np.array([1000.0, 1000.0, 100.0, 2000.0])
    found = profits.worth_acting(p, value, uplift=0.2, save=0.8, cost=20.0)
    assert found.rows.tolist() == [3, 0] and found.gains == pytest.approx([76.0, 60.0])
    assert profits.worth_acting(p, value, uplift=0.2, save=0.8, cost=20.0, capacity=1).rows.tolist() == [3]


def test_the_ladder_stops_early_with_few_losses() -> None:
    ladder, losses = ladders.rungs(49, "health"), np.zeros((8, 1))
    assert {rung.step for rung in ladder} == {"tier", "calendar", "health", "hazard"}
    assert not ladders.bent(ladder, losses, 49)
    assert [rung.step for rung in ladders.bent(ladders.rungs(400, None), losses, 400)] == ["curves"]
