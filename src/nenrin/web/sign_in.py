"""Signing in: by invitation only, with every sign-in in the journal."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.auth import login as start_session
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nenrin.foundation import members
from nenrin.foundation.models import Member
from nenrin.web.guard import MemberRequest, public


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No open sign-up: an administrator invites."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Member, **kwargs: object) -> HttpResponse:
        members.signed_in(user, at=datetime.now(UTC))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response


@public
def closed(request: HttpRequest) -> HttpResponse:
    """Sign-up and changes of one's own address: an administrator does these, so the library's pages stay shut."""
    raise Http404


class NewPassword(forms.Form):
    """One field: a password may be pasted, shown and typed in any script."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("12 characters or more. Spaces and Japanese are fine."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@public
def invitation(request: MemberRequest, secret: str) -> HttpResponse:
    """Set a password by an invitation's link, then straight in."""
    try:
        member = members.invited(secret, at=request.at)
    except members.InvitationSpent:
        return render(request, "account/invitation_spent.html", status=410)
    form = NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            members.accept(secret, form.cleaned_data["password"], at=request.at)
        except ValidationError as problem:
            form.add_error("password", problem)
        else:
            member.refresh_from_db()
            return _let_in(request, member)
    return render(request, "account/invitation.html", {"form": form, "invited": member})


def _let_in(request: MemberRequest, member: Member) -> HttpResponse:
    """Straight in; by the sign-in page where a second step is set up, for a link is one step only."""
    if is_mfa_enabled(member):
        return HttpResponseRedirect(reverse("account_login"))
    start_session(request, member, backend="django.contrib.auth.backends.ModelBackend")
    members.signed_in(member, at=request.at)
    return HttpResponseRedirect(reverse("home"))
