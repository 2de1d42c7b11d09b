"""One's own settings: name, time zone, language, appearance, keys, password and second step."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nenrin.foundation import members, second_steps
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.foundation.roles import NAMES, Role
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.own import sessions
from nenrin.web.spoken import spoken


def _zones() -> list[tuple[str, object]]:
    named = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return [("", _("The organisation's")), *((zone, zone.replace("_", " ")) for zone in named)]


class Profile(forms.Form):
    name = forms.CharField(label=spoken(Text("Name", "氏名")), max_length=120)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        required=False,
        help_text=_("For times on your screen only; days follow the organisation."),
    )


@requires(Permission.SIGNED_IN)
def profile(request: MemberRequest) -> HttpResponse:
    """Name and zone by this form; appearance by the preferences form beside it, which needs no script."""
    member = request.user
    form = Profile(request.POST or None, initial={"name": member.name, "zone": member.zone})
    if request.method == "POST" and form.is_valid():
        members.change(member, by=Actor.of(member), at=request.at, **form.cleaned_data)
        toasts.say(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("profile"))
    context = {
        "as_of": request.at,
        "form": form,
        "role": NAMES[Role(member.role)],
        "has_second_step": second_steps.has(member),
        "sessions": sessions.listed(request),
        "themes": (("system", "", _("Follow the system")), ("light", "light", _("Light")), ("dark", "dark", _("Dark"))),
        "densities": (
            ("compact", "compact", _("Compact")),
            ("normal", "", _("Normal")),
            ("relaxed", "relaxed", _("Relaxed")),
        ),
        "languages": (("ja", "ja", "日本語"), ("en", "en", "English")),
        "keys": (("on", True, _("On")), ("off", False, _("Off"))),
    }
    return render(request, "profile/profile.html", context)


urlpatterns = [path("profile", profile, name="profile")]
