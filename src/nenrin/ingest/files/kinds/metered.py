"""Metered usage (従量課金) of known subscriptions: what was billed beside the price, one row a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from nenrin.customers import subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Subscription
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import customers
from nenrin.ingest.files.kinds import subscriptions as contracts
from nenrin.ingest.files.kinds.shape import Context, Footprint, Kept, Kind, OutcomeWord, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.values import Money, Text

FIELDS = (
    Field("key", Text("Subscription key", "契約キー"), Type.KEY, is_required=True,
          synonyms=("subscription", "subscription id", "contract id", "contract number", "契約ID", "契約番号", "契約No")),
    Field("month", Text("Month", "対象月"), Type.MONTH, is_required=True, synonyms=("period", "年月", "月", "利用月", "請求月")),
    Field("amount", Text("Amount", "金額"), Type.MONEY, is_required=True,
          synonyms=("usage", "usage amount", "metered usage", "従量課金", "従量課金額", "利用額", "利用料", "請求額")),
)  # fmt: skip
Months = dict[str, int | None]
_KNOWN = Text("the key of a subscription that is known", "登録済みの契約キー")
_NOT_NEGATIVE = Text("an amount of 0 or more", "0以上の金額")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    stand = subscriptions.find_many((context.namespace, record.text("key")) for record in records)
    drafts = [_draft(record, stand, context) for record in records]
    told: dict[int, Months] = {}
    for draft in drafts:
        if not isinstance(draft, Result):
            row, month, minor = draft
            told.setdefault(row.pk, {})[month] = minor
    written = customers.written(
        list(told), lambda some: _change(some, told, context), is_known=lambda subscription: True
    )  # fmt: skip
    outcomes = dict(zip(told, written, strict=True))
    return [
        draft if isinstance(draft, Result) else _result(record, draft, outcomes[draft[0].pk], context)
        for record, draft in zip(records, drafts, strict=True)
    ]


def _draft(
    record: Record, stand: Mapping[tuple[str, str], Subscription], context: Context
) -> tuple[Subscription, str, int] | Result:
    row = stand.get((context.namespace, record.text("key")))
    if row is None or row.archived_at:
        return refused(record, "key", record.text("key"), _KNOWN)
    month, amount = record.values["month"], record.values["amount"]
    assert isinstance(month, date)
    assert isinstance(amount, Decimal)
    if amount < 0:
        return refused(record, "amount", str(amount), _NOT_NEGATIVE)
    return row, f"{month:%Y-%m}", Money.of(amount, row.currency).minor


def _change(some: Sequence[int], told: Mapping[int, Months], context: Context) -> list[subscriptions.Outcome]:
    changes = [subscriptions.Change(pk, {"metered": told[pk]}) for pk in some]
    return subscriptions.change_many(changes, by=context.by, at=context.at)


def _result(
    record: Record, draft: tuple[Subscription, str, int], outcome: subscriptions.Outcome | Refused, context: Context
) -> Result:
    if isinstance(outcome, Refused):
        return customers.refusal(record, outcome.faults, context)
    row, month, minor = draft
    was = row.metered.get(month)
    word: OutcomeWord = "created" if was is None else "unchanged" if was == minor else "updated"
    return Result(record.number, word, row.pk, outcome.subscription.version, {"month": month, "minor": was})


def _undo(footprints: Sequence[Footprint], context: Context) -> Kept:
    """Take back the months that were told, or tell again what they were; of subscriptions that others changed since, all stay."""
    ids = [step.subject for step in footprints]
    stays = customers.edited_since(contracts.EDITS, ids, context, "subscription")
    back: dict[int, Months] = {}
    for step in footprints:
        if step.subject not in stays:
            was = step.before["minor"]
            back.setdefault(step.subject, {})[str(step.before["month"])] = was if isinstance(was, int) else None
    _change(list(back), back, context)
    return {step.number for step in footprints if step.subject in stays}


KIND = Kind(
    key="metered",
    name=Text("Metered usage", "従量課金"),
    fields=FIELDS,
    identity=lambda record: f"{record.text('key')}|{record.values.get('month')}",
    identity_fields=("key", "month"),
    put=_put,
    undo=_undo,
)
