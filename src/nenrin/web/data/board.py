"""The data board: what came in, what became of it, what waits for a decision, and whether the loops keep up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, QuerySet, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Lease
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.ingest import conservation, lakes, quarantine
from nenrin.ingest.conservation import Law
from nenrin.ingest.models import Conflict, Quarantined, Source
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.charts.columns import Column, Columns
from nenrin.web.data import law_words
from nenrin.web.data.source_words import CONFLICTS, LOOPS, REASONS
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.home import freshness
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole

VOLUME_DAYS = 14
#: A loop that has not gone round for this long is late; its longest round is shorter.
LATE_SECONDS = 120
#: Of those that are ticked one by one.
MOST_TICKED = 1_000
DEEDS: dict[str, quarantine.Deed] = {"retry": quarantine.retry, "drop": quarantine.drop}
SORTS, NEWEST = {"reason": "reason", "sender": "source", "arrived": "received_at"}, "-arrived"


@dataclass(frozen=True, slots=True)
class Line:
    """A source with its terms of the law."""

    source: Source
    fresh: freshness.Freshness | None
    law: Law
    gap: int  # received, less what became of it: 0 where nothing vanished


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of the worker: when it last went round and what it did."""

    name: Text
    beat_at: datetime
    seconds: float
    is_late: bool
    done: object
    took: object


@requires(Permission.DATA_VIEW)
def data_board(request: MemberRequest) -> HttpResponse:
    """Everything about arriving data on one page."""
    law = conservation.law(lakes.current())
    total = law["total"]
    context = {
        "as_of": request.at,
        "facts": law_words.facts(total, request.at, get_language() or "ja"),
        "holds": conservation.holds(total),
        "told": law_words.told(total),
        "sum_meaning": law_words.SUM,
        "lines": _lines(law, request.at),
        "volume": _volume(request),
        "reasons": _reasons(),
        "conflicts": [
            (CONFLICTS.get(row.kind, Text(row.kind, row.kind)), row)
            for row in Conflict.objects.order_by("-last_at")[:20]
        ],
        "loops": _loops(request.at),
        "may_see": visible(request.user, FieldClass.PERSONAL),
    }
    return render(request, "data/board.html", context)


def _lines(law: dict[str, Law], at: datetime) -> list[Line]:
    rows = list(Source.objects.order_by("-is_active", "name"))
    fresh = {row.source.pk: row for row in freshness.sources(at, rows)}
    found = [(row, law.get(conservation.called(row.pk, row.name))) for row in rows]
    return [Line(row, fresh.get(row.pk), told, law_words.difference(told)) for row, told in found if told]


def _volume(request: MemberRequest) -> Columns:
    """Events stored by day, of the last two weeks, in the organisation's days."""
    today = organisation.today(request.at)
    days = [today - timedelta(days=n) for n in range(VOLUME_DAYS - 1, -1, -1)]
    with lakes.current().session(days=(days[0], today + timedelta(days=1))) as db:
        counted: dict[date, int] = dict(
            db.execute("select day, sum(n)::bigint from raw_counts group by day").fetchall()
        )
    language = get_language() or "ja"
    columns = tuple(
        Column(
            format.day(one, language, "brief"),
            counted.get(one, 0),
            format.number(counted.get(one, 0), language),
            is_partial=one == today,
        )
        for one in days
    )
    sum_text = format.number(sum(column.value for column in columns), language)
    story = Text(
        f"{sum_text} product events in the last {VOLUME_DAYS} days", f"過去{VOLUME_DAYS}日間の利用ログは{sum_text}件"
    )
    return Columns(columns, story, Text("Product events", "利用ログ"))


def _reasons() -> list[dict[str, object]]:
    """What waits in quarantine, by reason, the most first."""
    waiting = Quarantined.objects.filter(state__in=("waiting", "retrying"))
    rows = waiting.values("reason").annotate(n=Sum("events"), last=Max("received_at")).order_by("-n")
    return [{**row, "words": _reason(row["reason"])} for row in rows]


def _reason(code: str) -> Text:
    return REASONS.get(code, Text(code, code))


def _loops(at: datetime) -> list[Loop]:
    rows = {row.name: row for row in Lease.objects.filter(name__startswith="worker.")}
    return [_loop(LOOPS[name], rows[name], at) for name in LOOPS if name in rows]


def _loop(name: Text, row: Lease, at: datetime) -> Loop:
    silent = max((at - row.beat_at).total_seconds(), 0.0)
    return Loop(
        name, row.beat_at, silent, silent > LATE_SECONDS, row.particulars.get("done"), row.particulars.get("seconds")
    )


