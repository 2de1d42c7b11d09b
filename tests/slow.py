"""A server that takes its time, so that a browser's test which reads before its page has come is found out.

    make test ARGS="-p tests.slow -m browser"

Each answer comes late, and each page in two parts with a pause between, its head first: a browser has then gone to the
new page, and holds nothing of it. A test that waits for what it asked for passes as before, only later; one that reads at once fails
each time, where a busy machine would fail it now and then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

LATE = 0.3  # s, before each answer
PAUSE = 0.4  # s, between a page's head and its body

_answer = BaseHandler.get_response


def _slow(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
    """As the handler answers, after a while; the test's own client, in the main thread, is not kept waiting."""
    if threading.current_thread() is threading.main_thread():
        return _answer(self, request)
    time.sleep(LATE)
    answer = _answer(self, request)
    return _parted(answer) if isinstance(answer, HttpResponse) and len(answer.content) > 1 else answer


def _parted(answer: HttpResponse) -> StreamingHttpResponse:
    parted = StreamingHttpResponse(_parts(answer.content), status=answer.status_code, headers=dict(answer.headers))
    parted.cookies = answer.cookies
    parted._resource_closers = answer._resource_closers
    return parted


def _parts(content: bytes) -> Iterator[bytes]:
    middle = max(content.find(b"<body"), 0)
    yield content[:middle]
    time.sleep(PAUSE)
    yield content[middle:]


def pytest_configure() -> None:
    """As a plugin alone: whoever only reads this file keeps a server that is as quick as it is."""
    BaseHandler.get_response = _slow  # type: ignore[method-assign]
