"""Costs (費用) by month and category, of one account or of nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nenrin.customers.currencies import CURRENCIES
from nenrin.ingest import costs
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts, spent_on
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Cost
from nenrin.values import Money, Text

FIELDS = (
    Field("key", Text("Cost number", "費用番号"), Type.KEY, synonyms=("id", "伝票番号")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("month", Text("Month", "対象月"), Type.MONTH, is_required=True, synonyms=("date", "period", "年月", "月", "計上月", "日付")),
    spent_on.CATEGORY,
    Field("amount", Text("Amount", "金額"), Type.MONEY, is_required=True, synonyms=("cost", "費用", "コスト", "税抜金額")),
    Field("currency", Text("Currency", "通貨"), Type.KEY, limit=3),
    *spent_on.FIELDS,
    Field("note", Text("Note", "備考"), synonyms=("memo", "description", "メモ", "摘要"), limit=300),
)  # fmt: skip

_PARTS = ("account_key", "corporate_number", "account_name", "month", "category", "note")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    names, standing = spent_on.keys(records), facts.standing(Cost, records, context, _identity)

    def told(record: Record, account: int | None) -> costs.Told | Result:
        there = standing.get(_identity(record))
        month, amount, on = record.values["month"], record.values["amount"], names.of(record, there)
        currency = facts.cell(record, "currency", there, context.currency).upper()
        if isinstance(on, Result):
            return on
        if currency not in CURRENCIES:
            return refused(record, "currency", currency, Text("a currency such as JPY", "JPYなどの通貨コード"))
        assert isinstance(month, date)
        assert isinstance(amount, Decimal)
        money, note = Money.of(amount, currency), facts.cell(record, "note", there)
        account = facts.whose(record, account, there)
        return costs.Told(_identity(record), month, record.text("category"), money, account, note, record.known, **on)

    return facts.put(records, context, told, lambda rows: costs.put(rows, **facts.manner(context)), needs_account=False)


def _identity(record: Record) -> str:
    return spent_on.identity(record, _PARTS)


KIND = Kind(
    key="costs",
    name=Text("Costs", "費用"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", *_PARTS, *spent_on.PARTS),
    put=_put,
    undo=facts.undoing(Cost, costs.retract, costs.restore),
)
