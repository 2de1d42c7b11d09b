"""The level behind noisy measures: filtered as exactly as theory says, learned from the rows, blind to what comes later."""

from __future__ import annotations

import functools
import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nenrin.analytics.forecasts.hazards import documents, ladders, risk, statefits, states, views
from nenrin.analytics.forecasts.hazards.fits import Terms
from nenrin.analytics.forecasts.hazards.ladders import Rung, Step
from nenrin.analytics.forecasts.hazards.risk import RiskModel
from nenrin.analytics.forecasts.hazards.states import LEVEL, NEWS, USUAL, Belief, Leaps, StateModel
from nenrin.analytics.forecasts.hazards.tables import LEADS, Calendar, Feature, Table, UnknownColumn

Floats = NDArray[np.float64]
PLAIN = StateModel(("a", "b"), ("smb",), ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), (1.0, 0.5), (0.4, 0.3), 0.6, 0.4, 0.8)

BOTH = risk.Level({"a": "higher", "b": "higher"})
BELIEVED = ("lasting", "fading", "lasting_var", "fading_var", "between")


def rows(values: dict[str, Floats], months: NDArray[np.int64] | None = None) -> Table:
    """Of (accounts, months) each; a month without any row of an account is NaN in `months`."""
    shape = next(iter(values.values())).shape
    account, month = (grid.ravel() for grid in np.indices(shape))
    begins = (month if months is None else months[month]) * 30
    return Table(
        account.astype(np.int64), begins, begins + 30, begins - 1, np.full(len(account), "smb"), 5000 + begins,
        np.full((len(account), LEADS), Calendar.MONTHLY, dtype=np.int8),
        tuple(Feature(name, one.ravel(), begins - 1, "adoption", "higher") for name, one in values.items()),
    )  # fmt: skip


def lived(rng: np.random.Generator, accounts: int, months: int, jumps: bool = False) -> Floats:
    """What lasts .6, what fades .4 with .8 kept a month."""
    usual = np.sqrt(0.6) * rng.normal(size=(accounts, 1))
    off = np.sqrt(0.4) * rng.normal(size=(accounts, months))
    for month in range(1, months):
        off[:, month] = 0.8 * off[:, month - 1] + np.sqrt(1 - 0.8**2) * off[:, month]
        if jumps:
            off[:, month] -= 4.0 * (rng.random(accounts) < 0.02)
    return np.asarray(usual + off)


def seen(rng: np.random.Generator, level: Floats) -> dict[str, Floats]:
    first = level + np.sqrt(0.4) * rng.normal(size=level.shape)
    second = 0.5 * level + np.sqrt(0.3) * rng.normal(size=level.shape)
    second[rng.random(level.shape) < 0.4] = np.nan
    return {"a": first, "b": second}


def test_the_level_is_what_all_measures_up_to_the_month_say_and_no_more() -> None:
    """Against plain conditioning of one joint normal distribution, with holes and a month without a row."""
    rng, months = np.random.default_rng(1), np.array([0, 1, 2, 4, 5])
    values = seen(rng, lived(rng, 3, 5))
    values["a"][1, 2] = np.nan
    table = states.told(rows(values, months), PLAIN)
    told, usual = (table.feature(name).values.reshape(3, 5) for name in (LEVEL, USUAL))
    apart = np.abs(months[:, None] - months[None, :])
    level = 0.6 + 0.4 * 0.8**apart
    for who in range(3):
        for last in range(5):
            known = [
                (m, load, noise, values[name][who, m])
                for m in range(last + 1)
                for name, load, noise in (("a", 1.0, 0.4), ("b", 0.5, 0.3))
                if not np.isnan(values[name][who, m])
            ]
            at, load, noise, value = (np.array(column) for column in zip(*known, strict=True))
            at = at.astype(int)
            seen_cov = np.outer(load, load) * level[np.ix_(at, at)] + np.diag(noise)
            pull = np.linalg.solve(seen_cov, value)
            assert told[who, last] == pytest.approx(float((load * level[last, at]) @ pull), abs=1e-9)
            assert usual[who, last] == pytest.approx(float((load * 0.6) @ pull), abs=1e-9)


def test_what_is_learned_are_the_numbers_behind_the_rows() -> None:
    rng = np.random.default_rng(2)
    found = statefits.learned(rows(seen(rng, lived(rng, 3000, 24))))
    assert found is not None
    total, first = found.lasting + found.fading, found.loadings[0]
    assert found.loadings[1] / first == pytest.approx(0.5, abs=0.02)
    assert first**2 * total == pytest.approx(1.0, abs=0.05) and found.lasting / total == pytest.approx(0.6, abs=0.06)
    assert found.kept == pytest.approx(0.8, abs=0.06)
    assert found.noises == pytest.approx((0.4, 0.3), abs=0.03)


