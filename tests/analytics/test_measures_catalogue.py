"""The catalogue: complete in both languages, in the listed SQL, documented, and portable."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from nenrin.analytics import kpis
from nenrin.analytics.kpis import plans, reference, shapes, subset
from nenrin.analytics.kpis.binding import bound
from nenrin.analytics.kpis.measures import Component, Measure
from nenrin.values import Text

ALL = kpis.find()
PLAN = plans.plan(ALL, ages=True)
PARTS = [*PLAN.components, *PLAN.relations]
PROMISED = {
    "logins_per_seat_week", "active_user_share", "feature_breadth", "feature_depth", "usage_trend",
    "days_since_activity", "tickets_per_active_user", "urgent_tickets_open", "urgent_ticket_age", "nps", "nps_age",
    "days_to_renewal", "days_to_notice", "days_since_touch", "pulse", "seats_paid", "mrr", "weekly_active_users",
    "events_28d", "tenure_days", "overdue_invoices", "days_overdue", "failed_payments",
}  # fmt: skip
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def test_the_promised_measures_are_declared() -> None:
    assert set(kpis.MEASURES) == PROMISED


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.key)
def test_a_measure_explains_itself_in_both_languages(measure: Measure) -> None:
    for text in (measure.description, measure.source):
        assert (text.en and JAPANESE.search(text.ja)) or text.ja == "CSM所感"
        assert not JAPANESE.search(text.en)
    assert measure.name.en and measure.name.ja
    assert measure.description.en.endswith(".") and measure.description.ja.endswith("。")


def test_the_page_of_measures_says_what_the_catalogue_says() -> None:
    page = Path(__file__, "../../../docs/measures.md").resolve().read_text()
    assert page == reference.page(), "run: python -m nenrin.analytics.kpis.reference > docs/measures.md"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: getattr(part, "key", "") or part.name)
def test_every_part_is_read_by_spark(part: Component) -> None:
    assert "SELECT" in subset.spark(bound(part.sql, date(2026, 1, 1), date(2026, 1, 2)))


OUTSIDE = [
    ("SELECT median(n) AS v FROM usage", "Median", "row_number()"),
    ("SELECT quantile_cont(n, 0.5) AS v FROM usage", "PercentileCont", "approximate quantiles"),
    ("SELECT round(n) AS v FROM usage", "Round", "leave rounding to the page"),
    ("SELECT a / b AS v FROM usage", "Div", "nullif(..., 0)"),
    ("SELECT a % b AS v FROM usage", "Mod", "nullif(..., 0)"),
    ("SELECT CAST(score AS BIGINT) + CAST(a / nullif(b, 0) AS BIGINT) AS v FROM t", "Cast", "a cast may only"),
    ("SELECT day + INTERVAL 1 MONTH AS v FROM t", "Interval", "relation months"),
    ("SELECT approx_count_distinct(n) AS v FROM usage", "ApproxDistinct", "shapes.union"),
    ("SELECT now() AS v FROM usage", "Anonymous", "outside the listed subset"),
    ("SELECT FROM WHERE", "", "not readable as SQL"),
]


@pytest.mark.parametrize(("sql", "construct", "remedy"), OUTSIDE)
def test_sql_outside_the_subset_is_refused_by_name(sql: str, construct: str, remedy: str) -> None:
    with pytest.raises(subset.UnsupportedSql, match=f"^measure x: .*{re.escape(construct)}") as refused:
        subset.check("measure x", sql)
    assert remedy in str(refused.value)


@pytest.mark.parametrize("measure", ALL, ids=lambda measure: measure.key)
def test_every_measure_keeps_to_the_subset(measure: Measure) -> None:
    subset.check_measure(measure)


def test_a_measure_with_other_sql_is_refused_by_its_name_and_component() -> None:
    measure = Measure("mean", Text("a", "a"), Text("a", "a"), "count", "higher", 0, "zero", None, Text("a", "a"), "v",
                      (Component("c", ("v",), "SELECT account, opens, cap AS closes, avg(n) AS v FROM usage"),))  # fmt: skip
    with pytest.raises(subset.UnsupportedSql, match="measure mean, component c: Avg"):
        subset.check_measure(measure)


def test_an_unknown_measure_suggests_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'usage_trend'"):
        kpis.find("usage_trends")


def value_on(sql: str, day: int) -> int:
    """The sum of a shape's `v` on a day of January 2026."""
    text = bound(sql, date(2026, 1, 1), date(2026, 1, 31))
    on = f"DATE '2026-01-{day:02}'"
    with duckdb.connect() as db:
        return db.execute(f"select coalesce(sum(v), 0) from ({text}) where opens <= {on} and closes > {on}").fetchone()[
            0
        ]


def intervals(*rows: tuple[str, int, int, int]) -> str:
    """SELECT of (who, opens, closes, place) in January 2026."""
    return " UNION ALL ".join(
        f"SELECT 1 AS account, '{who}' AS who, DATE '2026-01-{opens:02}' AS opens, DATE '2026-01-{closes:02}' AS closes,"
        f" {place} AS place, {place} AS v"
        for who, opens, closes, place in rows
    )


def test_overlapping_days_of_one_person_count_once() -> None:
    sql = shapes.union(intervals(("mei", 2, 9, 0), ("mei", 5, 7, 0), ("ken", 8, 10, 0)), "sign AS v")
    assert [value_on(sql, day) for day in (1, 2, 6, 8, 9, 10)] == [0, 1, 1, 2, 1, 0]


def test_the_latest_wins_and_comes_back_when_a_later_one_is_retracted() -> None:
    sql = shapes.latest(intervals(("", 2, 31, 10), ("", 5, 9, 20), ("", 7, 31, 15)), ("v",))
    assert [value_on(sql, day) for day in (1, 2, 5, 8, 9)] == [0, 10, 20, 20, 15]
