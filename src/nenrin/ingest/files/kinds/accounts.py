"""Accounts (顧客): opened or changed by key, with custom attributes, further keys, tags and a parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from nenrin.customers import accounts, attributes
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AttributeField, Contact, Subscription
from nenrin.customers.statuses import AttributeKind, Stage, Status
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import customers
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.values import Text

_STATUSES = {
    Status.PROSPECT: ("見込み客", "見込み", "lead", "リード", "商談中"),
    Status.CUSTOMER: ("契約中", "顧客", "active", "利用中", "既存", "取引中"),
    Status.LOST: ("解約済み", "解約", "churned", "cancelled", "取引終了", "退会"),
    Status.INTERNAL_TEST: ("社内", "テスト", "test", "internal"),
}
_STAGES = {
    Stage.AWARENESS: ("認知", "検討"),
    Stage.CONTRACT: ("契約手続き", "契約準備"),
    Stage.ONBOARDING: ("導入", "オンボーディング", "導入中"),
    Stage.ADOPTION: ("活用", "活用促進", "運用中"),
    Stage.EXPANSION: ("拡大",),
    Stage.ADVOCACY: ("推奨・紹介", "推奨", "紹介"),
}
FIELDS = (
    Field("key", Text("Account key", "顧客キー"), Type.KEY, is_required=True,
          synonyms=("id", "account", "account id", "account_id", "customer id", "customerid", "company id", "external id", "group id",
                    "顧客ID", "顧客番号", "顧客コード", "取引先ID", "取引先コード", "取引先番号", "会社ID", "企業ID", "企業コード", "会員番号")),
    Field("name", Text("Name", "顧客名"),
          synonyms=("company", "company name", "account name", "organization", "会社名", "企業名", "取引先名", "法人名", "社名", "得意先名", "名称")),
    Field("kana", Text("Reading", "フリガナ"), synonyms=("ふりがな", "会社名カナ", "カナ", "よみがな", "フリガナ（会社名）")),
    Field("corporate_number", Text("Corporate number", "法人番号"), Type.KEY, synonyms=("houjin bangou",), limit=20),
    Field("domain", Text("Domain", "ドメイン"), Type.KEY, synonyms=("website", "url", "web", "ウェブサイト", "ホームページ", "HP"), limit=253),
    Field("industry", Text("Industry", "業種"), synonyms=("sector", "業界"), limit=80),
    Field("employees", Text("Employees", "従業員数"), Type.WHOLE, synonyms=("employee count", "size", "社員数", "人数")),
    Field("prefecture", Text("Prefecture", "都道府県"), synonyms=("state", "県"), limit=40),
    Field("region", Text("Region", "地域"), synonyms=("area", "エリア", "地区"), limit=40),
    Field("status", Text("Status", "状態"), Type.CHOICE, synonyms=("ステータス", "契約状態", "取引状況", "契約状況"),
          choices={k.value: v for k, v in _STATUSES.items()}),
    Field("stage", Text("Stage", "ステージ"), Type.CHOICE, synonyms=("lifecycle stage", "フェーズ"), choices={k.value: v for k, v in _STAGES.items()}),
    Field("customer_since", Text("Customer since", "契約開始"), Type.DATE,
          synonyms=("since", "start date", "signup date", "契約開始日", "取引開始日", "契約日", "利用開始日", "導入日")),
    Field("lost_on", Text("Lost on", "解約日"), Type.DATE, synonyms=("churn date", "cancelled on", "取引終了日", "退会日")),
    Field("lost_reason", Text("Reason of loss", "解約理由"), synonyms=("churn reason",)),
    Field("language", Text("Language", "言語"), Type.CHOICE, choices={"ja": ("日本語", "japanese", "jp"), "en": ("英語", "english")}),
    Field("currency", Text("Currency", "通貨"), Type.KEY, limit=3),
    Field("source", Text("Source", "獲得経路"), synonyms=("lead source", "流入元", "流入経路"), limit=80),
    Field("parent_key", Text("Parent's key", "親会社のキー"), Type.KEY, synonyms=("parent", "parent id", "親会社ID", "親会社コード", "親顧客キー")),
    Field("tags", Text("Tags", "タグ"), Type.WORDS, synonyms=("labels", "ラベル")),
)  # fmt: skip
_PLAIN = tuple(of.key for of in FIELDS if of.key not in ("key", "parent_key", "tags"))
#: Journal entries that are an edit of the account itself, after which an import cannot be taken back.
EDITS = ("customers.account.changed", "customers.account.confirmed", "customers.account.merged", "customers.account.tagged",
         "customers.account.archived")  # fmt: skip


def _prepare(context: Context) -> None:
    """Declare the attributes that the mapping names; one that is declared already keeps its type."""
    for key, wanted in context.mapping.attributes.items():
        if not AttributeField.objects.filter(key=key, archived_at__isnull=True).exists():
            name = Text(wanted.en or key, wanted.ja or wanted.en or key)
            kind = AttributeKind.TEXT if wanted.type == "choice" else AttributeKind(wanted.type)
            attributes.declare(key, name=name, kind=kind, by=context.by, at=context.at)


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    """Children wait until the parents above them in the same chunk are written."""
    results: dict[int, Result] = {}
    waiting = list(records)
    while waiting:
        ready = _without_parent_above(waiting)
        results |= {result.number: result for result in _put_ready(ready, context)}
        done = {record.number for record in ready}
        waiting = [record for record in waiting if record.number not in done]
    return [results[record.number] for record in records]


def _without_parent_above(waiting: Sequence[Record]) -> list[Record]:
    above: set[str] = set()
    ready = []
    for record in waiting:
        if record.text("parent_key") not in above:
            ready.append(record)
        above.add(record.text("key"))
    return ready


def _put_ready(records: Sequence[Record], context: Context) -> list[Result]:
    pairs = [
        (context.namespace, record.text(name))
        for record in records
        for name in ("key", "parent_key")
        if record.text(name)
    ]
    stand = accounts.find_many(pairs)
    back = _brought_back(stand.values(), context)
    drafts = [_draft(record, stand, context) for record in records]
    rows = [draft for draft in drafts if not isinstance(draft, Result)]
    written = customers.written(
        rows,
        lambda some: accounts.put_many(some, by=context.by, at=context.at, stand=stand),
        is_known=lambda row: row.keys[0] in stand,
    )
    outcomes = iter(written)
    return [
        draft if isinstance(draft, Result) else _result(record, next(outcomes), back, context)
        for record, draft in zip(records, drafts, strict=True)
    ]


def _brought_back(stand: Iterable[Account], context: Context) -> set[int]:
    """Accounts that an undo had archived come back when they are imported again."""
    shelved = [account for account in stand if account.archived_at and not account.merged_into_id]
    ids = {account.pk for account in shelved}
    accounts.restore_many(sorted(ids), by=context.by, at=context.at)
    return ids


def _draft(record: Record, stand: Mapping[accounts.Pair, Account], context: Context) -> accounts.Row | Result:
    fields: dict[str, object] = {name: value for name in _PLAIN if (value := record.values.get(name)) is not None}
    if given := {key: customers.plain(value) for key, value in record.attributes.items() if value is not None}:
        fields["attributes"] = given
    if tags := record.values.get("tags"):
        fields["tags"] = tags
    key = (context.namespace, record.text("key"))
    if parent := record.text("parent_key"):
        found = stand.get((context.namespace, parent))
        if found is None:
            return refused(record, "parent_key", parent, Text("the key of an account above in the file or known already",
                                                             "登録済み、またはファイルの前の行にある顧客のキー"))  # fmt: skip
        fields["parent"] = found
    since = _since(fields, context.today)
    known = context.knowing.on(since, record.known)
    further = [(namespace, other) for namespace, other in record.keys.items()]
    return accounts.Row(fields=fields, keys=[key, *further], valid_on=since if known else None, known_on=known)


def _since(fields: Mapping[str, object], today: date) -> date:
    since = fields.get("customer_since")
    return since if isinstance(since, date) else today


def _result(record: Record, outcome: accounts.Outcome | Refused, back: set[int], context: Context) -> Result:
    if isinstance(outcome, Refused):
        return customers.refusal(record, outcome.faults, context)
    account, before = outcome.account, customers.storable(outcome.before)
    if outcome.happened == "opened" or account.pk in back:
        return Result(record.number, "created", account.pk, account.version)
    if outcome.happened == "changed":
        return Result(record.number, "updated", account.pk, account.version, before)
    return Result(record.number, "unchanged", account.pk, account.version)


def _undo(footprints: Sequence[Footprint], context: Context) -> Kept:
    """Archive what was opened, put back what was changed; what others edited or built upon stays."""
    ids = [step.subject for step in footprints]
    made = [step.subject for step in footprints if step.outcome == "created"]

    def put_back(step: Footprint) -> None:
        account = Account.objects.get(pk=step.subject)
        accounts.change(account, by=context.by, at=context.at, **_as_before(account, step.before))

    return customers.taken_back(
        footprints,
        customers.edited_since(EDITS, ids, context) | _built_upon(made),
        archive=lambda some: accounts.archive_many(some, by=context.by, at=context.at),
        put_back=put_back,
    )


def _as_before(account: Account, before: Mapping[str, object]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in before.items() if name in {*_PLAIN, "tags"}}
    if "attributes" in before and isinstance(before["attributes"], Mapping):
        fields["attributes"] = dict.fromkeys(account.attributes) | dict(before["attributes"])
    if "parent" in before:
        fields["parent"] = Account.objects.filter(pk=str(before["parent"])).first() if before["parent"] else None
    return fields


def _built_upon(ids: Sequence[int]) -> set[int]:
    """Accounts with contacts, subscriptions or children that stand."""
    standing = {"archived_at__isnull": True}
    rows = Account.objects.filter(pk__in=ids)
    return set(
        rows.filter(
            Exists(Contact.objects.filter(account=OuterRef("pk"), **standing))
            | Exists(Subscription.objects.filter(account=OuterRef("pk"), **standing))
        ).values_list("pk", flat=True)
    )


KIND = Kind(
    key="accounts",
    name=Text("Accounts", "顧客"),
    fields=FIELDS,
    identity=lambda record: record.text("key"),
    identity_fields=("key",),
    put=_put,
    undo=_undo,
    prepare=_prepare,
    has_attributes=True,
)
