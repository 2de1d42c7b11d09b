"""Start: the questions of first use, what shows because of them, and the one-page result against the first day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import format, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import StartBaseline
from nenrin.insight.prints import start as printed
from nenrin.insight.start import answers, baselines, focus, results, rows, words
from nenrin.insight.start.focus import AREAS
from nenrin.insight.start.measuring import Missing
from nenrin.insight.start.results import Line, Result
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole
from nenrin.web.start import proposing
from nenrin.web.start.asking import StartForm

VIEW, EDIT = Permission.RESULTS_VIEW, Permission.ORGANISATION_EDIT
SAVED = Text("Answers kept.", "回答を保存しました。")
TAKEN = Text("New baseline kept.", "新しい基準値を保存しました。")
WHY = Text("Say why a new baseline begins.", "新しい基準値にする理由を入力してください。")
MEANWHILE = Text(
    "Somebody kept a new baseline in the meantime: nothing was done.",
    "別の人が新しい基準値を保存したため、実行していません。",
)


@requires(EDIT)
def start(request: MemberRequest) -> HttpResponse:
    """Answer the questions, or answer them anew; what shows and what is proposed because of it."""
    held = focus.of(organisation.current())
    form = StartForm(request.POST or None, focus=held)
    if request.method == "POST" and form.is_valid():
        answers.answer(**form.cleaned_data, by=Actor.of(request.user), at=request.at)
        toasts.say(request, SAVED)
        return HttpResponseRedirect(reverse("start" if held.is_answered else "home"))
    context = {
        "as_of": request.at,
        "form": form,
        "focus": held,
        "areas": [(name, key in held.chosen()) for key, name in AREAS.items()],
        "proposed": proposing.proposed(held, request.user),
        **_baselines(),
        **_waiting(request),
    }
    return render(request, "start/start.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT)
def start_everything(request: MemberRequest) -> HttpResponse:
    """Every page in everyone's index, or again those of the focus."""
    is_whole = request.POST.get("whole") == "on"
    answers.show_everything(is_whole, by=Actor.of(request.user), at=request.at)
    toasts.say(
        request,
        Text("Every page shows to everyone.", "全員にすべての画面を表示します。")
        if is_whole
        else Text("Only the pages of the start show.", "選んだ課題の画面だけを表示します。"),
    )
    return HttpResponseRedirect(reverse("start"))


def _baselines() -> dict[str, Any]:
    every = baselines.every()
    return {"baseline": every[0] if every else None, "earlier": every[1:], "longest": baselines.LONGEST}


def _waiting(request: MemberRequest) -> dict[str, Any]:
    """The exchange rates for which the first baseline waits, and where they are told."""
    found = baselines.waiting(organisation.today(request.at))
    by_month = any(one.month for one in found)
    may_tell = allowed(request.user, Permission.HEALTH_CONFIGURE) is not None
    where = reverse("revenue-rate-new" if by_month else "revenue-settings") if may_tell else ""
    return {"waiting": [_rate(one) for one in found], "rates_url": where}


def _rate(of: Missing) -> Text:
    some = ("1 paying account", "有料の顧客1社") if of.accounts == 1 else (f"{of.accounts:,} paying accounts", f"有料の顧客{of.accounts:,}社")  # fmt: skip
    if of.month is None:
        return Text(f"{of.currency} in {of.into} ({some[0]})", f"{of.currency}から{of.into}へのレート（{some[1]}）")
    en, ja = (format.day(of.month, language, "month") for language in ("en", "ja"))
    return Text(f"{of.currency} in {of.into} at the end of {en} ({some[0]})", f"{ja}末の{of.currency}から{of.into}へのレート（{some[1]}）")  # fmt: skip


