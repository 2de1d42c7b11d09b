"""Teams: who belongs together; a team's members reach each other's accounts where their role says so."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import teams as verbs
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Team
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.settings.members import tabs

VIEW, EDIT = Permission.MEMBERS_VIEW, Permission.MEMBERS_EDIT


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Team name"), max_length=80)


@requires(VIEW)
def teams(request: MemberRequest) -> HttpResponse:
    """Every team with its members; a new one by the form beside, for those who may."""
    may_edit = allowed(request.user, EDIT) is not None
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(EDIT.value)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.open(form.cleaned_data["name"], by=Actor.of(request.user), at=request.at)
        except verbs.TeamExists:
            form.add_error("name", _taken())
        else:
            return _done(request, Text("Team opened.", "チームを作成しました。"))
    rows = Team.objects.annotate(n=Count("members", filter=Q(members__is_active=True))).order_by("name")
    context = {"as_of": request.at, "rows": rows, "form": form, "may_edit": may_edit, "tabs": tabs("teams")}
    return render(request, "customer_settings/teams.html", context, status=422 if form.errors else 200)


@requires(EDIT)
def team(request: MemberRequest, key: int) -> HttpResponse:
    """Rename a team; who is in it; closing it."""
    row = get_object_or_404(Team, pk=key)
    name = row.name
    form = TeamForm(request.POST or None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            verbs.rename(row, form.cleaned_data["name"], by=Actor.of(request.user), at=request.at)
        except verbs.TeamExists:
            form.add_error("name", _taken())
        else:
            return _done(request, Text("Saved.", "保存しました。"))
    context = {
        "as_of": request.at,
        "title": name,
        "row": row,
        "form": form,
        "crumbs": [(Text("Teams", "チーム"), reverse("teams"))],
        "members": row.members.order_by("-is_active", "name"),
        "cancel_url": reverse("teams"),
    }
    return render(request, "customer_settings/team.html", context, status=422 if form.errors else 200)


@require_POST
@requires(EDIT)
def team_close(request: MemberRequest, key: int) -> HttpResponse:
    """Dissolve it; its members belong to none."""
    verbs.close(get_object_or_404(Team, pk=key), by=Actor.of(request.user), at=request.at)
    return _done(request, Text("Team closed.", "チームを廃止しました。"))


def _taken() -> str:
    return gettext("A team has this name already. Choose another.")


def _done(request: MemberRequest, words: Text) -> HttpResponse:
    toasts.say(request, words)
    return HttpResponseRedirect(reverse("teams"))


urlpatterns = [
    path("members/teams", teams, name="teams"),
    path("members/teams/<int:key>", team, name="team"),
    path("members/teams/<int:key>/close", team_close, name="team-close"),
]
