"""Proportional hazards and the log-rank test, against lifelines 0.30.3 (MIT) on published data."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from nenrin.analytics.forecasts import survival
from nenrin.analytics.forecasts.survival import accelerated, chances, comparisons, factors
from tests.analytics.published_survival import SHARED, columns, table
from tests.analytics.test_survival import CONTROL, MIR

ROSSI = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


def rossi() -> factors.Fit:
    rows = table("rossi")
    return factors.fit(*columns(rows, "week", "arrest").T, columns(rows, *ROSSI), ROSSI)


def test_factors_of_arrest_are_the_published_ones() -> None:
    found = rossi()
    assert [one.slope for one in found.effects] == pytest.approx(
        [-0.379422, -0.057438, 0.313900, -0.149796, -0.433704, -0.084871, 0.091497], abs=1e-6
    )
    assert [one.error for one in found.effects] == pytest.approx(
        [0.191379, 0.021999, 0.307993, 0.212224, 0.381868, 0.195757, 0.028649], abs=1e-6
    )
    assert found.log_likelihood == pytest.approx(-658.747659, abs=1e-6)
    assert found.concordance == pytest.approx(0.640329, abs=1e-6)
    assert 2 * (found.log_likelihood - found.log_likelihood_alone) == pytest.approx(33.27, abs=0.005)


def test_intervals_and_chances_of_factors_are_the_published_ones() -> None:
    aid, age, *_ = rossi().effects
    assert (aid.factor, aid.low, aid.high) == pytest.approx((0.684257, 0.470237, 0.995684), abs=1e-6)
    assert (aid.p, age.p) == pytest.approx((0.047416, 0.009031), abs=1e-6)


def test_a_factor_that_changes_with_time_is_found() -> None:
    """Age loses its weight over the weeks, work experience too; the others do not."""
    told = {one.trait: one.proportional_p for one in rossi().effects}
    expected = {"fin": 0.889994, "age": 0.000896, "race": 0.230551, "wexp": 0.006255}
    expected |= {"mar": 0.438245, "paro": 0.733723, "prio": 0.880645}
    assert told == pytest.approx(expected, abs=1e-6)


def test_factors_of_recurrence_are_the_published_ones() -> None:
    rows = table("gbsg2")
    said = [
        [row["horTh"] == "yes", row["menostat"] == "Pre", row["tgrade"] == "II", row["tgrade"] == "III"] for row in rows
    ]
    traits = np.hstack([columns(rows, "age", "tsize", "pnodes", "progrec", "estrec"), np.array(said, dtype=np.float64)])
    names = ("age", "tsize", "pnodes", "progrec", "estrec", "horTh", "menostat", "II", "III")
    found = factors.fit(*columns(rows, "time", "cens").T, traits, names)
    slopes = {one.trait: one.slope for one in found.effects}
    assert (slopes["horTh"], slopes["pnodes"], slopes["progrec"]) == pytest.approx(
        (-0.346279, 0.048789, -0.002217), abs=1e-6
    )
    assert found.log_likelihood == pytest.approx(-1735.732104, abs=1e-6)
    assert found.concordance == pytest.approx(0.691851, abs=1e-6)


def test_half_of_the_patients_lived_for_310_days() -> None:
    rows = table("lung")
    found = survival.kaplan_meier(*columns(rows, "time", "status").T)
    assert len(rows) == 228 and found.median == 310
    crossing = [next(t for t, s in zip(found.times, side, strict=True) if s <= 0.5) for side in (found.low, found.high)]
    assert crossing == [284, 361]


def test_groups_are_told_apart_as_the_reference_does() -> None:
    flies = [(day, died, name) for name, group in (("control", CONTROL), ("mir", MIR)) for day, died in _each(group)]
    days, died, names = zip(*flies, strict=True)
    found = comparisons.log_rank(days, died, names)
    assert found is not None and found.chi_square == pytest.approx(122.249126, abs=1e-6) and found.degrees == 1
    assert found.p == pytest.approx(2.035983e-28, rel=1e-6)
    assert sum(found.expected) == pytest.approx(sum(found.lost))


def test_four_groups_at_once() -> None:
    rows = [row for row in table("lung") if row["ph.ecog"]]
    found = comparisons.log_rank(*columns(rows, "time", "status").T, [row["ph.ecog"] for row in rows])
    assert found is not None and found.chi_square == pytest.approx(21.962132, abs=1e-6) and found.degrees == 3
    assert found.p == pytest.approx(6.642535e-05, rel=1e-6)


def _each(group: list[tuple[int, int, int]]) -> list[tuple[int, bool]]:
    return [(day, died) for day, lost, kept in group for died in [True] * lost + [False] * kept]


@pytest.mark.parametrize(
    ("contract", "shares", "median"),
    [
        (None, (0.8432, 0.7887, 0.6644), None),
        ("Month-to-month", (0.7031, 0.5859, 0.2972), 35),
        ("One year", (0.9908, 0.9783, 0.8318), None),
        ("Two year", (1.0, 1.0, 0.9862), None),
    ],
)
def test_subscribers_of_a_telephone_company(
    contract: str | None, shares: tuple[float, ...], median: float | None
) -> None:
    """Shares left after 12, 24 and 60 months."""
    file = SHARED / "telco_churn.csv"
    if not file.exists():
        pytest.skip("the Telco public data set is not beside the project")
    with file.open() as lines:
        rows = [row for row in csv.DictReader(lines) if contract in (None, row["Contract"])]
    found = survival.kaplan_meier([float(row["tenure"]) for row in rows], [row["Churn"] == "Yes" for row in rows])
    assert [found.at(month) for month in (12, 24, 60)] == pytest.approx(shares, abs=5e-5)
    assert found.median == median


def test_what_cannot_be_told_is_refused() -> None:
    stay = [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(factors.NotTold, match="nobody"):
        factors.fit(stay, [False] * 4, [[0.0], [1.0], [0.0], [1.0]], ["x"])
    with pytest.raises(factors.NotTold, match="same for everybody"):
        factors.fit(stay, [True] * 4, [[1.0]] * 4, ["x"])
    with pytest.raises(factors.NotTold, match="two traits"):
        factors.fit(stay, [True] * 4, [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]], ["x", "y"])
    days = list(range(1, 80))
    early = [day < 40 for day in days]
    with pytest.raises(factors.NotTold, match="no end"):
        factors.fit(days, early, [[float(gone)] for gone in early], ["x"])
    assert comparisons.log_rank([1, 2], [True, True], ["a", "a"]) is None
    assert comparisons.log_rank([1, 2], [False, False], ["a", "b"]) is None


@given(st.floats(0.001, 500), st.integers(1, 12))
def test_chances_are_those_of_the_distributions(value: float, degrees: int) -> None:
    assert chances.beyond(value, degrees) == pytest.approx(chi2.sf(value, degrees), rel=1e-9, abs=1e-300)
    assert chances.of_normal(value / 50) == pytest.approx(2 * norm.sf(value / 50), rel=1e-9)


rows = st.lists(st.tuples(st.integers(1, 8), st.booleans(), st.floats(-2, 2)), min_size=12, max_size=60)


@settings(max_examples=40, deadline=None)
@given(rows, st.sampled_from([0.01, 7.0, 1000.0]))
def test_a_factor_does_not_depend_on_the_unit_of_its_trait(known: list[tuple[int, bool, float]], unit: float) -> None:
    seen, left, trait = (np.array(row, dtype=np.float64) for row in zip(*known, strict=True))
    try:
        plain, other = (factors.fit(seen, left, (k * trait)[:, None], ["x"]) for k in (1.0, unit))
    except factors.NotTold:
        return
    assert other.effects[0].slope * unit == pytest.approx(plain.effects[0].slope, rel=1e-5, abs=1e-7)
    assert other.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-7)


@given(rows)
def test_concordance_counts_pairs(known: list[tuple[int, bool, float]]) -> None:
    """Against counting every pair."""
    seen, left, score = (list(row) for row in zip(*known, strict=True))
    right = pairs = 0.0
    for i, (t, gone, _) in enumerate(known):
        for j, (u, stays, _) in enumerate(known):
            if gone and (u > t or (u == t and not stays)):
                pairs += 1
                right += 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0
    assert factors.concordance(seen, left, score) == pytest.approx(right / pairs if pairs else 0.5)


def test_the_weibull_time_until_arrest_is_the_published_one() -> None:
    rows = table("rossi")
    found = accelerated.fit(*columns(rows, "week", "arrest").T, columns(rows, *ROSSI), ROSSI)
    assert (found.intercept, found.log_shape) == pytest.approx((3.9901, 0.3391), abs=5e-5)
    assert found.log_likelihood == pytest.approx(-679.9166, abs=5e-5)
    assert found.effects["fin"] == pytest.approx(0.2722, abs=5e-4) and found.effects["prio"] < 0


def test_the_errors_of_a_weibull_law_are_the_published_ones() -> None:
    """To the two digits in which lifelines prints them."""
    rows = table("rossi")
    found = accelerated.fit(*columns(rows, "week", "arrest").T, columns(rows, *ROSSI), ROSSI)
    expected = {"fin": 0.14, "age": 0.02, "race": 0.22, "wexp": 0.15, "mar": 0.27, "paro": 0.14, "prio": 0.02}
    assert found.errors == pytest.approx(expected, abs=0.0051)
    assert found.shape_error == pytest.approx(0.09, abs=0.0051)


def test_a_trait_of_nobody_has_no_error_and_is_not_told() -> None:
    with pytest.raises(factors.NotTold):
        accelerated.fit([1.0, 2, 3, 4], [True, True, False, True], np.zeros((4, 1)), ("none",))


def test_a_weibull_without_traits_is_the_known_curve() -> None:
    """Shape 1.7, half of them seen to the end: what is fitted tells the same median."""
    rng = np.random.default_rng(3)
    times = 20 * rng.weibull(1.7, 4000)
    seen = np.minimum(times, 18.0)
    found = accelerated.fit(seen, times <= 18.0, np.zeros((4000, 0)), ())
    assert np.exp(found.log_shape) == pytest.approx(1.7, abs=0.06)
    assert found.median(np.zeros((1, 0)))[0] == pytest.approx(20 * np.log(2) ** (1 / 1.7), rel=0.02)
