"""Today's score: what is there, what is missing, and parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.scores import micro, peers
from nenrin.analytics.scores.documents import from_dict
from nenrin.analytics.scores.frames import Frame, MissingColumn
from nenrin.analytics.scores.raws import MISSING, raw
from tests.analytics.scores_cast import DOCUMENT, frame, model

FULL_ROW = {"logins": 5.0, "breadth": 0.5, "nps": 8.0, "nps_age": 10.0, "urgent_age": 0.0}
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "logins": st.floats(0, 20),
            "breadth": st.floats(0, 1),
            "nps": st.floats(0, 10),
            "nps_age": st.floats(0, 400),
            "urgent_age": st.floats(0, 30),
        },
    ),
    min_size=1,
    max_size=8,
)


def test_a_full_row_is_the_weighted_mean_of_its_points() -> None:
    """0.4*50 + 0.2*50 + 0.2*80 + 0.2*100 = 66."""
    today = raw(model(), frame([FULL_ROW]))
    assert today.score.tolist() == [66_000_000]
    assert today.coverage.tolist() == [1.0]
    assert today.got[0, today.layout.at(MISSING)] == 0


def test_what_is_missing_counts_as_the_typical_score_of_the_tier() -> None:
    """Without NPS 80 % is covered: (0.4*50 + 0.2*50 + 0.2*100)/0.8 = 62.5; 0.8*62.5 + 0.2*60 = 62, enterprise 0.2*70."""
    row = {key: value for key, value in FULL_ROW.items() if key not in ("nps", "nps_age")}
    today = raw(model(), frame([row, row], tiers=["mid", "enterprise"]))
    assert today.score.tolist() == [62_000_000, 64_000_000]
    assert today.coverage.tolist() == pytest.approx([0.8, 0.8])


def test_a_group_with_one_of_two_measures_keeps_its_weight_among_what_is_there() -> None:
    """Breadth gone: the group still speaks with 60 %, covered 80 %: H_raw = 0.6*50+0.2*80+0.2*100 = 66; 0.8*66+0.2*60."""
    today = raw(model(), frame([{k: v for k, v in FULL_ROW.items() if k != "breadth"}]))
    assert today.score.tolist() == [64_800_000]


def test_an_answer_past_its_time_to_live_is_missing_not_stale() -> None:
    fresh, stale = raw(model(), frame([{**FULL_ROW, "nps_age": 180.0}, {**FULL_ROW, "nps_age": 181.0}])).coverage
    assert fresh == 1.0 and stale == pytest.approx(0.8)


def test_half_the_weight_is_the_least_that_is_judged() -> None:
    """Logins alone cover 40 %, logins and NPS 60 %."""
    today = raw(model(), frame([{"logins": 9.0}, {"logins": 9.0, "nps": 8.0, "nps_age": 1.0}, {}]))
    assert today.judged.tolist() == [False, True, False]
    assert today.score.tolist()[2] == 60_000_000


def test_a_new_customer_is_not_judged_during_its_grace() -> None:
    young, old, unknown = ({**FULL_ROW, "tenure_days": 29.0}, {**FULL_ROW, "tenure_days": 30.0}, FULL_ROW)
    assert raw(model(grace_days=30), frame([young, old, unknown])).judged.tolist() == [False, True, True]


def test_a_cap_is_a_bar_of_its_own() -> None:
    """0.4*100 + 0.2*100 + 0.2*100 + 0.2*10 (nine days: 10 points) = 82, capped at 60."""
    today = raw(model(), frame([{"logins": 10, "breadth": 1, "nps": 10, "nps_age": 1, "urgent_age": 9}]))
    assert today.score.tolist() == [60_000_000]
    assert today.bars.tolist() == [[-22_000_000, 0]]


def test_of_two_caps_the_first_stated_takes_the_first_loss() -> None:
    caps = [
        {"key": "b", "name": "B", "when": {"measure": "urgent_age", "above": 7}, "score": 50},
        {"key": "a", "name": "A", "when": {"measure": "logins", "at_least": 0}, "score": 40},
    ]
    row = {"logins": 10, "breadth": 1, "nps": 10, "nps_age": 1, "urgent_age": 9}
    assert raw(model(caps=caps), frame([row])).bars.tolist() == [[-32_000_000, -10_000_000, 0]]


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_contributions_add_up_to_the_score_whatever_is_missing(rows: list[dict[str, float]]) -> None:
    today = raw(model(), frame(rows))
    assert (today.got.sum(axis=1) + today.bars.sum(axis=1) == today.score).all()
    assert (today.full.sum(axis=1) == micro.FULL).all()
    assert (today.got <= today.full).all() and (today.got >= 0).all()


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_neither_row_order_nor_the_company_of_other_rows_matters(rows: list[dict[str, float]], random: object) -> None:
    whole = frame(rows)
    order = np.random.default_rng(len(rows)).permutation(len(rows))
    assert (raw(model(), whole.take(order)).score == raw(model(), whole).score[order]).all()
    assert (raw(model(), whole.take(order[:1])).score == raw(model(), whole).score[order[:1]]).all()


@given(ROWS, st.sampled_from(["logins", "breadth", "nps"]), st.floats(0, 10))
@settings(max_examples=150, deadline=None)
def test_more_of_a_good_measure_never_lowers_the_score(rows: list[dict[str, float]], key: str, more: float) -> None:
    better = [{**row, key: row[key] + more} if key in row else row for row in rows]
    assert (raw(model(), frame(better)).score >= raw(model(), frame(rows)).score).all()


@given(ROWS, st.floats(0, 30))
@settings(max_examples=100, deadline=None)
def test_an_older_urgent_ticket_never_raises_the_score(rows: list[dict[str, float]], more: float) -> None:
    worse = [{**row, "urgent_age": row["urgent_age"] + more} if "urgent_age" in row else row for row in rows]
    assert (raw(model(), frame(worse)).score <= raw(model(), frame(rows)).score).all()


def test_a_missing_column_is_named() -> None:
    bare = Frame(np.array([1]), {"logins": np.array([1.0])}, np.array(["mid"]))
    with pytest.raises(MissingColumn, match="no column 'breadth' in the frame; it has: logins"):
        raw(model(), bare)


def _plain(groups: list[tuple[float, list[float]]]) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """A model whose curves give each value as its points, and the values."""
    made, values = [], {}
    for number, (weight, scores) in enumerate(groups):
        measures = []
        for inner, score in enumerate(scores):
            key = f"m{number}_{inner}"
            values[key] = np.array([score])
            measures.append({"measure": key, "weight": weight / len(scores), "curve": [[0, 0], [100, 100]]})
        made.append({"key": f"g{number}", "name": "G", "measures": measures})
    return {**DOCUMENT, "groups": made, "caps": []}, values


def test_parity_with_a_published_component_example() -> None:
    """Natero's: components are plain means, 7/23*83 + 5/23*71 + 8/23*78 + 3/23*54 = 74.87."""
    document, values = _plain([(7, [80, 86]), (5, [71]), (8, [70, 78, 86]), (3, [54])])
    today = raw(from_dict(document), Frame(np.array([1]), values, np.array(["mid"])))
    assert round(today.score[0] / micro.ONE, 2) == 74.87


