"""The lists of arriving data as files: what was asked for on the screen, whole, and noted in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path

from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.ingest.models import Quarantined, Source
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.data import board, event_catalogue
from nenrin.web.data.source_words import REASONS, USES
from nenrin.web.guard import MemberRequest, requires

NAME, NAMESPACE, SENDER = Text("Event name", "イベント名"), Text("Namespace", "名前空間"), Text("Sent by", "送信元")
ARRIVED, BODY = Text("Arrived", "到着日時"), Text("Event as sent", "送られたままの内容")
CATALOGUE = (NAME, NAMESPACE, Text("Events", "件数"), Text("First", "初回"), Text("Last", "最終"),
             Text("Stands for", "扱い"), Text("Feature", "機能"))  # fmt: skip
LIVE = (ARRIVED, NAME, Text("Account", "顧客"), Text("Counted for", "集計先"), Text("Outcome", "結果"), SENDER, BODY)
ASIDE = (Text("Reason", "理由"), Text("Detail", "詳細"), SENDER, NAMESPACE, ARRIVED, Text("Events", "件数"), BODY)


@requires(Permission.EXPORT)
def names_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The event names that the page shows, all its pages."""
    rows, asked = event_catalogue.wanted(request)
    language = exports.language()
    lines = ([row.name, row.namespace, row.events, row.first_seen_at, row.last_seen_at,
              USES[row.use].in_(language), row.feature] for row in rows)  # fmt: skip
    return _file(request, kind, "event-names", ("event", rows.count(), asked), CATALOGUE, lines)


@requires(Permission.EXPORT)
def live_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The last events as received; whom they count for and what they hold only for those who may read personal data."""
    arrived, _ = event_catalogue.arrivals(request)
    language, may_see = exports.language(), visible(request.user, FieldClass.PERSONAL)
    lines = ([one.row.received_at, one.row.name or one.row.type, one.account.name if one.account else None,
              one.row.key if may_see else None, one.verdict.in_(language), one.sender,
              one.row.body if may_see else None] for one in arrived)  # fmt: skip
    return _file(request, kind, "events-as-received", ("live", len(arrived), request.GET.dict()), LIVE, lines)


@requires(Permission.EXPORT)
def quarantined_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Every event set aside for this reason or source, whole."""
    rows, asked = board.set_aside(request)
    names, language = dict(Source.objects.values_list("id", "name")), exports.language()
    may_see = visible(request.user, FieldClass.PERSONAL)
    lines = (_aside(row, names.get(row.source, f"#{row.source}"), language, may_see) for row in rows.iterator(500))
    return _file(request, kind, "events-set-aside", ("quarantine", rows.count(), asked), ASIDE, lines)


def _aside(row: Quarantined, sender: str, language: str, may_see: bool) -> list[Any]:
    reason = REASONS.get(row.reason, Text(row.reason, row.reason)).in_(language)
    told = (row.detail, row.body) if may_see else (None, None)
    return [reason, told[0], sender, row.namespace, row.received_at, row.events, told[1]]


def _file(
    request: MemberRequest,
    kind: str,
    name: str,
    taken: tuple[str, int, dict[str, str]],
    heads: Iterable[Text],
    lines: Iterable[list[Any]],
) -> HttpResponseBase:
    """The answer; `taken` is noted: of what, how many rows, asked how."""
    exports.note(request, *taken, room="ingest")
    return exports.answer(kind, name, [head.in_(exports.language()) for head in heads], lines, request.at)


urlpatterns = [
    path("events/export.<str:kind>", names_export, name="event-catalogue-export"),
    path("events/live/export.<str:kind>", live_export, name="live-events-export"),
    path("data/quarantined/export.<str:kind>", quarantined_export, name="quarantined-export"),
]
