"""Members and roles: who works here, what they may do, and links that let them in without a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Max, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import members as colleagues
from nenrin.foundation import permissions, second_steps
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member, Team
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import NAMES, Role
from nenrin.values import Text
from nenrin.web import exports, toasts
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, plain
from nenrin.web.settings.permission_words import SCOPES, WORDS
from nenrin.web.spoken import spoken

SORTS = {"name": "name", "role": "role", "team": "team__name", "email": "email", "seen": "last_login"}
ACTIVE, DEACTIVATED = Text("active", "有効"), Text("deactivated", "無効")
HEADS = (Text("Name", "氏名"), Text("Role", "権限"), Text("Team", "チーム"), Text("E-mail", "メールアドレス"), Text("State", "状態"),
         Text("Last sign-in", "最終サインイン"))  # fmt: skip


def _roles() -> list[tuple[str, str]]:
    return [(role.value, NAMES[role].in_(get_language() or "ja")) for role in Role]


class Colleague(forms.Form):
    """Name, role and team of a member."""

    name = forms.CharField(label=spoken(Text("Name", "氏名")), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=_roles, help_text=_("What a role may do is listed under Roles."))
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("name"), required=False, empty_label=_("No team")
    )


class NewColleague(Colleague):
    email = forms.EmailField(label=_("E-mail"), help_text=_("Signs in with it. No mail is sent."))
    language = forms.ChoiceField(label=_("Language"), choices=[("ja", "日本語"), ("en", "English")])
    field_order = ("name", "email", "role", "team", "language")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if Member.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(
                _("This address is a member already: open their page to change the role or make a new link.")
            )
        return email


@dataclass(frozen=True, slots=True)
class Line:
    """A member in the list: role in words, and whether a link still waits to be used."""

    member: Member
    role: Text
    link_until: object | None


@requires(Permission.MEMBERS_VIEW)
def members(request: MemberRequest) -> HttpResponse:
    """Everyone, those who left last unless another order is asked for; a new colleague by the form for those who may."""
    wanted, sort = plain(request.GET.get("q"), 120), chosen_sort(request, SORTS, "")
    rows = _asked(wanted, sort)
    open_links = Q(invitations__used_at__isnull=True, invitations__expires_at__gt=request.at)
    rows = rows.annotate(link_until=Max("invitations__expires_at", filter=open_links))
    context = {
        "as_of": request.at,
        "lines": [Line(row, NAMES[Role(row.role)], row.link_until) for row in rows],
        "wanted": wanted,
        "sort": sort,
        "tabs": tabs("members"),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "query": request.GET.urlencode(),
        "may_edit": allowed(request.user, Permission.MEMBERS_EDIT) is not None,
        "may_assign": allowed(request.user, Permission.ACCOUNTS_ASSIGN) is not None,
    }
    return render(request, "members/members.html", context)


def _asked(wanted: str, sort: str) -> QuerySet[Member]:
    rows = Member.objects.select_related("team")
    if wanted:
        rows = rows.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    return ordered(rows, sort, SORTS) if sort else rows.order_by("-is_active", "name", "pk")


@requires(Permission.EXPORT)
def members_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for whoever sees it."""
    wanted = plain(request.GET.get("q"), 120)
    rows = _asked(wanted, chosen_sort(request, SORTS, ""))
    rows = rows if allowed(request.user, Permission.MEMBERS_VIEW) is not None else rows.none()
    language = exports.language()
    exports.note(request, "member", rows.count(), {"q": wanted}, room="foundation")
    lines = (_cells(row, language) for row in rows.iterator(exports.CHUNK))
    return exports.answer(kind, "members", [head.in_(language) for head in HEADS], lines, request.at)


def _cells(row: Member, language: str) -> list[Any]:
    seen = row.last_login.isoformat() if row.last_login else ""
    state = (ACTIVE if row.is_active else DEACTIVATED).in_(language)
    return [row.name, NAMES[Role(row.role)].in_(language), row.team.name if row.team else "", row.email, state, seen]


@requires(Permission.MEMBERS_EDIT)
def new_member(request: MemberRequest) -> HttpResponse:
    """Add a colleague and show their link, once."""
    form = NewColleague(request.POST or None, initial={"role": Role.CSM.value, "language": "ja"})
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request.user)
        fields = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        member = colleagues.add(**fields, by=by, at=request.at)
        return _link_page(request, member, colleagues.invite(member, by=by, at=request.at))
    return render(request, "members/new.html", {"as_of": request.at, "form": form})


