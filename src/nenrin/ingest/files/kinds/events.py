"""Product events (利用ログ) from a file, in the columns of Segment's exports; each becomes an event like any other.

What is once in the event lake is not taken back by an undo; a wrong file's event names can be set to "ignore".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from nenrin.foundation.calendar import start_of
from nenrin.ingest import intake, sources
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import customers
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Source
from nenrin.values import Text

FIELDS = (
    Field("message_id", Text("Message id", "メッセージID"), Type.KEY, synonyms=("messageid", "id", "event id", "uuid", "イベントID")),
    Field("type", Text("Type", "種類"), Type.CHOICE, synonyms=("call",),
          choices={"track": (), "page": (), "screen": (), "identify": (), "group": ()}),
    Field("event", Text("Event name", "イベント名"), synonyms=("event", "event name", "name", "action", "操作", "アクション", "機能名")),
    Field("user_id", Text("User id", "利用者ID"), Type.KEY, synonyms=("userid", "user", "email", "ユーザーID", "ユーザID", "ログインID")),
    Field("anonymous_id", Text("Anonymous id", "匿名ID"), Type.KEY, synonyms=("anonymousid",)),
    Field("group_id", Text("Group id (account key)", "グループID（顧客キー）"), Type.KEY,
          synonyms=("groupid", "account", "account id", "account_id", "company id", "顧客ID", "顧客番号", "契約者ID", "企業ID")),
    Field("timestamp", Text("Time", "日時"), Type.INSTANT, is_required=True,
          synonyms=("time", "occurred at", "created at", "date", "originaltimestamp", "発生日時", "操作日時", "利用日時", "ログ日時")),
)  # fmt: skip


def _prepare(context: Context) -> None:
    """One source for all files of one name, so that the data board tells them from live events."""
    policy, days = context.mapping.known.policy, context.mapping.known.days
    known, lag = policy, days * 24 if policy == "lag" else 0
    name, own = _source_name(context), context.namespace
    source = Source.objects.filter(name=name).first()
    if source is None:
        sources.open(name, by=context.by, at=context.at, kind="import", namespace=own, known_at=known, lag_hours=lag)
    else:
        sources.change(source, by=context.by, at=context.at, namespace=own, known_at=known, lag_hours=lag)


def _source_name(context: Context) -> str:
    return f"file: {context.mapping.source or 'events'}"[:120]


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    """Spool the chunk's events; a row that is spooled again has the same id, which the drain tells apart."""
    drafts = [_event(record, context) for record in records]
    events = [(record, draft) for record, draft in zip(records, drafts, strict=True) if not isinstance(draft, Result)]
    if events and not context.is_rehearsal:
        source = Source.objects.get(name=_source_name(context))
        intake.accept_many(source, [(_body([event for _, event in events]), context.at)])
    return [
        draft if isinstance(draft, Result) else Result(record.number, "created")
        for record, draft in zip(records, drafts, strict=True)
    ]


def _body(events: Sequence[Mapping[str, Any]]) -> bytes:
    return msgspec.json.encode({"batch": events})


def _event(record: Record, context: Context) -> dict[str, Any] | Result:
    kind, name, at = record.text("type") or "track", record.text("event"), record.values["timestamp"]
    assert isinstance(at, datetime)
    if kind == "track" and not name:
        return refused(record, "event", "", Text("an event name", "イベント名"))
    who = {k: v for k in ("user_id", "anonymous_id", "group_id") if (v := record.text(k))}
    if not who:
        return refused(
            record,
            "user_id",
            "",
            Text("a user, anonymous or group id", "利用者ID・匿名ID・グループIDのいずれか"),
        )
    return {"type": kind, "messageId": _message_id(record, context), "timestamp": at.isoformat(), **_names(kind, name), **_who(who),
            **_known(record, context),
            ("traits" if kind in ("identify", "group") else "properties"): _properties(record)}  # fmt: skip


def _known(record: Record, context: Context) -> dict[str, str]:
    """When the file says that the row was known; the drain believes it of a source whose policy is `column`."""
    if context.mapping.known.policy != "column" or record.known is None:
        return {}
    return {"receivedAt": start_of(record.known, context.zone).isoformat()}


def _names(kind: str, name: str) -> dict[str, str]:
    return {"event": name} if kind == "track" else {"name": name} if name and kind in ("page", "screen") else {}


def _who(who: Mapping[str, str]) -> dict[str, Any]:
    """A group alone acts for itself: the event needs somebody, so the account is its own anonymous user."""
    ids: dict[str, Any] = {}
    if group := who.get("group_id"):
        ids |= {"groupId": group, "context": {"groupId": group}}
    if user := who.get("user_id"):
        ids["userId"] = user
    if anonymous := who.get("anonymous_id") or (None if "user_id" in who else f"account {group}"):
        ids["anonymousId"] = anonymous
    return ids


def _properties(record: Record) -> dict[str, object]:
    return {
        key: customers.storable({key: customers.plain(v)})[key] for key, v in record.attributes.items() if v is not None
    }


def _message_id(record: Record, context: Context) -> str:
    """The file's own id; else the row's place and content, so that the same file (or a longer one) again adds nothing."""
    if own := record.text("message_id"):
        return own
    said = "\x1f".join((context.mapping.source, str(record.number), *record.cells))
    return f"row-{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


KIND = Kind(
    key="events",
    name=Text("Product events", "利用ログ"),
    fields=FIELDS,
    identity=lambda record: record.text("message_id"),
    identity_fields=("message_id",),
    put=_put,
    prepare=_prepare,
    has_attributes=True,
)
