"""Models are chosen by the one grammar of conditions: columns at once, as one account at a time would be."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics import conditions
from nenrin.analytics.conditions import All, Condition, Is, Not, Op
from nenrin.analytics.conditions import Any as AnyOf
from nenrin.analytics.scores.frames import Frame
from nenrin.insight.modelling import choosing

NUMBERS = st.sampled_from([0.0, 1.0, 30.0, 90.0, 400.0])
TIERS = st.sampled_from(["enterprise", "mid", "smb"])
LEAVES = st.one_of(
    st.builds(
        lambda op, x: Is("tenure_days", op, (x,)), st.sampled_from([Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE]), NUMBERS
    ),
    st.builds(lambda x, y: Is("nps", Op.BETWEEN, tuple(sorted((x, y)))), NUMBERS, NUMBERS),
    st.builds(lambda xs: Is("tenure_days", Op.IN, tuple(xs)), st.lists(NUMBERS, min_size=1, max_size=3)),
    st.builds(lambda field: Is(field, Op.MISSING), st.sampled_from(["nps", "tier", "tags"])),
    st.builds(lambda op, x: Is("tier", op, (x,)), st.sampled_from([Op.EQ, Op.NE]), TIERS),
    st.builds(lambda x: Is("industry", Op.CONTAINS, (x,)), st.sampled_from(["製造", "ＩＴ", "it"])),
    st.builds(lambda xs: Is("tags", Op.IN, tuple(xs)), st.lists(st.sampled_from("abc"), min_size=1, max_size=2)),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: All(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "tenure_days": st.one_of(st.none(), NUMBERS),
            "nps": st.one_of(st.none(), NUMBERS),
            "tier": st.one_of(st.just(""), TIERS),
            "industry": st.sampled_from(["", "製造業", "IT services", "ＩＴ"]),
            "tags": st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
        }
    ),
    min_size=1,
    max_size=6,
)


@given(CONDITIONS, ROWS)
@settings(max_examples=200, deadline=None)
def test_columns_and_rows_agree_on_every_condition(condition: Condition, rows: list[dict[str, Any]]) -> None:
    frame = Frame(
        np.arange(len(rows)),
        {key: np.array([np.nan if row[key] is None else row[key] for row in rows]) for key in ("tenure_days", "nps")},
        np.array([row["tier"] for row in rows]),
    )
    tags = np.empty(len(rows), dtype=object)
    tags[:] = [row["tags"] for row in rows]
    words = {"tier": frame.tiers, "industry": np.array([row["industry"] for row in rows]), "tags": tags}
    found = choosing.matches(condition, frame, words).tolist()
    assert found == [conditions.matches(condition, row, choosing.FIELDS, date(2026, 4, 6)) for row in rows]


def test_a_condition_that_cannot_be_read_is_named() -> None:
    (problem,) = choosing.problems({"all": [{"field": "tear", "op": "=", "value": "mid"}]})
    assert problem.startswith("applies_to.all[0].field: 'tear'") and "tier" in problem
    assert choosing.problems({"field": "health.score", "op": "<", "value": 4})
