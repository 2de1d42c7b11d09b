"""A form is done once, however often it is sent: a second sending leads to where the first one led.

Forms that scripts send are left alone: their page stays, so the same words may be meant anew. So are those with a
file: another file under the same words is another meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase

from nenrin.foundation import submissions
from nenrin.values import Text
from nenrin.web import toasts

ALREADY = Text("Already done: what was sent twice counts once.", "受付済みです。二重の送信は1回として扱いました。")
WAIT = Text(
    "The same form is being saved. Look again in a moment.", "同じ内容を保存中です。少し待ってから確かめてください。"
)
LONGEST_ADDRESS = 2000


def done(request: Any, do: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer of `do`, or, for a form that was done before, the way to where it led."""
    key = request.POST.get("csrfmiddlewaretoken", "")  # another for each page that was drawn
    if not key or request.htmx or request.FILES:
        return do()
    digest = _digest(request)
    try:
        led_to = submissions.begin(digest, at=request.at)
    except submissions.StillUnderWay:
        return _back(request, WAIT, request.META.get("HTTP_REFERER") or "/")
    return _first(digest, do) if led_to is None else _back(request, ALREADY, led_to)


def _first(digest: str, do: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        response = do()
    except BaseException:
        submissions.forget(digest)
        raise
    location = response.headers.get("Location", "")
    if location and len(location) <= LONGEST_ADDRESS:
        submissions.settle(digest, location)
    else:
        submissions.forget(digest)
    return response


def _back(request: Any, words: Text, address: str) -> HttpResponseRedirect:
    toasts.say(request, words)
    return HttpResponseRedirect(address)


def _digest(request: Any) -> str:
    said = repr((request.user.pk, request.get_full_path(), sorted(request.POST.lists())))
    return hashlib.sha256(said.encode()).hexdigest()
