"""Merging two accounts that are one (名寄せ): nothing is lost, and everything can be put back.

The absorbed account stays as an archived row that points at its survivor; what moved is written down id by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from nenrin.customers import account_rows, facts, parents, summaries
from nenrin.customers.errors import Refused
from nenrin.customers.facts import Fact
from nenrin.customers.models import Account, AccountKey, Assignment, Contact, Merge, Subscription
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text

Reason = Literal["corporate_number", "domain", "name"]
#: What the survivor takes over where it has nothing itself.
FILLED = (
    *("kana", "corporate_number", "domain", "industry", "employees", "prefecture", "region", "source"),
    *("customer_since", "parent_id"),
)
_FOLLOWS = ("status", "customer_since", "lost_on", "lost_reason")
Moved = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would move: counts, and the fields that the survivor would take over."""

    contacts: int
    subscriptions: int
    keys: int
    children: int
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    filled: dict[str, object]
    kept: dict[str, tuple[object, object]]  # fields on which both differ: survivor's stays


def preview(survivor: Account, absorbed: Account) -> Preview:
    """What `merge` would do. Raises Refused as it does."""
    _refuse(survivor, absorbed)
    worn = set(survivor.tags.values_list("name", flat=True))
    phases = set(survivor.assignments.filter(until_on__isnull=True).values_list("phase", flat=True))
    theirs = absorbed.assignments.filter(until_on__isnull=True).select_related("member")
    both = [(name, getattr(survivor, name), getattr(absorbed, name)) for name in ("name", *FILLED)]
    return Preview(
        contacts=absorbed.contacts.count(),
        subscriptions=absorbed.subscriptions.count(),
        keys=absorbed.keys.filter(ended_on__isnull=True).count(),
        children=absorbed.children.count(),
        tags=tuple(absorbed.tags.exclude(name__in=worn).values_list("name", flat=True)),
        owners=tuple(row.member.name for row in theirs if row.phase not in phases),
        filled={name: other for name, own, other in both if _is_blank(own) and not _is_blank(other)},
        kept={name: (own, other) for name, own, other in both if not _is_blank(other) and own not in {other, "", None}},
    )


def _is_blank(value: object) -> bool:
    return value is None or value == ""


def merge(survivor: Account, absorbed: Account, *, by: Actor, at: datetime) -> Merge:
    """Take `absorbed` into `survivor`: contacts, subscriptions, keys, children, tags, owners; blanks are filled.

    Raises Refused for the same account, or one that is archived. Journal: customers.account.merged, which tells the
    lake who survives.
    """
    today = organisation.today(at)
    with transaction.atomic():
        rows = Account.objects.select_for_update().in_bulk([survivor.pk, absorbed.pk])
        survivor, absorbed = rows[survivor.pk], rows[absorbed.pk]
        _refuse(survivor, absorbed)
        moved = _moved(survivor, absorbed, today)
        absorbed.merged_into, absorbed.archived_at = survivor, at
        account_rows.save([absorbed], at)
        account_rows.save([survivor], at)
        followed = summaries.refresh([survivor.pk], today=today, at=at)
        survivor.refresh_from_db()
        row = Merge.objects.create(survivor=survivor, absorbed=absorbed, moved=moved, merged_at=at, merged_by=by.name)
        told = [
            facts.fact("survivor", absorbed.pk, {"survivor": survivor.pk}, account=absorbed.pk),
            facts.gone("account", absorbed.pk, account=absorbed.pk),
            *(followed.get(survivor.pk) or [facts.of_account(survivor)]),
        ]
        _record("merged", row, told, by, at)
    return row


def _refuse(survivor: Account, absorbed: Account) -> None:
    if survivor.pk == absorbed.pk:
        raise Refused.one(
            "absorbed",
            Text("an account cannot be merged into itself", "同じ顧客どうしは統合できない"),
            absorbed.pk,
        )
    for name, account in (("survivor", survivor), ("absorbed", absorbed)):
        if account.archived_at:
            raise Refused.one(name, Text("is archived or merged already", "アーカイブ済みまたは統合済み"), account.pk)


