"""A member's own settings: language, theme, density, shortcuts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.web.guard import public, requires

_CHOICES = {
    "theme": {"", "light", "dark"},
    "density": {"", "compact", "relaxed"},
    "has_shortcuts": {"0", "1"},
    "language": {"ja", "en"},
}
_YEAR = 365 * 24 * 3600


@require_POST
@requires(Permission.SIGNED_IN)
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what the form sent of language, theme, density and shortcuts; back to where it came from."""
    chosen = {name: request.POST[name] for name, known in _CHOICES.items() if request.POST.get(name) in known}
    if "has_shortcuts" in chosen:
        chosen["has_shortcuts"] = chosen["has_shortcuts"] == "1"
    Member.objects.filter(pk=request.user.pk).update(**chosen)
    return _back(request)


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language before sign-in, in a cookie."""
    response = _back(request)
    language = request.POST.get("language", "")
    if check_for_language(language):
        response.set_cookie("language", language, max_age=_YEAR, samesite="Lax", httponly=True)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")
