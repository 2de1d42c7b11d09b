"""The backtest card: what it counts, whom it leaves out, and that it never looks ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.backtests import (
    areas,
    calibrations,
    calm,
    cards,
    leads,
    lifts,
    outcomes,
    panels,
    renewals,
    replays,
    risks,
)
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel, Steadiness
from nenrin.analytics.forecasts.hazards import verdicts
from nenrin.analytics.revenue.decisions import Spell
from nenrin.analytics.scores import micro, scans
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.frames import Frame, Overrides
from nenrin.analytics.scores.raws import Layout
from tests.analytics import backtests_cast, scores_cast

AS_OF = date(2026, 11, 21)
NEVER = date.max


def day(month: int, of: int = 1, year: int = 2026) -> date:
    return date(year, month, of)


# --- areas -----------------------------------------------------------------------------------------------------


def delong(risk: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """DeLong, DeLong & Clarke-Pearson 1988, by its definition: every pair looked at."""
    cases, controls = risk[left], risk[~left]
    wins = (cases[:, None] > controls[None, :]) + 0.5 * (cases[:, None] == controls[None, :])
    by_case, by_control = wins.mean(axis=1), wins.mean(axis=0)
    variance = by_case.var(ddof=1) / len(cases) + by_control.var(ddof=1) / len(controls)
    return float(wins.mean()), float(np.sqrt(variance))


rows_ = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=6, max_size=40).filter(
    lambda rows: 2 <= sum(left for _, left in rows) <= len(rows) - 2
)


@given(rows_)
def test_with_one_row_an_account_the_error_is_delongs(rows: list[tuple[int, bool]]) -> None:
    risk, left = np.array([r for r, _ in rows], float), np.array([gone for _, gone in rows])
    found = areas.area(risk, left, np.arange(len(rows)))
    assert (found.value, found.error) == pytest.approx(delong(risk, left))
    assert found.value == pytest.approx(verdicts.auc(risk, left))
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(rows_, st.integers(2, 5))
def test_saying_the_same_again_for_an_account_makes_nothing_surer(rows: list[tuple[int, bool]], times: int) -> None:
    risk, left = np.array([r for r, _ in rows], float), np.array([gone for _, gone in rows])
    account = np.arange(len(rows))
    once = areas.area(risk, left, account)
    often = areas.area(np.repeat(risk, times), np.repeat(left, times), np.repeat(account, times))
    assert (often.value, often.error) == pytest.approx((once.value, once.error))


def test_a_gain_on_the_same_rows_is_surer_than_two_areas_apart() -> None:
    panel, spells, _ = backtests_cast.past()
    rows = risks.watched(panel, _ahead(panel, spells), 90)
    noisy = rows.risk("model") + np.random.default_rng(1).normal(0, 1, len(rows.panel))
    gain = areas.gain(rows.risk("model"), noisy, rows.left, rows.panel.account)
    one = areas.area(rows.risk("model"), rows.left, rows.panel.account)
    assert gain.error < one.error / 3
    assert areas.gain(noisy, noisy, rows.left, rows.panel.account).value == 0


def _ahead(panel: Panel, spells: list[Spell]) -> Ahead:
    return outcomes.ahead(panel.account, panel.day, spells)


# --- outcomes --------------------------------------------------------------------------------------------------


def test_a_row_knows_how_far_ahead_its_future_is_known() -> None:
    found = outcomes.ahead(
        np.array([1, 1, 1, 2, 3]), np.array([50, 99, 120, 50, 50]), [Spell(1, 10, 100, 400), Spell(2, 60, None, 400)]
    )
    assert found.is_standing.tolist() == [True, True, False, False, False]
    assert found.leaves_in[:2].tolist() == [50, 1] and found.known_for[:2].tolist() == [350, 301]


# --- who counts ------------------------------------------------------------------------------------------------


def test_only_accounts_that_could_leave_within_the_horizon_and_whose_horizon_is_over_count() -> None:
    panel, spells, last = backtests_cast.past(accounts=30)
    far = replace(panel, due_in=np.where(panel.account % 2 == 0, 10.0, 200.0))
    rows = risks.watched(far, _ahead(far, spells), 90)
    assert set(rows.panel.account % 2) == {0}
    assert rows.panel.day.max() + 90 <= last
    every = risks.watched(far, _ahead(far, spells), 90, only_due=False)
    assert set(every.panel.account % 2) == {0, 1}


def test_a_day_without_a_colour_is_no_statement() -> None:
    panel, spells, _ = backtests_cast.past(accounts=30)
    silent = replace(panel, judged=panel.account != 4)
    assert 4 not in risks.watched(silent, _ahead(silent, spells), 90).panel.account


def test_a_base_rate_knows_only_outcomes_that_were_over() -> None:
    panel, spells, _ = backtests_cast.past()
    rows = risks.watched(panel, _ahead(panel, spells), 90)
    rate = risks.base_rate(rows)
    middle = int(np.median(rows.panel.day))
    flipped = replace(rows, left=np.where(rows.panel.day + 90 > middle, ~rows.left, rows.left))
    then = rows.panel.day <= middle
    assert (risks.base_rate(flipped)[then] == rate[then]).all()
    assert (rate[rows.panel.day < rows.panel.day.min() + 90] == 0).all()


# --- figures ---------------------------------------------------------------------------------------------------


def _rows(left: list[bool], bands: list[Band], account: list[int] | None = None) -> risks.Watched:
    panel, _, _ = backtests_cast.past(accounts=len(left), weeks=0)
    panel = panel.chosen(np.isin(panel.account, np.arange(1, len(left) + 1)))
    codes = np.array([band.code for band in bands], np.int8)
    who = np.array(account or range(len(left)), np.int64)
    return risks.Watched(90, replace(panel, band=codes, account=who), np.array(left))


def test_renewals_are_counted_by_colour_with_wilsons_interval() -> None:
    found = renewals.by_band(_rows([False] * 3 + [True], [Band.HEALTHY] * 2 + [Band.AT_RISK] * 2))
    by = {one.band: one for one in found}
    assert (by["healthy"].chances, by["healthy"].kept, by["at_risk"].share) == (2, 2, 0.5)
    assert by["at_risk"].low == pytest.approx(0.0945, abs=1e-4)
    assert by["caution"].share is None and renewals.is_ordered(found) is None


def test_a_better_colour_must_renew_strictly_more_often() -> None:
    bands = [Band.HEALTHY] * 4 + [Band.CAUTION] * 4 + [Band.AT_RISK] * 4
    steps = [False] * 4 + [True] + [False] * 3 + [True] * 2 + [False] * 2
    assert renewals.is_ordered(renewals.by_band(_rows(steps, bands))) is True
    assert renewals.is_ordered(renewals.by_band(_rows([True, False, False, False] * 3, bands))) is False


def test_what_a_team_finds_at_its_capacity() -> None:
    """Two places for four accounts: the riskiest is caught; the second and third are alike and share a place."""
    rows = _rows([True, True, False, False], [Band.CAUTION] * 4)
    found = lifts.lift(rows, np.array([9.0, 5.0, 5.0, 1.0]), share=0.1, places=2)
    assert found is not None
    assert (found.recall, found.precision, found.lift) == pytest.approx((0.75, 0.75, 1.5))
    assert lifts.lift(rows, np.array([9.0, 5.0, 5.0, 1.0]), share=0.25).recall == 0.5  # type: ignore[union-attr]
    assert lifts.lift(_rows([False] * 4, [Band.CAUTION] * 4), np.zeros(4), share=0.5) is None


def test_an_alarm_counts_from_its_beginning_if_it_was_not_taken_back() -> None:
    days = np.array([100, 107, 114, 121], np.int64)
    one = Panel(
        np.ones(4, np.int64), days, np.array(["smb"] * 4), np.zeros(4), np.ones(4, bool), np.zeros(4, bool),
        np.ones(4, np.int8), {"model": np.zeros(4)}, (), np.zeros((4, 0)), np.zeros((4, 0)), {},
    )  # fmt: skip
    ahead = outcomes.ahead(one.account, one.day, [Spell(1, 0, 130, 1000)])
    assert leads.warnings(one, ahead, np.array([True, True, True, True])).tolist() == [30]
    assert leads.warnings(one, ahead, np.array([False, True, False, True])).tolist() == [23], "a week's lapse is none"
    assert leads.warnings(one, ahead, np.array([True, False, False, True])).tolist() == [9]
    assert leads.warnings(one, ahead, np.array([True, True, False, False])).tolist() == [0], "taken back"
    late = outcomes.ahead(one.account, one.day, [Spell(1, 0, 290, 1000)])
    assert leads.warnings(one, late, np.ones(4, bool)).tolist() == [0], "nothing was seen of its last half-year's end"


def test_every_rule_may_disturb_the_same_share_of_those_who_stay() -> None:
    panel, spells, _ = backtests_cast.past()
    ahead = _ahead(panel, spells)
    for rule in panel.scores:
        alarm = leads.alarms(panel, ahead, panel.scores[rule])
        assert alarm is not None and alarm[1] == pytest.approx(0.10, abs=0.01)


def test_a_probability_never_rests_on_what_came_later() -> None:
    panel, spells, last = backtests_cast.past()
    rows = risks.watched(panel, _ahead(panel, spells), 90)
    found = calibrations._expected(rows, "model")
    middle = last - 300
    changed = replace(rows, left=np.where(rows.panel.day + 90 > middle, ~rows.left, rows.left))
    then = rows.panel.day <= middle
    assert (~np.isnan(found[then])).any()
    np.testing.assert_array_equal(calibrations._expected(changed, "model")[then], found[then])


def test_a_telling_score_is_calibrated_out_of_time() -> None:
    panel, spells, _ = backtests_cast.past(accounts=600)
    rows = risks.watched(*cards.every(panel, _ahead(panel, spells), 28), 90)
    found = calibrations.calibration(rows, "model")
    assert found is not None and found.skill > 0 and found.error < 0.03
    assert found.slope is not None and 0.5 < found.slope < 1.5
    assert [one.expected for one in found.bins] == sorted(one.expected for one in found.bins)


# --- the card --------------------------------------------------------------------------------------------------


def test_a_card_tells_a_telling_model_from_one_that_says_nothing() -> None:
    panel, spells, _ = backtests_cast.past()
    card = cards.card(panel, _ahead(panel, spells), manual=("days_since_touch",))
    assert card is not None
    told = next(one for one in card.due if one.horizon == 90)
    assert told.areas["model"].low > 0.6 and 0.35 < told.areas["rival"].value < 0.65
    assert told.gains["rival"].sure > 0.99
    assert card.leads["model"].warned > 2 * card.leads["rival"].warned
    assert card.lifts["model"].lift > 1.5 and card.is_ordered
    assert card.by_hand.share == pytest.approx(0.5) and card.by_hand.measures == ("days_since_touch",)
    assert card.steady["model"].flips == pytest.approx(0.3)
    assert {tier.tier for tier in card.tiers} == {"enterprise", "smb"}


def test_too_few_losses_give_no_figure_but_how_many_are_missing() -> None:
    panel, spells, _ = backtests_cast.past()
    leaving = sorted(one.account for one in spells if one.decided)[:3]
    kept = np.isin(panel.account, leaving + [one.account for one in spells if not one.decided])
    few = panel.chosen(kept)
    card = cards.card(few, _ahead(few, spells))
    assert card is not None
    assert all(not one.areas and one.behind.wanting >= 7 for one in card.due)
    assert not card.lifts and not card.calibration and not card.leads


def test_nobody_judged_is_no_card() -> None:
    panel, spells, _ = backtests_cast.past()
    nobody = panel.chosen(np.zeros(len(panel), bool))
    assert cards.card(nobody, _ahead(nobody, spells)) is None


def test_longer_horizons_rest_on_older_days() -> None:
    panel, spells, last = backtests_cast.past()
    card = cards.card(panel, _ahead(panel, spells))
    assert card is not None
    for told in card.due:
        assert told.behind.last is not None and told.behind.last <= last - told.horizon


# --- replay ----------------------------------------------------------------------------------------------------

DAY = scores_cast.DAY


def frame(on: int, **values: float) -> Frame:
    columns = {key: np.array([value]) for key, value in values.items()}
    for key in ("logins", "breadth", "nps", "nps_age", "urgent_age"):
        columns.setdefault(key, np.array([np.nan]))
    return Frame(np.array([7]), columns, np.array(["smb"]))


def lived(values: list[float]) -> list[tuple[int, Frame]]:
    return [
        (DAY + n, frame(DAY + n, logins=one, breadth=1, nps=9, nps_age=1, urgent_age=0)) for n, one in enumerate(values)
    ]


def test_a_replay_scores_as_health_itself_does() -> None:
    model, days = scores_cast.model(), lived([10, 2, 8, 0, 0, 0, 3, 9])
    found = replays.walk(model, days, kept={DAY + 2, DAY + 7})
    empty = scans.start(Layout.of([model]), np.array([], dtype=np.int64))
    which = np.zeros(1, np.int64)
    scanned = [micro.points(one.score)[0] for one in scans.scan([model], empty, ((on, which, f) for on, f in days))]
    assert found.scores["model"].tolist() == [scanned[2], scanned[7]]
    assert found.day.tolist() == [DAY + 2, DAY + 7] and len(found.measures) == found.points.shape[1]


def test_changes_of_colour_are_counted_each_day_not_only_on_those_kept() -> None:
    model = scores_cast.model(half_life_days=0, bands={"hysteresis": 0, "dwell_days": 0})
    up_and_down = lived([10, 0] * 5)
    found = replays.walk(model, up_and_down, kept={DAY})
    assert found.steadiness["model"] == Steadiness(9, 9)


def test_colours_are_counted_again_with_edges_that_are_harder_to_cross() -> None:
    """At the model's own hysteresis the count is its own; up and down by 14 points flips no more once 8 are asked for."""
    model = scores_cast.model(half_life_days=0, bands={"healthy": 75, "hysteresis": 3, "dwell_days": 0})
    found = replays.walk(model, lived([2, 5.5] * 20), kept={DAY, DAY + 1})
    low, high = found.scores["model"].tolist()
    assert low < 75 - 3 and 75 + 3 < high < 75 + 8
    steady = found.steadiness
    assert steady["hysteresis 3"] == steady["model"] and steady["model"].flips == 39
    assert steady["hysteresis 8"].flips == 0
    assert calm.least({3.0: steady["hysteresis 3"], 8.0: steady["hysteresis 8"]}) == 8
    assert calm.least({3.0: steady["hysteresis 3"]}) is None


