"""What the shell of every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from nenrin.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": navigation.shell(request)}
