"""Contacts (顧客担当者): the people at an account, by key, else by e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nenrin.customers import contacts
from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.customers.statuses import DecisionRole
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, customers
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.values import Text

_ROLES = {
    DecisionRole.DECISION_MAKER: ("決裁者", "決裁権者", "意思決定者", "decision maker"),
    DecisionRole.CHAMPION: ("推進者", "キーマン", "key person"),
    DecisionRole.OPERATOR: ("運用担当", "実務担当", "利用者", "user"),
    DecisionRole.INFLUENCER: ("影響者",),
    DecisionRole.BLOCKER: ("慎重", "反対者"),
}
FIELDS = (
    Field("key", Text("Contact key", "担当者キー"), Type.KEY,
          synonyms=("id", "contact id", "contact_id", "user id", "userid", "担当者ID", "担当者番号", "担当者コード", "名刺ID")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("name", Text("Name", "氏名"), synonyms=("full name", "contact name", "担当者名", "担当者", "お名前", "名前", "顧客担当者"), limit=120),
    Field("kana", Text("Reading", "フリガナ"), synonyms=("ふりがな", "氏名カナ", "氏名（カナ）", "カナ"), limit=120),
    Field("email", Text("E-mail", "メールアドレス"), Type.EMAIL, synonyms=("email", "mail", "e-mail address", "メール", "Eメール", "E-mail")),
    Field("second_email", Text("Second e-mail", "メールアドレス2"), Type.EMAIL, synonyms=("email 2", "メール2", "E-mail2")),
    Field("title", Text("Title", "役職"), synonyms=("job title", "position", "肩書", "肩書き"), limit=120),
    Field("department", Text("Department", "部署"), synonyms=("部署名", "所属", "部門"), limit=120),
    Field("phone", Text("Phone", "電話"), Type.KEY, synonyms=("tel", "telephone", "電話番号", "TEL", "携帯", "携帯電話"), limit=40),
    Field("role", Text("Role in the decision", "意思決定上の役割"), Type.CHOICE, synonyms=("role", "役割", "立場"),
          choices={k.value: v for k, v in _ROLES.items()}),
    Field("language", Text("Language", "言語"), Type.CHOICE, choices={"ja": ("日本語", "japanese", "jp"), "en": ("英語", "english")}),
    Field("left_on", Text("Left on", "退任日"), Type.DATE, synonyms=("退職日", "異動日")),
)  # fmt: skip
_PLAIN = ("name", "kana", "title", "department", "phone", "role", "language", "left_on")
EDITS = (
    "customers.contact.changed",
    "customers.contact.left",
    "customers.contact.archived",
    "customers.contact.erased",
)


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    accounts = accounts_of.of_rows(records, context.namespace)
    stand = contacts.find_many((context.namespace, key) for record in records if (key := _identity(record)))
    back = _brought_back(list(stand.values()), context)
    drafts = [_draft(record, accounts, stand, context) for record in records]
    rows = [draft for draft in drafts if not isinstance(draft, Result)]
    outcomes = iter(
        customers.written(
            rows,
            lambda some: contacts.put_many(some, by=context.by, at=context.at),
            is_known=lambda row: (row.namespace, row.key) in stand,
        )
    )
    return [
        draft if isinstance(draft, Result) else _result(record, next(outcomes), back, context)
        for record, draft in zip(records, drafts, strict=True)
    ]


def _brought_back(stand: Sequence[Contact], context: Context) -> set[int]:
    """Contacts that an undo had archived come back when they are imported again; erased ones never."""
    shelved = [contact for contact in stand if contact.archived_at and not contact.erased_at]
    ids = {contact.pk for contact in shelved}
    contacts.restore_many(sorted(ids), by=context.by, at=context.at)
    return ids


def _draft(
    record: Record, accounts: accounts_of.Accounts, stand: dict[tuple[str, str], Contact], context: Context
) -> contacts.Row | Result:
    account = accounts.of(record)
    if isinstance(account, Result):
        return account
    key = _identity(record)
    if not key:
        return refused(
            record,
            "email",
            "",
            Text(
                "a key or an e-mail address that tells this person from others",
                "担当者キーまたはメールアドレス",
            ),
        )
    there = stand.get((context.namespace, key))
    if there is not None and there.erased_at:
        return refused(
            record,
            "key",
            key,
            Text("a person whose data was not erased on request", "個人情報の消去を依頼していない人"),
        )
    # A list that a colleague imports vouches for its people; a browser's identify call does not.
    fields: dict[str, object] = {"is_verified": True}
    fields |= {name: value for name in _PLAIN if (value := record.values.get(name)) is not None}
    if emails := [str(value) for name in ("email", "second_email") if (value := record.values.get(name))]:
        fields["emails"] = emails
    if there is None and "name" not in fields and emails:
        fields["name"] = emails[0].partition("@")[0]
    return contacts.Row(account=account, fields=fields, namespace=context.namespace, key=key)


def _identity(record: Record) -> str:
    return record.text("key") or record.text("email")


def _result(record: Record, outcome: contacts.Outcome | Refused, back: set[int], context: Context) -> Result:
    if isinstance(outcome, Refused):
        return customers.refusal(record, outcome.faults, context)
    row, before = outcome.contact, customers.storable(outcome.before)
    if outcome.happened == "added" or row.pk in back:
        return Result(record.number, "created", row.pk, row.version)
    return Result(
        record.number,
        "updated" if outcome.happened == "changed" else "unchanged",
        row.pk,
        row.version,
        before,
    )


def _undo(footprints: Sequence[Footprint], context: Context) -> Kept:
    """Archive who was added, put back what was changed; what others changed since stays."""
    ids = [step.subject for step in footprints]

    def put_back(step: Footprint) -> None:
        before: dict[str, Any] = {
            name: value for name, value in step.before.items() if name in {*_PLAIN, "emails", "is_verified"}
        }
        contacts.change(Contact.objects.get(pk=step.subject), by=context.by, at=context.at, **before)

    return customers.taken_back(
        footprints,
        customers.edited_since(EDITS, ids, context, "contact"),
        archive=lambda some: contacts.archive_many(some, by=context.by, at=context.at),
        put_back=put_back,
    )


KIND = Kind(
    key="contacts",
    name=Text("Contacts", "顧客担当者"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", "email"),
    put=_put,
    undo=_undo,
)