def test_what_people_enter_is_left_out_with_overrides() -> None:
    model = scores_cast.model()
    days = lived([5])
    by_hand = Overrides(np.array([Band.AT_RISK.code], np.int8), np.array([3.0]), np.array([DAY]))
    days = [(on, replace(one, overrides=by_hand)) for on, one in days]
    found = replays.walk(model, days, kept={DAY}, manual=("nps",))
    assert found.scores["model"].tolist() == [3.0] and found.by_hand.all()
    assert found.scores["without_manual"][0] > 50
    assert replays.without(model, ("nps",)).total == model.total - 20  # type: ignore[union-attr]
    assert replays.without(model, ("nothing",)) is None


def test_a_contract_without_a_deadline_can_end_at_its_renewal_and_one_without_a_term_at_any_time() -> None:
    values = {"days_to_notice": np.array([12.0, np.nan, np.nan]), "days_to_renewal": np.array([42.0, 42.0, np.nan])}
    found = replays.due_in(Frame(np.arange(3), values, np.array(["a"] * 3)))
    assert found.tolist() == [12, 42, 0]


def test_parts_of_a_panel_are_kept_and_joined_unchanged() -> None:
    panel, _, _ = backtests_cast.past(accounts=9, weeks=3)
    halves = [panel.chosen(panel.account <= 4), panel.chosen(panel.account > 4)]
    again = panels.joined([panels.of_arrays(half.to_arrays()) for half in halves])
    assert again.account.tolist() == panel.account.tolist() and again.measures == panel.measures
    assert again.scores.keys() == panel.scores.keys()
    np.testing.assert_array_equal(again.points, panel.points)
    assert again.steadiness["model"] == Steadiness(60, 73_000), "counted once a part"
