"""What the shell of every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import NAMES, Role
from nenrin.web.navigation import sections


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, organisation and the viewer's role; nothing before sign-in but the organisation's absence."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return {}
    return {
        "organisation": Organisation.objects.filter(pk=1).first(),
        "navigation": sections(request),
        "role_name": NAMES[Role(member.role)],
        "at": getattr(request, "at", None),
    }