def test_the_filtered_level_lies_nearer_to_the_truth_than_any_month_and_a_learned_leap_nearer_still() -> None:
    rng = np.random.default_rng(3)
    truth = lived(rng, 1500, 24, jumps=True)
    table = rows(seen(rng, truth))
    found = statefits.learned(table)
    assert found is not None and found.leaps.mean < 0 and 0.005 < found.leaps.chance < 0.08

    def off(model: StateModel) -> float:
        told = states.told(table, model).feature(LEVEL).values.reshape(truth.shape)
        scale = np.polyfit(told.ravel(), truth.ravel(), 1)
        return float(((np.polyval(scale, told) - truth) ** 2).mean())

    month = float(((table.feature("a").values.reshape(truth.shape) - truth) ** 2).mean())
    calm = off(replace(found, leaps=Leaps()))
    assert calm < 0.6 * month and off(found) < calm


def test_a_row_reads_nothing_that_comes_after_it_and_its_day_is_that_of_the_newest_fact_behind_it() -> None:
    rng = np.random.default_rng(4)
    whole = rows(seen(rng, lived(rng, 40, 12)))
    early = whole.chosen(whole.begins <= 150)
    later, then = states.told(whole, PLAIN), states.told(early, PLAIN)
    for name in (LEVEL, USUAL, NEWS):
        np.testing.assert_array_equal(later.feature(name).values[whole.begins <= 150], then.feature(name).values)
    recorded = later.feature(LEVEL).recorded
    assert recorded is not None and (recorded == whole.as_of).all()


def test_a_month_in_which_nothing_was_seen_only_fades() -> None:
    values = {"a": np.array([[2.0, np.nan, np.nan]]), "b": np.full((1, 3), np.nan)}
    table = states.told(rows(values), PLAIN)
    level, usual = table.feature(LEVEL).values, table.feature(USUAL).values
    assert usual[0] == usual[1] == usual[2] and level[0] > level[1] > level[2] > usual[0]
    assert (level[1] - usual[1]) == pytest.approx(0.8 * (level[0] - usual[0]))
    assert np.isnan(table.feature(NEWS).values[1:]).all()


def test_that_those_who_used_little_have_left_is_no_growth_of_those_who_stay() -> None:
    """Nobody's use moves in thirty months; the lower half of the accounts leaves after three."""
    rng = np.random.default_rng(9)
    level = np.repeat(rng.normal(size=(600, 1)), 30, axis=1)
    whole = replace(rows(seen(rng, level)), tenure=np.tile(30 * np.arange(30), 600))
    stays = (level > np.median(level)) | (np.arange(30) < 3)
    model = statefits.learned(whole.chosen(stays.ravel()))
    assert model is not None
    new, old = states.expected(np.full(2, "smb"), np.array([0, 870]), model.tiers) @ np.array(model.means[0])
    assert abs(old - new) < 0.25  # what stays lies .8 above what there was


def test_measures_that_share_nothing_have_no_level_behind_them() -> None:
    rng = np.random.default_rng(5)
    noise = {"a": np.full((50, 8), 3.0), "b": np.where(rng.random((50, 8)) < 0.9, np.nan, 1.0)}
    assert statefits.learned(rows(noise)) is None
    assert statefits.learned(rows({"a": rng.normal(size=(3, 4))})) is None


def holed(seed: int, accounts: int = 12, months: int = 9) -> Table:
    """Measures with holes, customers who come later, stay away for months, or leave."""
    rng = np.random.default_rng(seed)
    whole = rows(seen(rng, lived(rng, accounts, months, jumps=True)))
    first, last = rng.integers(0, 4, accounts), rng.integers(5, months + 1, accounts)
    month = whole.begins // 30
    there = (month >= first[whole.account]) & (month < last[whole.account]) & (rng.random(len(whole)) < 0.85)
    return whole.chosen(there)


LEAPING = replace(PLAIN, leaps=Leaps(0.03, -1.0, 0.8))


def month_by_month(table: Table, model: StateModel) -> dict[tuple[int, int], tuple[float, ...]]:
    """(account, month) -> what is believed, carried in a store of single rows as the product does."""
    kept: dict[int, tuple[int, Belief]] = {}
    found = {}
    for begins in np.unique(table.begins):
        now = table.chosen(table.begins == begins)
        nothing = Belief(*(np.zeros(1) for _ in fields(Belief)))
        for row in range(len(now)):
            one, account = now.chosen(np.array([row])), int(now.account[row])
            last, before = kept.get(account, (int(begins), nothing))
            after = states.advanced(model, one, before, np.array([(begins - last) / 30]))
            kept[account] = int(begins), after
            found[account, int(begins)] = tuple(float(getattr(after, name)[0]) for name in BELIEVED)
    return found


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_beliefs_moved_on_month_by_month_are_those_from_all_months_at_once(seed: int) -> None:
    for model in (PLAIN, LEAPING):
        table = holed(seed)
        step, whole = month_by_month(table, model), states.believed(table, model)
        for row in range(len(table)):
            told = tuple(float(getattr(whole, name)[row]) for name in BELIEVED)
            assert step[int(table.account[row]), int(table.begins[row])] == pytest.approx(told, abs=1e-10)


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_no_later_fact_changes_what_was_believed(seed: int, month: int) -> None:
    """Neither the belief nor, of an origin, the numbers by which it was reached."""
    table = holed(seed)
    then = table.begins <= month * 30
    other = np.random.default_rng(seed + 1).normal(size=len(table)) * 9
    changed = tuple(replace(one, values=np.where(then, one.values, other)) for one in table.features)
    later = replace(table, features=changed)
    for name in BELIEVED:
        was, now = (getattr(states.believed(one, LEAPING), name)[then] for one in (table, later))
        np.testing.assert_array_equal(was, now)
    assert views.Views(table, BOTH).state(month * 30) == views.Views(later, BOTH).state(month * 30)


