"""Runs: who is inside, at which step, waiting for what; failed ones tried again; each run with all it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.playbooks import masks, reasons, runs, steps
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run, RunStep
from nenrin.playbooks.models.run import OPEN
from nenrin.values import Text
from nenrin.web import exports, listing, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.playbooks import lawful, outcomes, standing

STATES = {
    "asked": Text("Waits for approval", "承認待ち"),
    "ready": Text("Next", "開始待ち"),
    "waiting": Text("Waiting", "待機中"),
    "failed": Text("Failed", "失敗"),
    "done": Text("Done", "完了"),
    "exited": Text("Ended early", "途中終了"),
    "held_out": Text("Left alone", "未実施グループ"),
    "skipped": Text("Kept out", "対象外"),
}
SORTS = {
    "entered": "entered_at", "account": "account__name", "playbook": "playbook__key", "state": "state", "wake": "wake_at",
    "changed": "changed_at",
}  # fmt: skip
HEAD = (
    Text("Account", "顧客"), Text("Playbook", "プレイブック"), Text("State", "状態"), Text("Why", "理由"), Text("Step", "手順"),
    Text("Begun", "開始"), Text("Next", "次の予定"), Text("Ended", "終了"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    run: Run
    name: Text
    state: Text
    why: Text
    step: Text | None


@requires(Permission.PLAYBOOKS_VIEW)
def run_list(request: MemberRequest) -> HttpResponse:
    """Runs of the viewer's accounts: filters in the address, fifty to a page."""
    rows = _rows(request)
    sort = listing.chosen_sort(request, SORTS, "-entered")
    page = listing.page_of(listing.ordered(rows, sort, SORTS), request)
    names, chosen = _names(), request.GET.get("playbook", "")
    context = lawful.shown(chosen, names, request.at) | {
        "as_of": request.at,
        "lines": [_line(run) for run in page.object_list],
        "page": page,
        "sort": sort,
        "counts": _counts(request),
        "states": STATES,
        "state": request.GET.get("state", ""),
        "playbook": chosen,
        "playbooks": names,
        "q": listing.plain(request.GET.get("q")),
        "asked": _asked(request, dict(names)),
        "unknown": outcomes.unknown(request.user),
        "may_start": standing.may(request, Permission.PLAYBOOKS_START),
        "may_publish": standing.may(request, Permission.PLAYBOOKS_PUBLISH),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "playbooks/runs.html", context)


def _mine(request: MemberRequest) -> QuerySet[Run]:
    return Run.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW)


def _rows(request: MemberRequest) -> QuerySet[Run]:
    rows = _chosen(request).select_related("account", "version__playbook")
    state = request.GET.get("state", "")
    if state == "open":
        return rows.filter(state__in=OPEN)
    return rows.filter(state=state) if state in STATES else rows


def _chosen(request: MemberRequest) -> QuerySet[Run]:
    rows, q = _mine(request), listing.plain(request.GET.get("q"))
    if key := request.GET.get("playbook"):
        rows = rows.filter(playbook__key=key)
    return rows.filter(account__name__icontains=q) if q else rows


def _counts(request: MemberRequest) -> dict[str, int]:
    found = dict(_chosen(request).order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in STATES}


def _names() -> list[tuple[str, Text]]:
    rows = PlaybookVersion.objects.exclude(state="retired").order_by("playbook__key", "number")
    return list(
        {key: (key, Text(en, ja)) for key, en, ja in rows.values_list("playbook__key", "name_en", "name_ja")}.values()
    )


def _asked(request: MemberRequest, names: dict[str, Text]) -> list[dict[str, Any]]:
    """Playbooks whose many accounts wait for a person, with how many."""
    rows = _mine(request).filter(state="asked").order_by().values("playbook__key").annotate(n=Count("pk"))
    return [{"key": row["playbook__key"], "name": names.get(row["playbook__key"]), "count": row["n"]} for row in rows]


def _line(run: Run) -> Line:
    name = Text(run.version.name_en, run.version.name_ja)
    return Line(run, name, STATES[run.state], reasons.told(run.why), step_words(run))


def step_words(run: Run) -> Text | None:
    """The step where it stands, by its number and kind; from the stored document, which need not read any more."""
    for number, one in enumerate(_walked(run.version.document.get("steps", [])), start=2):
        if one.get("id") == run.step:
            kind = steps.KINDS.get(one.get("do", ""))
            named = kind.name if kind else Text(run.step, run.step)
            return Text(f"{number}. {named.en}", f"{number}. {named.ja}")
    return Text("Goal", "目標") if run.step else None


