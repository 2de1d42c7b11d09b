"""The managed list of reasons for which customers leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from nenrin.customers.errors import Conflict, Fault
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import ChurnReason


@dataclass(frozen=True, slots=True)
class Ready:
    key: str
    name: Text
    is_avoidable: bool = True


DEFAULTS = (
    Ready("value", Text("Value not reached", "成果が出なかった")),
    Ready("adoption", Text("Not used by the field", "現場に定着しなかった")),
    Ready("feature", Text("A feature was missing", "機能不足")),
    Ready("quality", Text("Quality or outages", "品質・障害")),
    Ready("support", Text("Support and response", "サポート・対応への不満")),
    Ready("price", Text("Price", "価格")),
    Ready("competitor", Text("Went to a competitor", "競合製品への乗り換え")),
    Ready("in_house", Text("Built in house", "内製化")),
    Ready("champion", Text("Champion or decision maker left", "推進者・決裁者の退任")),
    Ready("budget", Text("Budget cut", "予算削減"), False),
    Ready("business", Text("Business closed, sold or merged", "事業の終了・統合"), False),
    Ready("project", Text("Project ended as planned", "利用目的の終了"), False),
    Ready("payment", Text("Payment failed", "支払い不能"), False),
)


def install(*, by: Actor, at: datetime) -> int:
    """The usual reasons, where there is none yet. Safe to repeat; returns how many."""
    if ChurnReason.objects.exists():
        return 0
    rows = [
        ChurnReason(key=one.key, name_en=one.name.en, name_ja=one.name.ja, is_avoidable=one.is_avoidable, place=place,
                    changed_at=at)
        for place, one in enumerate(DEFAULTS)
    ]  # fmt: skip
    with transaction.atomic():
        ChurnReason.objects.bulk_create(rows)
        for row in rows:
            _note("saved", row, by, at)
    return len(rows)


def save(
    key: str, *, name: Text, by: Actor, at: datetime, is_avoidable: bool = True, version: int | None = None
) -> ChurnReason:
    """A new reason, or another name for one. Safe to repeat. Raises Refused, Conflict. Journal: work.churn_reason.saved."""
    checking.refuse([*checking.words("name_en", name.en, 80), *checking.words("name_ja", name.ja, 80), *_key(key)])
    given = {"name_en": name.en.strip(), "name_ja": name.ja.strip(), "is_avoidable": is_avoidable}
    with transaction.atomic():
        row = ChurnReason.objects.select_for_update().filter(key=key).first()
        if row is None:
            last = ChurnReason.objects.aggregate(n=Max("place"))["n"]
            row = ChurnReason(key=key, place=0 if last is None else last + 1, version=0)
        elif version is not None and row.version != version:
            theirs = {field: getattr(row, field) for field in given}
            raise Conflict(f"reason {key}", asked=version, stands=row.version, mine=given, theirs=theirs)
        if row.pk and row.archived_at is None and all(getattr(row, field) == value for field, value in given.items()):
            return row
        for field, value in given.items():
            setattr(row, field, value)
        row.archived_at, row.changed_at, row.version = None, at, row.version + 1
        row.save()
        _note("saved", row, by, at)
    return row


def archive(row: ChurnReason, *, by: Actor, at: datetime) -> None:
    """Offer it no more; losses keep it. Safe to repeat. Journal: work.churn_reason.archived."""
    with transaction.atomic():
        if ChurnReason.objects.filter(pk=row.pk, archived_at__isnull=True).update(archived_at=at):
            _note("archived", row, by, at)


def move(row: ChurnReason, *, up: bool, by: Actor, at: datetime) -> None:
    """One place up or down in the list. Journal: work.churn_reason.saved."""
    with transaction.atomic():
        rows = list(ChurnReason.objects.select_for_update().filter(archived_at__isnull=True))
        here = next((place for place, one in enumerate(rows) if one.pk == row.pk), None)
        there = None if here is None else here + (-1 if up else 1)
        if here is None or there is None or not 0 <= there < len(rows):
            return
        rows[here], rows[there] = rows[there], rows[here]
        for place, one in enumerate(rows):
            one.place = place
        ChurnReason.objects.bulk_update(rows, ["place"])
        _note("saved", row, by, at)


def matching(words: str) -> ChurnReason | None:
    """The reason that free words of a file or a system name outright: its key, or its name in either language."""
    wanted = words.strip().casefold()
    if not wanted:
        return None
    rows = ChurnReason.objects.filter(archived_at__isnull=True)
    return next((row for row in rows if wanted in {row.key, row.name_en.casefold(), row.name_ja.casefold()}), None)


def _key(key: str) -> list[Fault]:
    if key and len(key) <= 40 and all(each.isascii() and (each.isalnum() or each in "-_") for each in key):
        return []
    return [Fault("key", Text("letters, digits, - and _, up to 40", "半角英数字・- _ で40文字まで"), key[:80])]


def _note(verb: str, row: ChurnReason, by: Actor, at: datetime) -> None:
    told = {"name_en": row.name_en, "name_ja": row.name_ja}
    journal.record(f"work.churn_reason.{verb}", actor=by, at=at, subject=("churn_reason", row.pk), particulars=told)
