"""Files beside a task, a meeting, a timeline entry, a handoff, a success plan, an opportunity or an account: shown,
added, taken out, brought back, downloaded.

Reading takes what reading contacts takes: what a file holds about people is not known. Changing takes what changing
its thing takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, View, requires
from nenrin.work import attachments, file_kinds
from nenrin.work.attachments import Holder
from nenrin.work.models import Attachment, Handoff, Meeting, Opportunity, SuccessPlan, Task, Touch
from nenrin.work.models.attachment import HOLDERS

READ: Final = Permission.CONTACTS_VIEW
Owner = Task | Meeting | Touch | Handoff | SuccessPlan | Opportunity | Account


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file can belong to: its column, its page and where that stands, what changing it takes."""

    column: str
    page: str
    base: str
    edit: Permission
    model: type[Owner]


KINDS: Final = (
    Kind("task", "task", "tasks", Permission.TASKS_EDIT, Task),
    Kind("meeting", "meeting", "meetings", Permission.MEETINGS_EDIT, Meeting),
    Kind("touch", "timeline-entry", "timeline", Permission.TIMELINE_WRITE, Touch),
    Kind("handoff", "handoff", "handoffs", Permission.HANDOFFS_EDIT, Handoff),
    Kind("success_plan", "success-plan", "success-plans", Permission.PLANS_EDIT, SuccessPlan),
    Kind("opportunity", "opportunity", "opportunities", Permission.OPPORTUNITIES_EDIT, Opportunity),
    Kind("account", "account-timeline", "accounts", Permission.ACCOUNTS_EDIT, Account),
)
_BY_MODEL: Final = {kind.model: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Line:
    row: Attachment
    remove_url: str


@dataclass(frozen=True, slots=True)
class Files:
    """What stands under "files": the rows, and where a new one is sent to ("" where none may be added)."""

    lines: list[Line]
    add_url: str
    taken: str  # endings that are taken, for the file dialogue
    most: str


def shown(holder: Owner, request: MemberRequest, *, may_edit: bool) -> Files | None:
    """The files of a thing; None for whoever reads no personal data."""
    if not visible(request.user, FieldClass.PERSONAL):
        return None
    column = _BY_MODEL[type(holder)].column
    rows = Attachment.objects.filter(removed_at__isnull=True, **{column: holder}).select_related("added_by")
    lines = [Line(row, reverse(f"{column}-file-remove", args=[holder.pk, row.pk]) if may_edit else "") for row in rows]
    add_url = reverse(f"{column}-file-add", args=[holder.pk]) if may_edit else ""
    return Files(
        lines, add_url, ",".join(f".{ending}" for ending in file_kinds.ENDINGS), f"{attachments.LARGEST >> 20} MB"
    )


@requires(READ)
def download(request: MemberRequest, key: int) -> FileResponse:
    """The file itself: always to be saved, never to be shown, whatever it says that it is."""
    row = get_object_or_404(Attachment.objects.select_related(*HOLDERS), pk=key, removed_at=None)
    if not attachments.sees(request.user, attachments.holder_of(row)):
        raise Http404(f"attachment {key}")
    try:
        content = attachments.path_of(row).open("rb")
    except OSError:
        raise Http404(f"attachment {key} is not in this home") from None
    answer = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _adding(kind: Kind) -> View:
    @require_POST
    @requires(kind.edit)
    def add(request: MemberRequest, key: int) -> HttpResponse:
        """Keep the files that were chosen; each that is not taken is named."""
        holder = _holder(kind, request, key)
        for file in request.FILES.getlist("file")[:20]:
            _add(request, holder, file)
        return HttpResponseRedirect(reverse(kind.page, args=[key]) + "#files")

    return add


def _add(request: MemberRequest, holder: Holder, file: Any) -> None:
    name = attachments.display_name(file.name or "")
    try:
        attachments.add(holder, name, file.chunks(), by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        said = refused.faults[0].text.in_(get_language() or "ja")
        toasts.say(request, Text(f"“{name}” was not kept. {said}", f"「{name}」は保存されていません。{said}"))
    else:
        toasts.say(request, Text(f"“{name}” kept.", f"「{name}」を保存しました。"))


def _removing(kind: Kind) -> View:
    @require_POST
    @requires(kind.edit)
    def remove(request: MemberRequest, key: int, file: int) -> HttpResponse:
        """Take a file out; the toast brings it back."""
        row = _file(kind, request, key, file)
        attachments.remove(row, by=Actor.of(request.user), at=request.at)
        undo = reverse(f"{kind.column}-file-restore", args=[key, file])
        toasts.say(request, Text("File removed.", "ファイルを削除しました。"), undo_url=undo)
        return HttpResponseRedirect(reverse(kind.page, args=[key]) + "#files")

    return remove


def _restoring(kind: Kind) -> View:
    @require_POST
    @requires(kind.edit)
    def restore(request: MemberRequest, key: int, file: int) -> HttpResponse:
        """Bring a file back, while its content is there."""
        try:
            attachments.restore(_file(kind, request, key, file), by=Actor.of(request.user), at=request.at)
        except Refused as refused:
            toasts.say(request, refused.faults[0].text)
        return HttpResponseRedirect(reverse(kind.page, args=[key]) + "#files")

    return restore


def _holder(kind: Kind, request: MemberRequest, key: int) -> Owner:
    rows: QuerySet[Any] = kind.model.objects.for_member(request.user, kind.edit)
    rows = rows.filter(retracted_at__isnull=True) if kind.model is Touch else rows
    rows = rows if kind.model is Account else rows.select_related("account")
    found: Owner = get_object_or_404(rows, pk=key)
    return found


def _file(kind: Kind, request: MemberRequest, key: int, file: int) -> Attachment:
    return get_object_or_404(Attachment, pk=file, **{kind.column: _holder(kind, request, key)})


def _addresses(kind: Kind) -> list[URLPattern]:
    base = kind.base
    return [
        path(f"{base}/<int:key>/files", _adding(kind), name=f"{kind.column}-file-add"),
        path(f"{base}/<int:key>/files/<int:file>/remove", _removing(kind), name=f"{kind.column}-file-remove"),
        path(f"{base}/<int:key>/files/<int:file>/restore", _restoring(kind), name=f"{kind.column}-file-restore"),
    ]


urlpatterns = [
    path("attachments/<int:key>", download, name="attachment"),
    *(address for kind in KINDS for address in _addresses(kind)),
]
