"""Small replies that clients ask for besides sending events: settings, flags, scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from nenrin.api.door.answers import answer, refused

#: The operator's folder below NENRIN_HOME: what the npm package @segment/analytics-next has in dist/umd.
SCRIPTS: Final = "analytics.js"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE: Final = re.compile(r"[A-Za-z0-9_.-]+\.js(\.map|\.gz)?")
_HOUR: Final = {"Cache-Control": "public, max-age=3600"}


def analytics_settings(request: HttpRequest, key: str) -> HttpResponse:
    """What analytics-next must read before it starts: where to send, with which key, and no telemetry."""
    if not _KEY.fullmatch(key):
        return refused(404, "unknown_key", "this is not a write key")
    host = request.META.get("HTTP_HOST", "")
    ours = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": request.scheme}
    return answer(
        {
            "integrations": {"Segment.io": ours},
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
        },
        headers={"Cache-Control": "public, max-age=60"},
    )


def source_config(request: HttpRequest) -> HttpResponse:
    """What RudderStack's browser client must read before it starts."""
    key = request.GET.get("writeKey", "")
    quiet = {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}}
    source = {
        "id": key,
        "name": "nenrin",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "nenrin",
        "updatedAt": datetime.now(UTC).isoformat(),
        "config": quiet,
        "connections": [],
        "destinations": [],
        "dataplanes": {},
    }
    return answer({"source": source, "updatedAt": source["updatedAt"]}, headers=_HOUR)


def flags() -> HttpResponse:
    """No feature flags; PostHog's clients stop asking."""
    none: dict[str, Any] = {"featureFlags": {}, "featureFlagPayloads": {}, "flags": {}}
    return answer({**none, "errorsWhileComputingFlags": False, **_quiet()})


def array(value: str) -> HttpResponse:
    """PostHog's remote configuration, as JSON or as a script."""
    _, token, name = value.split("/")
    if not _KEY.fullmatch(token):
        return refused(404, "unknown_key", "this is not a project key")
    config = {"token": token, "hasFeatureFlags": False, **_quiet()}
    if name == "config":
        return answer(config, headers=_HOUR)
    text = msgspec.json.encode({"config": config, "siteApps": []}).decode()
    script = f"(function(w){{(w._POSTHOG_REMOTE_CONFIG=w._POSTHOG_REMOTE_CONFIG||{{}})['{token}']={text}}})(window);"
    return HttpResponse(script, content_type="application/javascript", headers=_HOUR)


def _quiet() -> dict[str, Any]:
    return {
        "supportedCompression": ["gzip", "gzip-js"],
        "autocapture_opt_out": True,
        "autocaptureExceptions": False,
        "capturePerformance": False,
        "captureDeadClicks": False,
        "sessionRecording": False,
        "heatmaps": False,
        "surveys": False,
        "siteApps": [],
        "isAuthenticated": False,
        "defaultIdentifiedOnly": True,
        "analytics": {"endpoint": "/e/"},
        "elementsChainAsString": True,
    }


def script(name: str) -> HttpResponse:
    """A file of analytics.js from the operator's folder, or a 404 that says where to put it."""
    folder: Path = settings.HOME / SCRIPTS
    names = ("analytics.min.js", "standalone.js") if name == "analytics.min.js" else (name, f"bundles/{name}")
    for file in (folder / one for one in names if _FILE.fullmatch(name)):
        if file.is_file():
            return HttpResponse(file.read_bytes(), content_type="application/javascript", headers=_HOUR)
    remedy = f"copy the files of @segment/analytics-next's folder dist/umd into {SCRIPTS}/ below NENRIN_HOME"
    return refused(404, "no_script", f"{name} is not here: {remedy}")
