"""What the customer reads behind a shared link: its own plan, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation

from nenrin.foundation import organisation
from nenrin.web.guard import public
from nenrin.web.plans.figures import shown
from nenrin.work import plan_links
from nenrin.work.planning import progress


@public
def shared(request: Any, token: str) -> HttpResponse:
    """The plan in the customer's language, read-only; a link that is forged, expired or revoked finds nothing."""
    link = plan_links.find(token, organisation.today(request.at))
    if link is None:
        raise Http404("no such link")
    if request.method == "GET":
        plan_links.opened(link, at=request.at)
    today = organisation.today(request.at)
    told = progress.of([link.plan], today)[link.plan.pk]
    with translation.override(link.plan.account.language):
        context = {
            "as_of": request.at,
            "shown": shown(link.plan, told, may_read=True, names=False),
            "plan": link.plan,
            "link": link,
            "vendor": organisation.current().name,
        }
        response = render(request, "plans/shared.html", context)
    response["Content-Language"] = link.plan.account.language
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


urlpatterns = [path("shared/plans/<str:token>", shared, name="shared-plan")]
