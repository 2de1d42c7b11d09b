"""Lines of the log: for people or as JSON, each with its request, and without what must not stand in a log."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

#: The id of the request that this thread answers; empty outside one.
request: ContextVar[str] = ContextVar("request", default="")
#: Beginnings of addresses whose next part lets its holder in.
_LETS_IN: Final = "|".join(
    (
        "/invitations/",
        "/password/reset/key/",
        "/p/",
        "/shared/plans/",
        "/calendar/",
        "/mail/preferences/",
        "/mail/unsubscribe/",
        "/survey/",
    )
)
_MASKS: Final = (
    (re.compile(rf"({_LETS_IN})[^\s/?'\"]+"), r"\1…"),
    (re.compile(r"\bnrn_[\w-]+"), "nrn_…"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "…@…"),
    (re.compile(r"(DETAIL:).*"), r"\1 …"),  # PostgreSQL quotes the row
)


def masked(text: str) -> str:
    """
    >>> masked("Gone: /invitations/gMx7-s ken@example.com")
    'Gone: /invitations/… …@…'
    >>> masked("Bad Request: /p/9f2c/files/3")
    'Bad Request: /p/…/files/3'
    """
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def _request(record: logging.LogRecord) -> str:
    """Django hands the request itself to what it logs of an answer."""
    return getattr(getattr(record, "request", None), "id", "") or request.get()


class Line(logging.Formatter):
    """One line for people: time, level, place, request, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(asked)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        asked = _request(record)
        record.asked = f" [{asked}]" if asked else ""
        return masked(super().format(record))


class Json(logging.Formatter):
    """One JSON object a line: at, level, logger, request, message, and the trace of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if asked := _request(record):
            told["request"] = asked
        if record.exc_info:
            told["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
