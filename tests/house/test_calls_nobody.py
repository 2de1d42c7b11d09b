"""The installation calls nobody: no part of it can be talked into asking another host for anything."""

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
}


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
    assert guilty == {}


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
