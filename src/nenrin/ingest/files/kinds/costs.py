"""Costs (費用) by month and category, of one account or of nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nenrin.ingest import costs
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts
from nenrin.ingest.files.kinds.shape import Context, Kind, Result
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Cost
from nenrin.values import Money, Text

_CATEGORIES = {
    "acquisition": ("獲得", "新規獲得", "cac"),
    "marketing": ("マーケティング", "広告", "販促"),
    "sales": ("営業",),
    "cs": ("カスタマーサクセス", "customer success", "cs工数"),
    "support": ("サポート", "問い合わせ対応"),
    "infrastructure": ("インフラ", "サーバー", "hosting"),
    "other": ("その他",),
}
FIELDS = (
    Field("key", Text("Cost number", "費用番号"), Type.KEY, synonyms=("id", "伝票番号")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("month", Text("Month", "対象月"), Type.MONTH, is_required=True, synonyms=("date", "period", "年月", "月", "計上月", "日付")),
    Field("category", Text("Category", "区分"), Type.CHOICE, is_required=True, synonyms=("type", "種別", "科目", "費目"), choices=_CATEGORIES),
    Field("amount", Text("Amount", "金額"), Type.MONEY, is_required=True, synonyms=("cost", "費用", "コスト", "税抜金額")),
    Field("currency", Text("Currency", "通貨"), Type.KEY, limit=3),
    Field("note", Text("Note", "備考"), synonyms=("memo", "description", "メモ", "摘要"), limit=300),
)  # fmt: skip

_PARTS = ("account_key", "corporate_number", "account_name", "month", "category", "note")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    def told(record: Record, account: int | None) -> costs.Told:
        month, amount = record.values["month"], record.values["amount"]
        assert isinstance(month, date)
        assert isinstance(amount, Decimal)
        money = Money.of(amount, (record.text("currency") or context.currency).upper())
        return costs.Told(
            _identity(record),
            month,
            record.text("category"),
            money,
            account,
            record.text("note"),
            record.known,
        )

    return facts.put(records, context, told, lambda rows: costs.put(rows, **facts.manner(context)), needs_account=False)


def _identity(record: Record) -> str:
    """The file's own number; without one, an account has one amount a month and category."""
    return record.text("key") or "|".join(str(record.values.get(part) or "") for part in _PARTS)[:200]


KIND = Kind(
    key="costs",
    name=Text("Costs", "費用"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", *_PARTS),
    put=_put,
    undo=facts.undoing(Cost, costs.retract, costs.restore),
)
