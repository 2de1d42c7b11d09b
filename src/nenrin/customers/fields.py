"""The fields of accounts, contacts and subscriptions that a verb takes: label, cleaner, class. One table for pages,
files, API and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.customers import cleaning, metering
from nenrin.customers.cleaning import Cleaner
from nenrin.customers.errors import Fault
from nenrin.customers.statuses import DecisionRole, Stage, Status
from nenrin.foundation.permissions import FieldClass
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Field:
    label: Text
    clean: Cleaner
    field_class: FieldClass = FieldClass.INTERNAL


_P = FieldClass.PERSONAL

ACCOUNT: dict[str, Field] = {
    "name": Field(Text("Name", "顧客名"), cleaning.text(200, required=True), FieldClass.PUBLIC),
    "kana": Field(Text("Reading", "フリガナ"), cleaning.text(200), FieldClass.PUBLIC),
    "corporate_number": Field(Text("Corporate number", "法人番号"), cleaning.corporate_number, FieldClass.PUBLIC),
    "domain": Field(Text("Domain", "ドメイン"), cleaning.domain, FieldClass.PUBLIC),
    "industry": Field(Text("Industry", "業種"), cleaning.text(80), FieldClass.PUBLIC),
    "employees": Field(Text("Employees", "従業員数"), cleaning.whole(), FieldClass.PUBLIC),
    "prefecture": Field(Text("Prefecture", "都道府県"), cleaning.text(40), FieldClass.PUBLIC),
    "region": Field(Text("Region", "地域"), cleaning.text(40), FieldClass.PUBLIC),
    "status": Field(Text("Status", "状態"), cleaning.one_of(Status)),
    "stage": Field(Text("Stage", "ステージ"), cleaning.one_of(Stage)),
    "language": Field(Text("Language", "言語"), cleaning.language),
    "currency": Field(Text("Currency", "通貨"), cleaning.currency),
    "customer_since": Field(Text("Customer since", "契約開始"), cleaning.day),
    "lost_on": Field(Text("Lost on", "解約日"), cleaning.day),
    "lost_reason": Field(Text("Reason of loss", "解約理由"), cleaning.text(200)),
    "source": Field(Text("Source", "獲得経路"), cleaning.text(80)),
}

CONTACT: dict[str, Field] = {
    "name": Field(Text("Name", "氏名"), cleaning.text(120, required=True), _P),
    "kana": Field(Text("Reading", "フリガナ"), cleaning.text(120), _P),
    "title": Field(Text("Title", "役職"), cleaning.text(120), _P),
    "department": Field(Text("Department", "部署"), cleaning.text(120), _P),
    "phone": Field(Text("Phone", "電話"), cleaning.text(40), _P),
    "role": Field(Text("Role in the decision", "意思決定上の役割"), cleaning.one_of(DecisionRole)),
    "language": Field(Text("Language", "言語"), cleaning.language),
    "is_verified": Field(Text("Verified", "確認済み"), cleaning.flag),
    "left_on": Field(Text("Left on", "退任日"), cleaning.day),
}

SUBSCRIPTION: dict[str, Field] = {
    "signed_on": Field(Text("Signed on", "締結日"), cleaning.day),
    "starts_on": Field(Text("Starts on", "開始日"), cleaning.required_day),
    "ends_on": Field(Text("Renewal", "更新日"), cleaning.day),
    "term_months": Field(Text("Term (months)", "契約期間（月）"), cleaning.whole(1, 240, required=True)),
    "auto_renews": Field(Text("Auto-renewal", "自動更新"), cleaning.flag),
    "notice_months": Field(Text("Notice (months)", "予告期間（月）"), cleaning.whole(0, 36, required=True)),
    "notice_days": Field(Text("Notice (days)", "予告期間（日）"), cleaning.whole(0, 1100, required=True)),
    "notice_deadline": Field(Text("Notice deadline", "更新拒絶期限日"), cleaning.day),
    "currency": Field(Text("Currency", "通貨"), cleaning.currency),
    "mrr_minor": Field(
        Text("MRR", "MRR"), cleaning.whole(-cleaning.LARGEST_AMOUNT, cleaning.LARGEST_AMOUNT, required=True)
    ),
    "seats": Field(Text("Seats", "契約ライセンス数"), cleaning.whole(required=True)),
    "list_minor": Field(Text("List price", "定価"), cleaning.whole(0, cleaning.LARGEST_AMOUNT, required=True)),
    "discount_until": Field(Text("Discount until", "割引最終日"), cleaning.day),
    "committed_minor": Field(
        Text("Committed usage", "従量課金の最低利用額"), cleaning.whole(0, cleaning.LARGEST_AMOUNT, required=True)
    ),
    "metered": Field(Text("Metered usage", "従量課金"), metering.months),
    "billed_to": Field(Text("Billing ended on", "課金停止日"), cleaning.day),
    "is_ramp": Field(Text("Ramp deal", "段階契約"), cleaning.flag),
    "is_credit": Field(Text("Credit", "クレジット（減額）"), cleaning.flag),
}


def clean(table: Mapping[str, Field], given: Mapping[str, object]) -> tuple[dict[str, object], list[Fault]]:
    """What of `given` fits, and a fault for each that does not, unknown names included."""
    kept: dict[str, object] = {}
    faults = []
    for name, value in given.items():
        if name not in table:
            faults.append(Fault(name, Text("unknown field", "使えない項目"), value))
            continue
        try:
            kept[name] = table[name].clean(value)
        except cleaning.Wrong as wrong:
            faults.append(Fault(name, wrong.text, value))
    return kept, faults
