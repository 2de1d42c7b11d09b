"""A file as a table: its header and a stream of rows, whatever its form, encoding and delimiter."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from nenrin.foundation.spreadsheets import defused
from nenrin.ingest.files import encodings, safety
from nenrin.ingest.files.safety import Form, Refused
from nenrin.values import Text

MAX_COLUMNS = 300
#: A cell longer than this is a quote that nobody closed.
MAX_CELL = 128 * 1024
DELIMITERS = (",", "\t", ";", "|")
#: Behind an apostrophe: what somebody kept a spreadsheet from taking for a formula.
_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. Blank parts are found out by `settled`; each can be chosen by a person."""

    encoding: str = ""
    delimiter: str = ""
    header: int = 1  # the row, counted from 1, that names the columns
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `number` is the row as a spreadsheet shows it; `problem` is set where it could not be read."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


class BadHeader(ValueError):
    """The header row does not name each column once: give each column one name of its own in the file."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.refusal = safety.Refusal("header", Text(en, ja))


@dataclass(frozen=True, slots=True)
class Table:
    path: Path
    form: Form
    reading: Reading
    header: tuple[str, ...]
    is_encoding_certain: bool = True
    sheets: Sequence[str] = field(default=())

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Every record below the header that is not blank, from the one after row number `after` on."""
        for row in _records(self.path, self.form, self.reading):
            if row.number <= max(self.reading.header, after):
                continue
            if row.problem or any(cell.strip() for cell in row.cells):
                yield self._fitted(row)

    def _fitted(self, row: Row) -> Row:
        """As many cells as columns; what is blank beyond the header's end is cut, what is not is a problem."""
        width, written = len(self.header), row.cells
        if "'" in "".join(written):
            written = tuple(map(unguarded, written))
        if len(written) == width:
            return row if written is row.cells else Row(row.number, written, row.problem)
        cells, rest = written[:width], written[width:]
        if any(cell.strip() for cell in rest):
            return Row(row.number, written, f"cells:{len(written)}:{width}")
        return Row(row.number, cells + ("",) * (width - len(cells)), row.problem)


def settled(path: Path, reading: Reading) -> tuple[Form, Reading, bool, tuple[str, ...]]:
    """The form, the whole reading, whether its encoding is certain, and the sheets. Raises safety.Refused."""
    form = safety.form_of(path)
    if form == "xlsx":
        sheets = tuple(_workbook(path).sheet_names)
        if reading.sheet and reading.sheet not in sheets:
            raise _no_sheet(reading.sheet, sheets)
        return (
            form,
            replace(reading, sheet=reading.sheet or sheets[0], encoding="", delimiter=""),
            True,
            sheets,
        )
    with path.open("rb") as file:
        sample = file.read(encodings.SAMPLE_BYTES)
    guess = encodings.detect(sample)
    encoding = reading.encoding or guess.encoding
    delimiter = reading.delimiter or _delimiter(sample, encoding, reading.header)
    return form, replace(reading, encoding=encoding, delimiter=delimiter), guess.is_certain, ()


def opened(path: Path, reading: Reading | None = None) -> Table:
    """Open a file. Raises safety.Refused for what is no table or harmful, BadHeader for names missing or double."""
    form, whole, is_certain, sheets = settled(path, reading or Reading())
    header = next(islice((r.cells for r in _records(path, form, whole) if r.number >= whole.header), 1), None)
    if header is None:
        raise BadHeader(
            f"The file has no row {whole.header} to be the header.",
            f"見出し行（{whole.header}行目）がありません。",
        )
    return Table(path, form, whole, _named(header), is_certain, sheets)


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that an export put before what a spreadsheet would take for a formula.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    if cell[:1] != "'":
        return cell
    bare = cell[1:]
    return bare if bare.startswith(_SIGNS) or defused(bare) == cell else cell


def visible(text: str) -> str:
    """Text that every database can keep: bytes that could not be read, and NUL, written out as \\x.."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00").replace("\\udc", "\\x")


def _named(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(visible(" ".join(cell.split())) for cell in cells)
    if len(names) > MAX_COLUMNS:
        raise BadHeader(
            f"The file has {len(names)} columns; {MAX_COLUMNS} can be read: delete those you do not need.",
            f"{len(names)}列あります。読み込めるのは{MAX_COLUMNS}列までです。不要な列を削除してください。",
        )
    blank = [str(place) for place, name in enumerate(names, 1) if not name]
    if blank:
        raise BadHeader(
            f"Columns without a name: {', '.join(blank)} (counted from the left). Name or delete them.",
            f"見出しが空の列: 左から{'、'.join(blank)}列目。名前を付けるか削除してください。",
        )
    double = [name for name, count in Counter(names).items() if count > 1]
    if double:
        raise BadHeader(
            f"Several columns have the same name: {', '.join(double)}. Give each its own.",
            f"同じ見出しの列: {'、'.join(double)}。別々の名前にしてください。",
        )
    return names


def _records(path: Path, form: Form, reading: Reading) -> Iterator[Row]:
    return _sheet_records(path, reading.sheet) if form == "xlsx" else _text_records(path, reading)


def _text_records(path: Path, reading: Reading) -> Iterator[Row]:
    codec = encodings.codec(reading.encoding)
    # Bytes that the encoding does not have must not end the stream: they mark their own cell only.
    errors = "replace" if codec.startswith("utf-16") else "surrogateescape"
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=codec, errors=errors, newline="") as text:
        whole: list[bool] = []
        lines = csv.reader(_noting_the_end(text, whole), delimiter=reading.delimiter)
        number = 0
        while True:
            number += 1
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error:
                yield Row(number, (), "quote")
                continue
            # A record that only the end of the file ended has swallowed what followed a quote that nobody closed.
            yield Row(number, tuple(cells), "quote" if whole else "")


def _noting_the_end(lines: Iterable[str], whole: list[bool]) -> Iterator[str]:
    yield from lines
    whole.append(True)


def _sheet_records(path: Path, sheet: str) -> Iterator[Row]:
    found = _workbook(path).get_sheet_by_name(sheet)
    first = found.start[0] if found.start else 0
    for number, cells in enumerate(found.iter_rows(), first + 1):
        yield Row(number, tuple(map(_written, cells)))


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError):
        raise Refused(
            "broken",
            "This Excel file cannot be read: open and save it again.",
            "Excelファイルを読めません。開いて保存し直してください。",
        ) from None


def _no_sheet(name: str, sheets: Sequence[str]) -> Refused:
    return Refused(
        "no_sheet",
        f"There is no sheet “{name}”: the workbook has {', '.join(sheets)}.",
        f"シート「{name}」がありません。あるのは{'、'.join(sheets)}です。",
    )


def _written(cell: object) -> str:
    """A typed cell as text that every reader of texts reads back as the same thing."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _delimiter(sample: bytes, encoding: str, header: int) -> str:
    """The one that splits the first lines into the most cells, alike on every line."""
    text = sample.decode(encodings.codec(encoding), errors="replace")
    lines = text.splitlines()[max(header - 1, 0) : header + 20]
    return max(DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: Sequence[str], mark: str) -> tuple[float, int]:
    widths = []
    with suppress(csv.Error):  # a quote that nobody closed; what was read before it tells enough
        widths += [len(cells) for cells in csv.reader(lines, delimiter=mark) if cells]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
