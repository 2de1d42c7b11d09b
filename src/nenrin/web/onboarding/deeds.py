"""What is done to a project from its page: each a form of its own, each back to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation import permissions
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common
from nenrin.web.onboarding import project as page
from nenrin.web.portal.doors import NotHere
from nenrin.web.portal.pages import sent
from nenrin.work.models import OnboardingFile, OnboardingLink, OnboardingProject, OnboardingStep
from nenrin.work.onboarding import closing, files, inviting, links, messages, projects

Deed = Callable[[MemberRequest, OnboardingProject], Text | None]


def _posted(name: str, said: Text, deed: Deed, where: str = "") -> Callable[..., HttpResponseBase]:
    """A view that does one deed and says so; what is refused is said on the page, and nothing changed."""

    @require_POST
    @requires(common.EDIT)
    def act(request: MemberRequest, key: int) -> HttpResponse:
        found = common.find(request, key, common.EDIT)
        try:
            told = deed(request, found)
        except Refused as refused:
            return _refused(request, found, refused)
        toasts.say(request, told or said)
        return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + where)

    act.__name__ = name
    return act


def _refused(request: MemberRequest, found: OnboardingProject, refused: Refused) -> HttpResponse:
    """The page again, with what was refused above it and what was typed kept."""
    found.refresh_from_db()
    language = get_language() or "ja"
    given = page.context(request, found) | {
        "wrong": [fault.text.in_(language) for fault in refused.faults], "kept": request.POST,
    }  # fmt: skip
    return render(request, "onboarding/project.html", given, status=422)


def _pause(request: MemberRequest, found: OnboardingProject) -> None:
    projects.pause(found, request.POST.get("reason", ""), by=Actor.of(request.user), at=request.at)


def _resume(request: MemberRequest, found: OnboardingProject) -> None:
    projects.resume(found, by=Actor.of(request.user), at=request.at)


def _cancel(request: MemberRequest, found: OnboardingProject) -> None:
    why: Any = request.POST.get("why", "")
    projects.cancel(found, why, note=request.POST.get("note", ""), by=Actor.of(request.user), at=request.at)


def _close(request: MemberRequest, found: OnboardingProject) -> None:
    closing.close(found, reason=request.POST.get("reason", ""), by=Actor.of(request.user), at=request.at)


def _lead(request: MemberRequest, found: OnboardingProject) -> None:
    projects.assign(found, common.member(request.POST.get("owner", "")), by=Actor.of(request.user), at=request.at)


def _write(request: MemberRequest, found: OnboardingProject) -> None:
    messages.write(found, request.POST.get("body", ""), member=request.user, at=request.at)
    messages.seen(found, by_us=True, at=request.at)


def _seen(request: MemberRequest, found: OnboardingProject) -> None:
    messages.seen(found, by_us=True, at=request.at)


def _give(request: MemberRequest, found: OnboardingProject) -> None:
    chosen = request.FILES.getlist("file")[:20]
    if not chosen:
        raise Refused.one("file", Text("Choose a file first.", "先にファイルを選んでください。"))
    step = _step(found, request.POST.get("step", ""))
    for file in chosen:
        files.give(found, file.name or "", file.chunks(), member=request.user, at=request.at, step=step)


def _step(found: OnboardingProject, told: str) -> OnboardingStep | None:
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        return None
    return OnboardingStep.objects.filter(project=found, pk=int(told)).first()


def _contact(request: MemberRequest, found: OnboardingProject) -> Contact:
    told = request.POST.get("contact", "")
    row = Contact.objects.filter(
        account=found.account_id, pk=int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0
    )
    contact = row.first()
    if contact is None:
        raise Refused.one("contact", Text("Choose a contact of this account.", "この顧客の担当者を選んでください。"))
    return contact


@require_POST
@requires(common.EDIT)
def link(request: MemberRequest, key: int) -> HttpResponse:
    """A new link: shown this once to be copied, or put into a mail that somebody approves before it goes."""
    found = common.find(request, key, common.EDIT)
    if not permissions.visible(request.user, permissions.FieldClass.PERSONAL):
        raise Http404("no personal data")
    try:
        contact = _contact(request, found)
        if request.POST.get("do") == "mail":
            inviting.draft(found, contact, by=Actor.of(request.user), at=request.at)
            toasts.say(
                request,
                Text(
                    "The invitation is a draft now: approve it to send it.",
                    "招待メールの下書きを作成しました。承認すると送信されます。",
                ),
            )
            return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + "#portal")
        issued = links.issue(found, contact, by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        return _refused(request, found, refused)
    given = page.context(request, found) | {"issued": issued}
    return render(request, "onboarding/project.html", given)


@require_POST
@requires(common.EDIT)
def revoke(request: MemberRequest, key: int, link: int) -> HttpResponse:
    """End a link at once."""
    found = common.find(request, key, common.EDIT)
    row = get_object_or_404(OnboardingLink.objects.select_related("project", "contact"), pk=link, project=found)
    links.revoke(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("The link opens nothing any more.", "リンクを無効にしました。"))
    return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + "#portal")


@requires(Permission.CONTACTS_VIEW)
def file(request: MemberRequest, key: int, file: int) -> FileResponse:
    """A file of the project, always to be saved."""
    found = common.find(request, key)
    row = get_object_or_404(OnboardingFile, pk=file, project=found, removed_at__isnull=True)
    try:
        return sent(row)
    except NotHere:
        raise Http404(_("The file is not in this home.")) from None


@require_POST
@requires(common.EDIT)
def file_remove(request: MemberRequest, key: int, file: int) -> HttpResponse:
    """Nobody sees it any more; the toast brings it back."""
    found = common.find(request, key, common.EDIT)
    row = get_object_or_404(OnboardingFile, pk=file, project=found)
    files.remove(row, by=Actor.of(request.user), at=request.at)
    undo = reverse("onboarding-file-restore", args=[key, file])
    toasts.say(request, Text("File removed.", "ファイルを削除しました。"), undo_url=undo)
    return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + "#files")


@require_POST
@requires(common.EDIT)
def file_restore(request: MemberRequest, key: int, file: int) -> HttpResponse:
    found = common.find(request, key, common.EDIT)
    row = get_object_or_404(OnboardingFile, pk=file, project=found)
    try:
        files.restore(row, by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
    return HttpResponseRedirect(reverse("onboarding-project", args=[key]) + "#files")


_DEEDS: tuple[tuple[str, Text, Deed, str], ...] = (
    ("pause", Text("Paused.", "一時停止しました。"), _pause, ""),
    ("resume", Text("Taken up again. Plan it anew where days have passed.", "再開しました。日程は再計画で見直せます。"), _resume, ""),
    ("cancel", Text("Cancelled.", "中止しました。"), _cancel, ""),
    ("close", Text("Closed.", "完了しました。"), _close, ""),
    ("lead", Text("The lead is changed.", "担当を変更しました。"), _lead, ""),
    ("message", Text("Sent: it stands in the portal.", "送信しました。お客様ポータルに表示されます。"), _write, "#messages"),
    ("seen", Text("Marked as read.", "既読にしました。"), _seen, "#messages"),
    ("upload", Text("The file stands in the portal.", "ファイルをお客様ポータルに追加しました。"), _give, "#files"),
)  # fmt: skip
urlpatterns = [
    *(
        path(f"onboarding/<int:key>/{name}", _posted(name, said, deed, where), name=f"onboarding-{name}")
        for name, said, deed, where in _DEEDS
    ),
    path("onboarding/<int:key>/links", link, name="onboarding-link"),
    path("onboarding/<int:key>/links/<int:link>/revoke", revoke, name="onboarding-link-revoke"),
    path("onboarding/<int:key>/files/<int:file>", file, name="onboarding-file"),
    path("onboarding/<int:key>/files/<int:file>/remove", file_remove, name="onboarding-file-remove"),
    path("onboarding/<int:key>/files/<int:file>/restore", file_restore, name="onboarding-file-restore"),
]
