"""REST: who leads a project, and what stands in its portal: messages and files of both sides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404
from ninja import Field, File, Router
from ninja import Status as Answer
from ninja.files import UploadedFile

from nenrin.api.attachments import CONTENT
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.onboarding import EDIT, VIEW, OnboardingOut, found_project, found_step, told_project
from nenrin.api.paging import Id, Strict, Word
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work.models import OnboardingFile, OnboardingProject
from nenrin.work.models.onboarding_portal import OnboardingMessage
from nenrin.work.onboarding import files, messages, projects

router = Router(tags=["onboarding"])
READ = Permission.CONTACTS_VIEW
_FILE = "/{int:project_id}/files/{int:file_id}"


class OnboardingLead(Strict):
    """A member's id; null: nobody leads it."""

    owner: Id | None


class PortalMessageIn(Strict):
    """`step`: the key of the step that it is about. Sent twice under one `key` it is one message."""

    body: str = ""
    step: str = Field("", max_length=60)
    key: str = Field("", max_length=64, pattern=r"^[^\x00-\x1f]*$")


class PortalMessageOut(Strict):
    """`body` is null for roles that do not read personal data; `seen_at` by the other side."""

    id: int
    body: str | None
    step: str | None
    is_ours: bool
    member_id: int | None
    contact_id: int | None
    written_at: datetime
    seen_at: datetime | None


class PortalSeen(Strict):
    seen: int


class PortalFileOut(Strict):
    """`name` is null for roles that do not read personal data; `size` in bytes."""

    id: int
    name: str | None
    media_type: str
    size: int
    sha256: str
    step: str | None
    is_ours: bool
    created_at: datetime
    removed_at: datetime | None


@router.put("/{int:project_id}/lead", response=OnboardingOut, summary="Let a colleague lead a project")
@grants(EDIT)
def lead_project(request: ApiRequest, project_id: Id, body: OnboardingLead) -> Any:
    """They are told. Safe to repeat."""
    row = found_project(request, project_id, EDIT)
    owner = Member.objects.filter(pk=body.owner or 0, is_active=True).first()
    if body.owner is not None and owner is None:
        raise Refused.one("owner", Text("an active member", "有効なメンバー"), body.owner)
    projects.assign(row, owner, by=Actor.of(request.member), at=request.at)
    return told_project(found_project(request, project_id, EDIT))


@router.get("/{int:project_id}/messages", response=list[PortalMessageOut], summary="List messages of a project")
@grants(VIEW)
def list_messages(request: ApiRequest, project_id: Id) -> Any:
    """Of both sides, the last five hundred, the oldest first."""
    project, reads = found_project(request, project_id, VIEW), visible(request.member, FieldClass.PERSONAL)
    rows = messages.of(project).order_by("-written_at", "-pk")[:500]
    return [_message(row, reads) for row in reversed(rows)]


@router.post("/{int:project_id}/messages", response={201: PortalMessageOut}, summary="Write to the customer")
@grants(EDIT)
def write_message(request: ApiRequest, project_id: Id, body: PortalMessageIn) -> Any:
    """It stands in the portal. Safe to repeat with a `key`."""
    project = found_project(request, project_id, EDIT)
    step = found_step(project, body.step) if body.step else None
    text = body.body.replace("\0", "")
    row = messages.write(project, text, member=request.member, at=request.at, step=step, key=body.key)
    return Answer(201, _message(row, visible(request.member, FieldClass.PERSONAL)))


@router.post("/{int:project_id}/messages/seen", response=PortalSeen, summary="Mark the customer's messages as read")
@grants(EDIT)
def see_messages(request: ApiRequest, project_id: Id) -> Any:
    """All of a project. Safe to repeat."""
    project = found_project(request, project_id, EDIT)
    return {"seen": messages.seen(project, by_us=True, at=request.at)}


@router.get("/{int:project_id}/files", response=list[PortalFileOut], summary="List files of a project")
@grants(VIEW)
def list_portal_files(request: ApiRequest, project_id: Id) -> Any:
    """Of both sides, the oldest first."""
    project, reads = found_project(request, project_id, VIEW), visible(request.member, FieldClass.PERSONAL)
    rows = OnboardingFile.objects.filter(project=project, removed_at__isnull=True).select_related("step")
    return [_file(row, reads) for row in rows]


@router.post("/{int:project_id}/files", response={201: PortalFileOut}, summary="Give the customer a file")
@grants(EDIT)
def give_file(request: ApiRequest, project_id: Id, file: File[UploadedFile | None] = None, step: Word = "") -> Any:
    """It stands in the portal; `step` is a step's key. The same bytes under the same name are kept once."""
    project = found_project(request, project_id, EDIT)
    if file is None:
        raise Refused.one("file", Text("send one as multipart/form-data", "multipart/form-data で送信"))
    about = found_step(project, step) if step else None
    row = files.give(project, file.name or "", file.chunks(), member=request.member, at=request.at, step=about)
    return Answer(201, _file(row, visible(request.member, FieldClass.PERSONAL)))


@router.get(_FILE, openapi_extra=CONTENT, summary="Download a file of a project")
@grants(READ)
def get_portal_file(request: ApiRequest, project_id: Id, file_id: Id) -> Any:
    """Its content, always to be saved; 404 where it was removed."""
    row = _one(found_project(request, project_id, VIEW), file_id)
    if row.removed_at is not None:
        raise Http404(f"file {file_id} was removed")
    try:
        content = files.path_of(row).open("rb")
    except OSError:
        raise Http404(f"the content of file {file_id} is not in this home") from None
    answer = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.delete(_FILE, response={204: None}, summary="Remove a file of a project")
@grants(EDIT)
def remove_portal_file(request: ApiRequest, project_id: Id, file_id: Id) -> Any:
    """Nobody sees it any more; its content goes after thirty days. Safe to repeat."""
    row = _one(found_project(request, project_id, EDIT), file_id)
    files.remove(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


@router.post(f"{_FILE}/restore", response=PortalFileOut, summary="Bring a file of a project back")
@grants(EDIT)
def restore_portal_file(request: ApiRequest, project_id: Id, file_id: Id) -> Any:
    """While its content is there. Safe to repeat."""
    row = _one(found_project(request, project_id, EDIT), file_id)
    files.restore(row, by=Actor.of(request.member), at=request.at)
    row.refresh_from_db()
    return _file(row, visible(request.member, FieldClass.PERSONAL))


def _one(project: OnboardingProject, key: int) -> OnboardingFile:
    row = OnboardingFile.objects.filter(project=project, pk=key).select_related("project", "step").first()
    if row is None:
        raise Http404(f"no file {key} of this project")
    return row


def _message(row: OnboardingMessage, reads: bool) -> dict[str, Any]:
    plain = ("id", "is_ours", "member_id", "contact_id", "written_at", "seen_at")
    told = {name: getattr(row, name) for name in plain}
    return told | {"body": row.body if reads else None, "step": row.step.key if row.step else None}


def _file(row: OnboardingFile, reads: bool) -> dict[str, Any]:
    plain = ("id", "media_type", "size", "is_ours", "created_at", "removed_at")
    told = {name: getattr(row, name) for name in plain}
    name = row.name if reads else None
    return told | {"name": name, "sha256": row.digest, "step": row.step.key if row.step else None}
