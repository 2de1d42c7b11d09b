"""The portal's page and what a customer does on it. Every form works without scripts, and leads back to the page."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nenrin.customers.errors import Refused
from nenrin.foundation import organisation
from nenrin.values import Text
from nenrin.web.components import Tab
from nenrin.web.portal import reading
from nenrin.web.portal.doors import NotHere, PortalRequest, by_link
from nenrin.web.portal.reading import Portal, Whose
from nenrin.work import attachments, file_kinds
from nenrin.work.models import OnboardingFile, OnboardingStep
from nenrin.work.onboarding import customers, files, links, messages

#: A form may carry a little besides its file.
MOST_BYTES = attachments.LARGEST + 64 * 1024
#: What the page says after a deed; the address names the deed, never its words.
SAID = {
    "done": Text("Thank you. We see that it is done.", "完了を承りました。ありがとうございます。"),
    "approved": Text("Thank you. We see your approval.", "承認を承りました。ありがとうございます。"),
    "unapproved": Text("Your approval is taken back.", "承認を取り消しました。"),
    "reopened": Text("The step is open again.", "未完了に戻しました。"),
    "sent": Text("Your message has been sent.", "メッセージを送信しました。"),
    "handed": Text("We have received your file.", "ファイルを受け取りました。"),
}


@require_safe
@by_link
def portal(request: PortalRequest, secret: str) -> HttpResponse:
    """Their steps, progress, files and messages.

    Opened and read counts only where a browser says that it goes to the page: what merely fetches an address to check
    it (a scanner of mails, a preview) does not say so. Every form that is sent counts too.
    """
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        links.used(request.link, at=request.at)
        messages.seen(request.link.project, by_us=False, at=request.at)
    return _page(request, secret)


def _page(request: PortalRequest, secret: str, wrong: str = "", kept: str = "", status: int = 200) -> HttpResponse:
    whose = _whose(request)
    today = organisation.today(request.at)
    shown = reading.read(request.link, us=organisation.current().name, today=today, whose=whose)
    context = {
        "tabs": _tabs(shown, reverse("portal", args=[secret])),
        "keep": "" if whose == "all" else f"?{urlencode({'whose': whose})}",
        "portal": shown,
        "link": request.link,
        "last_day": links.last_day(request.link),
        "secret": secret,
        "said": SAID.get(request.GET.get("said", "")),
        "wrong": wrong,
        "kept": kept,
        "once": secrets.token_hex(8),
        "accept": ",".join(f".{ending}" for ending in file_kinds.ENDINGS),
        "most": f"{attachments.LARGEST >> 20} MB",
        "as_of": None,
    }
    return render(request, "portal/portal.html", context, status=status)


def _whose(request: PortalRequest) -> Whose:
    return "mine" if request.GET.get("whose") == "mine" else "all"


def _tabs(shown: Portal, here: str) -> list[Tab]:
    """Everybody's and one's own, with the open steps of each; none where nothing is a colleague's."""
    if not shown.is_shared:
        return []
    everybodys, mine = Text("Our whole company", "自社全体"), Text("Mine", "自分の担当分")
    return [
        Tab(everybodys, here, shown.whose == "all", shown.everybodys),
        Tab(mine, f"{here}?whose=mine", shown.whose == "mine", shown.mine),
    ]


def _back(request: PortalRequest, secret: str, said: str, where: str = "") -> HttpResponseRedirect:
    """To the page, of the same steps and files as before."""
    asked = {"said": said} | ({} if _whose(request) == "all" else {"whose": "mine"})
    return HttpResponseRedirect(f"{reverse('portal', args=[secret])}?{urlencode(asked)}{where}")


def _refused(request: PortalRequest, secret: str, refused: Refused, kept: str = "") -> HttpResponse:
    language = get_language() or "ja"
    return _page(request, secret, " ".join(fault.text.in_(language) for fault in refused.faults), kept, 422)


