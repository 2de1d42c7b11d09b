"""Exchange rates (為替レート) of month ends, one row for each month and currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from nenrin.ingest import rates
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import facts
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import ExchangeRate
from nenrin.values import Text

FIELDS = (
    Field("month", Text("Month", "対象月"), Type.MONTH, is_required=True, synonyms=("date", "period", "年月", "月", "月末", "日付")),
    Field("currency", Text("Currency", "通貨"), Type.KEY, is_required=True,
          synonyms=("from", "base", "通貨コード", "外貨"), limit=3),
    Field("rate", Text("Rate", "レート"), Type.NUMBER, is_required=True,
          synonyms=("exchange rate", "fx", "ttm", "為替レート", "月末レート", "仲値")),
    Field("into", Text("Into currency", "換算先の通貨"), Type.KEY, synonyms=("to", "quote", "換算通貨"), limit=3),
    Field("note", Text("Note", "備考"), synonyms=("memo", "source", "メモ", "出典"), limit=300),
)  # fmt: skip


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    notes = dict(ExchangeRate.objects.standing().values_list("key", "note"))
    drafts = [_told(record, context, notes) for record in records]
    manner = facts.manner(context) | {"namespace": rates.NAMESPACE}
    written = iter(rates.put([draft for draft in drafts if isinstance(draft, rates.Told)], **manner))
    return [
        draft if isinstance(draft, Result) else facts.result(record, next(written))
        for record, draft in zip(records, drafts, strict=True)
    ]


def _told(record: Record, context: Context, notes: Mapping[str, str]) -> rates.Told | Result:
    month, number = record.values["month"], record.values["rate"]
    assert isinstance(month, date)
    assert isinstance(number, Decimal)
    codes = {name: (record.text(name) or context.currency).upper() for name in ("currency", "into")}
    wrong, rate = rates.fault(month, codes["currency"], codes["into"], context.today), rates.plain(number)
    if wrong is not None:
        name, expected = wrong
        return refused(record, name, codes.get(name) or f"{month:%Y-%m}", expected)
    if rate is None:
        return refused(record, "rate", str(number), rates.RATE)
    note = record.text("note") or notes.get(rates.key(month, codes["currency"], codes["into"]), "")
    return rates.Told(month, codes["currency"], codes["into"], rate, note, record.known)


def _identity(record: Record) -> str:
    return "|".join(str(record.values.get(name) or "") for name in ("month", "currency", "into")).upper()


KIND = Kind(
    key="rates",
    name=Text("Exchange rates", "為替レート"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("month", "currency", "into"),
    put=_put,
    undo=facts.undoing(ExchangeRate, rates.retract, rates.restore),
)
