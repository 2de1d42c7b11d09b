"""Reading files as offices write them: encodings, delimiters, headers, numbers, dates."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from nenrin.foundation.spreadsheets import defused
from nenrin.ingest.files import dates, encodings, numerals, safety, tables
from nenrin.ingest.files.dates import Order
from nenrin.ingest.files.tables import Reading

TOKYO = ZoneInfo("Asia/Tokyo")
#: What only cp932 (not Shift JIS proper) has, and what all Japanese encodings have.
WINDOWS = "顧客番号,会社名\nA1,㈱髙橋①～－\nA2,湊川電設\n"
PLAIN = "顧客番号,会社名\nA1,株式会社高橋製作所\nA2,湊川電設のひなた\n"


def written(folder: Path, content: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (WINDOWS, "utf-8", "utf-8"),
        (WINDOWS, "utf-8-sig", "utf-8"),
        (WINDOWS, "cp932", "cp932"),
        (WINDOWS, "utf-16", "utf-16"),
        (WINDOWS, "utf-16-le", "utf-16-le"),
        (PLAIN, "cp932", "cp932"),
        (PLAIN, "euc_jp", "euc_jp"),
        (PLAIN, "iso2022_jp", "iso2022_jp"),
        ("name,town\nZoë,Ångström\n", "cp1252", "cp1252"),
        ("id,name\n1,高木\n", "euc_jp", "euc_jp"),
        ("id,name\n1,高木\n", "cp932", "cp932"),
    ],
)
def test_every_usual_encoding_is_told_from_the_bytes_and_the_text_comes_back(
    tmp_path: Path, text: str, encoding: str, found: str
) -> None:
    table = tables.opened(written(tmp_path, text.encode(encoding)))
    assert table.reading.encoding == found
    assert ",".join(table.header) == text.splitlines()[0]
    assert [",".join(row.cells) for row in table.rows()] == text.splitlines()[1:]


def test_a_character_cut_in_two_at_the_samples_end_does_not_change_the_verdict() -> None:
    sample = ("名前,値\n" + "髙橋,1\n" * 40_000).encode("cp932")
    for length in (encodings.SAMPLE_BYTES, encodings.SAMPLE_BYTES - 1):
        padded = b"x" * (encodings.SAMPLE_BYTES - length) + sample
        assert encodings.detect(padded[: encodings.SAMPLE_BYTES]).encoding == "cp932"


def test_bytes_that_are_not_of_the_encoding_mark_their_own_cell_only(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n1,高木\n2,".encode("cp932") + b"\x81\xff" + b"\n3,z\n")
    rows = list(tables.opened(path, Reading(encoding="cp932")).rows())
    assert [row.cells[0] for row in rows] == ["1", "2", "3"]
    assert rows[0].cells[1] == "高木"
    assert any(0xDC80 <= ord(character) <= 0xDCFF for character in rows[1].cells[1])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["id", "name, or so" if delimiter != "," else "name", "town"]) + "\n"
    table = tables.opened(written(tmp_path, (text + text.replace("id", "1")).encode()))
    assert table.reading.delimiter == delimiter
    assert len(table.header) == 3


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = written(tmp_path, '表題,,\n\nid,note\n1,"two\nlines"\n\n2,x\n'.encode())
    table = tables.opened(path, Reading(header=3))
    assert [(row.number, row.cells) for row in table.rows()] == [(4, ("1", "two\nlines")), (6, ("2", "x"))]


@pytest.mark.parametrize(
    ("header", "named"),
    [("id,電話,電話", "電話"), ("id,,name", "2"), (",".join(f"c{n}" for n in range(500)), "500")],
)
def test_a_header_that_does_not_name_each_column_once_is_refused_with_the_names(
    tmp_path: Path, header: str, named: str
) -> None:
    with pytest.raises(tables.BadHeader, match=named):
        tables.opened(written(tmp_path, f"{header}\n1,2,3\n".encode()))


def test_a_row_that_is_too_long_is_a_problem_and_a_short_one_is_not(tmp_path: Path) -> None:
    rows = list(tables.opened(written(tmp_path, b"a,b,c\n1,2,3,4\n1,2\n1,2,3,,\n")).rows())
    assert [bool(row.problem) for row in rows] == [True, False, False]
    assert rows[1].cells == ("1", "2", "")


def test_an_excel_sheet_reads_like_a_table_with_its_dates_as_dates(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("表紙")
        sheet = book.add_worksheet("顧客")
        sheet.write_row(0, 0, ["id", "since", "seats", "share"])
        sheet.write(1, 0, 7.0)
        sheet.write_datetime(1, 1, date(2024, 4, 1), book.add_format({"num_format": "yyyy/mm/dd"}))
        sheet.write_row(1, 2, [12, 0.5])
    table = tables.opened(path, Reading(sheet="顧客"))
    assert table.sheets == ("表紙", "顧客")
    assert [row.cells for row in table.rows()] == [("7", "2024-04-01", "12", "0.5")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf  \n",
        b"<!DOCTYPE html><p>x",
        b"\xef\xbb\xbf<svg xmlns='x'/>",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx",
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(safety.Refused):
        tables.opened(written(tmp_path, content))


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macro"),
        ("xl/externalLinks/externalLink1.xml", "external_link"),
        ("word/document.xml", None),
    ],
)
def test_workbooks_with_macros_or_links_are_refused(tmp_path: Path, part: str, code: str | None) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
        if code:
            archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(safety.Refused) as refused:
        tables.opened(path)
    assert refused.value.refusal.code == (code or "not_excel")


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "MAX_INFLATED_BYTES", 10_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(safety.Refused) as refused:
        tables.opened(path)
    assert refused.value.refusal.code == "bomb"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("１２３，４５６円", "123456"), ("¥1,234", "1234"), ("△1,234", "-1234"), ("▲５", "-5"), ("(1,234)", "-1234"), ("（８）", "-8"),
        ("1,234-", "-1234"), ("-0.5", "-0.5"), ("12.5%", "0.125"), ("50万", "500000"), ("1億", "100000000"), ("1e3", "1000"), (" 7 ", "7"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_offices_write_them(text: str, value: str) -> None:
    assert numerals.number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1,23", "abc", "1.2.3", "nan", "Infinity", "1 000,5", "12-34", "--5", "％", "円"])
def test_what_is_no_number_is_never_guessed(text: str) -> None:
    with pytest.raises(numerals.NotANumber):
        numerals.number(text)


def test_a_dash_alone_is_asked_about_and_never_zero_by_itself() -> None:
    for dash in ("-", "－", "―", "ー"):
        with pytest.raises(numerals.LonelyDash):
            numerals.number(dash)
        assert numerals.number(dash, dash="zero") == 0
        assert numerals.number(dash, dash="blank") is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_with_thousands_reads_back(value: Decimal) -> None:
    wide = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")
    assert numerals.number(f"{value:,.2f}") == numerals.number(f"{value:,.2f}".translate(wide)) == value


@pytest.mark.parametrize(
    "text",
    ["2024-04-01", "2024/4/1", "2024.4.1", "20240401", "2024年4月1日", "２０２４年４月１日", "R6.4.1", "r6/04/01", "令和6年4月1日", "令6.4.1",
     "Ｒ６．４．１", "2024-04-01T09:00:00+09:00", "2024/4/1 9:30", "2024年4月1日(月)", "H36.4.1"],
)  # fmt: skip
def test_dates_that_can_be_read_in_one_way_are_read(text: str) -> None:
    assert dates.day(text, zone=TOKYO) == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("text", "order"),
    [("4/1/2024", Order.MDY), ("1/4/2024", Order.DMY), ("24/4/1", Order.YMD), ("6.4.1", Order.ERA), ("45383", Order.EXCEL_1900),
     ("43921", Order.EXCEL_1904)],
)  # fmt: skip
def test_dates_that_could_be_several_need_a_choice(text: str, order: Order) -> None:
    with pytest.raises(dates.AmbiguousDate):
        dates.day(text)
    assert dates.day(text, order) == date(2024, 4, 1)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "R6.13.1", "令和0年1月1日", "tomorrow", "0001-01-01", "2024-4", "99999999"]
)
def test_what_is_no_date_is_never_guessed(text: str) -> None:
    with pytest.raises(dates.NotADate):
        dates.day(text)


def test_an_instant_counts_in_the_organisations_zone() -> None:
    assert str(dates.instant("2026-03-31T15:30:00Z", zone=TOKYO)) == "2026-03-31 15:30:00+00:00"
    assert dates.day("2026-03-31T15:30:00Z", zone=TOKYO) == date(2026, 4, 1)
    assert str(dates.instant("R8.4.1 0時30分", zone=TOKYO)) == "2026-03-31 15:30:00+00:00"


@given(st.dates(min_value=date(1989, 1, 8), max_value=date(2019, 4, 30)))
def test_every_day_of_heisei_reads_back(day: date) -> None:
    assert dates.day(f"H{day.year - 1988}.{day.month}.{day.day}") == day
    assert dates.day(f"平成{day.year - 1988}年{day.month}月{day.day}日") == day


@given(st.text(max_size=40))
def test_a_cell_that_an_export_guarded_comes_back_as_it_was(cell: str) -> None:
    read = tables.unguarded(cell)
    assert tables.unguarded(str(defused(read))) == read
