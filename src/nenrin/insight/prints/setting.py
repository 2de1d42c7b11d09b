"""Set a report: a `.typ` file of this folder and its values as JSON become a PDF. Nothing of the system is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
import typst

FOLDER = Path(__file__).parent
FONTS = tuple(str(Path(str(font.FONT_PATH)).parent) for font in (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold))


class CannotPrint(RuntimeError):
    """The report could not be set: its values are as they were, the page shows the same figures."""


def pdf(report: str, values: Mapping[str, Any], at: datetime) -> bytes:
    """A PDF that can be listened to (PDF/UA-1). Text among the values stays text: it is never read as markup. Raises CannotPrint."""
    told = {"values": json.dumps(values, ensure_ascii=False)}
    try:
        made = typst.compile(
            FOLDER / f"{report}.typ", root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=told,
            format="pdf", pdf_standards="ua-1", timestamp=int(at.timestamp()),
        )  # fmt: skip
    except typst.TypstError as problem:
        raise CannotPrint(getattr(problem, "diagnostic", "") or str(problem)) from problem
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    """Read once: together they are 33 MB."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONTS))
