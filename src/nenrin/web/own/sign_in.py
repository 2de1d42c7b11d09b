"""Signing in: by invitation only, with every sign-in in the journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.auth import login as start_session
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nenrin.foundation import members, second_steps
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.web.guard import MemberRequest, public
from nenrin.web.own import known_devices, landing, sessions

#: Wrong passwords that one browser may send which its member has used before; strangers' are in the settings.
KNOWN_DEVICE = {"known_device": "10/5m/key"}
#: The library's notices, by the name of their mail, and what the journal says of each.
NOTICES = {
    "account/email/password_changed": "password_changed",
    "mfa/email/totp_activated": "second_step_on",
    "mfa/email/totp_deactivated": "second_step_off",
    "mfa/email/recovery_codes_generated": "codes_made",
}


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """No open sign-up: an administrator invites. Wrong passwords are counted where they come from.

    By address and place together, so that whoever guesses at an address shuts its owner out nowhere else; and a
    browser that the owner has signed in on has a count of its own, so that not even a neighbour can.
    """

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse(landing.of(request.user))  # type: ignore[arg-type]  # a member, now that they are in

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        device = known_devices.known(request, credentials.get("email", ""))
        if not device:
            super().pre_authenticate(request, **credentials)
            return
        usage = ratelimit.consume(request, app="nenrin", action="known_device", config=KNOWN_DEVICE, key=device)
        if not usage:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = usage  # taken back by the library when the password was right

    def post_login(self, request: HttpRequest, user: Member, **kwargs: object) -> HttpResponse:
        members.signed_in(user, at=datetime.now(UTC))
        sessions.begin(request)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, user)
        return response

    def send_notification_mail(self, template_prefix: str, user: Member, *args: Any, **kwargs: Any) -> None:
        if happened := NOTICES.get(template_prefix):
            second_steps.note(happened, user, by=Actor.of(user), at=datetime.now(UTC))
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


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
    sessions.begin(request)
    response = HttpResponseRedirect(reverse(landing.of(member)))
    known_devices.remember(request, response, member)
    return response
