"""Comments beside the figures: shown, written, taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers.errors import Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.executive import comments, words
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.models import BoardComment
from nenrin.insight.revenue import kpis
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain
from nenrin.web.revenue.asking import asked

COMMENT = Permission.REPORTS_COMMENT


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it reads; `then`: the figure when it was written, where it reads otherwise now."""

    row: BoardComment
    about: Text
    then: Text


def said(board: Dashboard) -> list[Said]:
    """The comments of the period and part shown, in their order."""
    return [Said(row, comments.about(row.kpi), then(board, row)) for row in board.comments]


def then(board: Dashboard, row: BoardComment) -> Text:
    """The figure when the words were written; empty where it reads the same now, or is not on the dashboard."""
    tile = board.tile(row.kpi)
    if tile is None:
        return Text("", "")
    was, now = words.value(board, tile, row.value), words.value(board, tile, tile.figure.value)
    return Text("", "") if was == now else was


def may_comment(request: MemberRequest, board: Dashboard) -> bool:
    """Comments speak of everyone's figures: only who sees them all says something of them."""
    return board.ask.books.accounts is None and allowed(request.user, COMMENT) is not None


def choices(board: Dashboard) -> list[tuple[str, Text]]:
    """What can be commented on: the whole, and each figure shown."""
    return [("", comments.WHOLE), *((tile.kpi.key, tile.kpi.name) for tile in board.tiles)]


@require_POST
@requires(COMMENT)
def write(request: MemberRequest) -> HttpResponse:
    """Say something on a figure of the period and part that the address names."""
    ask = asked(request)
    if ask.books.accounts is not None:
        raise PermissionDenied(COMMENT.value)
    kpi = plain(request.POST.get("kpi"))
    back = HttpResponseRedirect(f"{reverse('executive')}?{ask.address()}#comments")
    place = {"dimension": ask.by, "within": ask.within.key} if ask.within else {}
    found = kpis.figures_of(ask.ledger, ask.period, ask.grain, ask.within, [kpi], interval=False) if kpi in KPIS else {}
    try:
        comments.write(
            _words(request), kpi=kpi, grain=ask.grain, day=ask.period.start, by=Actor.of(request.user), at=request.at,
            value=found[kpi].value if kpi in found else None, **place,
        )  # fmt: skip
        toasts.say(request, Text("Comment added.", "コメントを追加しました。"))
    except Refused:
        toasts.say(
            request,
            Text(
                f"A comment has from 1 to {comments.MOST} characters.",
                f"コメントは1〜{comments.MOST}文字で入力してください。",
            ),
        )
    return back


def _words(request: MemberRequest) -> str:
    """What was typed, its lines kept, without what a database refuses."""
    lines = request.POST.get("words", "").replace("\r\n", "\n").split("\n")
    return "\n".join(plain(line, comments.MOST + 1) for line in lines)


@require_POST
@requires(COMMENT)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take one back, whoever wrote it: the journal keeps it."""
    row = get_object_or_404(BoardComment, pk=key)
    comments.withdraw(row, by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text("Comment taken back.", "コメントを取り消しました。"))
    return HttpResponseRedirect(f"{reverse('executive')}?{asked(request).address()}#comments")


urlpatterns = [
    path("executive/comments", write, name="executive-comments"),
    path("executive/comments/<int:key>/withdraw", withdraw, name="executive-comment-withdraw"),
]
