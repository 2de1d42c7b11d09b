"""Invoices (請求書) from a billing or accounting system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nenrin.customers.currencies import CURRENCIES
from nenrin.ingest import invoices
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Problem, Record
from nenrin.ingest.models import Invoice
from nenrin.values import Money, Text

_STATUSES = {
    "open": (
        "未払い",
        "未払",
        "未入金",
        "unpaid",
        "請求中",
        "未回収",
        "past_due",
        "past due",
        "overdue",
        "滞納",
        "延滞",
    ),
    "paid": ("支払い済み", "支払済", "支払済み", "入金済", "入金済み", "回収済", "完済", "settled"),
    "void": ("取消", "取り消し", "無効", "キャンセル", "cancelled", "canceled", "voided"),
    "uncollectible": ("回収不能", "貸倒", "貸し倒れ", "written off", "bad debt"),
}
FIELDS = (
    Field("key", Text("Invoice key", "請求キー"), Type.KEY, synonyms=("id", "invoice id", "invoice_id", "請求ID")),
    Field("number", Text("Invoice number", "請求書番号"), Type.KEY,
          synonyms=("invoice", "invoice no", "invoice_number", "no", "請求番号", "伝票番号", "請求書No"), limit=100),
    *accounts_of.ACCOUNT_FIELDS,
    Field("issued_on", Text("Issued on", "発行日"), Type.DATE, is_required=True,
          synonyms=("date", "issued", "issue date", "invoice date", "created", "請求日", "請求書日付", "日付")),
    Field("due_on", Text("Due on", "支払期限"), Type.DATE,
          synonyms=("due", "due date", "due_date", "支払期日", "入金予定日", "期日", "支払予定日")),
    Field("paid_on", Text("Paid on", "支払日"), Type.DATE, synonyms=("paid", "paid at", "paid_at", "payment date", "入金日")),
    Field("amount", Text("Amount", "金額"), Type.MONEY, is_required=True,
          synonyms=("total", "amount due", "請求金額", "請求額", "合計", "税込金額", "合計金額")),
    Field("currency", Text("Currency", "通貨"), Type.KEY, limit=3),
    Field("status", Text("Status", "状態"), Type.CHOICE, synonyms=("state", "ステータス", "入金状況", "支払状況"), choices=_STATUSES),
    Field("failed_payments", Text("Failed payments", "支払い失敗回数"), Type.WHOLE,
          synonyms=("attempts failed", "failed attempts", "失敗回数", "決済失敗回数")),
    Field("failed_on", Text("Last failed on", "最終失敗日"), Type.DATE, synonyms=("last failure", "決済失敗日")),
    Field("lines", Text("Lines", "明細"), Type.WORDS, synonyms=("items", "description", "品目", "内容", "摘要", "件名"), limit=500),
)  # fmt: skip
_MOST_FAILURES = 1000


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    standing = facts.standing(Invoice, records, context, _identity)

    def told(record: Record, account: int) -> invoices.Told | Result:
        there = standing.get(_identity(record))
        if not _identity(record):
            return refused(
                record, "number", "", Text("the number or the key of the invoice", "請求書番号または請求キー")
            )
        currency = facts.cell(record, "currency", there, context.currency).upper()
        if currency not in CURRENCIES:
            return refused(record, "currency", currency, Text("a currency such as JPY", "JPYなどの通貨コード"))
        return _told(record, account, currency, there)

    return facts.put(records, context, told, lambda rows: invoices.put(rows, **facts.manner(context)))


def _told(record: Record, account: int, currency: str, there: Invoice | None) -> invoices.Told | Result:
    issued, amount = record.values["issued_on"], record.values["amount"]
    assert isinstance(issued, date)
    assert isinstance(amount, Decimal)
    found = invoices.Told(
        key=_identity(record),
        account=account,
        issued_on=issued,
        amount=Money.of(amount, currency),
        number=facts.cell(record, "number", there),
        due_on=facts.cell(record, "due_on", there, None),
        paid_on=_paid_on(record, there),
        status=_status(record, there),
        failed_payments=min(facts.cell(record, "failed_payments", there, 0), _MOST_FAILURES),
        failed_on=facts.cell(record, "failed_on", there, None),
        lines=_lines(record, there),
        known=record.known,
    )
    faults = invoices.faults(found)
    problems = tuple(Problem(name, str(record.values.get(name) or ""), expected) for name, expected in faults.items())
    return Result(record.number, "rejected", problems=problems) if problems else found


def _paid_on(record: Record, there: Invoice | None) -> date | None:
    """A blank day of payment leaves the one there is, unless the row says that it is not paid after all."""
    if record.text("status") not in ("", "paid"):
        there = None
    day: date | None = facts.cell(record, "paid_on", there, None)
    return day


def _status(record: Record, there: Invoice | None) -> str:
    """A day of payment alone says that it is paid; nothing at all leaves it as it was."""
    stands = there.status if there and not record.values.get("paid_on") else ""
    return record.text("status") or stands


def _lines(record: Record, there: Invoice | None) -> tuple[invoices.Line, ...]:
    words = record.values.get("lines")
    if isinstance(words, list) and words:
        return tuple(invoices.Line(str(word)) for word in words)
    return tuple(invoices.Line(line["text"], line["minor"]) for line in there.lines) if there else ()


def _identity(record: Record) -> str:
    return record.text("key") or record.text("number")


KIND = Kind(
    key="invoices",
    name=Text("Invoices", "請求書"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", "number"),
    put=_put,
    undo=facts.undoing(Invoice, invoices.retract, invoices.restore),
)