@requires(Permission.MEMBERS_EDIT)
def member(request: MemberRequest, key: int) -> HttpResponse:
    """One member: change name, role and team."""
    found = get_object_or_404(Member.objects.select_related("team"), pk=key)
    form = Colleague(request.POST or None, initial={"name": found.name, "role": found.role, "team": found.team_id})
    if request.method == "POST" and form.is_valid():
        fields = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        try:
            colleagues.change(found, by=Actor.of(request.user), at=request.at, **fields)
        except colleagues.LastAdministrator:
            form.add_error("role", _last_administrator())
            found.refresh_from_db()
        else:
            toasts.say(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("members"))
    context = {
        "as_of": request.at, "form": form, "found": found, "has_second_step": second_steps.has(found),
        "may_assign": allowed(request.user, Permission.ACCOUNTS_ASSIGN) is not None,
    }  # fmt: skip
    return render(request, "members/member.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MEMBERS_EDIT)
def member_link(request: MemberRequest, key: int) -> HttpResponse:
    """A new link for an invitation or a forgotten password; earlier ones end."""
    found = get_object_or_404(Member, pk=key, is_active=True)
    purpose = "reset" if found.has_usable_password() else "invite"
    secret = colleagues.invite(found, by=Actor.of(request.user), at=request.at, purpose=purpose)
    return _link_page(request, found, secret)


@require_POST
@requires(Permission.MEMBERS_EDIT)
def member_state(request: MemberRequest, key: int) -> HttpResponse:
    """Let a member go, or in again."""
    found = get_object_or_404(Member, pk=key)
    by = Actor.of(request.user)
    try:
        if found.is_active:
            colleagues.deactivate(found, by=by, at=request.at)
        else:
            colleagues.reactivate(found, by=by, at=request.at)
    except colleagues.LastAdministrator:
        messages.error(request, _last_administrator())
        return HttpResponseRedirect(reverse("member", args=[key]))
    toasts.say(request, gettext("Saved."))
    return HttpResponseRedirect(reverse("members"))


@require_POST
@requires(Permission.MEMBERS_EDIT)
def member_second_step(request: MemberRequest, key: int) -> HttpResponse:
    """Take a member's second step away; they sign in by the password and set it up anew."""
    found = get_object_or_404(Member, pk=key)
    second_steps.forget(found, by=Actor.of(request.user), at=request.at)
    toasts.say(request, gettext("Two-step sign-in taken away. Their sessions have ended."))
    return HttpResponseRedirect(reverse("member", args=[key]))


@requires(Permission.MEMBERS_VIEW)
def roles(request: MemberRequest) -> HttpResponse:
    """What each role may do, and on whose accounts."""
    scopes = [(WORDS[p], [_scope(role, p) for role in Role]) for p in Permission if p in WORDS]
    context = {"as_of": request.at, "roles": [NAMES[role] for role in Role], "scopes": scopes, "tabs": tabs("roles")}
    return render(request, "members/roles.html", context)


def tabs(here: str) -> list[Tab]:
    named = (
        ("members", Text("Members", "メンバー")),
        ("roles", Text("Roles", "権限")),
        ("teams", Text("Teams", "チーム")),
    )
    return [Tab(label, reverse(name), name == here) for name, label in named]


def _scope(role: Role, permission: Permission) -> Text | None:
    scope = permissions.GRANTS[role].get(permission)
    return SCOPES[scope] if scope else None


def _last_administrator() -> str:
    return gettext("This is the only active administrator. Make another member administrator first.")


def _link_page(request: MemberRequest, found: Member, secret: str) -> HttpResponse:
    link = settings.BASE_URL + reverse("invitation", args=[secret])
    context = {"as_of": request.at, "found": found, "link": link, "days": colleagues.INVITATION_DAYS}
    response = render(request, "members/link.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


urlpatterns = [
    path("members", members, name="members"),
    path("members/export.<str:kind>", members_export, name="members-export"),
    path("members/new", new_member, name="member-new"),
    path("members/roles", roles, name="roles"),
    path("members/<int:key>", member, name="member"),
    path("members/<int:key>/link", member_link, name="member-link"),
    path("members/<int:key>/second-step", member_second_step, name="member-second-step"),
    path("members/<int:key>/state", member_state, name="member-state"),
]
