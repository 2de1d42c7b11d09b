"""What a load balancer and a monitor ask: is the process there, and can it serve?"""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.urls import path

from nenrin.foundation.models import Lease, Organisation
from nenrin.web.guard import MemberRequest, public

#: With less than this on the disk nothing more is accepted soon.
LEAST_BYTES: Final = 64 * 1024 * 1024
#: A worker that has not gone round for this long is said to be late; pages and door serve without it.
LATE: Final = timedelta(minutes=5)


@public
def alive(request: MemberRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a database that is away restarts no server."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def ready(request: MemberRequest) -> HttpResponse:
    """503 where requests cannot be served: no database, no organisation, a full disk. The worker is told of, too."""
    try:
        states = {"database": "ok", "organisation": "ok" if Organisation.objects.exists() else "none"}
        states["worker"] = _worker(request)
    except DatabaseError:
        states = {"database": "away"}
    states["disk"] = "ok" if shutil.disk_usage(settings.HOME).free > LEAST_BYTES else "full"
    is_ready = all(states.get(part) == "ok" for part in ("database", "organisation", "disk"))
    answer = JsonResponse(states, status=200 if is_ready else 503)
    if not is_ready:
        answer["Retry-After"] = "10"
    return answer


def _worker(request: MemberRequest) -> str:
    last = Lease.objects.filter(name__startswith="worker.").order_by("-beat_at").first()
    if last is None:
        return "never ran"
    return "late" if request.at - last.beat_at > LATE else "ok"


urlpatterns = [path("healthz", alive, name="alive"), path("readyz", ready, name="ready")]