@require_POST
@requires(EDIT)
def start_baseline(request: MemberRequest) -> HttpResponse:
    """Count from today's figures from now on, with a reason; the earlier baselines stay."""
    seen, day = whole(request.POST.get("seen", "")), organisation.today(request.at)
    try:
        baselines.take(
            day, why=plain(request.POST.get("why"), 2000), seen=seen, by=Actor.of(request.user), at=request.at
        )
    except Refused as refused:
        fault = refused.faults[0]
        toasts.say(request, WHY if fault.field == "why" else fault.text)
    except Conflict:
        toasts.say(request, MEANWHILE)
    else:
        toasts.say(request, TAKEN)
    return HttpResponseRedirect(reverse("start") + "#baseline")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it reads."""

    line: Line
    before: Text
    before_reach: Text
    after: Text
    after_reach: Text
    change: Text
    change_reach: Text
    verdict: Text


@requires(VIEW)
def start_result(request: MemberRequest) -> HttpResponse:
    """The figures of the first day beside today's."""
    every = baselines.every()
    found = results.result(request.at, _number(request), every)
    if found is None and every:
        raise Http404("there is no such baseline")
    context: dict[str, Any] = {
        "tabs": _tabs(every, found) if found and len(every) > 1 else [],
        "against": f"?baseline={found.baseline.number}" if found and found.baseline != every[0] else "",
        "as_of": request.at,
        "result": found,
        "may_answer": allowed(request.user, EDIT) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_import": allowed(request.user, Permission.IMPORT) is not None,
        "is_answered": focus.of(organisation.current()).is_answered,
    }
    if found is not None:
        context |= _told(request, found)
    return render(request, "start/result.html", context)


def _tabs(every: list[StartBaseline], shown: Result) -> list[Tab]:
    """One a baseline, the one that holds first."""
    found = []
    for row in every:
        days = [format.day(row.taken_on, language) for language in ("en", "ja")]
        url = reverse("start-result") + ("" if row == every[0] else f"?baseline={row.number}")
        found.append(Tab(Text(f"Since {days[0]}", f"{days[1]}から"), url, row == shown.baseline))
    return found


def _told(request: MemberRequest, found: Result) -> dict[str, Any]:
    return {
        "summary": words.summary(found),
        "about": words.about(found),
        "lines": [_shown(line, found) for line in found.lines],
        "honest": words.HONEST,
        "overlap": words.OVERLAP,
        "earlier": words.counted_then(found),
        "effects_url": reverse("effects") if allowed(request.user, Permission.PLAYBOOKS_VIEW) else "",
    }


def _shown(of: Line, result: Result) -> Shown:
    then, now = result.baseline.currency, result.policy.reporting_currency
    return Shown(
        of,
        words.value(of.sort, of.before, then),
        words.reach(of.sort, of.before.interval, then),
        words.value(of.sort, of.after, now),
        words.reach(of.sort, of.after.interval, now),
        words.change(of, now),
        words.change_reach(of, now),
        words.verdict(of, result),
    )


def _result(request: MemberRequest) -> Result:
    """Raises Http404 without a baseline."""
    found = results.result(request.at, _number(request))
    if found is None:
        raise Http404("there is no such baseline")
    return found


def _number(request: MemberRequest) -> int | None:
    """Which baseline the address asks for; None: the one that holds."""
    return whole(request.GET.get("baseline", ""))


@requires(VIEW)
def start_pdf(request: MemberRequest) -> HttpResponse:
    """The same on one page of paper, in the reader's language."""
    language = exports.language()
    made = printed.pdf(_result(request), language, request.at)
    name = f"nenrin-start-{organisation.today(request.at):%Y%m%d}-{language[:2]}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@requires(Permission.EXPORT)
def start_export(request: MemberRequest, kind: str) -> Any:
    """Every figure of the result, one a row; for those who see the page."""
    if allowed(request.user, VIEW) is None:
        raise PermissionDenied(VIEW.value)
    language, found = exports.language(), list(rows.rows(_result(request)))

    def lines() -> Iterator[list[Any]]:
        for row in found:
            yield [cell.in_(language) if isinstance(cell, Text) else cell for cell in row]

    exports.note(request, "start", len(found), {}, room="insight")
    return exports.answer(kind, "start", [head.in_(language) for head in rows.HEADS], lines(), request.at)


urlpatterns = [
    path("start", start, name="start"),
    path("start/baseline", start_baseline, name="start-baseline"),
    path("start/everything", start_everything, name="start-everything"),
    path("start/result", start_result, name="start-result"),
    path("start/result.pdf", start_pdf, name="start-result-pdf"),
    path("start/result/export.<str:kind>", start_export, name="start-result-export"),
]
