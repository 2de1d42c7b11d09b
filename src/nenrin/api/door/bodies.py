"""The body as the client meant it: read within limits, inflated, unwrapped. Content-Type is not believed."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs

import brotli
import zstandard
from django.http import HttpRequest, UnreadablePostError

from nenrin.ingest.payloads.reading import text_of

LARGEST: Final = 5_000_000  # bytes, inflated
#: Inflating further than this beyond the limit is an attack, not a large batch.
BOMB_RATIO: Final = 20
#: What is sent in spite of a refusal is read and thrown away up to here, so that the client hears the answer.
MOST_DRAINED: Final = 64_000_000
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_PLAIN: Final = (b"{", b"[")
#: A form in which a field `data` stands first or behind short ones.
_FORM: Final = re.compile(rb"(?:[A-Za-z_]{1,20}=[^&{\[]{0,100}&){0,8}data=")


class TooLarge(ValueError):
    """More than 5 MB: send smaller batches."""


class Bomb(TooLarge):
    """A small body that inflates without end."""


class Unreadable(ValueError):
    """The body is not what its encoding says, or broke off."""


def read(request: HttpRequest) -> bytes:
    """The request's JSON text: inflated, unwrapped from a form, in UTF-8. Raises TooLarge, Bomb, Unreadable."""
    raw = _received(request)
    return text_of(_unwrapped(_inflated(raw, request.META.get("HTTP_CONTENT_ENCODING", ""))))


def _received(request: HttpRequest) -> bytes:
    declared = request.META.get("CONTENT_LENGTH") or ""
    length = int(declared) if declared.isdigit() else 0
    # Django takes a body without a length for an empty one; servers that end the stream themselves know better.
    is_ended = not declared and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if is_ended else request
    try:
        if length > LARGEST:
            _drain(stream, length)
            raise TooLarge(f"{length} bytes")
        raw: bytes = stream.read(LARGEST + 1)
    except (UnreadablePostError, OSError) as problem:
        raise Unreadable("the body broke off") from problem
    if len(raw) > LARGEST:
        _drain(stream, MOST_DRAINED)
        raise TooLarge("over 5 MB")
    if len(raw) < length:
        raise Unreadable(f"the body broke off after {len(raw)} of {length} bytes")
    return raw


def _drain(stream: object, length: int) -> None:
    left = min(length, MOST_DRAINED)
    while left > 0:
        chunk = stream.read(min(left, 1_000_000))  # type: ignore[attr-defined]  # a request or a WSGI stream
        if not chunk:
            return
        left -= len(chunk)


def _inflated(raw: bytes, encodings: str) -> bytes:
    """Undo the encodings the header names; without one, gzip and zstd are known by their first bytes."""
    for encoding in reversed([name.strip().lower() for name in encodings.split(",") if name.strip()]):
        if encoding == "identity" or raw.startswith(_PLAIN):
            continue  # a proxy on the way may have inflated it and left the header
        if encoding not in _INFLATERS:
            raise Unreadable(f"unknown content encoding {encoding}")
        raw = _INFLATERS[encoding](raw)
    if raw.startswith(_GZIP):
        return _gunzip(raw)
    return _unzstd(raw) if raw.startswith(_ZSTD) else raw


def _gunzip(raw: bytes) -> bytes:
    inflated = b""
    while raw:
        inflater = zlib.decompressobj(wbits=31)
        inflated += _bounded(inflater, raw, LARGEST - len(inflated))
        raw = inflater.unused_data if inflater.unused_data.startswith(_GZIP) else b""
    return inflated


def _inflate(raw: bytes) -> bytes:
    """`deflate` means zlib's wrapping, but many send it raw."""
    try:
        return _bounded(zlib.decompressobj(), raw, LARGEST)
    except Unreadable:
        return _bounded(zlib.decompressobj(wbits=-15), raw, LARGEST)


def _bounded(inflater: zlib._Decompress, raw: bytes, room: int) -> bytes:
    try:
        inflated = inflater.decompress(raw, room + 1)
    except zlib.error as problem:
        raise Unreadable(str(problem)) from problem
    if len(inflated) > room:
        raise _size_problem(raw)
    if not inflater.eof:
        raise Unreadable("the compressed body broke off")
    return inflated


def _unbrotli(raw: bytes) -> bytes:
    decompressor = brotli.Decompressor()
    try:
        inflated: bytes = decompressor.process(raw, output_buffer_limit=LARGEST + 1)
    except brotli.error as problem:
        raise Unreadable("not a Brotli body") from problem
    if len(inflated) > LARGEST or not decompressor.can_accept_more_data():
        raise _size_problem(raw)
    if not decompressor.is_finished():
        raise Unreadable("the compressed body broke off")
    return inflated


def _unzstd(raw: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw, read_across_frames=True)
    try:
        inflated: bytes = reader.read(LARGEST + 1)
    except zstandard.ZstdError as problem:
        raise Unreadable(str(problem)) from problem
    if len(inflated) > LARGEST:
        raise _size_problem(raw)
    return inflated


def _size_problem(raw: bytes) -> TooLarge:
    ratio = LARGEST / max(len(raw), 1)
    return Bomb("inflates without end") if ratio > BOMB_RATIO else TooLarge("over 5 MB inflated")


_INFLATERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "gzip-js": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _unwrapped(body: bytes) -> bytes:
    """A form's `data=` field, in base64 or plain, as beacons send it; anything else as it is."""
    if not _FORM.match(body):
        return body
    fields = parse_qs(body.decode("latin-1"), max_num_fields=20)
    return decoded(fields.get("data", [""])[0])


def decoded(data: str) -> bytes:
    """The bytes behind a `data` parameter: JSON, or base64 of JSON, maybe compressed. Raises as `read`."""
    text = data.strip()
    if text.startswith(("{", "[")):
        return text.encode("latin-1")
    plain = text.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise Unreadable("`data` is neither JSON nor base64") from problem
    return _inflated(raw, "")
