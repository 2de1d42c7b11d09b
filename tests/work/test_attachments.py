"""Files beside our work: what they are decides, not what they are called; where they lie nobody can guess."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nenrin.customers import accounts
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.work import attachments, file_kinds, tasks
from nenrin.work.models import Attachment, Task
from tests import cast

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE" + b"!$H+H*"


@pytest.fixture
def task(org: Organisation, at: datetime) -> Task:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    return tasks.open(account, "資料を送る", assignee=None, due_on=None, by=SYSTEM, at=at)


def office(part: str, *others: str, filler: int = 0, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for name in ("[Content_Types].xml", part, *others):
            archive.writestr(name, b"0" * filler or b"<x/>")
    return out.getvalue()


def kept(home: Path) -> list[Path]:
    return sorted((home / "media" / "attachments").glob("*"))


def test_a_file_is_kept_once_under_a_random_name(task: Task, at: datetime, home: Path) -> None:
    row = attachments.add(task, "../../etc/見積書.pdf", [PDF], by=SYSTEM, at=at)
    assert attachments.add(task, "見積書.pdf", [PDF[:5], PDF[5:]], by=SYSTEM, at=at) == row
    [file] = kept(home)
    assert (row.name, row.media_type, row.size) == ("見積書.pdf", "application/pdf", len(PDF))
    assert file.name == row.stored and len(row.stored) == 48 and "見積" not in str(file)
    assert file.stat().st_mode & 0o077 == 0 and file.read_bytes() == PDF
    entry = Entry.objects.get(action="work.attachment.added")
    assert entry.account == task.account_id and "見積" not in str(entry.particulars)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", SVG),
        ("drawing.png", SVG),
        ("drawing.txt", SVG),
        ("page.html", HTML),
        ("page.csv", HTML),
        ("page.pdf", HTML),
        ("notes.txt", b"\xef\xbb\xbf \n<HTML><body>"),
        ("virus.txt", EICAR),
        ("virus.pdf", PDF + b"x" * 3_000_000 + EICAR),
        ("program.exe", b"MZ\x90"),
        ("program.pdf", b"MZ\x90"),
        ("program.pdf.exe", PDF),
        ("archive.zip", office("xl/workbook.xml")),
        ("sheet.xlsx", office("word/document.xml")),
        ("macro.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("lzma.docx", office("word/document.xml", packed=zipfile.ZIP_LZMA)),
        ("parts.xlsx", office("xl/workbook.xml", *(f"xl/{n}.xml" for n in range(1_000)))),
        ("bomb.xlsx", office("xl/workbook.xml", filler=40_000_000)),
        ("binary.txt", b"\x00\x01\x02"),
        ("empty.pdf", b""),
        ("noending", PDF),
    ],
)
def test_what_may_harm_or_is_not_what_it_says_is_refused_and_nothing_stays(
    task: Task, at: datetime, home: Path, name: str, content: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        attachments.add(task, name, [content], by=SYSTEM, at=at)
    assert refused.value.faults[0].field == "file"
    assert kept(home) == [] and not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.PNG", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("議事録.txt", "議事録：更新に前向き".encode("cp932"), "text/plain"),
        ("表.csv", "顧客,金額\r\n東雲,1".encode(), "text/csv"),
        (
            "a.docx",
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_files_of_the_working_day_are_taken(task: Task, at: datetime, name: str, content: bytes, kind: str) -> None:
    assert attachments.add(task, name, [content], by=SYSTEM, at=at).media_type == kind


def test_too_large_a_file_is_refused_while_it_comes_in(task: Task, at: datetime, home: Path) -> None:
    chunks = ([PDF] + [b"x" * 1_000_000] * 22).__iter__()
    with pytest.raises(Refused):
        attachments.add(task, "large.pdf", chunks, by=SYSTEM, at=at)
    assert len(list(chunks)) > 0 and kept(home) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("....", "file"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_names_are_for_reading_only(given: str, shown: str) -> None:
    assert attachments.display_name(given) == shown


def test_a_removed_file_comes_back(task: Task, at: datetime) -> None:
    row = attachments.add(task, "a.pdf", [PDF], by=SYSTEM, at=at)
    attachments.remove(row, by=SYSTEM, at=at)
    attachments.remove(row, by=SYSTEM, at=at)
    attachments.restore(row, by=SYSTEM, at=at)
    assert attachments.path_of(row).exists()
    assert [e.action for e in Entry.objects.filter(action__startswith="work.attachment.").order_by("pk")] == [
        "work.attachment.added",
        "work.attachment.removed",
        "work.attachment.restored",
    ]
    attachments.remove(row, by=SYSTEM, at=at)
    assert attachments.step(at + timedelta(days=30)) == 0 and attachments.path_of(row).exists()
    assert attachments.step(at + timedelta(days=31)) == 1 and attachments.step(at + timedelta(days=31)) == 0
    assert not attachments.path_of(row).exists()
    with pytest.raises(Refused, match="deleted for good"):
        attachments.restore(row, by=SYSTEM, at=at)
    row.refresh_from_db()
    assert row.removed_at, "what cannot be opened is not shown"
    again = attachments.add(task, "a.pdf", [PDF], by=SYSTEM, at=at)
    assert again.pk != row.pk and attachments.path_of(again).read_bytes() == PDF
    assert len(file_kinds.ENDINGS) == len(set(file_kinds.ENDINGS))


def test_a_file_that_is_brought_back_while_the_bin_is_emptied_keeps_its_content(
    task: Task, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = attachments.add(task, "a.pdf", [PDF], by=SYSTEM, at=at)
    attachments.remove(row, by=SYSTEM, at=at)
    emptied, later = attachments._emptied, at + timedelta(days=31)

    def after_the_undo(key: int, now: datetime) -> int:
        attachments.restore(row, by=SYSTEM, at=now)
        return emptied(key, now)

    monkeypatch.setattr(attachments, "_emptied", after_the_undo)
    assert attachments.step(later) == 0 and attachments.path_of(row).read_bytes() == PDF
    row.refresh_from_db()
    assert row.removed_at is None and row.digest
