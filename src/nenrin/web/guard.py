"""Each page declares what it takes to see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from nenrin.foundation import second_steps
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.permissions import Permission, allowed
from nenrin.web import once

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request after `requires`: its user is a member, and it carries its instant."""

    user: Member
    at: datetime
    id: str
    organisation: Organisation
    htmx: HtmxDetails


def requires(permission: Permission, *, reads_body: bool = True) -> Callable[[View], View]:
    """Let in members who hold `permission` in any scope; others see the sign-in or the denied page.

    Which accounts they see is the query's part: `Account.objects.for_member(member, permission)`; what lies outside
    is a 404, so that an address tells nothing. A view that takes an upload straight to the disk states
    `reads_body=False`: nothing is read before it.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if _lacks_second_step(request):
                return HttpResponseRedirect(reverse("mfa_activate_totp"))
            if allowed(request.user, permission) is None:
                raise PermissionDenied(permission.value)
            if request.method == "POST" and reads_body:
                _leave_out_nul(request)
                return once.done(request, lambda: view(request, *args, **kwargs))
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return declare


def _lacks_second_step(request: Any) -> bool:
    """The organisation asks this member for two steps, and there is one only: nothing opens before the other is set up."""
    is_asked = second_steps.is_required(request.user, request.organisation)
    return is_asked and not second_steps.has(request.user)


def _leave_out_nul(request: Any) -> None:
    """Nobody writes a NUL, and PostgreSQL takes none in any text: what a form says is read without it."""
    if any("\x00" in value for values in request.POST.lists() for value in values[1]):
        said = request.POST.copy()
        for name, values in request.POST.lists():
            said.setlist(name, [value.replace("\x00", "") for value in values])
        request.POST = said


def public(view: View) -> View:
    """Declare that a page needs no sign-in."""
    view.permission = None  # type: ignore[attr-defined]
    return view
