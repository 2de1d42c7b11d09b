"""One stream per account: every journal entry about it, newest first, as sentences that the viewer may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.http import QueryDict

from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.web import telling
from nenrin.web.components import Moment

PAGE = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """A filter of the stream: the actions that begin with one of its prefixes."""

    key: str
    label: Text
    prefixes: tuple[str, ...]
    mark: str = ""


KINDS = (
    Kind(
        "talk",
        Text("Notes and meetings", "メモ・打ち合わせ"),
        ("work.meeting.", "work.call.", "work.mail.", "work.note.", "work.attachment.", "work.received."),
    ),
    Kind("task", Text("Tasks", "タスク"), ("work.task.",)),
    Kind("work", Text("Handoffs, plans, onboarding", "引き継ぎ・計画・導入"), ("work.",)),
    Kind("mail", Text("Mails", "メール"), ("foundation.mail.", "foundation.preference.")),
    Kind("score", Text("Health", "ヘルス"), ("insight.",), mark="score"),
    Kind("ticket", Text("Tickets", "問い合わせ"), ("ingest.ticket.",)),
    Kind("answer", Text("Survey answers", "アンケート"), ("ingest.answer.",)),
    Kind("invoice", Text("Invoices", "請求書"), ("ingest.invoice.",)),
    Kind("contract", Text("Subscriptions", "契約"), ("customers.subscription.",)),
    Kind("people", Text("People", "関係者"), ("customers.contact.", "customers.owner.")),
    Kind(
        "account",
        Text("Account data", "顧客情報"),
        ("customers.account.", "customers.key.", "customers.touch.", "ingest.import."),
    ),
)
_BY_KEY = {kind.key: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Stream:
    """A page of the stream. `next_before` continues it; None at its end."""

    moments: tuple[Moment, ...]
    kind: Kind | None
    next_before: str | None

    @property
    def is_filtered(self) -> bool:
        return self.kind is not None


def stream(account: int, viewer: Member, asked: QueryDict, *, size: int = PAGE) -> Stream:
    """The entries of one account. `asked` may hold kind and before ("<instant>~<id>").

    Two queries: entries with their personal parts. Personal words are dashes for roles that may not read them.
    """
    kind = _BY_KEY.get(asked.get("kind", ""))
    found = Entry.objects.filter(account=account).select_related("personal").order_by("-valid_at", "-id")
    if kind:
        found = found.filter(_beginning_with(kind.prefixes))
    found = found.filter(_before(asked.get("before", "")))
    entries = list(found[: size + 1])
    more = entries[size - 1] if len(entries) > size else None
    may_read = visible(viewer, FieldClass.PERSONAL)
    moments = tuple(_moment(entry, may_read) for entry in entries[:size])
    return Stream(moments, kind, f"{more.valid_at.isoformat()}~{more.pk}" if more else None)


def _beginning_with(prefixes: tuple[str, ...]) -> Q:
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(action__startswith=prefix)
    return wanted


def _before(cursor: str) -> Q:
    instant, _, key = cursor.partition("~")
    try:
        at = datetime.fromisoformat(instant).astimezone(UTC)
    except (ValueError, OverflowError):
        return Q()
    if not (key.isascii() and key.isdigit()):
        return Q()
    return Q(valid_at__lt=at) | Q(valid_at=at, pk__lt=int(key))


def _moment(entry: Entry, may_read_personal: bool) -> Moment:
    personal = getattr(entry, "personal", None) if may_read_personal else None
    words = personal.payload if personal else {}
    return Moment(
        title=telling.sentence(entry, words),
        at=entry.valid_at,
        body=_body(entry, words),
        by=str(entry.particulars.get("by", "")),
        kind=next((kind.mark for kind in KINDS if entry.action.startswith(kind.prefixes)), ""),
        key=str(entry.pk),
    )


def _body(entry: Entry, personal: dict[str, str]) -> Text | str:
    """The longer words of an entry: a note's text, or the reasons of a change in both languages."""
    told = entry.particulars.get("body") or personal.get("body", "")
    if isinstance(told, dict):
        return Text(told.get("en", ""), told.get("ja", ""))
    return str(told)