def _step(request: PortalRequest, key: int) -> OnboardingStep:
    """A step of this link's project that the portal shows; raises NotHere for any other."""
    row = OnboardingStep.objects.select_related("project__account", "project__owner").filter(
        pk=key, project=request.link.project_id
    ).first()  # fmt: skip
    if row is None or not customers.is_shown(row):
        raise NotHere
    return row


@require_POST
@by_link
def step(request: PortalRequest, secret: str, key: int) -> HttpResponse:
    """Done, approved, or one of these taken back; the button says which."""
    row = _step(request, key)
    deed = request.POST.get("do", "")
    deeds = {
        "done": (customers.finish, "done"),
        "approve": (customers.approve, "approved"),
        "reopen": (customers.reopen, "reopened"),
        "unapprove": (customers.unapprove, "unapproved"),
    }
    if deed not in deeds:
        return _page(request, secret, _("Please choose one of the buttons."), status=422)
    act, said = deeds[deed]
    try:
        act(request.link, row, at=request.at)
    except Refused as refused:
        return _refused(request, secret, refused)
    return _back(request, secret, said)


@require_POST
@by_link
def message(request: PortalRequest, secret: str) -> HttpResponse:
    """A message to us; sent twice it is one."""
    body = request.POST.get("body", "").replace("\x00", "")
    try:
        customers.write(request.link, body, at=request.at, key=_once(request))
    except Refused as refused:
        return _refused(request, secret, refused, kept=body[: messages.LONGEST])
    return _back(request, secret, "sent", "#messages")


def _once(request: PortalRequest) -> str:
    told = request.POST.get("once", "")
    return f"{request.link.pk}-{told}" if told.isalnum() and len(told) <= 32 else ""


@require_POST
@by_link
def upload(request: PortalRequest, secret: str) -> HttpResponse:
    """Files for us, beside a step or beside the project. One that is too large is refused before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _page(request, secret, attachments.TOO_LARGE.in_(get_language() or "ja"), status=413)
    told = request.POST.get("step", "")
    row = _step(request, int(told)) if told.isascii() and told.isdigit() and len(told) < 19 else None
    chosen = request.FILES.getlist("file")[:10]
    if not chosen:
        return _page(request, secret, _("Please choose a file first."), status=422)
    try:
        for file in chosen:
            customers.hand(request.link, file.name or "", file.chunks(), at=request.at, step=row)
    except Refused as refused:
        return _refused(request, secret, refused)
    return _back(request, secret, "handed", f"#step-{row.pk}" if row else "#files")


@require_safe
@by_link
def download(request: PortalRequest, secret: str, key: int) -> HttpResponseBase:
    """A file of this project: always to be saved, never to be shown."""
    row = OnboardingFile.objects.filter(pk=key, project=request.link.project_id, removed_at__isnull=True).first()
    if row is None:
        raise NotHere
    return sent(row)


def sent(row: OnboardingFile) -> FileResponse:
    """The file as a download; raises NotHere where its content is not in this home."""
    try:
        content = files.path_of(row).open("rb")
    except OSError:
        raise NotHere from None
    answer = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@by_link
def language(request: PortalRequest, secret: str) -> HttpResponse:
    """Japanese or English from now on, for this link."""
    links.speak(request.link, request.POST.get("language", ""))
    keep = "" if _whose(request) == "all" else "?whose=mine"
    return HttpResponseRedirect(reverse("portal", args=[secret]) + keep)


urlpatterns = [
    path("p/<str:secret>", portal, name="portal"),
    path("p/<str:secret>/steps/<int:key>", step, name="portal-step"),
    path("p/<str:secret>/messages", message, name="portal-message"),
    path("p/<str:secret>/files", upload, name="portal-upload"),
    path("p/<str:secret>/files/<int:key>", download, name="portal-file"),
    path("p/<str:secret>/language", language, name="portal-language"),
]
