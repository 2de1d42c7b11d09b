"""Imports: files uploaded, checked, taken in, taken back; with progress that is a row and survives a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.format import number
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest import imports as files
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.importing import rejected
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import STATES, State
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.components import Fact, Progress
from nenrin.web.data import import_mapping
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain

REJECTS_SHOWN = 50
_LIMIT_MB = files.LARGEST_FILE // 1_000_000
_SLACK = 1_000_000  # the other fields and the multipart frame

SORTS = {
    "file": "name", "state": "state", "kind": "kind", "source": "source", "rows": "rows_total", "new": "created",
    "changed": "updated", "same": "unchanged", "rejected": "rejected", "uploaded": "created_at",
}  # fmt: skip
HEADS = (
    Text("File", "ファイル"), Text("State", "状態"), Text("Contents", "内容"), Text("From", "取得元"), Text("Rows", "行数"),
    Text("New", "新規"), Text("Changed", "変更"), Text("Unchanged", "変更なし"), Text("Rejected", "却下"),
    Text("Uploaded", "アップロード日時"), Text("By", "担当"),
)  # fmt: skip


def _kinds() -> list[tuple[str, str]]:
    return [(kind.key, kind.name.in_(get_language() or "ja")) for kind in KINDS.values()]


class Upload(forms.Form):
    """A file and what it holds; a mapping file where one has been written."""

    kind = forms.ChoiceField(label=_("What is in the file"), choices=_kinds)
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=80,
        help_text=_("For example the CRM's name. The columns are assigned as for the last file from there."),
    )
    file = forms.FileField(label=_("CSV or Excel file"))
    mapping = forms.FileField(
        label=_("Mapping file (YAML)"), required=False, help_text=_("Only where somebody wrote one.")
    )


@requires(Permission.IMPORT)
def imports(request: MemberRequest) -> HttpResponse:
    """Every import with where it stands, the newest first unless another order is asked for."""
    filters, sort = _filters(request), chosen_sort(request, SORTS, "-uploaded")
    page = page_of(_listed(filters, sort), request)
    context = {
        "as_of": request.at,
        "page": page,
        "rows": [(row, KINDS[row.kind].name, STATES[State(row.state)]) for row in page.object_list],
        "kinds": KINDS.values(),
        "states": STATES.items(),
        "filters": filters,
        "has_filters": any(filters.values()),
        "sort": sort,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "imports/list.html", context)


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in ("q", "kind", "state")}


def _listed(filters: Mapping[str, str], sort: str) -> QuerySet[Import]:
    rows = Import.objects.select_related("member")
    if said := filters["q"]:
        rows = rows.filter(Q(name__icontains=said) | Q(source__icontains=said))
    rows = rows.filter(kind=filters["kind"]) if filters["kind"] in KINDS else rows
    rows = rows.filter(state=filters["state"]) if filters["state"] in set(State) else rows
    return ordered(rows, sort, SORTS)


@requires(Permission.EXPORT)
def imports_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it; not what was in the files."""
    filters, language = _filters(request), exports.language()
    rows = _listed(filters, chosen_sort(request, SORTS, "-uploaded"))
    rows = rows if allowed(request.user, Permission.IMPORT) is not None else rows.none()
    exports.note(request, "import", rows.count(), filters, room="ingest")
    lines = (_cells(row, language) for row in rows.iterator(exports.CHUNK))
    return exports.answer(kind, "imports", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(row: Import, language: str) -> list[Any]:
    kind, state = KINDS[row.kind].name.in_(language), STATES[State(row.state)].in_(language)
    counts = (row.rows_total, row.created, row.updated, row.unchanged, row.rejected)
    return [
        row.name,
        state,
        kind,
        row.source,
        *counts,
        row.created_at.isoformat(),
        row.member.name if row.member else "",
    ]


@csrf_exempt
@requires(Permission.IMPORT, reads_body=False)
def new_import(request: MemberRequest) -> HttpResponse:
    """Upload a file. One that is too large is refused by its stated length, before its content is read."""
    if request.method == "POST":
        if int(request.META.get("CONTENT_LENGTH") or 0) > files.LARGEST_FILE + _SLACK:
            return _upload_page(request, Upload(), status=413, problem=_too_large())
        # Straight to the disk; set before anything reads the body, the CSRF check included.
        request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _new_import(request)


@csrf_protect
def _new_import(request: MemberRequest) -> HttpResponse:
    chosen = request.GET.get("kind", "")
    form = Upload(
        request.POST or None, request.FILES or None, initial={"kind": chosen if chosen in KINDS else "accounts"}
    )
    if request.method != "POST":
        return _upload_page(request, form)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    try:
        row = _uploaded(request, form)
    except (safety.Refused, files.TooLarge) as problem:
        text = _too_large() if isinstance(problem, files.TooLarge) else files.refusal_text(problem)
        form.add_error("file", text.in_(get_language() or "ja"))
        return _upload_page(request, form, status=422)
    if given := form.cleaned_data["mapping"]:
        return _with_mapping_file(request, row, given.read(1_000_000))
    return HttpResponseRedirect(reverse("import-mapping", args=[row.pk]))


def _uploaded(request: MemberRequest, form: Upload) -> Import:
    file = form.cleaned_data["file"]
    return files.upload(
        form.cleaned_data["kind"], source=form.cleaned_data["source"], name=file.name, content=file.chunks(),
        by=Actor.of(request.user), at=request.at, member=request.user,
    )  # fmt: skip


def _with_mapping_file(request: MemberRequest, row: Import, content: bytes) -> HttpResponse:
    """The mapping as written; what is wrong with it is said on the mapping page, above the columns."""
    try:
        found = mappings.all_from_yaml(content.decode("utf-8-sig"))
        mapping = next((one for one in found if one.kind in ("", row.kind)), found[0])
        files.assign(row, mapping, by=Actor.of(request.user), at=request.at)
    except (mappings.BadMapping, tables.BadHeader, safety.Refused, UnicodeDecodeError) as problem:
        messages.error(request, files.refusal_text(problem).in_(get_language() or "ja"))
        return HttpResponseRedirect(reverse("import-mapping", args=[row.pk]))
    return HttpResponseRedirect(reverse("import", args=[row.pk]))


def _too_large() -> Text:
    return Text(
        f"The file is larger than {_LIMIT_MB} MB: split it.", f"{_LIMIT_MB} MBを超えています。分割してください。"
    )


def _upload_page(
    request: MemberRequest, form: Upload, *, status: int = 200, problem: Text | None = None
) -> HttpResponse:
    context = {"as_of": request.at, "form": form, "problem": problem, "limit": _LIMIT_MB, "kinds": KINDS.values()}
    return render(request, "imports/new.html", context, status=status)


@requires(Permission.IMPORT)
def import_page(request: MemberRequest, key: int) -> HttpResponse:
    """One import: what to do next, how far it is, what came of it."""
    row = _import(key)
    if row.state == State.UPLOADED:
        return HttpResponseRedirect(reverse("import-mapping", args=[key]))
    rejects = list(row.rejects.order_by("number")[:REJECTS_SHOWN])
    context = {
        "as_of": request.at,
        "row": row,
        "kind": KINDS[row.kind].name,
        "state": STATES[State(row.state)],
        "facts": _facts(row),
        "job": _job(row, request.at),
        "notes": [Text(note["en"], note["ja"]) for note in row.notes],
        "problem": Text(**row.problem) if row.problem else None,
        "rejects": [(reject.number, _problems(reject.problems)) for reject in rejects],
        "more": row.rejected - len(rejects),
        "can_undo": KINDS[row.kind].undo is not None and row.state in (State.DONE, State.CANCELLED, State.FAILED),
        "can_resume": row.state in (State.FAILED, State.CANCELLED),
        "can_start": row.state in (State.MAPPED, State.CHECKED),
    }
    return render(request, "imports/import.html", context)


def _problems(problems: list[dict[str, str]]) -> list[tuple[str, str, Text]]:
    return [(problem["column"], problem["value"], Text(problem["en"], problem["ja"])) for problem in problems]


def _facts(row: Import) -> list[Fact]:
    language = get_language() or "ja"
    named = (
        ("created", "import_new", Text("New", "新規")),
        ("updated", "import_changed", Text("Changed", "変更")),
        ("unchanged", "import_same", Text("Unchanged", "変更なし")),
        ("rejected", "import_rejected", Text("Rejected", "却下")),
    )
    rows = number(row.rows_total, language) if row.rows_total is not None else "—"
    total = [Fact(Text("Rows", "行数"), rows, key="import_rows")]
    return total + [Fact(label, number(getattr(row, name), language), key=key) for name, key, label in named]


def _job(row: Import, at: datetime) -> Progress:
    left = None
    if row.rows_total and row.rows_done and row.started_at:
        passed = (at - row.started_at).total_seconds()
        left = passed / row.rows_done * (row.rows_total - row.rows_done)
    undone = row.rows.exclude(undone="").count() if row.state == State.UNDOING else None
    return Progress(
        key=f"import-{row.pk}-progress",
        label=STATES[State(row.state)],
        done=row.rows_done if undone is None else undone,
        total=row.rows_total if undone is None else row.created + row.updated,
        is_running=row.is_at_work,
        seconds_left=left if undone is None else None,
        url=reverse("import-progress", args=[row.pk]),
        cancel_url=reverse("import-cancel", args=[row.pk]) if row.state != State.UNDOING else "",
    )


@requires(Permission.IMPORT)
def import_progress(request: MemberRequest, key: int) -> HttpResponse:
    """The progress alone, for polling; when the work is over the page is told to come again whole."""
    row = _import(key)
    response = render(request, "components/progress.html", {"job": _job(row, request.at)})
    if not row.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.IMPORT)
