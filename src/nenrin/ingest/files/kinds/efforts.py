"""Hours (工数) by month, category and person, on one account or on nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from nenrin.ingest import efforts
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts, spent_on
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Effort
from nenrin.values import Text

#: Hours that one row may tell: a hundred people for a month.
MOST_HOURS = 75_000
FIELDS = (
    Field("key", Text("Entry number", "工数番号"), Type.KEY, synonyms=("id",)),
    *accounts_of.ACCOUNT_FIELDS,
    Field("month", Text("Month", "対象月"), Type.MONTH, is_required=True, synonyms=("date", "period", "年月", "月", "日付")),
    spent_on.CATEGORY,
    Field("hours", Text("Hours", "時間"), Type.NUMBER, is_required=True, synonyms=("time", "工数", "工数（時間）", "時間数", "作業時間")),
    Field("person", Text("Person or team", "担当者・チーム"), synonyms=("member", "name", "team", "担当", "担当者", "氏名", "チーム"), limit=120),
    *spent_on.FIELDS,
    Field("note", Text("Note", "備考"), synonyms=("memo", "description", "メモ", "摘要"), limit=300),
)  # fmt: skip

_PARTS = ("account_key", "corporate_number", "account_name", "month", "category", "person", "note")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    names, standing = spent_on.keys(records), facts.standing(Effort, records, context, _identity)

    def told(record: Record, account: int | None) -> efforts.Told | Result:
        there = standing.get(_identity(record))
        month, hours, on = record.values["month"], record.values["hours"], names.of(record, there)
        if isinstance(on, Result):
            return on
        assert isinstance(month, date)
        assert isinstance(hours, Decimal)
        if not 0 <= hours <= MOST_HOURS:
            return refused(record, "hours", str(hours), Text(f"hours from 0 to {MOST_HOURS}", f"0〜{MOST_HOURS}時間"))
        return efforts.Told(
            _identity(record), month, record.text("category"), minutes(hours), facts.cell(record, "person", there),
            facts.whose(record, account, there), note=facts.cell(record, "note", there), known=record.known, **on,
        )  # fmt: skip

    return facts.put(
        records, context, told, lambda rows: efforts.put(rows, **facts.manner(context)), needs_account=False
    )


def minutes(hours: Decimal) -> int:
    """Whole minutes, halves up.

    >>> minutes(Decimal("1.75"))
    105
    """
    return int((hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _identity(record: Record) -> str:
    return spent_on.identity(record, _PARTS)


KIND = Kind(
    key="efforts",
    name=Text("Hours", "工数"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", *_PARTS, *spent_on.PARTS),
    put=_put,
    undo=facts.undoing(Effort, efforts.retract, efforts.restore),
)
