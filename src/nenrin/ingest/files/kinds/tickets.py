"""Tickets (問い合わせ) from a help desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nenrin.ingest import tickets
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Ticket
from nenrin.values import Text

_PRIORITIES = {
    "urgent": ("緊急", "p1", "critical", "至急", "最優先", "blocker"),
    "high": ("高", "p2", "優先", "重要", "major"),
    "normal": ("中", "通常", "medium", "p3", "普通", "標準"),
    "low": ("低", "p4", "minor", "低い"),
}
_KINDS = {
    "question": ("質問", "問い合わせ", "問合せ", "how-to"),
    "problem": ("障害", "不具合", "incident", "bug", "トラブル", "エラー"),
    "request": ("要望", "依頼", "feature request", "task"),
    "complaint": ("不満", "クレーム", "苦情"),
}
FIELDS = (
    Field("key", Text("Ticket number", "問い合わせ番号"), Type.KEY, is_required=True,
          synonyms=("id", "ticket", "ticket id", "ticket_id", "case number", "チケット番号", "チケットID", "受付番号", "管理番号")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("title", Text("Title", "件名"), synonyms=("subject", "summary", "タイトル", "題名", "概要"), limit=300),
    Field("kind", Text("Kind", "種別"), Type.CHOICE, synonyms=("type", "category", "分類", "区分"), choices=_KINDS),
    Field("priority", Text("Priority", "優先度"), Type.CHOICE, synonyms=("severity", "緊急度", "重要度"), choices=_PRIORITIES),
    Field("opened_at", Text("Opened", "受付日時"), Type.INSTANT, is_required=True,
          synonyms=("created", "created at", "created_at", "opened_at", "opened on", "受付日", "起票日", "作成日", "作成日時", "登録日", "問い合わせ日")),
    Field("resolved_at", Text("Resolved", "解決日時"), Type.INSTANT,
          synonyms=("resolved at", "resolved_at", "solved at", "closed", "closed at", "closed_at", "解決日", "完了日", "完了日時", "クローズ日")),
    Field("requester", Text("Requester", "問い合わせ者"), synonyms=("contact", "email", "from", "起票者", "担当者", "メールアドレス"), limit=254),
    Field("url", Text("Link", "リンク"), synonyms=("url", "link"), limit=500),
)  # fmt: skip


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    there = facts.standing(Ticket, records, context, _identity)

    def told(record: Record, account: int) -> tickets.Told | Result:
        return _told(record, account, there.get(_identity(record)))

    return facts.put(records, context, told, lambda rows: tickets.put(rows, **facts.manner(context)))


def _told(record: Record, account: int, there: Ticket | None) -> tickets.Told | Result:
    opened, resolved = record.values["opened_at"], facts.cell(record, "resolved_at", there, None)
    assert isinstance(opened, datetime)
    if isinstance(resolved, datetime) and resolved < opened:
        return refused(
            record,
            "resolved_at",
            str(resolved),
            Text("a time after the ticket was opened", "受付日時より後の日時"),
        )
    return tickets.Told(
        key=record.text("key"),
        account=account,
        opened_at=opened,
        resolved_at=resolved if isinstance(resolved, datetime) else None,
        title=facts.cell(record, "title", there),
        kind=facts.cell(record, "kind", there, "question"),
        priority=facts.cell(record, "priority", there, "normal"),
        requester=facts.cell(record, "requester", there),
        url=facts.cell(record, "url", there),
        known=record.known,
    )


def _identity(record: Record) -> str:
    return record.text("key")


KIND = Kind(
    key="tickets",
    name=Text("Tickets", "問い合わせ"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key",),
    put=_put,
    undo=facts.undoing(Ticket, tickets.retract, tickets.restore),
)