def import_rejected(request: MemberRequest, key: int) -> HttpResponseBase:
    """Rejected rows as CSV with a mark that Excel reads as UTF-8."""
    row = _import(key)
    language = get_language() or "ja"

    def content() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        for line in rejected.lines(row, language=language):
            yield line.encode()

    response = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{row.pk}-rejected.csv"'
    return response


@requires(Permission.IMPORT)
def import_template(request: MemberRequest, kind: str) -> HttpResponse:
    """An empty CSV with the columns of a kind in the reader's language: they are found by these names."""
    found = KINDS.get(kind)
    if found is None:
        return HttpResponse(status=404)
    language = get_language() or "ja"
    line = ",".join(of.name.in_(language) for of in found.fields)
    response = HttpResponse(f"\ufeff{line}\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def _action(verb: Callable[..., Import], done: object) -> Callable[..., HttpResponseBase]:
    """A button of an import's page: one verb, then the page again; a state that has moved on is said."""

    @require_POST
    @requires(Permission.IMPORT)
    def act(request: MemberRequest, key: int) -> HttpResponse:
        row = _import(key)
        try:
            verb(row, by=Actor.of(request.user), at=request.at)
        except files.WrongState:
            messages.error(request, gettext("This import has moved on in the meantime: look at it as it stands now."))
        except files.NotUndoable:
            messages.error(
                request, gettext("Product events stay once they are stored: ignore their names in the event catalogue.")
            )
        else:
            messages.success(request, str(done))
        return HttpResponseRedirect(reverse("import", args=[key]))

    return act


def _import(key: int) -> Import:
    return get_object_or_404(Import, pk=key)


import_check = _action(files.check, _("Checking the file. Nothing is written yet."))
import_start = _action(files.start, _("Importing. You can close this page."))
import_cancel = _action(files.cancel, _("Stopped. What was imported stays and can be undone."))
import_resume = _action(files.resume, _("Going on after the last row."))
import_undo = _action(files.undo, _("Taking the import back."))

urlpatterns = [
    path("imports", imports, name="imports"),
    path("imports/export.<str:kind>", imports_export, name="imports-export"),
    path("imports/new", new_import, name="import-new"),
    path("imports/templates/<slug:kind>.csv", import_template, name="import-template"),
    path("imports/<int:key>", import_page, name="import"),
    path("imports/<int:key>/mapping", import_mapping.import_mapping, name="import-mapping"),
    path("imports/<int:key>/mapping.yaml", import_mapping.import_mapping_yaml, name="import-mapping-yaml"),
    path("imports/<int:key>/progress", import_progress, name="import-progress"),
    path("imports/<int:key>/rejected.csv", import_rejected, name="import-rejected"),
    path("imports/<int:key>/check", import_check, name="import-check"),
    path("imports/<int:key>/start", import_start, name="import-start"),
    path("imports/<int:key>/cancel", import_cancel, name="import-cancel"),
    path("imports/<int:key>/resume", import_resume, name="import-resume"),
    path("imports/<int:key>/undo", import_undo, name="import-undo"),
]
