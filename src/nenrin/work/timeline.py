"""One stream per account: every journal entry about it, newest first, by kind where asked, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from nenrin.foundation.models import Entry
from nenrin.values import Text


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
OF_KEY = {kind.key: kind for kind in KINDS}


def entries(account: int, *, kind: Kind | None = None, before: str = "", size: int) -> tuple[list[Entry], str | None]:
    """A page of an account's entries with their personal parts, and the cursor that continues it; None at its end.

    `before`: a cursor ("<instant>~<id>"); anything else begins at the newest. One query.
    """
    found = Entry.objects.filter(account=account).select_related("personal").order_by("-valid_at", "-id")
    if kind:
        found = found.filter(_beginning_with(kind.prefixes))
    rows = list(found.filter(_before(before))[: size + 1])
    more = rows[size - 1] if len(rows) > size else None
    return rows[:size], f"{more.valid_at.isoformat()}~{more.pk}" if more else None


def of_entry(entry: Entry) -> Kind | None:
    """The first kind that an entry belongs to."""
    return next((kind for kind in KINDS if entry.action.startswith(kind.prefixes)), None)


def body(entry: Entry, personal: dict[str, str]) -> Text | str:
    """The longer words of an entry: a note's text, or the reasons of a change in both languages."""
    told = entry.particulars.get("body") or personal.get("body", "")
    if isinstance(told, dict):
        return Text(told.get("en", ""), told.get("ja", ""))
    return str(told)


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
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return Q()
    return Q(valid_at__lt=at) | Q(valid_at=at, pk__lt=int(key))
