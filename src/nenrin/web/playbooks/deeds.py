"""What is done to a playbook as a whole: asked to be looked at, published, discarded, retired, paused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import asking_leave, playbooks
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires


def _back(key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("playbook", args=[key]))


def _done(request: MemberRequest, key: str, deed: Callable[[Playbook], object], words: Text) -> HttpResponse:
    """Do it and say so; what refuses says why."""
    row = get_object_or_404(Playbook, key=key)
    try:
        deed(row)
    except playbooks.NoDraft:
        words = Text("There is no draft: change something first.", "案がありません。先に変更を保存してください。")
    except playbooks.Stale:
        words = Text("Somebody saved this draft after you opened it. Look at it again.",
                     "開いた後に別の人がこの案を保存しました。内容を確かめてください。")  # fmt: skip
    except playbooks.NotLive:
        words = Text("No version is live.", "公開中の版がありません。")
    except Unreadable as wrong:
        words = wrong.problems[0].text
        if wrong.problems[0].path.startswith("hypothesis."):  # the form where it is stated
            toasts.say(request, words.in_(get_language() or "ja"))
            return HttpResponseRedirect(f"{reverse('playbook', args=[key])}?part=about#detail")
    toasts.say(request, words.in_(get_language() or "ja"))
    return _back(key) if Playbook.objects.filter(key=key).exists() else HttpResponseRedirect(reverse("playbooks"))


@require_POST
@requires(Permission.PLAYBOOKS_EDIT)
def ask(request: MemberRequest, key: str) -> HttpResponse:
    words = Text("Asked for a review.", "確認を依頼しました。")
    return _done(request, key, lambda row: playbooks.ask(row, by=Actor.of(request.user), at=request.at), words)


@require_POST
@requires(Permission.PLAYBOOKS_PUBLISH)
def publish(request: MemberRequest, key: str) -> HttpResponse:
    note, seen = request.POST.get("note", "").strip()[:500], _seen(request)
    words = Text("Published.", "公開しました。")
    by = Actor.of(request.user)
    return _done(request, key, lambda row: playbooks.publish(row, by=by, at=request.at, note=note, seen=seen), words)


def _seen(request: MemberRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


@require_POST
@requires(Permission.PLAYBOOKS_EDIT)
def discard(request: MemberRequest, key: str) -> HttpResponse:
    words = Text("Draft discarded.", "案を破棄しました。")
    return _done(request, key, lambda row: playbooks.discard(row, by=Actor.of(request.user), at=request.at), words)


@require_POST
@requires(Permission.PLAYBOOKS_PUBLISH)
def retire(request: MemberRequest, key: str) -> HttpResponse:
    note, ends = request.POST.get("note", "").strip()[:500], request.POST.get("end_runs") == "on"
    by, words = Actor.of(request.user), Text("Taken out of use.", "利用を終了しました。")
    return _done(request, key, lambda row: playbooks.retire(row, by=by, at=request.at, note=note, end_runs=ends), words)


@require_POST
@requires(Permission.PLAYBOOKS_PUBLISH)
def pause(request: MemberRequest, key: str) -> HttpResponse:
    why, by = request.POST.get("note", "").strip()[:300], Actor.of(request.user)
    words = Text("Paused: nobody comes in, nobody moves.", "一時停止しました。開始も進行も止まります。")
    return _done(request, key, lambda row: playbooks.pause(row, why=why, by=by, at=request.at), words)


@require_POST
@requires(Permission.PLAYBOOKS_PUBLISH)
def resume(request: MemberRequest, key: str) -> HttpResponse:
    """What passed it by is counted afterwards, and told among its versions: that begins nothing any more by itself."""
    row = get_object_or_404(Playbook, key=key)
    playbooks.resume(row, by=Actor.of(request.user), at=request.at)
    words = Text("It goes on. What came while it was paused is being counted: see Versions.",
                 "再開しました。一時停止中のきっかけを集計しています。結果は「版」に表示されます。")  # fmt: skip
    toasts.say(request, words.in_(get_language() or "ja"))
    return _back(key)


@require_POST
@requires(Permission.PLAYBOOKS_EDIT)
def roll_back(request: MemberRequest, key: str, number: int) -> HttpResponse:
    version = get_object_or_404(PlaybookVersion, playbook__key=key, number=number)
    words = Text(f"v{number} is the draft now.", f"v{number}を案として読み込みました。")
    return _done(
        request, key, lambda row: playbooks.roll_back(version, by=Actor.of(request.user), at=request.at), words
    )


@require_POST
@requires(Permission.PLAYBOOKS_PUBLISH)
def decide(request: MemberRequest, key: str) -> HttpResponse:
    """Let those who wait for a person begin, or keep them out."""
    row, by = get_object_or_404(Playbook, key=key), Actor.of(request.user)
    if request.POST.get("do") == "decline":
        count = asking_leave.decline(row, by=by, at=request.at)
        words = Text(f"{count} kept out.", f"{count}件を見送りました。")
    else:
        live = row.versions.filter(state="live").first()
        per_hour = (live.document.get("limits") or {}).get("per_hour", 200) if live else 200
        count = asking_leave.approve(row, per_hour=per_hour, by=by, at=request.at)
        words = Text(f"{count} begin.", f"{count}件を開始します。")
    toasts.say(request, words.in_(get_language() or "ja"))
    return HttpResponseRedirect(f"{reverse('runs')}?playbook={key}")


urlpatterns = [
    path("playbooks/<slug:key>/ask", ask, name="playbook-ask"),
    path("playbooks/<slug:key>/publish", publish, name="playbook-publish"),
    path("playbooks/<slug:key>/discard", discard, name="playbook-discard"),
    path("playbooks/<slug:key>/retire", retire, name="playbook-retire"),
    path("playbooks/<slug:key>/pause", pause, name="playbook-pause"),
    path("playbooks/<slug:key>/resume", resume, name="playbook-resume"),
    path("playbooks/<slug:key>/decide", decide, name="playbook-decide"),
    path("playbooks/<slug:key>/versions/<int:number>/roll-back", roll_back, name="playbook-roll-back"),
]
