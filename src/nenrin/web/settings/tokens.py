"""API tokens: make one, shown once; see when each was last used; end it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import tokens as keys
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import ApiToken, Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.web.guard import MemberRequest, requires

LIVES = ((90, _("90 days")), (365, _("1 year")), (0, _("Until it is revoked")))


class NewToken(forms.Form):
    """A token acts as its member: it can do what the member's role can, and no more."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What it is for, so that you know what to end.")
    )
    member = forms.ModelChoiceField(
        label=_("Acts as"),
        queryset=Member.objects.filter(is_active=True).order_by("name"),
        help_text=_("The token can do what this member may do."),
    )
    can_write = forms.BooleanField(label=_("May change data"), required=False)
    days = forms.TypedChoiceField(label=_("Valid for"), choices=LIVES, coerce=int, initial=365)

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        """A token speaks in its member's name: only who may change members makes one that speaks for another."""
        super().__init__(*args, **kwargs)
        if allowed(by, Permission.MEMBERS_EDIT) is None:
            self.fields["member"].queryset = Member.objects.filter(pk=by.pk)  # type: ignore[attr-defined]  # a choice


@requires(Permission.TOKENS_EDIT)
def tokens(request: MemberRequest) -> HttpResponse:
    """Every token with its member and last use; a new one is shown on this page, this once."""
    form = NewToken(request.POST or None, by=request.user, initial={"member": request.user.pk})
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _issue(request, form)
        form = NewToken(by=request.user, initial={"member": request.user.pk})
    rows = ApiToken.objects.select_related("member").order_by("revoked_at", "-created_at")
    context = {"as_of": request.at, "rows": rows, "form": form, "secret": secret, "now": request.at}
    return render(request, "tokens/tokens.html", context)


def _issue(request: MemberRequest, form: NewToken) -> str:
    asked = form.cleaned_data
    ends = request.at + timedelta(days=asked["days"]) if asked["days"] else None
    by = Actor.of(request.user)
    return keys.issue(
        asked["member"], asked["name"], at=request.at, by=by, can_write=asked["can_write"], expires_at=ends
    )


@require_POST
@requires(Permission.TOKENS_EDIT)
def revoke(request: MemberRequest, key: int) -> HttpResponse:
    keys.revoke(get_object_or_404(ApiToken, pk=key), by=Actor.of(request.user), at=request.at)
    messages.success(request, gettext("Token revoked. Programs that use it are refused from now on."))
    return HttpResponseRedirect(reverse("tokens"))


urlpatterns = [path("tokens", tokens, name="tokens"), path("tokens/<int:key>/revoke", revoke, name="token-revoke")]
