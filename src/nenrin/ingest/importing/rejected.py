"""Rejected rows as a CSV file: the columns as they came, then what was wrong; corrected, it can be imported as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from nenrin.foundation.spreadsheets import defused
from nenrin.ingest.models import Import, RejectedRow

#: Put before the file's own columns' end; a mapping never names them, so they are ignored when the file comes back.
EXTRA = ("_row", "_column", "_value", "_expected", "_kept")


def lines(row: Import, *, language: str = "en") -> Iterator[str]:
    """The file's text, line by line: a header, then one line a rejected row."""
    yield _line([*row.header, *EXTRA])
    width = len(row.header)
    for reject in row.rejects.order_by("number").iterator(500):
        # A row that could not be read at all has no cells: what is said of it must not stand in the file's own columns.
        blank = [""] * (width - len(reject.cells))
        yield _line([*reject.cells, *blank, *_said(reject, language)])


def write(row: Import, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(lines(row))


def _said(reject: RejectedRow, language: str) -> list[str]:
    word = "ja" if language.startswith("ja") else "en"
    parts = zip(*((p["column"], p["value"], p[word]) for p in reject.problems), strict=True)
    kept = {"en": "nothing of this row was imported", "ja": "この行は取り込まれていません"}[word]
    return [str(reject.number), *(" / ".join(part) for part in parts), kept]


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(map(defused, cells))
    return out.getvalue()
