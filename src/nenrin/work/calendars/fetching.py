"""Reading an address that a member typed in, by the rules for calling others: HTTPS alone, looked up once, nothing
inside the house, no redirect, a small end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

from nenrin.foundation import bounded
from nenrin.foundation.webhooks import posting
from nenrin.values import Text
from nenrin.work.calendars import reading
from nenrin.work.calendars.reading import MOST_BYTES, Unreadable

WHOLE_SECONDS: Final = 20.0
_CONFIG: Final = Config(
    ip_filter_enable=True,
    ip_filter_allow_loopback_ips=False,
    never_redirect=True,
    default_timeout=(5.0, 10.0),
    user_agent_override="Nenrin-Calendar/1",
)


@dataclass(frozen=True, slots=True)
class Page:
    """`content` is None where nothing has changed since the tag that was sent."""

    content: str | None
    etag: str = ""


def fetch(url: str, etag: str = "") -> Page:
    """What the address answers. Raises Unreadable, with words for the calendar's owner."""
    wrong = fault(url)
    if wrong is not None:
        raise Unreadable(wrong)
    try:
        return bounded.within(WHOLE_SECONDS, lambda: _asked(url, etag), name="calendar")
    except InvalidIPAddress:
        raise Unreadable(
            Text("The address is not on the public network.", "公開されたネットワーク上のURLではありません。")
        ) from None
    except (requests.RequestException, OSError, ValueError) as problem:
        if isinstance(problem, Unreadable):
            raise
        name = type(problem).__name__
        raise Unreadable(Text(f"Nobody answers there ({name}).", f"接続できません（{name}）。")) from problem


def _asked(url: str, etag: str) -> Page:
    headers = {"Accept": "text/calendar", **({"If-None-Match": etag} if etag else {})}
    with HTTPSession(_CONFIG) as session:
        session.trust_env = False
        with session.get(https(url), headers=headers, stream=True) as response:
            return _page(response)


def https(url: str) -> str:
    """webcal:// is how calendars name https://.

    >>> https("webcal://calendar.example/a.ics")
    'https://calendar.example/a.ics'
    """
    return "https://" + url[len("webcal://") :] if url.lower().startswith("webcal://") else url


def fault(url: str) -> Text | None:
    """What is wrong with an address by its form alone."""
    found = posting.fault(https(url))
    if found is None and not urlsplit(https(url)).path.strip("/"):
        return Text("the secret address of the calendar, which ends in .ics", "カレンダーの非公開URL（末尾が .ics）")
    return found


def _page(response: requests.Response) -> Page:
    if response.status_code == 304:
        return Page(None)
    if response.status_code != 200:
        code = response.status_code
        raise Unreadable(
            Text(f"The calendar answers {code}: copy its address again.", f"応答 {code}: URLを取得し直してください。")
        )
    parts, size = [], 0
    for part in response.iter_content(65_536):
        size += len(part)
        if size > MOST_BYTES:
            raise Unreadable(Text("The calendar is larger than 5 MB.", "カレンダーが5MBを超えています。"))
        parts.append(part)
    return Page(reading.text_of(b"".join(parts)), response.headers.get("ETag", "")[:300])