def _moved(survivor: Account, absorbed: Account, today: date) -> Moved:
    """Move everything and write down what."""
    moved: Moved = {
        "contacts": _hand_over(Contact, absorbed, survivor),
        "subscriptions": _hand_over(Subscription, absorbed, survivor),
        "keys": _hand_over(AccountKey, absorbed, survivor),
        "follows": {name: _json(getattr(survivor, name)) for name in _FOLLOWS},
        "tags": _join_tags(survivor, absorbed),
        "assignments": _join_owners(survivor, absorbed, today),
        "children": _adopt(survivor, absorbed),
    }
    moved["filled"] = _fill(survivor, absorbed)
    moved["attributes"] = _fill_attributes(survivor, absorbed)
    return moved


def _hand_over(
    kind: type[Contact] | type[Subscription] | type[AccountKey],
    old: Account,
    new: Account,
    only: Sequence[int] | None = None,
) -> list[int]:
    rows = kind.objects.filter(account=old)
    if only is not None:
        rows = rows.filter(pk__in=only)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    kind.objects.filter(pk__in=ids).update(account=new)
    return ids


def _join_tags(survivor: Account, absorbed: Account) -> list[int]:
    worn = set(survivor.tags.values_list("pk", flat=True))
    added = sorted(set(absorbed.tags.values_list("pk", flat=True)) - worn)
    survivor.tags.add(*added)
    return added


def _join_owners(survivor: Account, absorbed: Account, today: date) -> dict[str, list[int]]:
    """Current owners move where the survivor has none in the phase, else they end today."""
    held = set(survivor.assignments.filter(until_on__isnull=True).values_list("phase", flat=True))
    current = list(absorbed.assignments.filter(until_on__isnull=True))
    taken = [row.pk for row in current if row.phase not in held]
    ended = [row.pk for row in current if row.phase in held]
    Assignment.objects.filter(pk__in=taken).update(account=survivor)
    Assignment.objects.filter(pk__in=ended).update(until_on=today)
    _show_owner(survivor)
    _show_owner(absorbed)
    return {"taken": taken, "ended": ended}


def _show_owner(account: Account) -> None:
    current = account.assignments.filter(phase=Phase.PRIMARY, until_on__isnull=True).first()
    account.owner_id = current.member_id if current else None
    Account.objects.filter(pk=account.pk).update(owner=account.owner_id)


def _adopt(survivor: Account, absorbed: Account) -> dict[str, Any]:
    """Children come below the survivor; a survivor below the absorbed one rises to its place."""
    lifted = survivor.parent_id == absorbed.pk
    if lifted:
        survivor.parent_id = absorbed.parent_id
    chain = {account.pk for account in parents.above(survivor)}
    children = list(absorbed.children.exclude(pk=survivor.pk).exclude(pk__in=chain).values_list("pk", flat=True))
    Account.objects.filter(pk__in=children).update(parent=survivor)
    return {"ids": children, "lifted": lifted}


def _fill(survivor: Account, absorbed: Account) -> dict[str, list[Any]]:
    filled = {}
    for name in FILLED:
        own, other = getattr(survivor, name), getattr(absorbed, name)
        if _is_blank(own) and not _is_blank(other) and not (name == "parent_id" and _is_below(survivor, other)):
            setattr(survivor, name, other)
            filled[name] = [own, _json(other)]
    if survivor.status == Status.PROVISIONAL and absorbed.status != Status.PROVISIONAL:
        filled["status"] = [survivor.status, absorbed.status]
        survivor.status = absorbed.status
    return filled


def _is_below(survivor: Account, parent: int) -> bool:
    """Would this parent make a circle (it is the survivor, or stands below it)?"""
    above = Account.objects.get(pk=parent)
    return survivor.pk in {above.pk, *(account.pk for account in parents.above(above))}


