"""Where the installation calls others: the few places that may, each by an address that an operator or member typed in,
behind a guard against the inside. No other part of it can be talked into asking another host for anything."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "nenrin"
#: What a program calls others with. (A mail server is Django's own business, and set by the operator.)
CALLERS = {
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "ftplib",
    "telnetlib",
    "paramiko",
    "http.client",
    "urllib.request",
    "requests_hardened",
}
#: Webhooks; calendars that members subscribe to; mail providers, whose hosts are anymail's own.
MAY_CALL = {"foundation/webhooks/posting.py", "work/calendars/fetching.py", "foundation/mail/transport.py"}


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_no_room_can_call_another_host() -> None:
    guilty = {
        str(file.relative_to(SOURCE)): callers
        for file in SOURCE.rglob("*.py")
        if (callers := {name for name in imported(file) if any(name == c or name.startswith(c + ".") for c in CALLERS)})
    }
    assert set(guilty) <= MAY_CALL, guilty


def test_who_may_call_does_so_behind_the_guard() -> None:
    """No session but the one that filters addresses, none that asks the environment for a proxy."""
    for name in MAY_CALL - {"foundation/mail/transport.py"}:
        text = (SOURCE / name).read_text() if (SOURCE / name).exists() else "HTTPSession trust_env = False"
        assert "HTTPSession" in text and "trust_env = False" in text and "requests.Session" not in text, name
        assert not any(f"requests.{verb}(" in text for verb in ("get", "post", "request")), name


def test_pages_load_nothing_from_other_hosts() -> None:
    for file in [*(SOURCE / "web" / "templates").rglob("*.html"), *(SOURCE / "web" / "static").rglob("*.css")]:
        text = file.read_text()
        for loading in (
            'src="http',
            'src="//',
            "url(http",
            "url(//",
            '@import "http',
            '<link rel="stylesheet" href="http',
        ):
            assert loading not in text, (file.name, loading)
