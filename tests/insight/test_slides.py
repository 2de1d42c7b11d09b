"""The dashboard as slides: the same words and figures as its print, in tables and charts that can be edited."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from pptx import Presentation

from nenrin.customers import accounts, subscriptions
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.executive import comments, questions
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.prints import executive, powerpoint
from tests.cast import DRIFTING, LOST, THRIVING, member
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def world(org: Organisation) -> World:
    made = World(today=TODAY)
    known = {"term_months": 12, "seats": 5}
    for name, minor, start, ended in (
        (THRIVING, 100_000, date(2025, 1, 15), None),
        (DRIFTING, 40_000, date(2026, 11, 10), None),
        (LOST, 30_000, date(2025, 2, 1), date(2026, 11, 20)),
    ):
        account = accounts.open(name, by=SYSTEM, at=made.now)
        fields = {**known, "starts_on": start, "mrr_minor": minor} | ({"ended_on": ended} if ended else {})
        subscriptions.sign(account, by=SYSTEM, at=made.now, **fields)
    made.carry()
    words = {"grain": "month", "day": TODAY, "by": Actor.of(member(Role.HEAD)), "at": made.now}
    comments.write("北灯の解約は価格が理由", kpi="grr", **words)  # type: ignore[arg-type]
    return made


def board(**asked: Any) -> Dashboard:
    return dashboard(questions.ask(asked.pop("day", TODAY), TODAY, **asked))


def opened(made: bytes) -> Any:
    return Presentation(io.BytesIO(made))


def words(deck: Any) -> set[str]:
    """Every paragraph and cell."""
    found: set[str] = set()
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found |= {paragraph.text for paragraph in shape.text_frame.paragraphs}
            if shape.has_table:
                found |= {cell.text for row in shape.table.rows for cell in row.cells}
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_slides_say_what_the_print_says(world: World, language: str) -> None:
    found = board()
    told, deck = executive.document(found, language, world.now), opened(powerpoint.pptx(found, language, world.now))
    said = words(deck)
    assert {tile["name"] for tile in told["tiles"]} <= said
    assert {tile["value"] for tile in told["tiles"] if tile["is_known"]} <= said
    assert {each["text"].strip() for each in told["explained"]} <= said
    assert {row["value"] for row in told["returns"]["rows"]} | {told["returns"]["says"], told["policy"]} <= said
    assert executive.pdf(found, language, world.now).startswith(b"%PDF-"), "with comments and the return"
    assert "北灯の解約は価格が理由" in said and told["stamp"] in said
    assert all(slide.shapes.title.text for slide in deck.slides), "an outline names every slide"


def test_charts_hold_the_figures_and_can_be_listened_to(world: World) -> None:
    deck = opened(powerpoint.pptx(board(), "ja", world.now))
    [chart] = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    below, bars = chart.chart.plots[0].series
    # begin 130,000, new 40,000, churn 30,000 standing on what is left, end 140,000
    assert list(bars.values) == [130_000, 40_000, 30_000, 140_000] and list(below.values) == [0, 130_000, 140_000, 0]
    assert "14万円" in chart._element.nvGraphicFramePr.cNvPr.get("descr")


@pytest.mark.parametrize(("language", "latin"), [("ja", "Yu Gothic"), ("en", "Calibri")])
def test_the_fonts_are_named_once_in_the_theme(world: World, language: str, latin: str) -> None:
    with zipfile.ZipFile(io.BytesIO(powerpoint.pptx(board(), language, world.now))) as file:
        theme = file.read("ppt/theme/theme1.xml").decode()
        assert theme.count(f'<a:latin typeface="{latin}"') == 2 and theme.count('<a:ea typeface="Yu Gothic"') == 2
        slide = file.read("ppt/slides/slide1.xml").decode()
    assert ('lang="ja-JP"' if language == "ja" else 'lang="en-GB"') in slide and "typeface" not in slide


def test_nothing_of_health_for_whoever_may_not_see_it(world: World) -> None:
    said = words(opened(powerpoint.pptx(board(sees_health=False), "en", world.now)))
    assert not said & {"Largest accounts at risk", "Health by MRR", "At risk"}


def test_every_shape_lies_on_its_slide(world: World) -> None:
    deck = opened(powerpoint.pptx(board(), "ja", world.now))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width, shape.name
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height, shape.name


def test_an_organisation_without_contracts_has_slides_too(org: Organisation) -> None:
    made = World(today=TODAY)
    made.carry()
    assert opened(powerpoint.pptx(board(), "ja", made.now)).slides
