"""python -m bench._pages CONTACTS EVENTS DAYS: prints rows as JSON; run by bench/pages.py in a home of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import django
import time_machine

django.setup()

from bench import _pages_world  # noqa: E402
from bench._filled import FIRST, lay, prepared  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.cli.init import create  # noqa: E402
from nenrin.customers.models import Account  # noqa: E402
from nenrin.foundation import garbage  # noqa: E402
from nenrin.foundation.models import Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.web import assets  # noqa: E402

ROUNDS = 30
SERVER_AIM_MS, QUERIES_AIM, FIRST_LOAD_AIM_KB = 100, 15, 150


def main(contacts: int, events: int, days: int) -> list[dict[str, Any]]:
    """The morning after the last day of the lake, with as much in the database as in the lake."""
    now = datetime(FIRST.year, FIRST.month, FIRST.day, 3, tzinfo=UTC) + timedelta(days=days)
    lay(prepared(events, days), Path(os.environ["NENRIN_HOME"]))
    with time_machine.travel(now, tick=True):
        create(at=now, name="Bench", email="bench@nenrin.example", password="rings grow every year", language="ja",
               zone="Asia/Tokyo", currency="JPY", fiscal_start=4)  # fmt: skip
        _pages_world.fill(contacts, now=now)
        return measured()


def measured() -> list[dict[str, Any]]:
    """Server time and queries of each page of the home as it stands, the process settled as a server's is."""
    garbage.settle()
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-encoding": "br"})
    client.force_login(Member.objects.get(role=Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend")
    one = Account.objects.order_by("-mrr_minor").values_list("pk", flat=True)[0]
    pages = {
        "account list": "/accounts",
        "account list, filtered and sorted": "/accounts?band=caution&sort=-mrr",
        "account list, searched": "/accounts?q=1999",
        "account": f"/accounts/{one}",
        "account health": f"/accounts/{one}/health",
        "account usage": f"/accounts/{one}/usage",
        "account people": f"/accounts/{one}/people",
        "account timeline": f"/accounts/{one}/timeline",
        "account contracts": f"/accounts/{one}/contracts",
        "home": "/",
        "account list, in groups": "/accounts?group=owner&open=1",
        "account list, by a measure": "/accounts?sort=-weekly_active_users&columns=health,weekly_active_users,nps",
        "two days compared": "/accounts/compare",
        "contacts": "/contacts",
        "subscriptions": "/subscriptions",
        "palette": "/palette?q=1999",
    }
    rows = [row for name, path in pages.items() for row in page(client, name, path)]
    return [*rows, _first_load(client)]


def page(client: Client, name: str, path: str, aim: float = SERVER_AIM_MS) -> list[dict[str, Any]]:
    client.get(path)
    asked: list[str] = []
    with connection.execute_wrapper(partial(_noted, asked)):
        answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    begun = time.process_time()
    times = sorted(_timed(client, path) for _ in range(ROUNDS))
    p95, each = 1000 * times[int(0.95 * ROUNDS)], 1000 * (time.process_time() - begun) / ROUNDS
    print(f"{name}: {each:.1f} ms of processor time on average", file=sys.stderr, flush=True)
    return [
        _row(f"{name}: server time", round(p95, 1), "ms p95", aim),
        _row(f"{name}: queries", len(asked), "queries", QUERIES_AIM),
    ]


def _noted(asked: list[str], execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    asked.append(sql)
    return execute(sql, *rest)


def _timed(client: Client, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begun


def _first_load(client: Client) -> dict[str, Any]:
    page = len(brotli.compress(client.get("/accounts").content))
    files = sum(len(asset.brotlied) for asset in assets.shelf().assets.values())
    return _row("account list: first load, compressed", round((page + files) / 1000, 1), "kB", FIRST_LOAD_AIM_KB)


def _row(name: str, figure: float, unit: str, aim: float) -> dict[str, Any]:
    row = {
        "name": name,
        "figure": figure,
        "unit": unit,
        "peer": "aim",
        "peer_figure": aim,
        "ratio": round(figure / aim, 2),
    }
    return row | {"aim": f"<= {aim}", "holds": figure <= aim}


if __name__ == "__main__":
    print(json.dumps(main(*(int(word) for word in sys.argv[1:]))))
