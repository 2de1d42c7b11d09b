"""The page of one survey, without sign-in. Looking records nothing: programs that check mails follow every link in them."""

from __future__ import annotations

from typing import Any, Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nenrin.customers.errors import Refused
from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import links, surveys, words
from nenrin.foundation.models import Organisation
from nenrin.ingest.answers import SCALES
from nenrin.web.guard import public
from nenrin.web.portal.doors import HEADERS

#: Links that open nothing, tried from one place; and answers sent by one link.
MISSES: Final = {"survey_miss": "20/5m/key"}
DEEDS: Final = {"survey_deed": "20/5m/key"}


@csrf_exempt  # whoever holds the link may answer: no cookie takes part, so there is nothing to forge
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The question with the number that was clicked; sent with one button, with a comment if there is one."""
    row = links.find(token)
    if row is None:
        busy = not _within(request, MISSES, ratelimit.get_ip(request), counts_looks=True)
        return _told(request, "surveys/unknown.html", {}, _language(request), 429 if busy else 404)
    if request.method == "POST" and not _within(request, DEEDS, str(row.pk)):
        return _told(request, "surveys/unknown.html", {"is_busy": True}, row.language, 429)
    if request.method == "POST":
        return _answered(request, row)
    return _page(request, row)


def _answered(request: HttpRequest, row: SurveyAsk) -> HttpResponse:
    score = _number(request.POST.get("score", ""), row)
    if score is None:
        return _page(request, row, wrong=True, status=422)
    comment = request.POST.get("comment", "").replace("\x00", "")
    try:
        row = surveys.answer(row, score, comment, at=request.at)  # type: ignore[attr-defined]  # set by middleware
    except (Refused, surveys.Expired):
        return _page(request, row, status=410)
    except surveys.AnsweredAlready:
        row.refresh_from_db()
        return _page(request, row, status=409)
    return _page(request, row, thanks=True)


def _page(
    request: HttpRequest, row: SurveyAsk, *, wrong: bool = False, thanks: bool = False, status: int = 200
) -> HttpResponse:
    low, high = SCALES[row.survey]
    is_over = row.answered_at is None and surveys.is_over(row, request.at)  # type: ignore[attr-defined]
    context = {
        "survey": row,
        "scores": range(low, high + 1),
        "chosen": _number(request.GET.get("score", ""), row),
        "ends": words.ENDS[row.survey],
        "sender": Organisation.objects.values_list("name", flat=True).first() or "",
        "wrong": wrong,
        "thanks": thanks,
        "is_over": is_over,
        "longest": surveys.LONGEST_COMMENT,
    }
    return _told(request, "surveys/survey.html", context, row.language, 410 if is_over and status == 200 else status)


def _number(told: str, row: SurveyAsk) -> int | None:
    """The score that was chosen, if it is one of the scale."""
    low, high = SCALES[row.survey]
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 and low <= int(told) <= high else None


def _told(request: HttpRequest, template: str, context: dict[str, Any], language: str, status: int) -> HttpResponse:
    with translation.override("en" if language == "en" else "ja"):
        response = render(request, template, context, status=status)
    for name, value in HEADERS.items():
        response[name] = value
    response["Content-Language"] = "en" if language == "en" else "ja"
    if status == 429:
        response["Retry-After"] = "300"
    return response


def _within(request: HttpRequest, rates: dict[str, str], key: str, *, counts_looks: bool = False) -> bool:
    [action] = rates
    used = ratelimit.consume(
        request, app="nenrin", action=action, config=rates, key=key or "nowhere", limit_get=counts_looks
    )
    return used is not None


def _language(request: HttpRequest) -> str:
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "ja"


public(survey)

urlpatterns: list[Any] = [path("survey/<str:token>", survey, name="survey")]
