"""Parts of a presentation: slides, words, tables and charts that whoever opens it can edit. Fonts come from its theme."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Emu, Inches, Pt

#: Fonts that Office brings along on both systems; the words fall back to the reader's own where it is not there.
LATIN: Final = {"ja": "Yu Gothic", "en": "Calibri"}
EAST_ASIAN: Final = "Yu Gothic"
LANGUAGES: Final = {"ja": MSO_LANGUAGE_ID.JAPANESE, "en": MSO_LANGUAGE_ID.ENGLISH_UK}
INK, QUIET, RULE, ACCENT = "1F1B15", "665E52", "E6E3DC", "26418F"
SHADES: Final = ("FFFFFF", "F4F2EE", "E6E8F0", "D3D9EA", "B9C4E0", "9AABD6", "4F66AD", "354F9C", "26418F")
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_TITLE_ONLY: Final = 5
Box = tuple[float, float, float, float]  # left, top, width, height in inches, of 13.33 by 7.5
Line = tuple[str, float, bool, str]  # words, size in points, bold, colour


class Deck:
    """A presentation in one language, 16 to 9."""

    def __init__(self, language: str) -> None:
        self.language = language[:2]
        self.made: Any = Presentation()
        self.made.slide_width, self.made.slide_height = Inches(13.333), Inches(7.5)
        _name_fonts(self.made, LATIN[self.language])

    def slide(self, title: str) -> Any:
        """A slide with its title, which outlines and screen readers find."""
        slide = self.made.slides.add_slide(self.made.slide_layouts[_TITLE_ONLY])
        head = slide.shapes.title
        head.left, head.top, head.width, head.height = (Inches(n) for n in (0.5, 0.3, 12.3, 0.7))
        head.text_frame.text = title
        self._look(head.text_frame.paragraphs[0], 24, True, INK)
        head.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        return slide

    def words(self, slide: Any, box: Box, told: Iterable[Line]) -> None:
        """A paragraph a line."""
        frame = slide.shapes.add_textbox(*(Inches(n) for n in box)).text_frame
        frame.word_wrap = True
        for n, (text, size, is_bold, colour) in enumerate(told):
            paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
            paragraph.text = text
            self._look(paragraph, size, is_bold, colour)

    def table(
        self, slide: Any, box: Box, heads: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[float] = (),
        shades: Sequence[Sequence[int]] = (), size: float = 11,
    ) -> None:  # fmt: skip
        """The first column are names, the others figures; `widths` are shares; `shades` of the cells, 0 for none."""
        left, top, width, height = (Inches(n) for n in box)
        row_height = min(height // (len(rows) + 1), Inches(0.36))
        grid = slide.shapes.add_table(len(rows) + 1, len(heads), left, top, width, row_height * (len(rows) + 1)).table
        _plain(grid)
        for n, share in enumerate(widths):
            grid.columns[n].width = Emu(int(width * share / sum(widths)))
        for y, row in enumerate([heads, *rows]):
            grid.rows[y].height = row_height
            for x, text in enumerate(row):
                shade = shades[y - 1][x] if shades and y else 0
                self._cell(grid.cell(y, x), text, size, is_head=y == 0, is_name=x == 0, shade=shade)

    def columns(self, slide: Any, box: Box, steps: Sequence[tuple[str, float, str, bool]], story: str) -> None:
        """A bridge: (name, amount, as it reads, is it a total). Bars float on a column that cannot be seen."""
        data = CategoryChartData()
        data.categories = [name for name, *_ in steps]
        below, bars = _floating(steps)
        data.add_series(" ", below)
        data.add_series("MRR", bars)
        chart = self._chart(slide, box, XL_CHART_TYPE.COLUMN_STACKED, data, story)
        chart.has_legend = False
        hidden, shown = chart.plots[0].series
        hidden.format.fill.background()
        shown.format.fill.solid()
        shown.format.fill.fore_color.rgb = RGBColor.from_string(ACCENT)
        chart.plots[0].gap_width = 40
        for n, (_, _, text, _) in enumerate(steps):
            label = shown.points[n].data_label
            label.has_text_frame = True
            label.text_frame.text = text
            self._look(label.text_frame.paragraphs[0], 10, True, INK)

    def lines(self, slide: Any, box: Box, names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], story: str) -> None:  # fmt: skip
        """A line a series over named periods; a gap where a value is not known."""
        data = CategoryChartData(number_format='0.0"%"')
        data.categories = list(names)
        for name, values in series:
            data.add_series(name, list(values))
        chart = self._chart(slide, box, XL_CHART_TYPE.LINE_MARKERS, data, story)
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False

    def saved(self, title: str, author: str, at: datetime) -> bytes:
        """The file."""
        about = self.made.core_properties
        about.title, about.author, about.last_modified_by = title, author, author
        about.created = about.modified = at.replace(tzinfo=None)
        about.language = "ja-JP" if self.language == "ja" else "en-GB"
        out = io.BytesIO()
        self.made.save(out)
        return out.getvalue()

    def _chart(self, slide: Any, box: Box, kind: Any, data: Any, story: str) -> Any:
        frame = slide.shapes.add_chart(kind, *(Inches(n) for n in box), data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", story)  # for who listens
        frame.chart.font.size = Pt(10)
        axis = frame.chart.value_axis
        axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(RULE)
        axis.format.line.fill.background()
        return frame.chart

    def _cell(self, cell: Any, text: str, size: float, *, is_head: bool, is_name: bool, shade: int) -> None:
        cell.text = text
        cell.margin_top = cell.margin_bottom = Inches(0.02)
        cell.margin_left = cell.margin_right = Inches(0.05)
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(RULE if is_head else SHADES[shade])
        for paragraph in cell.text_frame.paragraphs:
            paragraph.alignment = PP_ALIGN.LEFT if is_name else PP_ALIGN.RIGHT
            self._look(paragraph, size, is_head, "FFFFFF" if shade > 5 else INK)

    def _look(self, paragraph: Any, size: float, is_bold: bool, colour: str) -> None:
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(size), is_bold
            run.font.color.rgb = RGBColor.from_string(colour)
            run.font.language_id = LANGUAGES[self.language]


def _plain(grid: Any) -> None:
    """Without the theme's stripes."""
    grid.horz_banding = False


def _floating(steps: Sequence[tuple[str, float, str, bool]]) -> tuple[list[float], list[float]]:
    """Heights of the unseen columns and of the bars on them.

    >>> _floating([("a", 10, "", True), ("b", -4, "", False), ("c", 6, "", True)])
    ([0, 6, 0], [10, 4, 6])
    """
    level: float = 0
    below, bars = [], []
    for _, amount, _, is_total in steps:
        start, end = (0.0, amount) if is_total else (level, level + amount)
        below.append(0 if is_total else min(start, end))
        bars.append(abs(end - start) if not is_total else amount)
        level = end
    return below, bars


def _name_fonts(made: Any, latin: str) -> None:
    """The theme names the fonts; every run takes them from there."""
    theme = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(theme.blob)
    for scheme in root.iter(f"{{{_DRAWING}}}majorFont", f"{{{_DRAWING}}}minorFont"):
        for kind, face in (("latin", latin), ("ea", EAST_ASIAN)):
            scheme.find(f"{{{_DRAWING}}}{kind}").set("typeface", face)
        for one in scheme.findall(f"{{{_DRAWING}}}font[@script='Jpan']"):
            one.set("typeface", EAST_ASIAN)
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
