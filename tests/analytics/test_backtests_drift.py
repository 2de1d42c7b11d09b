"""Whether a score still means what it meant, and how well it tells within groups of accounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nenrin.analytics.backtests import cards, outcomes, watches
from nenrin.analytics.backtests.outcomes import Ahead
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.backtests.slices import Group
from tests.analytics import backtests_cast


@pytest.fixture(scope="module")
def rows() -> tuple[Panel, Ahead]:
    panel, spells, _ = backtests_cast.past(accounts=600)
    return cards.every(panel, outcomes.ahead(panel.account, panel.day, spells), cards.APART)


def test_a_score_that_means_what_it_meant_raises_no_alarm(rows: tuple[Panel, Ahead]) -> None:
    panel, ahead = rows
    chance = 1 / (1 + np.exp(0.06 * panel.scores["model"]))  # of leaving in the next weeks: the same on every day
    drawn = np.where(np.random.default_rng(2).random(len(panel)) < chance, 5.0, np.inf)
    found = watches.watch(panel, replace(ahead, leaves_in=drawn), "model")
    assert found.since is None and len(found.months) >= 10 and found.wanting == 0
    told, left = (sum(getattr(one, name) for one in found.months) for name in ("told", "left"))
    assert told == pytest.approx(left, rel=0.1)


def test_when_the_doubtful_have_gone_the_same_scores_mean_less(rows: tuple[Panel, Ahead]) -> None:
    """Of customers who differ in more than the score shows, those who stay are the steady ones."""
    found = watches.watch(*rows, "model")
    assert found.since is not None and max(found.under) > found.alarm > max(found.over)


def test_the_same_scores_followed_by_more_losses_raise_the_alarm_with_the_month(rows: tuple[Panel, Ahead]) -> None:
    panel, ahead = rows
    later = panel.day >= np.unique(panel.day)[-6]
    sudden: NDArray[np.bool_] = later & (np.random.default_rng(1).random(len(panel)) < 0.15)
    worse = replace(ahead, leaves_in=np.where(sudden, 5.0, ahead.leaves_in))
    found = watches.watch(panel, worse, "model")
    assert found.since is not None and max(found.over) > found.alarm > max(found.under)
    assert found.since >= int(np.unique(panel.day)[-6])


def test_too_few_losses_to_learn_odds_from_say_how_many_are_missing(rows: tuple[Panel, Ahead]) -> None:
    panel, ahead = rows
    nobody = replace(ahead, leaves_in=np.full(len(panel), np.inf))
    found = watches.watch(panel, nobody, "model")
    assert not found.months and found.wanting == watches.LEAST and found.since is None


def test_a_measure_whose_points_moved_is_named_first(rows: tuple[Panel, Ahead]) -> None:
    panel, ahead = rows
    points = panel.points.copy()
    points[panel.day > panel.day.max() - watches.NEWEST, -1] += 200
    found = watches.watch(replace(panel, points=points), ahead, "model").moved
    assert found[0].measure == panel.measures[-1] and found[0].psi > 1 > found[-1].psi


def test_a_group_is_told_like_a_tier_of_the_same_accounts_and_a_small_one_says_what_is_missing() -> None:
    panel, spells, _ = backtests_cast.past()
    ahead = outcomes.ahead(panel.account, panel.day, spells)
    smb = np.unique(panel.account[panel.tier == "smb"])
    groups = [Group("touch", "tech", smb), Group("segment", "7", smb[:3]), Group("segment", "8", np.array([-1]))]
    card = cards.card(panel, ahead, groups=groups)
    assert card is not None
    own, few = card.slices  # the group of nobody is left out
    tier = next(one for one in card.tiers if one.tier == "smb")
    assert own.area == tier.told.areas["model"] and own.bands == tier.bands and own.accounts == tier.accounts
    assert few.area is None and few.wanting > 0 and few.accounts <= 3
