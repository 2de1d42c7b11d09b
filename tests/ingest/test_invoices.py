"""Invoices and hours from files: what was true when, what is refused, and what comes out of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nenrin.customers.models import Account, TouchModel
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import invoices
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.models import Cost, Effort, Invoice
from nenrin.values import Money
from tests.ingest.files_kit import counts, imported

ZONE, TODAY = ZoneInfo("Asia/Tokyo"), date(2026, 11, 24)
MANNER = {"namespace": "books", "by": SYSTEM, "zone": ZONE}


@pytest.fixture(autouse=True)
def account(org: Organisation, at: datetime) -> Account:
    imported("accounts", "key,name\nA1,東雲\n", at)
    return Account.objects.get()


def told(account: Account, **fields: object) -> invoices.Told:
    basics: dict[str, object] = {"key": "I1", "account": account.pk, "issued_on": date(2026, 9, 1),
                                 "amount": Money(110_000), "due_on": date(2026, 9, 30)}  # fmt: skip
    return invoices.Told(**basics | fields)  # type: ignore[arg-type]


def entries() -> list[tuple[str, date, str, int]]:
    rows = Entry.objects.filter(action__startswith="ingest.invoice.").order_by("pk")
    return [
        (row.action.split(".")[-1], row.valid_at.astimezone(ZONE).date(), row.particulars["fact"]["body"]["status"],
         row.particulars["fact"]["body"]["failed_payments"])
        for row in rows
    ]  # fmt: skip


def test_an_invoice_of_the_past_was_open_then_failed_and_then_was_paid(account: Account, at: datetime) -> None:
    one = told(account, paid_on=date(2026, 10, 20), failed_payments=2, failed_on=date(2026, 10, 5))
    invoices.put([one], at=at, knowing=Knowing("lag", TODAY, 1), **MANNER)
    assert entries() == [
        ("issued", date(2026, 9, 1), "open", 0),
        ("failed", date(2026, 10, 5), "open", 2),
        ("paid", date(2026, 10, 20), "paid", 0 + 2),
    ]
    rows = Entry.objects.filter(action__startswith="ingest.invoice.").order_by("pk")
    known = [row.particulars["fact"]["known_on"] for row in rows]
    assert known == ["2026-09-02", "2026-10-06", "2026-10-21"]


def test_a_payment_told_later_is_true_from_its_day_and_news_of_today(account: Account, at: datetime) -> None:
    invoices.put([told(account)], at=at, knowing=on_arrival(TODAY), **MANNER)
    [again] = invoices.put([told(account)], at=at, knowing=on_arrival(TODAY), **MANNER)
    assert again.outcome == "unchanged"
    paid = told(account, status="paid", paid_on=date(2026, 10, 20))
    invoices.put([paid], at=at + timedelta(hours=1), knowing=Knowing("lag", TODAY, 1), **MANNER)
    assert entries()[-1] == ("paid", date(2026, 10, 20), "paid", 0)
    assert "known_on" not in Entry.objects.filter(action="ingest.invoice.paid").get().particulars["fact"]


def test_an_invoice_file_of_an_accounting_system_is_read(account: Account, at: datetime) -> None:
    text = (
        "請求書番号,顧客番号,発行日,支払期限,入金日,請求金額,入金状況,決済失敗回数,品目\n"
        'INV-1,A1,2026/9/1,2026/9/30,2026/9/28,"110,000円",入金済,,スタンダード；追加ライセンス\n'
        "INV-2,A1,2026/10/1,2026/10/31,,110000,未入金,2,\n"
        "INV-3,A1,2026/10/1,2026/9/1,,110000,未入金,,\n"
        "INV-4,A1,2026/10/1,,,110000,支払済,,\n"
        ",A1,2026/10/1,,,5,,,\n"
    )
    row = imported("invoices", text, at)
    assert counts(row) == (2, 0, 0, 3)
    wrong = {reject.number: reject.problems[0]["column"] for reject in row.rejects.all()}
    assert [wrong[number] for number in sorted(wrong)] == ["支払期限", "入金日", "請求書番号"]
    first, second = Invoice.objects.order_by("number")
    assert (first.status, first.paid_on, first.minor) == ("paid", date(2026, 9, 28), 110_000)
    assert [line["text"] for line in first.lines] == ["スタンダード", "追加ライセンス"]
    assert (second.status, second.failed_payments) == ("open", 2)
    assert counts(imported("invoices", text, at)) == (0, 0, 2, 3)


def test_hours_and_costs_of_a_touch_model_are_known_by_its_name_and_no_other_is_taken(
    at: datetime, org: Organisation
) -> None:
    TouchModel.objects.create(key="high", name_en="High touch", name_ja="ハイタッチ", position=1)
    text = "月,区分,工数,担当者,タッチモデル\n2026年10月,CS,12.5,高橋,ハイタッチ\n2026-10,sales,8,営業部,\n2026-10,cs,1,高橋,なぞ\n"
    row = imported("efforts", text, at)
    assert counts(row) == (2, 0, 0, 1)
    assert set(Effort.objects.values_list("category", "minutes", "touch_model")) == {
        ("cs", 750, "high"),
        ("sales", 480, ""),
    }
    text = "月,区分,金額,タッチモデル\n2026年10月,CS,9000,ハイタッチ\n2026年10月,CS,5000,High touch\n"
    assert counts(imported("costs", text, at)) == (2, 0, 0, 0)


def test_costs_in_a_currency_that_there_is_not_are_refused(at: datetime) -> None:
    row = imported("costs", "月,区分,金額,通貨\n2026年10月,CS,9000,QQQ\n", at)
    assert row.rejects.get().problems[0]["column"] == "通貨"


def test_a_blank_cell_of_costs_and_hours_leaves_what_stands(at: datetime) -> None:
    for kind, amount, model in (("costs", "amount", Cost), ("efforts", "hours", Effort)):
        head = f"key,account_key,month,category,{amount},note,segment"
        imported(kind, f"{head}\nX1,A1,2026-04,sales,100,展示会,中堅\n", at)
        imported(kind, f"{head}\nX1,,2026-04,sales,120,,\n", at)
        row = model.objects.get(key="X1")
        assert (row.account.name, row.note, row.segment) == ("東雲", "展示会", "中堅")
        assert (row.minor if kind == "costs" else row.minutes / 60) == 120
