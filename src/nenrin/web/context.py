"""What the shell of every page shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest

from nenrin.web import navigation
from nenrin.web.own import second_steps


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "shell": navigation.shell(request),
        "second_step_advised": partial(second_steps.is_advised, request),
        "viewer_own": partial(navigation.own, request),
    }
