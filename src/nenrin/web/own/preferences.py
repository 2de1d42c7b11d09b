"""How pages look to one person: language, theme, density, single-key shortcuts, how much of the index."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from nenrin.foundation.models import Member
from nenrin.web.guard import public

#: The form's field -> its allowed values and what the member's row keeps for each.
_CHOICES: dict[str, tuple[str, dict[str, object]]] = {
    "language": ("language", {"ja": "ja", "en": "en"}),
    "theme": ("theme", {"light": "light", "dark": "dark", "system": ""}),
    "density": ("density", {"compact": "compact", "normal": "", "relaxed": "relaxed"}),
    "single_keys": ("has_shortcuts", {"on": True, "off": False}),
    "menu": ("has_whole_menu", {"whole": True, "start": False}),
}
_YEAR = 365 * 24 * 3600


@public
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what the form sent, in cookies and on the member's row; back to where it came from."""
    chosen = {name: request.POST[name] for name, (_, known) in _CHOICES.items() if request.POST.get(name) in known}
    if chosen and request.user.is_authenticated:
        row = {_CHOICES[name][0]: _CHOICES[name][1][value] for name, value in chosen.items()}
        Member.objects.filter(pk=request.user.pk).update(**row)
    response = _back(request)
    for name, value in chosen.items():
        response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")