@requires(Permission.DATA_VIEW)
def quarantined(request: MemberRequest) -> HttpResponse:
    """Events set aside, newest first, by reason and source."""
    rows, asked = set_aside(request)
    waiting = Quarantined.objects.filter(state__in=("waiting", "retrying"))
    page = page_of(rows, request)
    names = dict(Source.objects.values_list("id", "name"))
    context = {
        "as_of": request.at,
        "page": page,
        "rows": [(row, _reason(row.reason), names.get(row.source, f"#{row.source}")) for row in page],
        "reasons": Counter(dict(waiting.values_list("reason").annotate(n=Sum("events")).order_by())),
        "words": REASONS,
        "reason": asked["reason"],
        "sender": asked["source"],
        "senders": [
            (pk, names.get(pk, f"#{pk}"))
            for pk in waiting.order_by("source").values_list("source", flat=True).distinct()
        ],
        "going_on": _going_on(request),
        "sort": chosen_sort(request, SORTS, NEWEST),
        "choices": [
            (code, _reason(code)) for code in waiting.order_by("reason").values_list("reason", flat=True).distinct()
        ],
        "may_edit": allowed(request.user, Permission.DATA_EDIT) is not None,
        "may_see": visible(request.user, FieldClass.PERSONAL),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "data/quarantined.html", context)


def set_aside(request: MemberRequest) -> tuple[QuerySet[Quarantined], dict[str, str]]:
    """The events that wait for a decision, of this reason and source, in the order asked for; and what was asked."""
    asked = {"reason": plain(request.GET.get("reason")), "source": plain(request.GET.get("source"))}
    rows, sender = Quarantined.objects.filter(state__in=("waiting", "retrying")), whole(asked["source"])
    if asked["reason"]:
        rows = rows.filter(reason=asked["reason"])
    if sender is not None:
        rows = rows.filter(source=sender)
    return ordered(rows, chosen_sort(request, SORTS, NEWEST), SORTS), asked


@require_POST
@requires(Permission.DATA_EDIT)
def settle(request: MemberRequest) -> HttpResponse:
    """Try the ticked events again, or all that match; or give them up. All of them go on in several requests."""
    waiting = _meant(request)
    do = "drop" if request.POST.get("do") == "drop" else "retry"
    by = Actor.of(request.user)
    if not request.POST.get("all"):
        keys = [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit()]
        rows = list(waiting.filter(pk__in=keys[:MOST_TICKED]))
        _say(request, do, DEEDS[do](rows, by=by, at=request.at))
        return HttpResponseRedirect(_back(request))
    after, through, before = (whole(plain(request.POST.get(name))) or 0 for name in ("after", "through", "done"))
    through = through or waiting.aggregate(last=Max("pk"))["last"] or 0
    found = quarantine.settle_all(DEEDS[do], waiting, after=after, through=through, by=by, at=request.at)
    done = before + found.settled
    if found.after is None:
        _say(request, do, done)
        return HttpResponseRedirect(_back(request))
    more = {"do": do, "after": found.after, "through": through, "done": done, "left": found.left}
    return HttpResponseRedirect(_back(request, **{name: str(value) for name, value in more.items()}))


def _meant(request: MemberRequest) -> QuerySet[Quarantined]:
    """What waits, of the reason and source that the page was limited to."""
    rows = Quarantined.objects.filter(state__in=("waiting", "retrying"))
    reason, sender = plain(request.POST.get("reason")), whole(plain(request.POST.get("source")))
    rows = rows.filter(reason=reason) if reason else rows
    return rows if sender is None else rows.filter(source=sender)


def _say(request: MemberRequest, do: str, count: int) -> None:
    said = {
        "drop": gettext("Given up: %(count)d"),
        "retry": gettext("Tried again: %(count)d. What can be stored now leaves this list within seconds."),
    }
    toasts.say(request, said[do] % {"count": count})


def _back(request: MemberRequest, **more: str) -> str:
    told = {name: plain(request.POST.get(name)) for name in ("reason", "source")} | more
    query = urlencode({name: value for name, value in told.items() if value})
    return reverse("quarantined") + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class GoingOn:
    """All of them take more than one request: how many are settled, and what goes on with the rest."""

    do: str
    after: int
    through: int
    done: int
    left: int

    @property
    def of(self) -> int:
        return self.done + self.left


def _going_on(request: MemberRequest) -> GoingOn | None:
    """As the address says, which only shows figures and a button; None where nothing goes on."""
    told = {name: whole(plain(request.GET.get(name))) for name in ("after", "through", "done", "left")}
    do = plain(request.GET.get("do"))
    if do not in DEEDS or None in told.values():
        return None
    return GoingOn(do, **{name: value or 0 for name, value in told.items()})


urlpatterns = [
    path("data", data_board, name="data-board"),
    path("data/quarantined", quarantined, name="quarantined"),
    path("data/quarantined/settle", settle, name="quarantined-settle"),
]
