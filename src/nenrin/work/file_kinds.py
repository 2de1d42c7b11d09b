"""Which files may lie beside our work: by what their bytes are, never by what they are called alone."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nenrin.values import Text

_OFFICE: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_OPENXML: Final = "application/vnd.openxmlformats-officedocument."
MAX_INFLATED: Final = 300 * 1024 * 1024
MAX_PARTS: Final = 1000
MAX_RATIO: Final = 100
#: Ways of packing that Office writes; others are asked of no library that may fail in its own way.
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK: Final = 1 << 20
_MARKUP: Final = (
    b"<!doctype",
    b"<html",
    b"<svg",
    b"<?xml",
    b"<script",
    b"<head",
    b"<body",
    b"<table",
    b"<meta",
    b"<iframe",
)
#: Taken apart, so that this source is not itself found by a scanner.
_TEST_VIRUS: Final = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its names' endings, its media type, and whether these bytes are one."""

    endings: tuple[str, ...]
    media_type: str
    fits: Callable[[Path, bytes], bool]


class Harmful(ValueError):
    """This file is not taken: send it as PDF, picture, Office file without macros, or plain text."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def kind_of(path: Path, name: str) -> FileKind:
    """The kind of this file. Raises Harmful for one that is not on the list, is not what its name says, or may do harm."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = next((each for each in KINDS if ending in each.endings), None)
    if kind is None:
        raise Harmful(_NOT_LISTED)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Harmful(Text("The file is empty.", "ファイルが空です。"))
    if not kind.fits(path, head):
        said = ending.upper()
        raise Harmful(Text(f"This is not a {said} file, whatever its name says.", f"{said}ファイルではありません。"))
    if _holds(path, _TEST_VIRUS):
        raise Harmful(
            Text("A virus scanner's test pattern is in this file.", "ウイルス検査用のパターンを含んでいます。")
        )
    return kind


def _begins(*signatures: bytes) -> Callable[[Path, bytes], bool]:
    return lambda path, head: head.startswith(signatures)


def _is_webp(path: Path, head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_text(path: Path, head: bytes) -> bool:
    """Readable as UTF-8, UTF-16 or CP932, without control characters, and no markup that a browser would run."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if start.startswith(_MARKUP) or b"<script" in start:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head and any(_decodes(head, encoding) for encoding in ("utf-8", "cp932", "iso2022_jp"))


def _decodes(head: bytes, encoding: str) -> bool:
    """Up to three bytes of a character cut off at the end do not count."""
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_office(part: str) -> Callable[[Path, bytes], bool]:
    def fits(path: Path, head: bytes) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return _is_safe(archive, part)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError):
            return False

    return fits


def _is_safe(archive: zipfile.ZipFile, part: str) -> bool:
    """The part that makes it what it is; no macros; unpacked without keeping, no more than the limits."""
    names = [info.filename.lower() for info in archive.infolist()]
    if part not in names or len(names) > MAX_PARTS:
        return False
    if any(info.compress_type not in _PACKED for info in archive.infolist()):
        return False
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        return False
    packed = sum(info.compress_size for info in archive.infolist()) or 1
    seen = 0
    for info in archive.infolist():
        with archive.open(info) as content:
            while chunk := content.read(_CHUNK):
                seen += len(chunk)
                if seen > MAX_INFLATED or (seen > 10 * _CHUNK and seen > packed * MAX_RATIO):
                    return False
    return True


def _holds(path: Path, pattern: bytes) -> bool:
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if pattern in before + chunk:
                return True
            before = chunk[-len(pattern) :]
    return False


KINDS: Final = (
    FileKind(("pdf",), "application/pdf", _begins(b"%PDF-")),
    FileKind(("png",), "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    FileKind(("jpg", "jpeg"), "image/jpeg", _begins(b"\xff\xd8\xff")),
    FileKind(("gif",), "image/gif", _begins(b"GIF87a", b"GIF89a")),
    FileKind(("webp",), "image/webp", _is_webp),
    FileKind(("docx",), _OPENXML + "wordprocessingml.document", _is_office(_OFFICE["docx"])),
    FileKind(("xlsx",), _OPENXML + "spreadsheetml.sheet", _is_office(_OFFICE["xlsx"])),
    FileKind(("pptx",), _OPENXML + "presentationml.presentation", _is_office(_OFFICE["pptx"])),
    FileKind(("txt", "md", "log"), "text/plain", _is_text),
    FileKind(("csv", "tsv"), "text/csv", _is_text),
    FileKind(("ics",), "text/calendar", _is_text),
)
ENDINGS: Final = tuple(ending for kind in KINDS for ending in kind.endings)
_NOT_LISTED = Text(
    f"Files of this kind are not taken. Taken are: {', '.join(ENDINGS)}.",
    f"この種類のファイルは添付できません。添付できるのは {', '.join(ENDINGS)} です。",
)
