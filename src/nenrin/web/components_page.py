"""The living style page: every component in every state, with made-up data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import Permission
from nenrin.web.guard import requires


@requires(Permission.SIGNED_IN)
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/components.html", {"as_of": request.at})


urlpatterns = [path("components", components, name="components")]
