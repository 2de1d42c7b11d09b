"""The living style page: every component in every state, with made-up data."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import Permission
from nenrin.web import specimens
from nenrin.web.guard import requires

_SWATCHES = [
    "paper",
    "sheet",
    "wash",
    "rule",
    "ink-3",
    "ink",
    "accent",
    "accent-wash",
    "good",
    "watch",
    "risk",
    "unknown",
]


@requires(Permission.SIGNED_IN)
def components(request: HttpRequest) -> HttpResponse:
    wrong = specimens.Specimen({"name": "株式会社ひなた介護サービス", "deadline": "2026/02/30", "days": "b"})
    wrong.is_valid()
    return render(
        request,
        "pages/components.html",
        {
            "as_of": specimens.AT,
            "specimens": specimens,
            "swatches": _SWATCHES,
            "form": wrong,
            "upload": specimens.Upload(),
            "page": Paginator(range(1_234), 50).page(2),
            "bands": (("good", 88), ("watch", 52), ("risk", 31), ("unknown", None)),
            "amount": specimens.ROWS[1].mrr,
        },
    )


urlpatterns = [path("components", components, name="components")]