def _walked(some: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in some:
        yield one
        for arm in ("then", "otherwise"):
            yield from _walked(one.get(arm) or [])


@requires(Permission.EXPORT)
def runs_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Runs of accounts within the right to export, as CSV or Excel, as filtered and sorted."""
    language = get_language() or "ja"
    reach = Run.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = listing.ordered(_rows(request).filter(pk__in=reach), listing.chosen_sort(request, SORTS, "-entered"), SORTS)
    exports.note(request, "run", rows.count(), {}, room="playbooks")
    base = Run.objects.select_related("account", "version__playbook")

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, base):
            for one in map(_line, chunk):
                step = one.step.in_(language) if one.step else ""
                yield [one.run.account.name, one.name.in_(language), one.state.in_(language), one.why.in_(language), step,
                       one.run.entered_at, one.run.wake_at, one.run.ended_at]  # fmt: skip

    return exports.answer(kind, "runs", [head.in_(language) for head in HEAD], lines(), request.at)


@requires(Permission.PLAYBOOKS_VIEW)
def run(request: MemberRequest, key: int) -> HttpResponse:
    """One run: why it began, every step with what it made and what became of it outside, where it stands."""
    row = get_object_or_404(_mine(request).select_related("account", "version__playbook"), pk=key)
    taken = list(row.steps.order_by("number", "pk"))
    outside = outcomes.of(taken)
    context = {
        "as_of": request.at,
        "line": _line(row),
        "began": reasons.told(row.began),
        "steps": [_step(one, outside, request.user) for one in taken],
        "chain": [one for one in _chain(row) if len(row.chain) > 1],
        "newest": row.version.playbook.versions.filter(state="live").exclude(pk=row.version_id).first(),
        "is_open": row.state in OPEN,
        "may_start": standing.may(request, Permission.PLAYBOOKS_START),
    }
    return render(request, "playbooks/run.html", context)


def _step(taken: RunStep, outside: dict[int, Any], member: Member) -> dict[str, Any]:
    kind = steps.KINDS.get(taken.kind)
    note = masks.note(taken.kind, taken.note, member)
    words = Text(note.get("en", ""), note.get("ja", ""))
    arm = None
    if kind and kind.arms and taken.note.get("arm"):
        arm = kind.arms[taken.note["arm"] == "otherwise"]
    name = kind.name if kind else Text(taken.kind, taken.kind)
    return {"taken": taken, "kind": name, "words": words, "arm": arm, "url": taken.note.get("url", ""),
            "outside": outside.get(taken.pk)}  # fmt: skip


def _chain(row: Run) -> list[Text]:
    names = {key: Text(en, ja) for key, en, ja in PlaybookVersion.objects.filter(playbook__in=row.chain).order_by("number")
             .values_list("playbook_id", "name_en", "name_ja")}  # fmt: skip
    return [names[key] for key in row.chain if key in names]


@require_POST
@requires(Permission.PLAYBOOKS_START)
def retry(request: MemberRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Run.objects.for_member(request.user, Permission.PLAYBOOKS_START), pk=key)
    try:
        runs.retry(row, by=Actor.of(request.user), at=request.at)
        toasts.say(request, _("It is tried again in a moment."))
    except runs.NotFailed:
        toasts.say(request, _("It has not failed: there is nothing to try again."))
    return HttpResponseRedirect(reverse("run", args=[key]))


@require_POST
@requires(Permission.PLAYBOOKS_START)
def end(request: MemberRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Run.objects.for_member(request.user, Permission.PLAYBOOKS_START), pk=key)
    runs.end(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, _("Ended. What it did stays."))
    return HttpResponseRedirect(reverse("run", args=[key]))


@require_POST
@requires(Permission.PLAYBOOKS_START)
def move(request: MemberRequest, key: int) -> HttpResponse:
    """Let it go on by the live version."""
    row = get_object_or_404(Run.objects.for_member(request.user, Permission.PLAYBOOKS_START), pk=key)
    live = PlaybookVersion.objects.filter(playbook=row.playbook_id, state="live").first()
    if live and runs.move([row], live, by=Actor.of(request.user), at=request.at):
        toasts.say(request, _("It goes on by the live version."))
    return HttpResponseRedirect(reverse("run", args=[key]))


@require_POST
@requires(Permission.PLAYBOOKS_EDIT)
def move_all(request: MemberRequest, key: str) -> HttpResponse:
    """Every open run of a playbook goes on by the live version."""
    row = get_object_or_404(Playbook, key=key)
    live = row.versions.filter(state="live").first()
    open_ones = Run.objects.filter(playbook=row, state__in=OPEN).select_related("version")
    count = runs.move(open_ones, live, by=Actor.of(request.user), at=request.at) if live else 0
    said = Text(f"{format.counted(count, 'run')} moved.", f"{count}件を移行しました。")
    toasts.say(request, said.in_(get_language() or "ja"))
    return HttpResponseRedirect(reverse("playbook-versions", args=[key]))


urlpatterns = [
    path("runs", run_list, name="runs"),
    path("runs/export.<str:kind>", runs_export, name="runs-export"),
    path("runs/<int:key>", run, name="run"),
    path("runs/<int:key>/retry", retry, name="run-retry"),
    path("runs/<int:key>/end", end, name="run-end"),
    path("runs/<int:key>/move", move, name="run-move"),
    path("playbooks/<slug:key>/move-runs", move_all, name="playbook-move-runs"),
]