def test_parity_with_a_published_group_score() -> None:
    """Gainsight's: weights 20, 15, 22 and scores 47, 59, 21 make 40.12."""
    document, values = _plain([(57, [])])
    measures = [(20, 47.0), (15, 59.0), (22, 21.0)]
    document["groups"] = [
        {
            "key": "g",
            "name": "G",
            "measures": [
                {"measure": f"m{i}", "weight": w, "curve": [[0, 0], [100, 100]]} for i, (w, _) in enumerate(measures)
            ],
        }
    ]
    values = {f"m{i}": np.array([score]) for i, (_, score) in enumerate(measures)}
    today = raw(from_dict(document), Frame(np.array([1]), values, np.array(["mid"])))
    assert round(today.score[0] / micro.ONE, 2) == 40.12


def test_parity_with_a_published_portfolio_quality() -> None:
    words = peers.worst_of(np.array([[80.0, 90]] * 5 + [[80, 50]] * 3 + [[90, 20]] * 2))
    assert peers.quality(words) == 76.0


def test_renormalising_ignores_what_is_missing_where_ours_does_not() -> None:
    points = np.array([[90.0, np.nan, np.nan]])
    assert peers.renormalised(points, np.array([1.0, 1, 1])).tolist() == [90.0]
    assert np.isnan(peers.renormalised(points * np.nan, np.array([1.0, 1, 1]))).all()
