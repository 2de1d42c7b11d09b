"""The palette: one field that finds accounts, people, actions and pages; also a plain page where scripts are off."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.customers.models import Account, Contact
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, allowed, visible
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.navigation import sections

ACCOUNTS_AT_MOST = 8
CONTACTS_AT_MOST = 5
RECENT_AT_MOST = 5
ACTIONS: tuple[tuple[Text, str, Permission], ...] = (
    (Text("New account", "顧客を追加する"), "account-new", Permission.ACCOUNTS_EDIT),
    (Text("Import a file", "ファイルを取り込む"), "import-new", Permission.IMPORT),
    (Text("New segment", "セグメントを作る"), "segment-new", Permission.SEGMENTS_EDIT),
    (Text("Invite a member", "メンバーを招く"), "member-new", Permission.MEMBERS_EDIT),
)


@dataclass(frozen=True, slots=True)
class Hit:
    label: Text | str
    url: str
    note: Text | str = ""


@dataclass(frozen=True, slots=True)
class Group:
    name: Text
    hits: tuple[Hit, ...]


@requires(Permission.SIGNED_IN)
def palette(request: MemberRequest) -> HttpResponse:
    """What matches `q`: a fragment of options for the dialog, else a page with a search field."""
    asked = request.GET.get("q", "").strip()
    context = {"groups": [group for group in found(request, asked) if group.hits], "asked": asked}
    return render(request, "palette/options.html" if request.htmx else "palette/page.html", context)


def found(request: MemberRequest, asked: str) -> list[Group]:
    """The accounts seen last, own accounts, all actions and pages where nothing is asked yet."""
    wanted = normal(asked)
    return [
        Group(Text("Seen lately", "最近見た顧客"), () if wanted else _recent(request)),
        Group(Text("Accounts", "顧客"), _accounts(request.user, wanted)),
        Group(Text("Contacts", "顧客担当者"), _contacts(request.user, wanted)),
        Group(Text("Actions", "操作"), _actions(request.user, wanted)),
        Group(Text("Pages", "画面"), _pages(request, wanted)),
    ]


def _accounts(member: Member, wanted: str) -> tuple[Hit, ...]:
    rows = Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).standing()
    rows = rows.filter(search__contains=wanted) if wanted else rows.filter(owner=member)
    best = rows.order_by("-mrr_minor", "name").values_list("pk", "name", "domain")[:ACCOUNTS_AT_MOST]
    return tuple(Hit(name, reverse("account", args=[key]), domain) for key, name, domain in best)


def _recent(request: MemberRequest) -> tuple[Hit, ...]:
    """The accounts whose pages this browser opened last, as far as the member may still see them."""
    said = [part for part in request.GET.get("recent", "")[:200].split(",") if part.isascii() and part.isdigit()]
    keys = [int(part) for part in said[:RECENT_AT_MOST] if len(part) < 19]
    if not keys:
        return ()
    rows = Account.objects.for_member(request.user, Permission.ACCOUNTS_VIEW).standing().filter(pk__in=keys)
    found = {key: (name, domain) for key, name, domain in rows.values_list("pk", "name", "domain")}
    return tuple(Hit(found[key][0], reverse("account", args=[key]), found[key][1]) for key in keys if key in found)


def _contacts(member: Member, wanted: str) -> tuple[Hit, ...]:
    if not wanted or not visible(member, FieldClass.PERSONAL):
        return ()
    rows = Contact.objects.for_member(member, Permission.CONTACTS_VIEW).standing().filter(search__contains=wanted)
    first = rows.order_by("name").values_list("account_id", "name", "account__name")[:CONTACTS_AT_MOST]
    return tuple(Hit(name, reverse("account-people", args=[account]), of) for account, name, of in first)


def _actions(member: Member, wanted: str) -> tuple[Hit, ...]:
    """What one may begin from anywhere."""
    return tuple(
        Hit(label, reverse(name))
        for label, name, permission in ACTIONS
        if allowed(member, permission) is not None
        and (not wanted or any(wanted in normal(word) for word in (label.en, label.ja)))
    )


def _pages(request: MemberRequest, wanted: str) -> tuple[Hit, ...]:
    links = [(section, link) for section in sections(request) for link in section.links]
    return tuple(
        Hit(link.label, link.url, section.label)
        for section, link in links
        if not wanted or any(wanted in normal(word) for word in (link.label.en, link.label.ja))
    )


urlpatterns = [path("palette", palette, name="palette")]