def _fill_attributes(survivor: Account, absorbed: Account) -> list[str]:
    new = [key for key in absorbed.attributes if key not in survivor.attributes]
    survivor.attributes = {**survivor.attributes, **{key: absorbed.attributes[key] for key in new}}
    return new


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def undo(row: Merge, *, by: Actor, at: datetime) -> Account:
    """Put everything back that moved, as far as it still stands where it was put; returns the absorbed account.

    What the survivor got since stays with it. Safe to repeat. Raises Refused where the survivor has itself been merged
    (undo that first). Journal: customers.account.unmerged.
    """
    today = organisation.today(at)
    with transaction.atomic():
        row = Merge.objects.select_for_update().get(pk=row.pk)
        rows = Account.objects.select_for_update().in_bulk([row.survivor_id, row.absorbed_id])
        survivor, absorbed = rows[row.survivor_id], rows[row.absorbed_id]
        if row.undone_at:
            return absorbed
        if survivor.merged_into_id:
            raise Refused.one(
                "survivor",
                Text("was merged itself: undo that first", "存続先も統合済み: 先にその統合を取り消す"),
            )
        absorbed.merged_into, absorbed.archived_at = None, None
        _put_back(row.moved, survivor, absorbed)
        account_rows.save([survivor], at)
        account_rows.save([absorbed], at)
        row.undone_at = at
        row.save(update_fields=["undone_at"])
        summaries.refresh([survivor.pk, absorbed.pk], today=today, at=at)
        _record("unmerged", row, _told_back(row, survivor.pk, absorbed.pk), by, at)
        absorbed.refresh_from_db()
    return absorbed


def _put_back(moved: Moved, survivor: Account, absorbed: Account) -> None:
    for kind, name in ((Contact, "contacts"), (Subscription, "subscriptions"), (AccountKey, "keys")):
        _hand_over(kind, survivor, absorbed, only=moved[name])
    survivor.tags.remove(*moved["tags"])
    Assignment.objects.filter(pk__in=moved["assignments"]["taken"], account=survivor).update(account=absorbed)
    phases = absorbed.assignments.filter(until_on__isnull=True).values("phase")
    ended = Assignment.objects.filter(pk__in=moved["assignments"]["ended"], account=absorbed).exclude(phase__in=phases)
    ended.update(until_on=None)
    Account.objects.filter(pk__in=moved["children"]["ids"], parent=survivor).update(parent=absorbed)
    _take_back(moved, survivor, absorbed)
    _show_owner(survivor)
    _show_owner(absorbed)


def _take_back(moved: Moved, survivor: Account, absorbed: Account) -> None:
    """Fields that still hold what the merge put there become what they were."""
    for name, (before, after) in moved["filled"].items():
        if _json(getattr(survivor, name)) == after:
            setattr(survivor, name, before)
    kept = {
        k: v
        for k, v in survivor.attributes.items()
        if not (k in moved["attributes"] and v == absorbed.attributes.get(k))
    }
    survivor.attributes = kept
    for name, before in moved["follows"].items():
        is_day = name.endswith(("_on", "_since")) and before
        setattr(survivor, name, date.fromisoformat(before) if is_day else before)
    if moved["children"]["lifted"] and survivor.parent_id == absorbed.parent_id:
        survivor.parent_id = absorbed.pk


def _told_back(row: Merge, survivor: int, absorbed: int) -> list[Fact]:
    """The lake hears that both live, and whose the subscriptions are that may have been told as the survivor's since."""
    both = Account.objects.in_bulk([survivor, absorbed])
    signed = Subscription.objects.filter(pk__in=row.moved["subscriptions"]).select_related("plan__product")
    return [
        facts.gone("survivor", absorbed, account=absorbed),
        facts.of_account(both[absorbed]),
        facts.of_account(both[survivor]),
        *(facts.of_subscription(each, each.steps.all()) for each in signed.prefetch_related("steps")),
    ]


def _record(verb: str, row: Merge, told: list[Fact], by: Actor, at: datetime) -> None:
    note = {"survivor": row.survivor.name, "absorbed": row.absorbed.name, "merge": row.pk}
    for account, facts_here in ((row.survivor_id, told), (row.absorbed_id, [])):
        particulars = {**note, "facts": facts_here} if facts_here else note
        journal.record(
            f"customers.account.{verb}",
            actor=by,
            at=at,
            account=account,
            subject=("merge", row.pk),
            particulars=particulars,
        )
