"""Cards of models that tell probabilities: each horizon by its own, held as they were told, in bands of their day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.backtests import calibrations, cards, probabilities, risks
from nenrin.analytics.scores.bands import Band
from tests.insight import risk_backtests_world

RISKY, NEXT, REST = (band.code for band in (Band.AT_RISK, Band.CAUTION, Band.HEALTHY))


def test_bands_are_tenths_of_each_day() -> None:
    day = np.repeat([7, 14], 20)
    told = np.concatenate([np.arange(20) / 100, np.arange(20)[::-1] / 1000])
    found = probabilities.bands(day, told)
    assert found[:20].tolist() == [REST] * 14 + [NEXT] * 4 + [RISKY] * 2
    assert found[20:].tolist() == [RISKY] * 2 + [NEXT] * 4 + [REST] * 14, "however improbable that day is"


@given(st.lists(st.sampled_from([0.01, 0.02, 0.3]), min_size=1, max_size=40), st.floats(1, 2))
def test_bands_read_the_order_alone_and_treat_equals_alike(told: list[float], power: float) -> None:
    day, p = np.zeros(len(told), np.int64), np.array(told)
    found = probabilities.bands(day, p)
    assert found.tolist() == probabilities.bands(day, p**power).tolist()
    for one in set(told):
        assert len(set(found[p == one].tolist())) == 1
    if len(set(told)) == 1 and len(told) > 1:
        assert set(found.tolist()) == {REST}, "nobody stands out where all are told the same"


def test_changes_of_band_are_counted_from_week_to_week_alone() -> None:
    found, _ = risk_backtests_world.panel(20)
    three = np.array([0, 7, 21, 0])
    rows = replace(
        found.chosen(np.arange(len(found)) < 4), account=np.array([1, 1, 1, 2]), day=three,
        band=np.array([RISKY, REST, RISKY, REST], np.int8),
    )  # fmt: skip
    counted = probabilities.steadiness(rows)
    assert (counted.flips, counted.days) == (1, 7), "the 21st is no week after the 7th, and the 2nd account has one row"


def test_each_horizon_is_told_by_its_own_probability() -> None:
    """The year's probabilities turned upside down: only the figures of a year fall."""
    panel, ahead = risk_backtests_world.panel()
    turned = replace(panel, scores={**panel.scores, "told 365 model": 100 - panel.scores["told 365 model"]})
    right, wrong = (cards.card(one, ahead) for one in (panel, turned))
    assert right is not None and wrong is not None
    for told, other in zip(right.everyone, wrong.everyone, strict=True):
        if told.horizon == 365:
            assert told.areas["model"].value + other.areas["model"].value == pytest.approx(1)
        else:
            assert told.areas["model"] == other.areas["model"]
    assert set(right.due[1].areas) == {"model", "health", "last_login", "base_rate"}


def test_a_horizon_without_manual_entries_is_that_horizons_too() -> None:
    panel, ahead = risk_backtests_world.panel()
    same = {days: 1 - panel.scores[f"told {days} model"] / 100 for days in risk_backtests_world.HORIZONS}
    scores = {**panel.scores, "without_manual": panel.scores["model"], **probabilities.scores(same, "without_manual")}
    card = cards.card(replace(panel, scores=scores), ahead)
    assert card is not None
    for told in card.everyone:
        assert told.areas["without_manual"].value == pytest.approx(told.areas["model"].value)


def test_probabilities_are_held_as_they_were_told() -> None:
    panel, ahead = risk_backtests_world.panel()
    card = cards.card(panel, ahead)
    assert card is not None
    held = card.calibration["model"]
    assert len(held.bins) == 10 and held.rows == sum(one.rows for one in held.bins)
    monthly = cards.every(probabilities.at(panel, 90), ahead, cards.APART)
    rows = risks.watched(*monthly, 90)
    expected = 1 - rows.panel.scores["model"] / 100
    assert sum(one.expected * one.rows for one in held.bins) == pytest.approx(expected.sum())
    half = calibrations.told(rows, expected / 2)
    assert half is not None and sum(b.expected * b.rows for b in half.bins) == pytest.approx(expected.sum() / 2)
    assert half.slope is not None
    assert calibrations.told(rows, np.full(len(expected), 0.1)) is None, "one and the same for everybody"
    nearly = calibrations.told(rows, 0.1 + expected / 100)
    assert nearly is not None and nearly.slope is None, "no line through what hardly differs"


def test_drift_is_counted_from_the_first_day_against_what_was_told() -> None:
    panel, ahead = risk_backtests_world.panel()
    card = cards.card(panel, ahead)
    assert card is not None and card.watch.wanting == 0
    month = card.watch.months[0]
    assert month.day - card.first < 28
    own = (panel.day == month.day) & ahead.is_standing & (ahead.known_for >= 28) & (panel.due_in <= 28)
    told = 1 - (panel.scores["told 30 model"][own] / 100) ** (28 / (365.25 / 12))
    assert month.told == pytest.approx(told.sum()) and month.left == (ahead.leaves_in[own] <= 28).sum()


def test_with_too_few_events_there_are_no_figures() -> None:
    panel, ahead = risk_backtests_world.panel(20)
    card = cards.card(panel, replace(ahead, leaves_in=np.full(len(panel), np.inf)))
    assert card is not None and not card.calibration and not card.due[1].areas and not card.lifts
    assert card.due[1].behind.wanting == 10 and card.watch.wanting == 10
