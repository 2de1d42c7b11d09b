"""REST: files beside tasks, meetings, timeline entries, handoffs, success plans, opportunities and accounts: listed,
added, taken out, brought back, downloaded.

Reading takes what reading contacts takes: what a file holds about people is not known. Changing takes what changing
its thing takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from ninja import File, Router
from ninja import Status as Answer
from ninja.files import UploadedFile

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import attachments
from nenrin.work.models import Attachment, Handoff, Meeting, Opportunity, SuccessPlan, Task, Touch
from nenrin.work.models.attachment import HOLDERS

READ: Final = Permission.CONTACTS_VIEW
Owner = Task | Meeting | Touch | Handoff | SuccessPlan | Opportunity | Account
BINARY = {"schema": {"type": "string", "format": "binary"}}
CONTENT = {"responses": {200: {"content": {"application/octet-stream": BINARY}}}}
router = Router(tags=["files"])


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file can belong to: its column, its name in a sentence, what seeing and changing it takes."""

    column: str
    name: str
    view: Permission
    edit: Permission
    model: type[Owner]


KINDS: Final = (
    Kind("task", "a task", Permission.TASKS_VIEW, Permission.TASKS_EDIT, Task),
    Kind("meeting", "a meeting", Permission.MEETINGS_VIEW, Permission.MEETINGS_EDIT, Meeting),
    Kind("touch", "a timeline entry", Permission.TIMELINE_VIEW, Permission.TIMELINE_WRITE, Touch),
    Kind("handoff", "a handoff", Permission.HANDOFFS_VIEW, Permission.HANDOFFS_EDIT, Handoff),
    Kind("success_plan", "a success plan", Permission.PLANS_VIEW, Permission.PLANS_EDIT, SuccessPlan),
    Kind("opportunity", "an opportunity", Permission.OPPORTUNITIES_VIEW, Permission.OPPORTUNITIES_EDIT, Opportunity),
    Kind("account", "an account", Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT, Account),
)


class AttachmentOut(Strict):
    """`size` in bytes; `sha256` of the content. Its content: GET /attachments/{id}."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    added_by_id: int | None
    created_at: datetime
    removed_at: datetime | None


def _told(row: Attachment) -> dict[str, Any]:
    own = ("id", "name", "media_type", "size", "added_by_id", "created_at", "removed_at")
    return {name: getattr(row, name) for name in own} | {"sha256": row.digest}


@router.get("/{int:attachment_id}", openapi_extra=CONTENT, summary="Download a file")
@grants(READ)
def get_attachment(request: ApiRequest, attachment_id: Id) -> Any:
    """Its content, whatever it belongs to; 404 where you do not see that, or it was removed."""
    rows = Attachment.objects.select_related(*HOLDERS)
    row = rows.filter(pk=attachment_id, removed_at__isnull=True).first()
    if row is None or not attachments.sees(request.member, attachments.holder_of(row)):
        raise Http404(f"no file {attachment_id} in your scope")
    try:
        content = attachments.path_of(row).open("rb")
    except OSError:
        raise Http404(f"the content of file {attachment_id} is not in this home") from None
    answer = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _beside(kind: Kind) -> Router:
    """The operations on the files of one kind of thing."""
    beside, column = Router(tags=["files"]), kind.column
    _taking_out(beside, kind)

    @beside.get(
        "/{int:key}/files", response=list[AttachmentOut],
        operation_id=f"list_{column}_files", summary=f"List the files of {kind.name}",
    )  # fmt: skip
    @grants(READ)
    def listed(request: ApiRequest, key: Id) -> Any:
        """At most fifty, the oldest first."""
        rows = Attachment.objects.filter(removed_at__isnull=True, **{column: _holder(kind, request, key, kind.view)})
        return [_told(row) for row in rows]

    @beside.post(
        "/{int:key}/files", response={201: AttachmentOut},
        operation_id=f"add_{column}_file", summary=f"Add a file to {kind.name}",
    )  # fmt: skip
    @grants(kind.edit)
    def add(request: ApiRequest, key: Id, file: File[UploadedFile | None] = None) -> Any:
        """At most 20 MB, checked by what its bytes are. The same bytes under the same name are kept once."""
        holder = _holder(kind, request, key, kind.edit)
        if file is None:
            raise Refused.one("file", Text("send one as multipart/form-data", "multipart/form-data で送信"))
        row = attachments.add(holder, file.name or "", file.chunks(), by=Actor.of(request.member), at=request.at)
        return Answer(201, _told(row))

    return beside


def _taking_out(beside: Router, kind: Kind) -> None:
    """The operations that take a file out and bring it back."""
    column = kind.column

    @beside.delete(
        "/{int:key}/files/{int:file_id}", response={204: None},
        operation_id=f"remove_{column}_file", summary=f"Remove a file of {kind.name}",
    )  # fmt: skip
    @grants(kind.edit)
    def remove(request: ApiRequest, key: Id, file_id: Id) -> Any:
        """Shown no more; its content goes after thirty days. Safe to repeat."""
        attachments.remove(_file(kind, request, key, file_id), by=Actor.of(request.member), at=request.at)
        return Answer(204, None)

    @beside.post(
        "/{int:key}/files/{int:file_id}/restore", response=AttachmentOut,
        operation_id=f"restore_{column}_file", summary=f"Bring a file of {kind.name} back",
    )  # fmt: skip
    @grants(kind.edit)
    def restore(request: ApiRequest, key: Id, file_id: Id) -> Any:
        """While its content is there. Safe to repeat."""
        row = _file(kind, request, key, file_id)
        attachments.restore(row, by=Actor.of(request.member), at=request.at)
        row.refresh_from_db()
        return _told(row)


def _holder(kind: Kind, request: ApiRequest, key: int, permission: Permission) -> Owner:
    rows: QuerySet[Any] = kind.model.objects.for_member(request.member, permission)
    rows = rows.filter(retracted_at__isnull=True) if kind.model is Touch else rows
    rows = rows if kind.model is Account else rows.select_related("account")
    found: Owner | None = rows.filter(pk=key).first()
    if found is None:
        raise Http404(f"not {kind.name} in your scope: {key}")
    return found


def _file(kind: Kind, request: ApiRequest, key: int, file: int) -> Attachment:
    holder = _holder(kind, request, key, kind.edit)
    found = Attachment.objects.filter(pk=file, **{kind.column: holder}).first()
    if found is None:
        raise Http404(f"no file {file} here")
    return found


of_tasks, of_meetings, of_touches, of_handoffs, of_plans, of_opportunities, of_accounts = map(_beside, KINDS)
