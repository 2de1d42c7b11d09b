"""Tags: free words on accounts, how often each is used, and putting one word in place of another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from nenrin.customers import tags as verbs
from nenrin.customers.models import Account, Tag
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.accounts.filters import ALL
from nenrin.web.editing import attempt
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, page_of, plain

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.PRODUCTS_EDIT
SORTS = {"name": "name", "accounts": "n"}
HEADS = (Text("Tag", "タグ"), Text("Accounts", "顧客数"))


class RenameForm(forms.Form):
    name = forms.CharField(
        label=_("New word"),
        max_length=60,
        help_text=_("A word that is a tag already takes these accounts in: the two become one."),
    )


@requires(VIEW)
def tags(request: MemberRequest) -> HttpResponse:
    """Every tag in use on the accounts of one's scope, with their number."""
    wanted = plain(request.GET.get("q"), 60)
    sort = chosen_sort(request, SORTS, "name")
    page = page_of(_asked(request, wanted, sort, VIEW), request)
    context = {
        "as_of": request.at,
        "page": page,
        "lines": list(page.object_list),
        "wanted": wanted,
        "sort": sort,
        "all": ALL,
        "may_edit": _may_edit(request),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
    }
    return render(request, "customer_settings/tags.html", context)


def _asked(request: MemberRequest, wanted: str, sort: str, permission: Permission) -> QuerySet[Tag]:
    seen = Account.objects.for_member(request.user, permission).standing().values("pk")
    rows: Any = Tag.objects.filter(accounts__in=seen).annotate(n=Count("accounts"))  # Any: annotated
    rows = rows.filter(name__icontains=wanted) if wanted else rows
    found: QuerySet[Tag] = rows.order_by(_column(sort), "pk")
    return found


@requires(Permission.EXPORT)
def tags_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order: counted over the accounts within the right to export."""
    wanted = plain(request.GET.get("q"), 60)
    rows = _asked(request, wanted, chosen_sort(request, SORTS, "name"), Permission.EXPORT)
    language, found = exports.language(), [(tag.name, tag.n) for tag in rows]  # type: ignore[attr-defined]
    exports.note(request, "tag", len(found), {"q": wanted})
    return exports.answer(kind, "tags", [head.in_(language) for head in HEADS], found, request.at)


def _column(sort: str) -> str:
    return ("-" if sort.startswith("-") else "") + SORTS[sort.removeprefix("-")]


def _may_edit(request: MemberRequest) -> bool:
    """Only who reaches every account: else a word would be changed on some accounts and stand on others."""
    return allowed(request.user, EDIT) is not None and allowed(request.user, Permission.ACCOUNTS_EDIT) is Scope.ALL


@requires(EDIT)
def tag(request: MemberRequest, key: int) -> HttpResponse:
    """Another word in place of this one on every account; each account's journal says so."""
    found = get_object_or_404(Tag, pk=key)
    form = RenameForm(request.POST or None, initial={"name": found.name})
    accounts = Account.objects.for_member(request.user, Permission.ACCOUNTS_EDIT).standing().filter(tags=found)
    changed = 0

    def rename() -> None:
        nonlocal changed
        changed = verbs.rename(found, form.cleaned_data["name"], by=Actor.of(request.user), at=request.at)

    if request.method == "POST" and form.is_valid() and attempt(form, rename) is True:
        words = Text(f"Tag changed on {format.counted(changed, 'account')}.", f"{changed}社のタグを変更しました。")
        toasts.say(request, words)
        return HttpResponseRedirect(reverse("tags"))
    context = {
        "as_of": request.at,
        "form": form,
        "title": Text(f"Rename or merge “{found.name}”", f"タグ「{found.name}」の名称変更・統合"),
        "crumbs": [(Text("Tags", "タグ"), reverse("tags"))],
        "count": accounts.count(),
        "cancel_url": reverse("tags"),
    }
    return render(request, "customer_settings/tag.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("tags", tags, name="tags"),
    path("tags/export.<str:kind>", tags_export, name="tags-export"),
    path("tags/<int:key>", tag, name="tag"),
]
