"""Files that nobody meant well, or that went through three programs: each is refused with a reason or accounted for
row by row; nothing escapes the import."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.ingest.files import safety, tables
from nenrin.ingest.files.fields import Type
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.mappings import BadMapping
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State
from tests.ingest.files_kit import counts, imported, run, uploaded

#: What an import may say instead of running: each with words for a person.
REFUSALS = (safety.Refused, tables.BadHeader, BadMapping)

NASTY = st.one_of(
    st.sampled_from(
        ["", " ", "　", "㈱髙島", "=1+1", "@SUM(A1)", "'=x", "R6.4.1", "R元年5月1日", "令和元年5月1日", "R99.13.40", "１２３",
         "1,234", "△5", "-", "NaN", "1e99", "９" * 40, "A1", "A1", "A2", "2026-01-01", "0000-00-00", "\x00", "a\x00b", "\ufeff",
         "\u202e", "\ufffd", "😀", "é" * 500, '"', '""', "a\nb", "a\rb", "true", "nps", "10", "urgent", "x@y.jp", "JPY",
         "9" * 400, "-0", "1/2/3", "45383", "￥1,200", "株式会社" * 60]
    ),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20).map(str),
)  # fmt: skip
#: What a good row says, so that some rows pass and stand beside the others.
GOOD = {
    Type.KEY: ("A1", "A2", "Ａ３"), Type.EMAIL: ("x@y.jp", "ｙ＠example.com"), Type.NUMBER: ("10", "１，０００"), Type.WHOLE: ("5", "３"),
    Type.MONEY: ("1000", "￥1,200"), Type.DATE: ("2026-01-01", "R6.4.1"), Type.INSTANT: ("2026-01-01 10:00",), Type.MONTH: ("2026-01",),
    Type.BOOL: ("はい", "no"), Type.TEXT: ("㈱髙島", "x"), Type.WORDS: ("a,b",),
}  # fmt: skip
CODECS = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "cp1252", "iso2022_jp")


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A kind and bytes that resemble a file of it: ragged, oddly encoded, cut, with bytes of chance in between."""
    kind = draw(st.sampled_from(sorted(set(KINDS) - {"events"})))
    names = [of.name.ja if draw(st.booleans()) else of.key for of in KINDS[kind].fields]
    header = draw(st.lists(st.sampled_from([*names, *names, "備考", ""]), min_size=0, max_size=8))
    if draw(st.booleans()):
        header = [*dict.fromkeys(filter(None, header)), *(of.key for of in KINDS[kind].fields if of.is_required)]
        header = list(dict.fromkeys(header))
    by_name = {name: of for of in KINDS[kind].fields for name in (of.key, of.name.ja)}
    good = [GOOD.get(by_name[n].type) or tuple(by_name[n].choices) if n in by_name else ("x",) for n in header]
    whole = st.tuples(*(st.sampled_from(values) for values in good)).map(list)
    rows = draw(
        st.lists(
            whole | whole | st.lists(NASTY, max_size=len(header) + 1),
            min_size=draw(st.sampled_from([0, 4])),
            max_size=8,
        )
    )
    text = io.StringIO()
    csv.writer(
        text, delimiter=draw(st.sampled_from(",\t;|")), lineterminator=draw(st.sampled_from(["\r\n", "\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    ).writerows([header, *rows])  # fmt: skip
    content = text.getvalue().encode(draw(st.sampled_from(CODECS)), errors="replace")
    if draw(st.booleans()):
        place = draw(st.integers(0, len(content)))
        content = content[:place] + draw(st.binary(max_size=6)) + content[place:]
    return kind, content


@pytest.mark.django_db
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files())
def test_whatever_comes_is_refused_with_a_reason_or_accounted_for_row_by_row(
    org: Organisation, at: datetime, file: tuple[str, bytes]
) -> None:
    kind, content = file
    imported("accounts", "key,name\nA1,㈱髙島\n", at)
    row = _taken(kind, content, at)
    if row is None:
        return
    assert row.state == State.DONE, row.problem
    assert row.rows_total == row.rows_done == sum(counts(row))
    assert row.rejects.count() == row.rejected
    assert row.rows.count() == row.created + row.updated
    again = _taken(kind, content, at)
    assert again is not None
    assert (again.created, again.rejected) == (0, row.rejected)


def _taken(kind: str, content: bytes, at: datetime) -> Import | None:
    try:
        return run(uploaded(kind, content, at), at)
    except REFUSALS as refusal:
        assert str(refusal)
        return None


@given(content=st.binary(max_size=300))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_bytes_of_chance_are_no_accident(org: Organisation, at: datetime, content: bytes) -> None:
    row = _taken("accounts", content, at)
    assert row is None or row.state == State.DONE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", None),
        (b"key,name\n", (0, 0, 0, 0)),
        (b"key,name\rA1,x\rA2,y\r", (2, 0, 0, 0)),  # CR alone, as old Macs write
        ("key,name\nA1,\ufeffx\n\ufeffA2,y\n".encode(), (2, 0, 0, 0)),  # files put together with their marks
        (b"key,key,name\nA1,A2,x\n", None),
        (b"key,name\nA1,x,y,z\nA2,b\n", (1, 0, 0, 1)),
        (b'key,name\nA0,a\nA1,"never closed\nA2,b\n', (1, 0, 0, 1)),
        (b"key,name\nA1," + b"x" * 140_000 + b"\nA2,b\n", (1, 0, 0, 1)),
        (b"key,name\nA1,a\x00b\nA2,b\n", (1, 0, 0, 1)),
    ],
)
def test_known_oddities(org: Organisation, at: datetime, content: bytes, expected: tuple[int, ...] | None) -> None:
    row = _taken("accounts", content, at)
    assert (counts(row) if row else None) == expected


def test_full_width_digits_company_marks_and_eras_of_a_japanese_crm(org: Organisation, at: datetime) -> None:
    text = "顧客番号,会社名,従業員数,契約開始日\r\nＣ１,㈱髙島,１，２３４,R6.4.1\r\nＣ２,②号店,△5,R元年5月1日\r\n"
    row = imported("accounts", text.encode("cp932"), at)
    assert counts(row) == (1, 0, 0, 1)
    made = Account.objects.get()
    assert (made.name, made.employees, made.customer_since) == ("㈱髙島", 1234, date(2024, 4, 1))
    assert row.rejects.get().problems[0]["value"] == "△5"


@pytest.mark.parametrize("megabytes", [700])
def test_a_workbook_that_unpacks_to_a_flood_is_refused_before_it_is_read(
    org: Organisation, at: datetime, megabytes: int
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(megabytes):
                sheet.write(b" " * 1_000_000)
    with pytest.raises(safety.Refused) as refused:
        uploaded("accounts", packed.getvalue(), at, name="bomb.xlsx")
    assert refused.value.refusal.text.ja
