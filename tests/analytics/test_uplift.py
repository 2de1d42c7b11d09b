"""For whom it works better: published orders on public data, none where there is none, and an interval that says so."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from nenrin.analytics.effects import adjustments, differing, uplift
from nenrin.analytics.effects.differing import Known
from nenrin.analytics.forecasts.hazards import logistics

FILE = Path(__file__).parents[3] / "shared" / "data" / "hillstrom.csv.gz"
SPLITS = 4
Floats = NDArray[np.float64]


class Mails(NamedTuple):
    columns: Floats
    visit: Floats
    spend: Floats
    arm: NDArray[np.str_]


@pytest.fixture(scope="module")
def mails() -> Mails:
    if not FILE.exists():
        pytest.skip("public data set: Hillstrom's mail experiment")
    with gzip.open(FILE, "rt") as lines:
        rows = list(csv.DictReader(lines))

    def numbers(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    def flags(name: str) -> list[Floats]:
        own = np.array([row[name] for row in rows])
        return [(own == key).astype(np.float64) for key in sorted(set(own))[1:]]

    plain = [numbers(name) for name in ("recency", "history", "mens", "womens", "newbie")]
    columns = np.column_stack([*plain, *flags("zip_code"), *flags("channel")])
    return Mails(columns, numbers("visit"), numbers("spend"), np.array([row["segment"] for row in rows]))


def test_what_is_known_of_each_customer_takes_as_little_noise_away_as_published(mails: Mails) -> None:
    """R squared .027 of visits and .0009 of spending, by regression on everything that was known before."""
    treated = mails.arm != "No E-Mail"
    known = np.column_stack([np.ones(len(treated)), mails.columns])
    for outcome, published, digits in ((mails.visit, 0.027, 3), (mails.spend, 0.0009, 4)):
        foretold = known @ np.linalg.lstsq(known, outcome, rcond=None)[0]
        assert round(1 - adjustments.cuped(outcome, foretold, treated).remaining, digits) == published


class Orders(NamedTuple):
    learned: list[float]
    response: list[float]
    chance: list[float]
    found: list[bool]


def _orders(mails: Mails, arm: str) -> Orders:
    """Learned on one half, held against the other, over several halvings."""
    kept = np.isin(mails.arm, [arm, "No E-Mail"])
    columns, visit, treated = mails.columns[kept], mails.visit[kept], mails.arm[kept] == arm
    told = Orders([], [], [], [])
    for seed in range(SPLITS):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(visit))
        known, asked = order[: len(order) // 2], order[len(order) // 2 :]
        score = uplift.foretold(columns[known], visit[known], treated[known], columns[asked], is_share=True)
        told.learned.append(uplift.qini(visit[asked], score, treated[asked]))
        ones, centre, scale = np.ones((len(visit), 1)), columns[known].mean(0), columns[known].std(0)
        designed = np.hstack([ones, (columns - centre) / scale])
        response = logistics.fit(designed[known], visit[known] > 0.5).probability(designed[asked])
        told.response.append(uplift.qini(visit[asked], response, treated[asked]))
        told.chance.append(uplift.qini(visit[asked], rng.random(len(asked)), treated[asked]))
        told.found.append(uplift.spread(visit[asked], score, treated[asked], draws=100).low > 0)
    return told


def test_effects_of_the_mail_for_women_differ_as_published(mails: Mails) -> None:
    """Published: .0614 with an error of .0071, by response .014, by chance -.008 with .013: all within two of their errors."""
    told = _orders(mails, "Womens E-Mail")
    assert np.mean(told.learned) == pytest.approx(0.0614, abs=2 * 0.0071)
    assert np.mean(told.response) == pytest.approx(0.014, abs=2 * 0.0071)
    assert np.mean(told.chance) == pytest.approx(-0.008, abs=2 * 0.013)
    assert all(told.found)
    assert all(one > 2 * other for one, other in zip(told.learned, told.response, strict=True))


def test_effects_of_the_mail_for_men_hardly_differ_and_an_order_of_them_only_adds_noise(mails: Mails) -> None:
    """Published: at most .012 to .02 with an error of .009; by response .021 with .008."""
    told = _orders(mails, "Mens E-Mail")
    assert np.mean(told.learned) <= 0.02 and np.mean(told.learned) == pytest.approx(0.012, abs=2 * 0.009)
    assert np.mean(told.response) == pytest.approx(0.021, abs=2 * 0.008)
    assert np.mean(told.learned) < np.mean(told.response) and not all(told.found)


def test_a_perfect_order_is_one_its_reverse_is_below_chance_and_ties_count_at_once() -> None:
    outcome, treated = np.array([1.0, 0, 0, 1, 0, 0]), np.array([True, False, True, False, True, False])
    score = np.where(treated, outcome, -outcome)
    assert uplift.qini(outcome, score, treated) == pytest.approx(1.0)
    assert uplift.qini(outcome, -score, treated) < 0
    assert uplift.qini(outcome, np.zeros(6), treated) == pytest.approx(0.0)
    assert uplift.qini(np.zeros(6), score, treated) == 0.0
    drawn = uplift.curve(outcome, np.zeros(6), treated)
    assert drawn.first.tolist() == [0.0, 6.0] and drawn.gain[-1] == pytest.approx(0.0)


def _world(effects: dict[str, float], *, seed: int, count: int = 1200) -> tuple[Floats, NDArray[np.bool_], Known]:
    rng = np.random.default_rng(seed)
    tier = [("large", "small")[n % 2] for n in range(count)]
    before = rng.normal(size=count)
    treated = rng.random(count) < 0.7
    value = before + treated * np.array([effects[one] for one in tier]) + rng.normal(size=count)
    band = [("healthy", "caution")[n // 2 % 2] for n in range(count)]
    return value, treated, Known(before, np.ones(count, np.int64), {"tier": tier, "band": band})


def test_an_effect_that_only_large_accounts_have_is_told_by_tier_and_by_fifths() -> None:
    value, treated, known = _world({"large": 1.0, "small": 0.0}, seed=1)
    found = differing.of(value, treated, known, is_share=False, more_is_better=True)
    assert found.verdict == "some" and found.interval is not None and found.interval.low > 0
    by_tier, by_band = found.tables
    assert (
        by_tier.chance is not None and by_tier.chance < 0.001 and by_band.chance is not None and by_band.chance > 0.01
    )
    large, small = by_tier.groups
    assert large.interval is not None and small.interval is not None
    assert large.interval.holds(1.0) and small.interval.holds(0.0) and not small.interval.holds(1.0)
    assert found.fifths is not None
    first, *_, last = found.fifths.groups
    assert first.effect is not None and last.effect is not None and first.effect > last.effect + 0.5
    assert first.foretold is not None and last.foretold is not None and first.foretold > last.foretold
    less = differing.of(-value, treated, known, is_share=False, more_is_better=False)
    assert less.fifths is not None and less.fifths.groups[0].foretold is not None
    assert less.fifths.groups[0].foretold == pytest.approx(-first.foretold, abs=0.05), "in the outcome's own sign"


def test_where_everybody_gains_alike_no_difference_is_found_more_often_than_promised() -> None:
    found = [
        differing.of(*_world({"large": 0.5, "small": 0.5}, seed=n, count=500), is_share=False, more_is_better=True)
        for n in range(30)
    ]
    assert sum(one.verdict == "some" for one in found) <= 4
    chances = [one.tables[0].chance for one in found]
    assert sum(one is not None and one < 0.05 for one in chances) <= 6


@pytest.mark.parametrize("count", [0, 3, 150])
def test_too_few_are_said_to_be_too_few(count: int) -> None:
    value, treated, known = _world({"large": 1.0, "small": 0.0}, seed=3, count=count)
    found = differing.of(value, treated, known, is_share=False, more_is_better=True)
    assert (found.verdict, found.qini, found.fifths) == ("few", None, None)


def test_a_rare_outcome_foretells_nothing() -> None:
    _, treated, known = _world({"large": 1.0, "small": 0.0}, seed=4)
    left = np.zeros(len(treated))
    left[:5] = 1
    assert differing.of(left, treated, known, is_share=True, more_is_better=False).verdict == "few"
