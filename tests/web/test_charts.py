"""The pictures' geometry: small numbers, arithmetic shown."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.web.charts import columns, curve, falls, heat, lines, ring, shares, spark
from nenrin.web.charts.bands import BANDS, band_of
from nenrin.web.charts.ring import Growing, Tree, Year
from nenrin.web.charts.scale import Scale, ticks, unit

_BAND = st.sampled_from(BANDS)
_GROWTH = st.none() | st.floats(-100, 300)
_TREES = st.builds(
    Tree,
    st.lists(st.builds(Year, _BAND, _GROWTH), max_size=20).map(tuple),
    st.none() | st.builds(Growing, _BAND, st.floats(0, 1), _GROWTH),
)


def test_every_spelling_of_a_band_is_known_and_the_rest_is_unknown() -> None:
    assert [band_of(w) for w in ("healthy", "CAUTION", "at_risk", "unknown", None, 7)] == [
        "good",
        "watch",
        "risk",
        "unknown",
        "unknown",
        "unknown",
    ]


def test_a_young_account_is_a_small_tree_with_one_ring() -> None:
    """One middling year in the head: k = 48 / (3.2 + 4 * 7.4) = 1.4634, r = (3.2 + 2.4 + 2.5) k = 11.9, w = 5 k = 7.3."""
    picture = ring.draw(Tree((Year("good"),), Growing("watch", 0.5)), "head")
    assert (picture.strokes[0].radius, picture.strokes[0].width) == ("11.9", "7.3")
    assert picture.strokes[1].look == "rest"
    assert picture.strokes[2].path == "M0 -22.7A22.7 22.7 0 0 1 0 22.7"
    assert (picture.strokes[2].length, picture.strokes[2].dash) == ("60", "8.6 1.4")
    assert picture.bud == ("0", "22.7", "4.7")


def test_rings_widen_with_the_years_growth_within_bounds() -> None:
    assert [ring.width_of(g) for g in (-100, 0, 20, 40, 200)] == [3, 5, 7, 9, 9]


@given(_TREES, st.sampled_from(["head", "row"]))
def test_no_tree_leaves_its_disc_and_rings_never_touch(tree: Tree, size: ring.Size) -> None:
    picture = ring.draw(tree, size)
    edges = [float(picture.pith)]
    for stroke in picture.strokes:
        if stroke.look == "rest" or not stroke.radius:
            continue
        inner = float(stroke.radius) - float(stroke.width) / 2
        assert inner >= edges[-1] - 0.16
        edges.append(float(stroke.radius) + float(stroke.width) / 2)
    assert edges[-1] <= 48.16


@given(st.floats(0, 1))
def test_the_bud_sits_on_its_ring(elapsed: float) -> None:
    picture = ring.draw(Tree((), Growing("good", elapsed)), "head")
    assert picture.bud
    assert math.hypot(float(picture.bud[0]), float(picture.bud[1])) == pytest.approx(11.85, abs=0.1)


def test_the_rings_are_spelt_out_for_those_who_hear_the_page() -> None:
    words = {"good": "健全", "watch": "注意", "risk": "危険", "unknown": "データ不足"}
    tree = Tree((Year("good", 10, 78), Year("watch", 0, 61)), Growing("watch", 0.81, 0, 52))
    assert ring.spelt(tree, words, "ja") == "年輪: 更新2回。1年目 健全78、2年目 注意61、3年目は81%経過、現在 注意52"


def test_a_sparkline_keeps_one_scale_breaks_at_gaps_and_needs_two_points() -> None:
    assert spark.draw([None, 50, None]) is None
    line = spark.draw([20, 100, None, 70, 45])
    assert line is not None
    assert line.runs == ("2,19 18,1", "50,7.7 66,13.4") or line.runs == ("2,19 18,1", "50,7.8 66,13.4")
    assert line.tip[0] == "66"
    assert line.edges[1] == "13.4"


def test_losses_fall_from_100_to_the_score_and_leave_no_remainder() -> None:
    chart = falls.Falls(
        70.0, "good", (falls.Loss("a", 20.0, recent=5.0), falls.Loss("b", 15.0), falls.Loss("override", -5.0))
    )
    picture = falls.draw(chart)
    assert [(bar.look, bar.x, bar.width) for bar in picture.rows[0].bars] == [
        ("lost", "85", "15"),
        ("lost-new", "80", "5"),
    ]
    assert [(bar.look, bar.x, bar.width) for bar in picture.rows[1].bars] == [("lost", "65", "15")]
    assert [(bar.look, bar.x, bar.width) for bar in picture.rows[2].bars] == [("gain", "65", "5")]
    assert [row.effect for row in picture.rows] == [-20.0, -15.0, 5.0]
    assert (picture.leaves, picture.total.width, picture.remainder) == ("70", "70", 0)


@given(st.lists(st.floats(0, 30), min_size=1, max_size=8))
def test_each_row_starts_where_the_one_above_ends(sizes: list[float]) -> None:
    chart = falls.Falls(100 - sum(sizes), "good", tuple(falls.Loss(str(n), size) for n, size in enumerate(sizes)))
    rows = falls.draw(chart).rows
    assert all(below.enters == above.leaves for above, below in pairwise(rows))


def test_shares_fill_the_row_and_a_narrow_figure_stands_below() -> None:
    chart = shares.Shares(
        (
            shares.Whole(
                "", (shares.Share("good", 95, "95"), shares.Share("risk", 5, "5"), shares.Share("watch", 0, "0"))
            ),
        ),
        "",
        102,
    )
    line = shares.draw(chart).lines[0]
    assert [(p.x, p.width, p.is_inside) for p in line.parts] == [("0", "95", True), ("97", "5", False)]
    assert [p.anchor for p in line.parts] == ["mid", "end"]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4))
def test_figures_of_shares_never_overlap(sizes: list[int]) -> None:
    parts = tuple(shares.Share(band, n, f"{n},000") for band, n in zip(BANDS, sizes, strict=False))
    line = shares.draw(shares.Shares((shares.Whole("", parts),), "", 400)).lines[0]
    below = [part for part in line.parts if not part.is_inside]
    for left, right in pairwise(below):
        assert float(left.text_x) <= float(right.text_x) - shares.breadth(right.share.text)


def test_the_last_figure_of_a_line_stands_right_of_its_point_inside_the_picture() -> None:
    full = lines.Series("left", (100.0, 100.0), ("", "1,234.5万円"))
    drawn = lines.draw(lines.Lines(("a", "b"), (full,), "all stay", high=100.0, axis="Month"))
    tip = drawn.paths[0].tip
    assert tip and tip.text == "1,234.5万円" and float(tip.x) < float(tip.text_x)
    assert float(tip.text_x) + shares.breadth(tip.text) <= drawn.width and float(tip.text_y) >= 12


def test_the_figure_of_a_line_that_ends_a_little_earlier_keeps_off_the_lines_that_go_on() -> None:
    days = tuple(str(n) for n in range(18))
    spent = lines.Series("spent", (*(5.0,) * 17, None), ("",) * 16 + ("137万円", "—"))
    planned = lines.Series("planned", (6.0,) * 18, ("",) * 17 + ("140万円",))
    first, second = (path.tip for path in lines.draw(lines.Lines(days, (spent, planned), "")).paths)
    assert first and second and first.x != second.x and first.text_x == second.text_x


def test_months_may_be_named_by_the_year() -> None:
    left = lines.Series("left", (1.0,) * 31, ("",) * 31)
    days = tuple(str(n) for n in range(31))
    assert [name for _, name in lines.draw(lines.Lines(days, (left,), "", every=12)).days] == ["0", "12", "24"]


def test_a_line_breaks_where_nothing_is_known_and_figures_keep_apart() -> None:
    chart = lines.Lines(
        ("a", "b", "c", "d"),
        (
            lines.Series("x", (10, None, 50, 52), ("10", "—", "50", "52")),
            lines.Series("y", (60, 60, 60, 54), ("60", "60", "60", "54")),
        ),
        "",
        high=100.0,
    )
    picture = lines.draw(chart)
    alone, rest = picture.paths[0].runs
    assert alone == "37,175.8 43,175.8" and rest.startswith("477.7,103"), "a value alone is a short stroke"
    tips = [path.tip for path in picture.paths]
    assert tips[0] and tips[1] and abs(float(tips[0].text_y) - float(tips[1].text_y)) >= 14
    assert picture.days[-1][1] == "d"
    assert picture.table[1] == ("b", ("—", "60"))


def test_a_curve_of_who_is_left_falls_in_steps() -> None:
    left = lines.Series("left", (100.0, 50.0), ("100%", "50%"))
    drawn = lines.draw(lines.Lines(("0", "1"), (left,), "half leave", high=100.0, has_steps=True))
    start, corner, end = (point.split(",") for point in drawn.paths[0].runs[0].split())
    assert corner == [end[0], start[1]]


def test_figures_of_many_lines_keep_apart_and_above_the_names_of_the_days() -> None:
    for ends in ((97, 95, 93, 78), (4, 3, 2, 1), (50, 49, 48, 30), (0, 0, 100, 100), (100, 99, 98, 97)):
        series = tuple(lines.Series(str(v), (50.0, float(v)), ("", str(v))) for v in ends)
        picture = lines.draw(lines.Lines(("a", "b"), series, "", high=100.0))
        heights = sorted(float(path.tip.text_y) for path in picture.paths if path.tip)
        assert all(below - above >= 14 for above, below in pairwise(heights)), ends
        assert heights[0] >= 12 and heights[-1] < float(picture.bottom), ends


def test_columns_outline_the_day_that_has_not_ended() -> None:
    chart = columns.Columns(
        (columns.Column("1", 50, "50", 10, "10"), columns.Column("2", 20, "20", is_partial=True)), "", ""
    )
    assert [bar.look for bar in columns.draw(chart).bars] == ["bar", "bar-minus", "bar-partial"]


def test_a_curve_is_linear_between_knots_and_flat_outside() -> None:
    knots = ((0.2, 20.0), (0.4, 50.0))
    assert [curve.points_at(knots, v) for v in (0.0, 0.2, 0.3, 0.4, 1.0)] == [20, 20, pytest.approx(35), 50, 50]
    picture = curve.draw(curve.Curve(knots, 0, 1, "", "", counts=(1, 2), here=(0.3, "")))
    assert picture.line == "40,195.2 129.2,195.2 218.4,128 486,128"
    assert picture.here == ("173.8", "161.6", "")


def test_heat_has_eight_steps_and_hatches_what_is_unfinished() -> None:
    bounds = (10, 20, 30, 40, 50, 60, 70)
    chart = heat.Heat(
        "",
        "",
        ("a", "b", "c"),
        (heat.Line("x", (heat.Cell(5, "5"), heat.Cell(99, "99", True), heat.Cell(None))),),
        bounds,
    )
    assert [shade.look for shade in heat.draw(chart)[0].shades] == ["q1", "is-partial", ""]


def test_round_ticks_cover_the_values() -> None:
    assert ticks(0, 97) == [0, 20, 40, 60, 80, 100]
    assert ticks(3, 3)[0] <= 3
    assert Scale(0, 10, 0, 100)(20) == 100
    assert unit(-0.04) == "0"


def test_the_names_of_large_amounts_stand_left_of_the_axis_and_inside_the_picture() -> None:
    shown = lines.Lines(("1", "2"), (lines.Series("a", (0.0, 389_600.0), ("0", "389,600")),), "a")
    picture = lines.draw(shown)
    longest = max(len(label) for _, label in picture.grid)
    assert float(picture.label_x) >= 7 * longest and float(picture.left) > float(picture.label_x)
