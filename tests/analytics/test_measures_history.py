"""Random histories: every measure on every day equals what loops over the plain facts say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics import kpis
from tests.analytics.histories import ACCOUNTS, FIRST, LAST, history
from tests.analytics.measures_cast import Said
from tests.oracles.measures import naive

ALL = kpis.find()
JAPAN = kpis.Calendar.japan()
Answer = dict[tuple[int, date], dict[str, float | None]]


def answers(table: pa.Table) -> Answer:
    rows = table.to_pylist()
    return {(row.pop("account"), row.pop("as_of")): row for row in rows}


def oracle(said: Said, account: int, day: date, known: date) -> dict[str, float | None] | None:
    return naive.measures(said.facts, said.events, account, day, known, JAPAN.is_business)


def same(found: dict[str, float | None] | None, expected: dict[str, float | None] | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found.keys() == expected.keys() and all(
        value == pytest.approx(expected[key], rel=1e-12) if value is not None else expected[key] is None
        for key, value in found.items()
    )


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_any_day_is_seen_as_it_was_known_at_its_end(seed: int) -> None:
    said = history(seed)
    with TemporaryDirectory() as folder:
        found = answers(kpis.evaluate(said.written(Path(folder)), ALL, kpis.Grid.daily(FIRST, LAST)))
    for day in [LAST, *Random(seed).sample(kpis.Grid.daily(FIRST, LAST).days, 8)]:
        for account in ACCOUNTS:
            expected = oracle(said, account, day, known=day)
            assert same(found.get((account, day)), expected), (account, day, found.get((account, day)), expected)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_any_day_can_be_seen_with_the_knowledge_of_another(seed: int) -> None:
    said, rng = history(seed), Random(seed)
    known = FIRST + timedelta(rng.randrange(130))
    days = tuple(sorted(rng.sample(kpis.Grid.daily(FIRST, LAST).days, 6)))
    with TemporaryDirectory() as folder:
        found = answers(kpis.evaluate(said.written(Path(folder)), ALL, kpis.Grid(days, known)))
    for day in days:
        for account in ACCOUNTS:
            expected = oracle(said, account, day, known)
            assert same(found.get((account, day)), expected), (account, day, found.get((account, day)), expected)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_one_day_one_account_and_a_shuffled_lake_all_say_what_the_grid_says(seed: int) -> None:
    said, rng = history(seed), Random(seed)
    day, account = FIRST + timedelta(rng.randrange(100)), rng.choice(ACCOUNTS)
    with TemporaryDirectory() as folder:
        lake = said.written(Path(folder, "as_told"))
        grid = answers(kpis.evaluate(lake, ALL, kpis.Grid.daily(day - timedelta(3), day + timedelta(3)), ages=True))
        one_day = answers(kpis.evaluate(lake, ALL, kpis.Grid.on(day), ages=True))
        alone = answers(kpis.evaluate(lake, ALL, kpis.Grid.on(day), accounts=[account], ages=True))
        rng.shuffle(said.facts)
        rng.shuffle(said.events)
        shuffled = answers(kpis.evaluate(said.written(Path(folder, "shuffled")), ALL, kpis.Grid.on(day), ages=True))
    assert one_day == {place: row for place, row in grid.items() if place[1] == day}
    assert alone == {place: row for place, row in one_day.items() if place[0] == account}
    assert shuffled == one_day
