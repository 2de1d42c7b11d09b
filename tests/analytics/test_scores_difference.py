"""The way from one day's score to another's, in parts that add up and in words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics.scores import differences, micro, records, sentences
from nenrin.analytics.scores.differences import Difference, Parts
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import Layout
from nenrin.analytics.scores.records import Record
from nenrin.analytics.scores.scans import scan, start
from nenrin.analytics.scores.sentences import Noun
from nenrin.values import Text
from tests.analytics.scores_cast import DAY, DOCUMENT, by_hand, frame, model

CLOCKS = {"nps_age": 1, "urgent_age": 1, "tenure_days": 1}
ROW = {"logins": 5.0, "breadth": 0.5, "nps": 8.0, "nps_age": 10.0, "urgent_age": 0.0}
NOUNS = {
    "logins": Noun(Text("Logins", "ログイン"), "count", Text(" a week", "週")),
    "nps": Noun(Text("NPS", "NPS"), "score"),
    "breadth": Noun(Text("Feature breadth", "機能の利用率"), "ratio"),
    "urgent_age": Noun(Text("Oldest urgent ticket", "最も古い緊急チケット"), "days"),
}


def lived(days: list[tuple[int, int, Frame]], models: list[HealthModel]) -> list[Record]:
    """(days after DAY, model, frame) of one account -> its records."""
    rows = [(DAY + after, np.array([which]), one) for after, which, one in days]
    walked = scan(models, start(Layout.of(models), np.array([], np.int64)), rows)
    return [record for day in walked for record in records.records(day, range(len(models)))]


def between(days: list[tuple[int, int, Frame]], models: list[HealthModel] | None = None) -> Difference:
    models = models or [model(half_life_days=0)]
    kept = lived(days, models)
    return differences.difference(kept[0], kept[-1], models[days[-1][1]], CLOCKS)


def parts(found: Difference) -> dict[str, float]:
    named = {part.name: getattr(found.parts, part.name) / micro.ONE for part in fields(Parts)}
    return {name: by for name, by in named.items() if by}


def test_fewer_logins_are_data() -> None:
    """5 -> 2 logins: 0.4 * 30 points."""
    later = {**ROW, "logins": 2.0, "nps_age": 11.0, "urgent_age": 1.0}
    assert parts(between([(0, 0, frame([ROW])), (1, 0, frame([later]))])) == {"data": -12.0, "ageing": -2.0}


def test_a_ticket_that_only_grew_older_is_ageing_and_a_new_one_is_data() -> None:
    old, new = {**ROW, "urgent_age": 3.0}, {**ROW, "urgent_age": 0.0}
    start = {**ROW, "urgent_age": 1.0}
    assert parts(between([(0, 0, frame([start])), (2, 0, frame([old]))])) == {"ageing": -4.0}
    assert parts(between([(0, 0, frame([start])), (2, 0, frame([new]))])) == {"data": 2.0}


def test_an_answer_that_passed_its_time_to_live_is_ageing() -> None:
    """Without NPS 66 -> 0.8 * 62.5 + 0.2 * 60 = 62; the ticket's day costs 2."""
    before, after = ({**ROW, "nps_age": age} for age in (180.0, 181.0))
    found = parts(between([(0, 0, frame([before])), (1, 0, frame([{**after, "urgent_age": 1.0}]))]))
    assert found == {"ageing": -6.0}


def test_a_value_that_is_gone_is_missing() -> None:
    later = {**ROW, "breadth": np.nan, "nps_age": 10.0}
    assert parts(between([(0, 0, frame([ROW])), (0, 0, frame([later]))])) == {"missing": -1.2}


def test_another_version_is_configuration() -> None:
    groups = [{**group} for group in DOCUMENT["groups"]]
    groups[2] = {**groups[2], "measures": [{**groups[2]["measures"][0], "weight": 120}]}
    models = [model(half_life_days=0), model(half_life_days=0, groups=groups)]
    assert parts(between([(0, 0, frame([ROW])), (0, 1, frame([ROW]))], models)) == {"configuration": 17.0}


def test_an_override_is_a_part_of_its_own() -> None:
    found = between([(0, 0, frame([ROW])), (0, 0, frame([ROW], overrides=by_hand(score=30.0)))])
    assert parts(found) == {"override": -36.0}


def test_what_smoothing_holds_back_is_carried() -> None:
    """Logins 5 -> 0: -20 today; after one half life half of it shows."""
    fallen = {**ROW, "logins": 0.0}
    days = [(0, 0, frame([ROW]))] + [(n, 0, frame([{**fallen, "nps_age": 10.0 + n}])) for n in range(1, 15)]
    found = between([(at, which, one) for at, which, one in days], [model()])
    assert round(found.parts.data + found.parts.ageing, -4) == -20_000_000 - 0
    assert abs(found.parts.carried - 10_000_000) < 100
    assert found.parts.total == found.total


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "logins": st.floats(0, 15),
        "breadth": st.floats(0, 1),
        "nps": st.floats(0, 10),
        "nps_age": st.floats(0, 300),
        "urgent_age": st.floats(0, 20),
    },
)


@given(st.lists(st.tuples(VALUES, st.integers(0, 2), st.sampled_from([np.nan, 15.0, 90.0])), min_size=2, max_size=6))
@settings(max_examples=80, deadline=None)
def test_parts_and_bars_both_add_up_to_the_difference(
    life: list[tuple[dict[str, float], int, float]],
) -> None:
    models = [model(), model(half_life_days=3, caps=[]), model(groups=DOCUMENT["groups"][:2], caps=[])]
    days: list[tuple[int, int, Any]] = [
        (n, which, frame([values], overrides=by_hand(score=score))) for n, (values, which, score) in enumerate(life)
    ]
    found = between(days, models)
    assert found.parts.total == found.total == sum(found.bars.values())
    for language in ("en", "ja"):
        assert sentences.finding(found, NOUNS).in_(language)


def test_the_finding_reads_as_a_sentence_in_both_languages() -> None:
    before = {**ROW, "logins": 9.0, "urgent_age": 0.0, "nps": 10.0, "breadth": 1.0}
    after = {**ROW, "logins": 2.0, "urgent_age": 6.0, "nps": 10.0, "breadth": 1.0, "nps_age": 16.0}
    found = sentences.finding(between([(0, 0, frame([before])), (6, 0, frame([after]))]), NOUNS)
    assert found.en == (
        "Down from 96.0 on 4 Oct to 56.0. Logins fell from 9 to 2 a week and "
        "oldest urgent ticket rose from 0 to 6 days."
    )
    assert (
        found.ja
        == "10/4 の 96.0 から 56.0 へ低下。ログインが週9から週2に減り、最も古い緊急チケットが0日から6日に増えた。"
    )


def test_a_score_that_stood_still_says_so() -> None:
    found = sentences.finding(between([(0, 0, frame([ROW])), (0, 0, frame([ROW]))]), NOUNS)
    assert found == Text("Unchanged at 66.0 since 4 Oct.", "10/4から 66.0 のまま。")


def test_bars_for_the_eye_add_up_to_the_shown_score() -> None:
    (kept,) = lived([(0, 0, frame([{"logins": 3.33, "breadth": 0.77, "urgent_age": 1.11}]))], [model()])
    assert round(sum(records.points(kept).values()), 6) == round(kept.score / micro.ONE, 1)
