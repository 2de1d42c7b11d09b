"""Reading JSON as clients really send it: strictly first, then forgivingly, saying what was repaired."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

import msgspec

#: Below this depth a value is kept as its JSON text.
DEEPEST: Final = 32
LONGEST_INTEGER: Final = 4300  # digits; what Python converts
REPLACEMENT: Final = "\ufffd"

_strict = msgspec.json.Decoder()


class Malformed(ValueError):
    """The body is not JSON, not even by the forgiving reading."""


def text_of(raw: bytes) -> bytes:
    """The same body as valid UTF-8 without a byte order mark; what is not UTF-8 becomes U+FFFD."""
    body = raw[3:] if raw.startswith(b"\xef\xbb\xbf") else raw
    if body.isascii():
        return body
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode(errors="replace").encode()
    return body


def parse(body: bytes) -> tuple[Any, frozenset[str]]:
    """A JSON value and what had to be repaired in it. Raises Malformed.

    nan: NaN or Infinity became null. range: a number beyond any size became null. surrogate: half a surrogate pair,
    nul: the character U+0000, both became U+FFFD. deep: nested deeper than 32, kept as text. duplicate_key: last wins.
    """
    if b"\\u0000" not in body:
        try:
            return _strict.decode(body), frozenset()
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
        except RecursionError:
            raise Malformed("nested too deeply") from None
    return _forgiving(body)


def _forgiving(body: bytes) -> tuple[Any, frozenset[str]]:
    flags: set[str] = set()
    decoder = json.JSONDecoder(
        object_pairs_hook=_noting_duplicates(flags),
        parse_constant=_nothing(flags, "nan"),
        parse_float=_finite(flags),
        parse_int=_countable(flags),
    )
    try:
        value = decoder.decode(text_of(body).decode())
        return _clean(value, flags, DEEPEST), frozenset(flags)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except ValueError as problem:
        raise Malformed(str(problem)) from None


def _noting_duplicates(flags: set[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) < len(pairs):
            flags.add("duplicate_key")
        return built

    return build


def _nothing(flags: set[str], flag: str) -> Callable[[str], None]:
    def read(_: str) -> None:
        flags.add(flag)

    return read


def _finite(flags: set[str]) -> Callable[[str], float | None]:
    def read(digits: str) -> float | None:
        value = float(digits)
        if math.isfinite(value):
            return value
        flags.add("range")
        return None

    return read


def _countable(flags: set[str]) -> Callable[[str], int | None]:
    def read(digits: str) -> int | None:
        if len(digits) <= LONGEST_INTEGER:
            return int(digits)
        flags.add("range")
        return None

    return read


def _clean(value: Any, flags: set[str], depth: int) -> Any:
    if isinstance(value, str):
        return _clean_text(value, flags)
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        flags.add("deep")
        return _clean_text(json.dumps(value, ensure_ascii=False), flags)
    if isinstance(value, list):
        return [_clean(item, flags, depth - 1) for item in value]
    return {_clean_text(key, flags): _clean(item, flags, depth - 1) for key, item in value.items()}


def _clean_text(text: str, flags: set[str]) -> str:
    if "\0" in text:
        flags.add("nul")
        text = text.replace("\0", REPLACEMENT)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        flags.add("surrogate")
        text = "".join(REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text
