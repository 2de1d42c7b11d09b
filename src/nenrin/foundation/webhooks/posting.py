"""Posting to an address that a person typed in: the only place from which this installation calls another.

HTTPS alone; the name is looked up once and that very address is called; nothing inside the house, on this machine, or
behind a translation of addresses can be reached; no redirect is followed; the answer is read to a small end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress

from nenrin.foundation.webhooks import details
from nenrin.values import Text

PORTS: Final = (443, 8443)
TIMEOUT: Final = (5.0, 15.0)  # to connect, between two octets
WHOLE_SECONDS: Final = 25.0
MOST_OCTETS: Final = 4096
LARGEST_BODY: Final = 20_000
AGENT: Final = "Nenrin-Webhooks/1"
_CONFIG: Final = Config(
    ip_filter_enable=True,
    ip_filter_allow_loopback_ips=False,
    never_redirect=True,
    default_timeout=TIMEOUT,
    user_agent_override=AGENT,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where nobody answered; `is_refused` where we would not call."""

    status: int | None
    detail: str = ""
    is_refused: bool = False
    retry_after: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def fault(url: str) -> Text | None:
    """What is wrong with an address by its form alone; None where nothing is."""
    code = _fault(url)
    return details.OURS[code] if code else None


def _fault(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "unreadable"
    if parts.scheme != "https" or not parts.hostname:
        return "scheme"
    if port not in PORTS:
        return "port"
    if parts.username or parts.password:
        return "userinfo"
    return ""


@dataclass(frozen=True, slots=True)
class Parcel:
    url: str
    body: bytes
    headers: Mapping[str, str]


def post_all(parcels: Sequence[Parcel]) -> list[Answer]:
    """Send them beside each other; an answer for each, in their order, within WHOLE_SECONDS.

    Whoever answers one octet at a time is left where he is.
    """
    found: dict[int, Answer] = {}

    def one(place: int, parcel: Parcel) -> None:
        found[place] = post(parcel)

    threads = [
        threading.Thread(target=one, args=(place, parcel), name=f"webhook {place}", daemon=True)
        for place, parcel in enumerate(parcels)
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + WHOLE_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = Answer(None, details.told("late", f"{WHOLE_SECONDS:.0f}"))
    return [found.get(place, late) for place in range(len(parcels))]


def post(parcel: Parcel) -> Answer:
    """Send it. Never raises for what the other side may do."""
    url = parcel.url
    if wrong := _fault(url):
        return Answer(None, details.told(wrong), is_refused=True)
    try:
        with HTTPSession(_CONFIG) as session:
            session.trust_env = False  # no proxy of the environment looks names up in our place
            with session.post(url, data=parcel.body, headers=dict(parcel.headers), stream=True) as response:
                return _answer(response)
    except InvalidIPAddress as inside:
        return Answer(None, details.told("inside", f"{urlsplit(url).hostname} ({inside})"), True)
    except (requests.RequestException, OSError, ValueError) as problem:
        return Answer(None, details.told("unanswered", f"{type(problem).__name__}: {problem}"))


def _answer(response: requests.Response) -> Answer:
    words = b""
    with suppress(requests.RequestException, OSError):
        words = response.raw.read1(MOST_OCTETS, decode_content=False)
    said = " ".join(words.decode(errors="replace").split())[:200]
    wait = response.headers.get("Retry-After", "")
    return Answer(response.status_code, f"{response.status_code} {said}".strip(), retry_after=_seconds(wait))


def _seconds(told: str) -> int | None:
    return min(int(told), 86_400) if told.isascii() and told.isdigit() and len(told) < 8 else None
