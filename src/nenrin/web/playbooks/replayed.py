"""The stored replays as a list: the newest of each playbook, or every one that is kept; found, ordered, taken as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, chosen_sort, in_order, plain

VIEW: Final = Permission.PLAYBOOKS_VIEW
FILTERS: Final = ("q", "state", "which")
ALL: Final = "all"
STATES: Final = {
    "done": Text("Replayed", "計算済み"), "asked": Text("Being computed", "計算中"),
    "failed": Text("Could not be replayed", "計算できず"), "none": Text("Not rehearsed yet", "未実施"),
}  # fmt: skip
HEADS: Final = (
    Text("Playbook", "プレイブック"), Text("Version", "版"), Text("State", "状態"), Text("From", "開始日"), Text("To", "終了日"),
    Text("Fired", "発火件数"), Text("Accounts", "顧客数"), Text("Minutes of work", "工数（分）"),
    Text("Left afterwards", "その後の解約"), Text("Departures caught", "捉えた解約"), Text("Departures", "解約"),
    Text("Computed", "計算日時"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A playbook with one of its replays; `is_newest` of that playbook. `replay` None: it was never replayed."""

    key: str
    name: Text
    number: int
    replay: PlaybookReplay | None
    is_newest: bool = True

    @property
    def state(self) -> str:
        return self.replay.state if self.replay else "none"

    def figure(self, *names: str) -> Any:
        """A figure of its report; None where nothing is computed."""
        if self.replay is None or self.replay.state != "done":
            return None
        found: Any = self.replay.report
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    @property
    def days(self) -> tuple[Any, Any] | None:
        return (self.replay.last, self.replay.first) if self.replay and self.state == "done" else None


SORTS: Final[Mapping[str, Callable[[Row], Any]]] = {
    "playbook": lambda one: (one.name.in_(exports.language()), -one.number), "version": lambda one: one.number,
    "period": lambda one: one.days, "fired": lambda one: one.figure("fired"),
    "accounts": lambda one: one.figure("accounts"), "effort": lambda one: one.figure("effort", "minutes"),
    "left": lambda one: one.figure("outcomes", "left"), "caught": lambda one: one.figure("caught", "caught"),
}  # fmt: skip


@requires(VIEW)
def replay_list(request: MemberRequest) -> HttpResponse:
    """Replays side by side, by the playbook's name unless asked otherwise."""
    filters, sort = _filters(request), chosen_sort(request, SORTS, "playbook")
    page = Paginator(in_order(_asked(filters), sort, SORTS), PAGE).get_page(request.GET.get("page"))
    context = {
        "as_of": request.at,
        "page": page,
        "rows": list(page.object_list),
        "states": STATES.items(),
        "filters": filters,
        "has_filters": any(filters.values()),
        "sort": sort,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "playbooks/replays.html", context)


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in FILTERS}


def _asked(filters: Mapping[str, str]) -> list[Row]:
    said, state = normal(filters["q"]), filters["state"]
    found = _rows(filters["which"] == ALL)
    return [
        one
        for one in found
        if (said in normal(one.name.in_(exports.language())) or said in normal(one.key))
        and (state not in STATES or one.state == state)
    ]


def _rows(every: bool) -> list[Row]:
    """Of each playbook the newest replay of its newest version that has one, or every replay that is kept; two queries."""
    versions: dict[int, list[PlaybookVersion]] = {}
    kept = PlaybookVersion.objects.filter(playbook__archived_at__isnull=True).select_related("playbook")
    for version in kept.defer("document").order_by("playbook__key", "-number"):
        versions.setdefault(version.playbook_id, []).append(version)
    replays: dict[int, list[PlaybookReplay]] = {}
    stored = PlaybookReplay.objects.filter(version__playbook__archived_at__isnull=True).defer("document")
    for replay in stored.order_by("-pk"):
        replays.setdefault(replay.version_id, []).append(replay)
    return [row for some in versions.values() for row in _of_one(some, replays, every)]


def _of_one(versions: list[PlaybookVersion], replays: Mapping[int, list[PlaybookReplay]], every: bool) -> Iterable[Row]:
    """The rows of one playbook; its versions come newest first."""
    shown = next((one for one in versions if one.state == "live"), versions[0])
    key, name = shown.playbook.key, Text(shown.name_en, shown.name_ja)
    found = [(version.number, replay) for version in versions for replay in replays.get(version.pk, ())]
    if not found:
        yield Row(key, name, shown.number, None)
    for place, (number, replay) in enumerate(found if every else found[:1]):
        yield Row(key, name, number, replay, place == 0)


@requires(Permission.EXPORT)
def replays_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The list as a file, in its order, for whoever sees playbooks; figures, no accounts."""
    filters, language = _filters(request), exports.language()
    found = _asked(filters) if allowed(request.user, VIEW) is not None else []
    rows = in_order(found, chosen_sort(request, SORTS, "playbook"), SORTS)
    exports.note(request, "replay", len(rows), filters, room="playbooks")
    lines = (_cells(row, language) for row in rows)
    return exports.answer(kind, "replays", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(row: Row, language: str) -> list[Any]:
    of = row.replay
    days, done = ((of.first, of.last) if of else (None, None)), of.done_at.isoformat() if of and of.done_at else ""
    figures = (("fired",), ("accounts",), ("effort", "minutes"), ("outcomes", "left"), ("caught", "caught"),
               ("caught", "leavers"))  # fmt: skip
    told = (row.figure(*names) for names in figures)
    return [row.name.in_(language), row.number, STATES[row.state].in_(language), *days, *told, done]


urlpatterns = [
    path("replays", replay_list, name="replays"),
    path("replays/export.<str:kind>", replays_export, name="replays-export"),
]
