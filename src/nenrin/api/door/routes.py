"""Which addresses are the door's, and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from nenrin.ingest.spool import Shape

#: What answers: `events` takes events; `unknown` is an address below /v1 that means nothing, told in the words of the
#: others; the rest are small replies that keep a client content.
Kind = Literal[
    "events", "pixel", "metrics", "settings", "source_config", "flags", "array", "script", "bundle", "unknown"
]


@dataclass(frozen=True, slots=True)
class Route:
    kind: Kind
    shape: Shape = "single"
    path_type: str | None = None
    is_shim: bool = False  # PostHog's and Jitsu's clients read 413 as "send smaller batches"; Segment's wants 400
    is_either: bool = False  # PostHog and Segment share this address; the body tells
    value: str = ""  # the write key or file named in the address
    methods: tuple[str, ...] = ("POST",)
    is_told_each: bool = False  # the client wants a word about each event, by its uuid
    is_rooted: bool = True  # False: without /v1 this could be a page's address, so only the door's methods are ours


_TYPES: Final[Mapping[str, str]] = {
    **{name: name for name in ("track", "identify", "page", "screen", "group", "alias")},
    "t": "track",
    "i": "identify",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
}
_BATCHES: Final = frozenset({"batch", "b", "import"})
_POSTHOG: Final = frozenset({"e", "i/v0/e", "i/v0/ai/batch", "capture", "engage"})
_POSTHOG_V1: Final = "i/v1/analytics/events"
_READ: Final = ("GET", "HEAD")
#: `apiHost` may already contain /v1, and more than once.
_DEEPEST_PREFIX: Final = 3


@lru_cache(maxsize=512)
def match(path: str) -> Route | None:
    """The route of an address, or None where it is not the door's. All of /v1 is."""
    parts = [part for part in path.split("/") if part]
    depth = 0
    while depth < min(len(parts), _DEEPEST_PREFIX) and parts[depth] == "v1":
        depth += 1
    rest = parts[depth:]
    if depth:
        return (_segment(rest, depth) if rest else None) or Route("unknown")
    return (_segment(rest, depth) or _shim(rest)) if rest else None


def _segment(rest: list[str], depth: int) -> Route | None:
    name = rest[0]
    if len(rest) == 1 and name in _BATCHES:
        return Route("events", "batch", is_rooted=depth > 0, is_either=depth == 0)
    if len(rest) == 1 and name in _TYPES:
        return Route("events", "single", _TYPES[name], is_rooted=depth > 0, is_either=depth == 0 and name == "track")
    if rest == ["m"]:
        return Route("metrics", is_rooted=depth > 0)
    if len(rest) == 2 and name == "pixel" and rest[1] in _TYPES:
        return Route("pixel", "single", _TYPES[rest[1]], methods=("GET",))
    if len(rest) == 3 and name == "projects" and rest[2] == "settings":
        return Route("settings", value=rest[1], methods=_READ)
    return None


def _shim(rest: list[str]) -> Route | None:
    joined = "/".join(rest)
    if joined in _POSTHOG or joined == _POSTHOG_V1:
        return Route("events", "posthog", is_shim=True, is_told_each=joined == _POSTHOG_V1)
    if joined in {"flags", "decide"}:
        return Route("flags", is_rooted=False)
    if joined == "sourceConfig":
        return Route("source_config", methods=_READ)
    if rest[0] == "array" and len(rest) == 3 and rest[2] in {"config", "config.js"}:
        return Route("array", value=joined, methods=_READ)
    return _jitsu(rest) or _script(rest)


def _jitsu(rest: list[str]) -> Route | None:
    kind = rest[-1]
    if rest[:-1] in (["api", "s"], ["api", "s", "s2s"]) and kind != "s2s":
        return Route("events", "jitsu", _TYPES.get(kind), is_shim=True)
    return None


def _script(rest: list[str]) -> Route | None:
    if len(rest) == 4 and rest[:2] == ["analytics.js", "v1"] and rest[3] == "analytics.min.js":
        return Route("script", value="analytics.min.js", methods=_READ)
    if len(rest) == 3 and rest[:2] == ["analytics-next", "bundles"]:
        return Route("bundle", value=rest[2], methods=_READ)
    return None
