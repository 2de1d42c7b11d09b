"""Health models as YAML: nothing lost on the way, every mistake named by its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.analytics.scores import documents, micro, trends
from nenrin.analytics.scores.curves import Better, Curve, CurveError, fit_anchors
from nenrin.analytics.scores.documents import DocumentError
from tests.analytics.scores_cast import DOCUMENT, model


def test_a_model_survives_yaml_and_back() -> None:
    given_ = model(position=3, applies_to={"all": []}, typical={"default": 55, "smb": 50})
    assert documents.from_yaml(documents.to_yaml(given_)) == given_
    assert documents.from_dict(documents.to_dict(given_)) == given_


def _broken(**changed: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        model(**changed)
    return caught.value.problems


def _measure(**changed: Any) -> list[str]:
    plain = {"measure": "logins", "weight": 10, "curve": [[0, 0], [10, 100]]}
    return _broken(groups=[{"key": "g", "name": "G", "measures": [{**plain, **changed}]}])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (lambda: _broken(key="no way"), "key: “no way” found, expected a name of letters, digits and underscores"),
        (lambda: _broken(half_live_days=3), "half_live_days: not a part of a health model; did you mean 'half_life_days'?"),
        (lambda: _broken(min_coverage=2), "min_coverage: 2 found, expected a number from 0 to 1"),
        (lambda: _broken(bands={"healthy": 40, "caution": 60}), "bands.caution: 60.0 found, expected less than bands.healthy (40)"),
        (lambda: _broken(groups=[]), "groups: nothing found, expected one or more groups with one or more measures"),
        (lambda: _broken(typical={"smb": 50}), "typical: {'smb': 50} found, expected a score by tier, with 'default' among them"),
        (lambda: _measure(weight="ten"), "groups[0].measures[0].weight: “ten” found, expected a number from 0 to 1e+06"),
        (lambda: _measure(weight=0), "groups[0].measures[0].weight: 0 found, expected more than 0 (take the measure out instead)"),
        (lambda: _measure(curve=[[0, 0]]), "groups[0].measures[0].curve.default: 1 anchors: a curve needs two or more"),
        (
            lambda: _measure(curve=[[0, 0], [5, 60], [5, 70]]),
            "groups[0].measures[0].curve.default: anchor 3 has value 5 after 5: values must rise",
        ),
        (
            lambda: _measure(curve=[[0, 0], [5, 60], [9, 50]]),
            "groups[0].measures[0].curve.default: anchor 3 goes from 60 to 50 points, but higher values are better",
        ),
        (lambda: _measure(curve=[[0, "x"], [1, 2]]), "groups[0].measures[0].curve.default[0][1]: “x” found, expected a number from 0 to 100"),
        (lambda: _measure(better="more"), "groups[0].measures[0].better: “more” found, expected higher or lower"),
        (
            lambda: _measure(ttl_days=30),
            "groups[0].measures[0].age: nothing found, expected the measure that holds the value's age in days, as ttl_days is given",
        ),
        (
            lambda: _broken(caps=[{"key": "a", "name": "A", "when": {"measure": "x", "over": 7}, "score": 60}]),
            "caps[0].when.over: not a part of a health model; did you mean",
        ),
        (
            lambda: _broken(hard_events=[{"key": "a", "name": "A", "band": "red", "days": 9}]),
            "hard_events[0].band: “red” found, expected unknown or at_risk or caution or healthy",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_place_value_and_remedy(found: Any, said: str) -> None:
    assert any(problem.startswith(said) for problem in found()), found()


def test_all_mistakes_are_said_at_once() -> None:
    assert len(_broken(key="1", min_coverage=7, grace_days=-1)) == 3


def test_a_measure_may_stand_once() -> None:
    assert "groups: measure 'logins': 2 times; each may stand once" in _broken(groups=[DOCUMENT["groups"][0]] * 2)


def test_text_that_is_no_yaml_is_named_by_line() -> None:
    with pytest.raises(DocumentError, match="line 3, column 1"):
        documents.from_yaml("key: a\nname: [unclosed\n")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "12", "key: !!python/object:os.system x"])
def test_anything_else_is_refused_politely(text: str) -> None:
    with pytest.raises(DocumentError):
        documents.from_yaml(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*DOCUMENT, "measures", "curve", "when", "x"]), inner, max_size=6)))  # fmt: skip
def test_no_document_breaks_the_reader(found: Any) -> None:
    try:
        documents.from_dict(found)
    except DocumentError as problem:
        assert problem.problems


def test_anchors_are_the_quantiles_of_those_who_stayed_shrunk_towards_all() -> None:
    """50 of the tier against all: half the weight each."""
    tier, everyone = np.full(50, 20.0), np.concatenate([np.zeros(500), np.full(501, 10.0)])
    with pytest.raises(CurveError):
        fit_anchors(tier)
    fitted = fit_anchors(tier, overall=everyone)
    assert fitted.anchors == ((10.0, 20.0), (15.0, 80.0))


def test_lower_is_better_turns_the_quantiles_round() -> None:
    fitted = fit_anchors(np.arange(101.0), Better.LOWER)
    assert fitted.points(np.array([0.0, 10, 50, 90, 100])).tolist() == [95.0, 95.0, 60.0, 10.0, 10.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=60), st.sampled_from(Better))
def test_fitted_curves_are_always_curves(values: list[float], better: Better) -> None:
    try:
        fitted = fit_anchors(np.array([*values, np.nan]), better)
    except CurveError:
        assert len({round(v, 6) for v in values}) < 5
        return
    assert isinstance(fitted, Curve)


@given(st.lists(st.integers(-100_000_000, 100_000_000), max_size=12), st.integers(0, 2))
def test_shown_parts_add_up_to_their_shown_sum(parts: list[int], decimals: int) -> None:
    shown = micro.shown(parts, decimals)
    unit = micro.ONE // 10**decimals
    assert round(sum(shown) * 10**decimals) == (2 * sum(parts) + unit) // (2 * unit)
    assert all(abs(s - p / micro.ONE) < 1 / 10**decimals for s, p in zip(shown, parts, strict=True))


def test_a_fall_needs_ten_points_and_both_halves() -> None:
    falling, jump = np.linspace(80, 65, 28), np.concatenate([np.full(14, 80.0), np.full(14, 60.0)])
    assert trends.is_falling(falling) and not trends.is_falling(jump)
    assert not trends.is_falling(np.linspace(80, 75, 28))
