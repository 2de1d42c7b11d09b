"""The look and the behaviours as two kinds of file under one digest: one stylesheet, a folder of ES modules.

The stylesheet is all of static/css joined in layer order, so that a first visit asks once; nothing is built or kept
on disk. The digest stands in the address, so that a browser keeps a file for a year and an upgrade is seen at once,
also by a module that imports its neighbour.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
import django_htmx
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse

from nenrin.web.guard import public

_ROOT = Path(__file__).parent / "static"
_HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
#: Behaviours that every page loads, htmx first.
MODULES = ("htmx.js", "nenrin.js")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file in each encoding that browsers ask for."""

    kind: str
    plain: bytes
    zipped: bytes
    brotlied: bytes


@dataclass(frozen=True, slots=True)
class Shelf:
    digest: str
    assets: dict[str, Asset]


def shelf() -> Shelf:
    """All assets; read anew on each request only while debugging."""
    return _fill() if settings.DEBUG else _kept()


def style_sources() -> list[Path]:
    """The parts of the stylesheet in layer order."""
    css = _ROOT / "css"
    parts = [*sorted((css / "components").glob("*.css")), *sorted((css / "pages").glob("*.css"))]
    return [css / "tokens.css", css / "base.css", css / "layout.css", *parts, css / "print.css"]


def address(name: str) -> str:
    return reverse("asset", args=[shelf().digest, name])


def preloads() -> list[str]:
    """Modules that nenrin.js imports, announced at once so that they come in one round."""
    return [address(name) for name in shelf().assets if name.endswith(".js") and name not in MODULES]


@public
def asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """One asset; an address of an older digest still answers, with the file of today and no lasting cache."""
    found = shelf().assets.get(name)
    if found is None:
        raise Http404(name)
    response = _encoded(found, request.headers.get("Accept-Encoding", ""))
    is_current = digest == shelf().digest and not settings.DEBUG
    response["Cache-Control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
    return response


def _encoded(found: Asset, accepted: str) -> HttpResponse:
    choices = (("br", found.brotlied), ("gzip", found.zipped), ("", found.plain))
    coding, body = next((c, b) for c, b in choices if c in accepted)
    response = HttpResponse(body, content_type=found.kind, headers={"Vary": "Accept-Encoding"})
    if coding:
        response["Content-Encoding"] = coding
    return response


@cache
def _kept() -> Shelf:
    return _fill(brotli.compress, lambda plain: gzip.compress(plain, 9, mtime=0))


def _fill(squeeze: Callable[[bytes], bytes] | None = None, zip_: Callable[[bytes], bytes] | None = None) -> Shelf:
    texts = {"nenrin.css": b"\n".join(file.read_bytes() for file in style_sources()), "htmx.js": _HTMX.read_bytes()}
    texts |= {file.name: file.read_bytes() for file in sorted((_ROOT / "js").glob("*.js"))}
    digest = hashlib.sha256(b"\0".join(texts.values())).hexdigest()[:12]
    squeeze, zip_ = squeeze or (lambda plain: brotli.compress(plain, quality=1)), zip_ or gzip.compress
    return Shelf(digest, {name: Asset(_kind(name), text, zip_(text), squeeze(text)) for name, text in texts.items()})


def _kind(name: str) -> str:
    return "text/css; charset=utf-8" if name.endswith(".css") else "text/javascript; charset=utf-8"


urlpatterns = [path("assets/<str:digest>/<str:name>", asset, name="asset")]