def test_a_part_of_a_month_says_a_part_of_what_is_new_and_a_whole_one_all_of_it() -> None:
    table = rows({"a": np.array([[3.0]]), "b": np.array([[np.nan]])})
    before = states.believed(rows({"a": np.array([[0.0]]), "b": np.array([[0.0]])}), LEAPING)
    parts = [states.advanced(LEAPING, table, before, np.array([age])) for age in (1e-6, 0.25, 0.5, 1.0)]
    level = [float((one.lasting + one.fading)[0]) for one in parts]
    assert level == sorted(level) and level[0] == pytest.approx(float((before.lasting + before.fading)[0]), abs=1e-3)


def world(seed: int, noise: float, accounts: int = 700, months: int = 20) -> Table:
    """Who leaves follows a level that two measures shadow, `noise` of each month's own."""
    rng = np.random.default_rng(seed)
    level = lived(rng, accounts, months)
    shadows = {name: level + noise * rng.normal(size=level.shape) for name in ("a", "b")}
    leaves = rng.random(level.shape) < 1 / (1 + np.exp(3.9 + 1.1 * level))
    stays = np.cumsum(leaves, axis=1) - leaves == 0
    return replace(rows(shadows), events={"churn": leaves.ravel()}).chosen(stays.ravel())


@functools.cache
def noisy() -> RiskModel:
    found = risk.learned(world(6, 1.2), level=BOTH)
    assert isinstance(found, RiskModel)
    return found


def test_the_level_is_read_where_later_months_show_that_it_gains_and_only_there() -> None:
    """Behind noisy measures it gains; behind measures without noise there is nothing more to know."""
    one, plain = noisy(), risk.learned(world(6, 0.0), level=BOTH)
    assert isinstance(plain, RiskModel)
    tried = one.trust.level
    assert tried is not None and tried.kept and tried.gain > tried.error
    assert one.state is not None and LEVEL in one.needs and one.trust.step in (Step.LEVEL, Step.LEVEL_CURVES)
    tried = plain.trust.level
    assert tried is not None and not tried.kept and plain.state is None and set(plain.needs) <= {"a", "b"}
    again = risk.learned(world(6, 1.2), like=one, level=BOTH)
    assert isinstance(again, RiskModel) and again.state == one.state


@pytest.mark.parametrize(
    ("measures", "level", "wanted"),
    [(60.0, 59.9, Step.LEVEL), (60.0, 60.1, Step.HAZARD), (99.9, 99.8, Step.TIER), (60.0, 30.0, Step.LEVEL)],
)
def test_where_measures_are_read_the_level_needs_no_whole_standard_error(
    measures: float, level: float, wanted: Step
) -> None:
    """Losses of a hundred accounts, a tier's being 100 together; what a step gains differs between them."""
    spread = np.where(np.arange(100) % 2, 1.9, 0.1)
    losses = np.stack([np.ones(100), measures / 100 * spread, level / 100 * spread[::-1]])
    steps = ((Step.TIER, ladders.BASE), (Step.HAZARD, Terms()), (Step.LEVEL, Terms(level="instead")))
    assert ladders.chosen_of([Rung(*one) for one in steps], [0, 1, 2], losses, np.arange(100)) == [
        Step.TIER, Step.HAZARD, Step.LEVEL,
    ].index(wanted)  # fmt: skip


def test_a_model_with_a_level_is_kept_as_a_document_and_older_documents_are_still_read() -> None:
    table, model = world(6, 1.2), noisy()
    assert model.state is not None
    told = json.loads(json.dumps(documents.to_dict(model)))
    again = documents.from_dict(told)
    assert told["kind"] == documents.LEVELLED and again.state == model.state and again.trust == model.trust
    now = states.told(table, model.state)
    np.testing.assert_array_equal(again.probability(now, 90).value, model.probability(now, 90).value)
    with pytest.raises(UnknownColumn):
        model.probability(table, 90)
    old = documents.to_dict(replace(model, state=None))
    assert old["kind"] == documents.KIND
    for part in (old["model"], old["model"]["trust"], old["model"]["trust"]["terms"]):
        part.pop("state", None)
        part.pop("level", None)
    assert documents.from_dict(json.loads(json.dumps(old))).trust.terms.level == ""
