"""First look on the screen: one file of contracts in, the first figures out, and the same file into the installation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import imports
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State
from nenrin.insight.first_look import looking, reading, settling
from nenrin.insight.first_look.caveats import caveats
from nenrin.insight.first_look.looking import Look
from nenrin.insight.first_look.reading import Unclear
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.components import Step
from nenrin.web.first_look import asking, taking, words
from nenrin.web.first_look.asking import Asked
from nenrin.web.guard import MemberRequest, requires

PROBLEMS_SHOWN = 100
#: What refuses a file or a mapping, and says so.
REFUSALS = (safety.Refused, tables.BadHeader, mappings.BadMapping, imports.TooLarge)
_SLACK = 1_000_000


class Upload(forms.Form):
    file = forms.FileField(label=_("CSV or Excel file of contracts"))


@csrf_exempt
@requires(Permission.IMPORT, reads_body=False)
def first_look(request: MemberRequest) -> HttpResponse:
    """What is needed, and where to hand it in."""
    if request.method == "POST":
        if int(request.META.get("CONTENT_LENGTH") or 0) > imports.LARGEST_FILE + _SLACK:
            return _start(request, Upload(), 413, imports.refusal_text(imports.TooLarge(_("The file is too large."))))
        request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _first_look(request)


@csrf_protect
def _first_look(request: MemberRequest) -> HttpResponse:
    form = Upload(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _start(request, form)
    if not form.is_valid():
        return _start(request, form, 422)
    file = form.cleaned_data["file"]
    try:
        row = imports.upload(
            "accounts", source=taking.SOURCE, name=file.name, content=file.chunks(), by=Actor.of(request.user),
            at=request.at, member=request.user,
        )  # fmt: skip
    except REFUSALS as problem:
        form.add_error("file", imports.refusal_text(problem).in_(exports.language()))
        return _start(request, form, 422)
    return HttpResponseRedirect(reverse("first-look-file", args=[row.pk]))


def _start(request: MemberRequest, form: Upload, status: int = 200, problem: Text | None = None) -> HttpResponse:
    needs = [(text, fields) for text, fields in reading.NEEDS.values()]
    context = {"as_of": request.at, "form": form, "problem": problem, "needs": needs}
    return render(request, "first_look/start.html", context, status=status)


@requires(Permission.IMPORT)
def first_look_file(request: MemberRequest, key: int) -> HttpResponse:
    """What the file says, how it was read, and what it cannot tell."""
    row = _row(key)
    context: dict[str, Any] = {"as_of": request.at, "row": row, **_importing(row)}
    try:
        guess, header = _guess(row)
        ask = asking.asked(request.GET, guess, header)
        context |= _form(ask, header)
        context |= _looked(_look(request, row, ask))
    except Unclear as unclear:
        context |= {"unclear": unclear.text}
    except (*REFUSALS, FileNotFoundError) as problem:
        gone = Text(
            "The file is no longer there: upload it again.", "ファイルがありません。もう一度アップロードしてください。"
        )
        context |= {"problem": gone if isinstance(problem, FileNotFoundError) else imports.refusal_text(problem)}
    return render(request, "first_look/look.html", context)


def _row(key: int) -> Import:
    """The upload of a first look; a list of accounts or contracts that came another way can be looked at too."""
    row = get_object_or_404(Import, pk=key)
    if row.kind not in ("accounts", "subscriptions"):
        raise Http404(key)
    return row


def _guess(row: Import) -> tuple[mappings.FileMapping, tuple[str, ...]]:
    guess = reading.proposed(imports.file_of(row))
    return guess, tables.opened(imports.file_of(row), guess.reading).header


def _look(request: MemberRequest, row: Import, ask: Asked) -> Look:
    today = organisation.today(request.at)
    return looking.look(imports.file_of(row), ask.mapping, today, ask.assumed(), name=row.name)


def _form(ask: Asked, header: tuple[str, ...]) -> dict[str, Any]:
    chosen = {key: origin.column for key, origin in ask.mapping.fields.items()}
    return {
        "header": header,
        "fields": [(key, name, chosen.get(key, "")) for key, name in asking.fields()],
        "ends": list(asking.ENDS.items()),
        "chosen_ends": ask.ends or "",
        "orders": list(asking.ORDERS.items()),
        "chosen_order": ask.mapping.order.value,
        "margin": f"{ask.margin * 100:g}",
    }


def _looked(found: Look) -> dict[str, Any]:
    problems = [(left.number, problem) for left in found.told.left for problem in left.problems]
    return {
        "look": found,
        "head": words.head(found),
        "lines": words.lines(found),
        "caveats": caveats(found),
        "marked": [(each.mark, words.rows(each.rows)) for each in found.settled.marked],
        "problems": [words.problem(*each) for each in problems[:PROBLEMS_SHOWN]],
    }


def _importing(row: Import) -> dict[str, Any]:
    """Where the same file stands on its way into the installation."""
    contracts = taking.contracts_behind(row)
    if contracts is None:
        return {"can_import": row.source == taking.SOURCE and row.state == State.UPLOADED}
    return {
        "steps": [
            _step(Text("Accounts", "顧客"), row, is_next=False),
            _step(Text("Contracts", "契約"), contracts, is_next=row.state == State.DONE),
        ],
        "is_at_work": row.is_at_work or contracts.is_at_work,
        "can_go_on": row.state == State.DONE and contracts.state == State.MAPPED,
        "is_done": contracts.state == State.DONE,
    }


def _step(title: Text, row: Import, *, is_next: bool) -> Step:
    state = State(row.state)
    text = Text(f"{row.created:,} new, {row.rejected:,} rejected", f"新規 {row.created:,}件、却下 {row.rejected:,}件")
    is_current = row.is_at_work or is_next
    return Step(
        title, "done" if state == State.DONE else "current" if is_current else "open",
        text if row.rows_done else "", reverse("import", args=[row.pk]), Text("See the import", "取り込みを見る"),
    )  # fmt: skip


@require_POST
@requires(Permission.IMPORT)
def first_look_import(request: MemberRequest, key: int) -> HttpResponse:
    """Take the file in: its accounts now, its contracts after them."""
    row, by = _row(key), Actor.of(request.user)
    back = HttpResponseRedirect(f"{reverse('first-look-file', args=[key])}?{request.POST.get('question', '')}")
    contracts = taking.contracts_behind(row)
    if row.source != taking.SOURCE:  # it has its own way into the installation
        return HttpResponseRedirect(reverse("import", args=[key]))
    try:
        if contracts is not None:
            if row.state == State.DONE:
                imports.start(contracts, by=by, at=request.at)
            return back
        guess, header = _guess(row)
        ask = asking.asked(request.POST, guess, header)
        if missing := reading.lacking(ask.mapping):
            raise Unclear(missing, header)
        ends = ask.ends or settling.guessed(frozenset(ask.mapping.fields))
        taking.begin(row, ask.mapping, ends, by=by, at=request.at, member=request.user)
    except (Unclear, *REFUSALS, imports.WrongState) as problem:
        said = problem.text if isinstance(problem, Unclear) else imports.refusal_text(problem)
        toasts.say(request, said)
    return back


urlpatterns = [
    path("first-look", first_look, name="first-look"),
    path("first-look/<int:key>", first_look_file, name="first-look-file"),
    path("first-look/<int:key>/import", first_look_import, name="first-look-import"),
]
