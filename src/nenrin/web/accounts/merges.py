"""Two accounts made one: a preview of what a merge would move, and the way back."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.customers import fields as columns
from nenrin.customers import merges as verbs
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Merge
from nenrin.foundation.actors import Actor
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts.duplicates import MERGE
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import plain, whole


@requires(MERGE)
def merge(request: MemberRequest, key: int) -> HttpResponse:
    """Choose the other account, look at what would move, merge."""
    survivor = find(request, key, MERGE)
    other = _other(request)
    wanted = plain(request.GET.get("q"))
    context: dict[str, object] = {"as_of": request.at, "survivor": survivor, "absorbed": other, "wanted": wanted}
    if other is None:
        rows = Account.objects.for_member(request.user, MERGE).standing().exclude(pk=survivor.pk)
        context["found"] = rows.filter(search__contains=normal(wanted))[:20] if wanted else ()
        return render(request, "accounts/merge.html", context)
    try:
        if request.method == "POST":
            row = verbs.merge(survivor, other, by=Actor.of(request.user), at=request.at)
            words = Text(f"“{other.name}” merged.", f"「{other.name}」を統合しました。")
            toasts.say(request, words, undo_url=reverse("merge-undo", args=[row.pk]))
            return HttpResponseRedirect(reverse("account", args=[key]))
        preview = verbs.preview(survivor, other)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
        return HttpResponseRedirect(reverse("merges"))
    context |= {
        "preview": preview,
        "filled": [(_label(name), value) for name, value in preview.filled.items()],
        "kept": [(_label(name), own, theirs) for name, (own, theirs) in preview.kept.items()],
    }
    return render(request, "accounts/merge.html", context)


def _other(request: MemberRequest) -> Account | None:
    key = whole(request.POST.get("with") or request.GET.get("with"))
    return find(request, key, MERGE) if key else None


def _label(name: str) -> Text:
    known = columns.ACCOUNT.get(name)
    return known.label if known else Text("Parent", "親会社")


@require_POST
@requires(MERGE)
def undo(request: MemberRequest, key: int) -> HttpResponse:
    """Put everything back that moved."""
    reach = Account.objects.for_member(request.user, MERGE)
    row = Merge.objects.filter(pk=key, survivor__in=reach).first()
    if row is None:
        raise Http404(f"merge {key}")
    try:
        account = verbs.undo(row, by=Actor.of(request.user), at=request.at)
    except Refused as refused:
        toasts.say(request, refused.faults[0].text)
        return HttpResponseRedirect(reverse("merges"))
    toasts.say(request, Text("The merge was undone.", "統合を取り消しました。"))
    return HttpResponseRedirect(reverse("account", args=[account.pk]))


urlpatterns = [
    path("accounts/<int:key>/merge", merge, name="account-merge"),
    path("accounts/merges/<int:key>/undo", undo, name="merge-undo"),
]
