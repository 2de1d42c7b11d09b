"""Subscriptions (契約): signed or changed by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from nenrin.customers import products, subscription_rows, subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Plan, Product, Subscription
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, customers
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Kind, Result
from nenrin.ingest.files.records import Record
from nenrin.values import Money, Text

FIELDS = (
    Field("key", Text("Subscription key", "契約キー"), Type.KEY, is_required=True,
          synonyms=("id", "subscription", "subscription id", "contract id", "contract number", "契約ID", "契約番号", "契約No", "受注番号")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("product", Text("Product", "製品"), synonyms=("製品名", "サービス名", "サービス"), limit=120),
    Field("plan", Text("Plan", "プラン"), synonyms=("plan name", "プラン名", "商品名", "契約プラン"), limit=80),
    Field("signed_on", Text("Signed on", "締結日"), Type.DATE, synonyms=("契約締結日", "受注日", "申込日")),
    Field("starts_on", Text("Starts on", "開始日"), Type.DATE, is_required=True,
          synonyms=("start", "start date", "start_date", "starts", "contract start", "contract_start", "contract start date",
                    "contract_start_date", "subscription start date", "subscription_start_date", "契約開始日", "契約開始", "契約期間開始日",
                    "利用開始日", "利用開始", "契約日", "課金開始日")),
    Field("ends_on", Text("Renewal", "更新日"), Type.DATE, synonyms=("renewal date", "renewal_date", "renews on", "契約更新日", "次回更新日")),
    Field("last_day", Text("Last day of the term", "契約満了日"), Type.DATE,
          synonyms=("end", "end date", "end_date", "contract end", "contract_end", "contract end date", "contract_end_date",
                    "subscription end date", "subscription_end_date", "expires", "expiry date", "expiry_date", "契約終了日", "契約終了",
                    "契約満了", "契約期間終了日", "満了日", "有効期限")),
    Field("term_months", Text("Term (months)", "契約期間（月）"), Type.WHOLE, synonyms=("term", "months", "契約期間", "契約月数")),
    Field("auto_renews", Text("Auto-renewal", "自動更新"), Type.BOOL, synonyms=("auto renew", "自動更新有無")),
    Field("notice_months", Text("Notice (months)", "予告期間（月）"), Type.WHOLE, synonyms=("予告月数",)),
    Field("notice_days", Text("Notice (days)", "予告期間（日）"), Type.WHOLE, synonyms=("予告日数",)),
    Field("notice_deadline", Text("Notice deadline", "更新拒絶期限日"), Type.DATE, synonyms=("解約申出期限", "更新拒絶期限", "解約予告期限")),
    Field("currency", Text("Currency", "通貨"), Type.KEY, limit=3),
    Field("mrr", Text("Monthly amount (MRR)", "月額（MRR）"), Type.MONEY, synonyms=("mrr", "monthly", "monthly fee", "price", "月額", "月額料金", "月額利用料", "金額")),
    Field("arr", Text("Yearly amount (ARR)", "年額（ARR）"), Type.MONEY, synonyms=("arr", "annual", "annual fee", "acv", "年額", "年間利用料", "年額料金")),
    Field("total", Text("Amount of the whole term", "契約総額"), Type.MONEY, synonyms=("tcv", "contract value", "契約金額", "総額")),
    Field("seats", Text("Seats", "契約ライセンス数"), Type.WHOLE, synonyms=("licences", "licenses", "users", "ライセンス数", "ID数", "契約ID数", "アカウント数", "席数")),
    Field("list_mrr", Text("List price a month", "定価（月額）"), Type.MONEY, synonyms=("list price", "full price", "定価", "割引前月額", "割引前の月額")),
    Field("discount_until", Text("Discount until (last day)", "割引最終日"), Type.DATE, synonyms=("discount ends", "coupon until", "割引終了日", "割引期限")),
    Field("committed", Text("Committed usage a month", "従量課金の最低利用額（月額）"), Type.MONEY, synonyms=("minimum commitment", "committed amount", "最低利用額", "最低利用料金")),
    Field("billed_to", Text("Billing ended on", "課金停止日"), Type.DATE, synonyms=("billing end", "billing ended")),
    Field("is_ramp", Text("Ramp deal", "段階契約"), Type.BOOL, synonyms=("ramp", "段階的契約")),
    Field("is_credit", Text("Credit", "クレジット（減額）"), Type.BOOL, synonyms=("is credit", "減額")),
    Field("noticed_on", Text("Notice given", "予告日"), Type.DATE, synonyms=("解約申出日", "解約予告日")),
    Field("ended_on", Text("Ended on", "終了日"), Type.DATE, synonyms=("cancelled on", "churn date", "churn_date", "cancellation date", "cancellation_date", "解約日")),
    Field("end_reason", Text("Reason of the end", "終了理由"), synonyms=("churn reason", "解約理由")),
)  # fmt: skip
_PLAIN = ("signed_on", "starts_on", "ends_on", "term_months", "auto_renews", "notice_months", "notice_days", "notice_deadline",
          "seats", "discount_until", "billed_to", "is_ramp", "is_credit", "noticed_on", "ended_on", "end_reason")  # fmt: skip
_AMOUNTS = {"list_mrr": "list_minor", "committed": "committed_minor"}
EDITS = tuple(
    f"customers.subscription.{verb}" for verb in ("changed", "repriced", "noticed", "reprieved", "ended", "archived")
)


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    accounts = accounts_of.of_rows(records, context.namespace)
    stand = subscriptions.find_many((context.namespace, record.text("key")) for record in records)
    back = _brought_back(stand.values(), context)
    plans = _plans(records, context)
    drafts = [_draft(record, accounts, plans, context) for record in records]
    rows = [draft for draft in drafts if not isinstance(draft, Result)]
    outcomes = iter(
        customers.written(
            rows,
            lambda some: subscriptions.put_many(some, by=context.by, at=context.at),
            is_known=lambda row: (row.namespace, row.key) in stand,
        )
    )
    return [
        draft if isinstance(draft, Result) else _result(record, next(outcomes), back, context)
        for record, draft in zip(records, drafts, strict=True)
    ]


def _brought_back(stand: Iterable[Subscription], context: Context) -> set[int]:
    """Subscriptions that an undo had archived come back when they are imported again."""
    shelved = [row for row in stand if row.archived_at]
    ids = {row.pk for row in shelved}
    subscriptions.restore_many(sorted(ids), by=context.by, at=context.at)
    return ids


def _plans(records: Sequence[Record], context: Context) -> dict[str, Plan]:
    """The plans that rows name, by key and by name; one that nobody knows yet is added to its product."""
    standing = Plan.objects.filter(archived_at__isnull=True).select_related("product")
    plans = {name: plan for plan in standing for name in (plan.name, plan.key)}
    for record in records:
        name = record.text("plan")
        if name and name not in plans:
            own = record.text("product") or "product"
            product = Product.objects.filter(Q(key=own) | Q(name=own)).first()
            product = product or products.save(own, name=own, by=context.by, at=context.at)
            plans[name] = products.save_plan(name, product=product, name=name, by=context.by, at=context.at)
    return plans


def _draft(
    record: Record, accounts: accounts_of.Accounts, plans: dict[str, Plan], context: Context
) -> subscriptions.Row | Result:
    account = accounts.of(record)
    if isinstance(account, Result):
        return account
    fields: dict[str, object] = {name: value for name in _PLAIN if (value := record.values.get(name)) is not None}
    if wanted := record.text("plan"):
        fields["plan"] = plans[wanted]
    _last_day(record, fields)
    currency = (record.text("currency") or context.currency).upper()
    fields["currency"] = currency
    if (price := _monthly(record, currency)) is not None:
        fields["mrr_minor"] = price
    for column, name in _AMOUNTS.items():
        if isinstance(amount := record.values.get(column), Decimal):
            fields[name] = Money.of(amount, currency).minor
    start = fields["starts_on"]
    known = context.knowing.on(start, record.known) if isinstance(start, date) else None
    return subscriptions.Row(
        account=account, fields=fields, namespace=context.namespace, key=record.text("key"), known_on=known
    )


def _last_day(record: Record, fields: dict[str, object]) -> None:
    """Contracts name their last day; terms here end on the day after it."""
    last = record.values.get("last_day")
    if isinstance(last, date) and "ends_on" not in fields:
        fields["ends_on"] = date.fromordinal(last.toordinal() + 1)


def _monthly(record: Record, currency: str) -> int | None:
    """Minor units a month: as given, a twelfth of a year, or the whole by the months of the term (never by days)."""
    months = record.values.get("term_months") or 12
    for name, divisor in (("mrr", 1), ("arr", 12), ("total", months)):
        amount = record.values.get(name)
        if isinstance(amount, Decimal) and isinstance(divisor, int):
            return Money.of(amount / divisor, currency).minor
    return None


def _result(record: Record, outcome: subscriptions.Outcome | Refused, back: set[int], context: Context) -> Result:
    if isinstance(outcome, Refused):
        return customers.refusal(record, outcome.faults, context)
    row, before = outcome.subscription, customers.storable(outcome.before)
    if outcome.happened == "signed" or row.pk in back:
        return Result(record.number, "created", row.pk, row.version)
    return Result(
        record.number,
        "updated" if outcome.happened == "changed" else "unchanged",
        row.pk,
        row.version,
        before,
    )


def _undo(footprints: Sequence[Footprint], context: Context) -> Kept:
    """Archive what was signed, put back what was changed; what others changed since stays."""
    ids = [step.subject for step in footprints]

    def put_back(step: Footprint) -> None:
        row = Subscription.objects.get(pk=step.subject)
        subscriptions.change(row, by=context.by, at=context.at, **_as_before(step.before))

    return customers.taken_back(
        footprints,
        customers.edited_since(EDITS, ids, context, "subscription"),
        archive=lambda some: subscriptions.archive_many(some, by=context.by, at=context.at),
        put_back=put_back,
    )


def _as_before(before: Mapping[str, object]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: was for name, was in before.items() if name in subscription_rows.TABLE}
    if "plan" in before:
        fields["plan"] = Plan.objects.filter(pk=str(before["plan"])).first() if before["plan"] else None
    return fields


KIND = Kind(
    key="subscriptions",
    name=Text("Subscriptions", "契約"),
    fields=FIELDS,
    identity=lambda record: record.text("key"),
    identity_fields=("key",),
    put=_put,
    undo=_undo,
)
