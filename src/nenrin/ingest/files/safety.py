"""Is this file what it says it is, and can it be opened without harm?"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nenrin.values import Text

Form = Literal["csv", "xlsx"]

#: What an Excel file may become when unpacked; a workbook of 100,000 rows is about 60 MB.
MAX_INFLATED_BYTES = 600 * 1024 * 1024
MAX_PARTS = 5000
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<head", b"<body", b"<table", b"<meta")
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"MZ",
    b"\x7fELF",
    b"PAR1",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    text: Text


class Refused(ValueError):
    """This file cannot be taken in as it is; the refusal says why and what to do instead."""

    def __init__(self, code: str, en: str, ja: str) -> None:
        super().__init__(en)
        self.refusal = Refusal(code, Text(en, ja))


def form_of(path: Path) -> Form:
    """ "csv" or "xlsx", from the content and not the name. Raises Refused for anything else, or anything harmful."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0"):
        raise Refused("empty", "The file is empty.", "ファイルが空です。")
    if head.startswith(b"PK\x03\x04"):
        _check_workbook(path)
        return "xlsx"
    _check_text(head)
    return "csv"


def _check_text(head: bytes) -> None:
    if head.startswith(_OLE):
        raise Refused(
            "old_excel",
            "This is an old Excel file (.xls) or a protected one: save it as .xlsx without a password, or as CSV.",
            "旧形式（.xls）またはパスワード付きのExcelファイルです。パスワードなしの.xlsxかCSVで保存し直してください。",
        )
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if start.startswith(_MARKUP):
        raise Refused(
            "markup",
            "This is a web page or a drawing (HTML, SVG, XML), not a table: export it as CSV or .xlsx.",
            "表ではなくHTML・SVG・XMLです。CSVか.xlsxで書き出してください。",
        )
    if head.startswith(_BINARY):
        raise Refused(
            "not_a_table",
            "This is not a CSV or Excel file: export the table as CSV or .xlsx.",
            "CSVでもExcelでもありません。表をCSVか.xlsxで書き出してください。",
        )


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError):
        raise Refused(
            "broken",
            "This Excel file is damaged: open and save it again.",
            "Excelファイルが壊れています。開いて保存し直してください。",
        ) from None


def _check_parts(archive: zipfile.ZipFile) -> None:
    names = [part.filename.lower() for part in archive.infolist()]
    if "xl/workbook.xml" not in names:
        raise Refused(
            "not_excel",
            "This is a ZIP file, not an .xlsx workbook: unpack it first.",
            "ZIPファイルです。展開してから取り込んでください。",
        )
    if any("vbaproject" in name or name.startswith("xl/macrosheets") or name.endswith(".bas") for name in names):
        raise Refused(
            "macro",
            "This workbook has macros: save it as .xlsx without them.",
            "マクロを含んでいます。マクロなしの.xlsxで保存し直してください。",
        )
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Refused(
            "external_link",
            "This workbook links to other files: paste the values and save it again.",
            "他のファイルへの参照を含んでいます。値として貼り付けて保存し直してください。",
        )
    _check_size(archive)


def _check_size(archive: zipfile.ZipFile) -> None:
    """Unpack without keeping, up to the limit: what a ZIP says of its own sizes can be a lie."""
    seen = 0
    if len(archive.infolist()) > MAX_PARTS:
        raise _too_big()
    for part in archive.infolist():
        with archive.open(part) as content:
            while chunk := content.read(_CHUNK):
                seen += len(chunk)
                if seen > MAX_INFLATED_BYTES:
                    raise _too_big()


def _too_big() -> Refused:
    limit = MAX_INFLATED_BYTES // (1024 * 1024)
    return Refused(
        "bomb",
        f"This workbook unpacks to more than {limit} MB: export the table as CSV.",
        f"展開すると{limit} MBを超えます。CSVで書き出してください。",
    )
