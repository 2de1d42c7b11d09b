"""python -m bench._my_day: prints rows as JSON; run by bench/my_day.py in a home of its own."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import django
import time_machine

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.cli.init import create  # noqa: E402
from nenrin.customers import days  # noqa: E402
from nenrin.customers.models import Account, Assignment, Contact, Subscription  # noqa: E402
from nenrin.foundation import (  # noqa: E402
    bulk,
    garbage,
    members,
    organisation,
)
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.foundation.models import Entry, Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.ingest.models import Answer, Ticket  # noqa: E402
from nenrin.insight import health_models  # noqa: E402
from nenrin.insight.models import (  # noqa: E402
    CurrentMeasure,
    DailyScore,
    Health,
    HealthModelVersion,
    Ring,
    Risk,
    RiskModelVersion,
)
from nenrin.work.models import Touch  # noqa: E402
from nenrin.work.models.task import Task  # noqa: E402
from nenrin.work.queue import asking, loads  # noqa: E402

M = TypeVar("M", bound=models.Model)
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ACCOUNTS, MEMBERS, SCORED_DAYS, ROUNDS = 20_000, 100, 9, 60
#: My day's own aim, and what any page may take; as many queries as tests/web/test_query_budget.py excepts them for.
SERVER_AIM_MS, PAGE_AIM_MS = 100, 200
QUERIES, TEAM_QUERIES = 18, 17
BANDS = ("healthy", "healthy", "healthy", "caution", "caution", "at_risk", "unknown")
TIERS = (("enterprise", "high"), ("mid_market", "low"), ("smb", "tech"))
MEASURES = (
    "active_user_share",
    "weekly_active_users",
    "days_since_activity",
    "usage_trend",
    "urgent_ticket_age",
    "nps",
)


def main() -> list[dict[str, Any]]:
    with time_machine.travel(NOW, tick=True):
        create(at=NOW, name="Bench", email="bench@nenrin.example", password="rings grow every year", language="ja",
               zone="Asia/Tokyo", currency="JPY", fiscal_start=4)  # fmt: skip
        begun = time.perf_counter()
        fill(random.Random(2026))
        print(f"filled: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
        return measured()


def fill(rng: random.Random) -> None:
    days.install(by=SYSTEM, at=NOW)
    health_models.install(at=NOW)
    for number in range(MEMBERS):
        email = f"csm-{number}@nenrin.example"
        members.add(email=email, name=f"担当 {number:02}", role=Role.CSM, by=SYSTEM, at=NOW, password=None)
    owners = list(Member.objects.filter(role=Role.CSM).order_by("pk").values_list("pk", flat=True))
    accounts = [_account(number, owners[number % MEMBERS]) for number in range(ACCOUNTS)]
    insert(accounts)
    insert(
        bulk.made(Assignment, account_id=a.pk, member_id=a.owner_id, phase="primary", since_on=TODAY) for a in accounts
    )
    insert(_subscription(account) for account in accounts)
    insert(
        bulk.made(
            Contact,
            account_id=a.pk,
            name=f"田中 {a.pk}",
            role="champion",
            left_on=_left(a.pk),
            created_at=NOW,
            changed_at=NOW,
        )
        for a in accounts
    )
    _judged(accounts, rng)
    _voices(accounts, rng)
    _told(accounts)


def _account(number: int, owner: int) -> Account:
    tier, touch = TIERS[number // MEMBERS % 3]
    return Account(
        name=f"株式会社{number:05d}商事", status="customer", stage=("onboarding", "adoption", "expansion")[number % 3],
        tier=tier, touch_model=touch, owner_id=owner, customer_since=TODAY - timedelta(400 + number % 900),
        mrr_minor=10_000 + 37 * number, seats=10 + number % 200, plan_name="標準", created_at=NOW, changed_at=NOW,
        renewal_on=TODAY + timedelta(1 + number % 365), term_from=TODAY - timedelta(365 - number % 365),
        notice_on=TODAY + timedelta(number // MEMBERS * 7 % 335) if number % 10 else None,
    )  # fmt: skip


def _left(number: int) -> date | None:
    return TODAY - timedelta(number % 80) if number % 31 == 0 else None


def _subscription(account: Account) -> Subscription:
    assert account.customer_since and account.renewal_on and account.term_from
    return Subscription(
        account=account, status="active", starts_on=account.customer_since, term_from=account.term_from,
        ends_on=account.renewal_on, anchor_on=account.customer_since, notice_deadline=account.notice_on,
        auto_renews=account.notice_on is not None, mrr_minor=account.mrr_minor, seats=account.seats, created_at=NOW,
        changed_at=NOW,
    )  # fmt: skip


def _judged(accounts: list[Account], rng: random.Random) -> None:
    version = HealthModelVersion.objects.filter(state="published").earliest("pk")
    bands = {a.pk: BANDS[a.pk % len(BANDS)] for a in accounts}
    insert(_health(a, bands[a.pk], version) for a in accounts)
    insert(
        bulk.made(DailyScore, account_id=a.pk, day=TODAY - timedelta(n), today=60, score=60 + a.pk % 17, band=bands[a.pk], coverage=1, version_id=version.pk)
        for n in range(1, SCORED_DAYS) for a in accounts
    )  # fmt: skip
    insert(
        bulk.made(CurrentMeasure, account_id=a.pk, measure=m, value=rng.random(), as_of=TODAY)
        for a in accounts
        for m in MEASURES
    )
    insert(
        bulk.made(Ring, account_id=a.pk, number=n, closed_on=TODAY, band="healthy", score=80)
        for a in accounts
        for n in range(2)
    )
    model = RiskModelVersion.objects.create(
        event="churn", number=1, state="trusted", known_on=TODAY, learned_at=NOW, used_from=NOW,
        card={"shows_probability": True, "evidence": {}},
    )  # fmt: skip
    reasons = [["days_since_activity", 0.8, 23.0, 0.1], ["active_user_share", 0.4, 0.2, 0.1], ["nps", -0.2, 8.0, 0.1]]
    insert(
        bulk.made(Risk, account_id=a.pk, event="churn", as_of=TODAY, at=NOW, version_id=model.pk, p=rng.random() ** 4, low=0.0, high=0.5,
             reasons=reasons, minor=a.mrr_minor) for a in accounts
    )  # fmt: skip


def _health(account: Account, band: str, version: HealthModelVersion) -> Health:
    score = {"healthy": 82, "caution": 55, "at_risk": 30, "unknown": 50}[band] + account.pk % 9
    return Health(
        account=account, as_of=TODAY, at=NOW, today=score, score=score, band=band, coverage=0.3 if band == "unknown" else 0.9,
        since=TODAY - timedelta(account.pk % 40), version=version, weekly=[score] * 12, delta_30=-3.0,
        losses=[["active_user_share", 12.0], ["nps", 5.0]],
    )  # fmt: skip


def _voices(accounts: list[Account], rng: random.Random) -> None:
    def touch(a: Account, days_ago: int, channel: str) -> Touch:
        when = NOW - timedelta(days=days_ago)
        return bulk.made(
            Touch,
            account_id=a.pk,
            channel=channel,
            direction="out",
            title="定例",
            happened_at=when,
            created_at=NOW,
            changed_at=NOW,
        )

    channels = ("mail", "call", "meeting", "note")
    insert(touch(a, 10 + 30 * n + a.pk % 60, channels[n % 4]) for a in accounts for n in range(10))
    insert(
        bulk.made(Ticket, account_id=a.pk, namespace="desk", key=f"t-{a.pk}-{n}", title="帳票が出ない", priority="urgent" if n == 0 and a.pk % 23 == 0 else "normal",
               opened_at=NOW - timedelta(days=5 + n), resolved_at=None if n == 0 else NOW, created_at=NOW, changed_at=NOW)
        for a in accounts for n in range(3)
    )  # fmt: skip
    insert(
        bulk.made(Answer, account_id=a.pk, namespace="survey", key=f"a-{a.pk}", survey="nps", score=a.pk % 11, answered_at=NOW - timedelta(days=a.pk % 120),
               comment="使いにくい", created_at=NOW, changed_at=NOW) for a in accounts
    )  # fmt: skip
    insert(
        bulk.made(Task, account_id=a.pk, title="連絡する", state="open" if n == 0 else "done", assignee_id=a.owner_id, minutes=15, created_at=NOW,
             due_on=TODAY + timedelta(a.pk // MEMBERS % 60 - 3), changed_at=NOW)
        for a in accounts for n in range(4)
    )  # fmt: skip


def _told(accounts: list[Account]) -> None:
    """Six entries an account, the last of them of this morning for one in ten; nobody reads their chain here."""
    note = {"band_en": "Caution", "band_ja": "注意", "before": 70, "score": 55, "finding_en": "", "finding_ja": ""}
    insert(
        bulk.made(
            Entry, action="insight.health.fell", account=a.pk, actor_kind="system", particulars=note,
            valid_at=NOW - timedelta(days=7 * n, hours=1), recorded_at=NOW - timedelta(days=7 * n, hours=1),
        )
        for n in range(6) for a in accounts if n or a.pk % 10 == 0
    )  # fmt: skip


def insert(rows: Iterable[M]) -> None:
    turns: Iterator[M] = iter(rows)
    while chunk := list(islice(turns, 20_000)):
        bulk.insert(chunk)


def measured() -> list[dict[str, Any]]:
    settings.ALLOWED_HOSTS = ["testserver"]
    member = Member.objects.filter(role=Role.CSM).earliest("pk")
    org = organisation.current()
    day = asking.my_day(member, TODAY, NOW, org)
    rows = len(day.cut.within) + len(day.cut.beyond)
    print(f"{len(day.portfolio)} accounts, {rows} rows", file=sys.stderr, flush=True)
    assert len(day.portfolio) == ACCOUNTS // MEMBERS and rows > 50
    while loads.step(NOW):
        continue
    head = members.add(email="head@nenrin.example", name="責任者", role=Role.HEAD, by=SYSTEM, at=NOW, password=None)
    garbage.settle()
    return [
        *_page(member, "my day, 200 accounts of 20,000", "/my-day", SERVER_AIM_MS, QUERIES),
        *_page(member, "my day, all rows", "/my-day?all=1", None, QUERIES),
        *_page(head, "team's day, 100 members", "/team-day", PAGE_AIM_MS, TEAM_QUERIES),
    ]


def _page(member: Member, name: str, path: str, aim: float | None, queries: int) -> list[dict[str, Any]]:
    client = Client(headers={"accept-encoding": "br"})
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
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
        _row(f"{name}: queries", len(asked), "queries", queries),
    ]


def _noted(asked: list[str], execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    asked.append(sql)
    return execute(sql, *rest)


def _timed(client: Client, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begun


def _row(name: str, figure: float, unit: str, aim: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": name,
        "figure": figure,
        "unit": unit,
        "peer": "aim" if aim else None,
        "peer_figure": aim,
    }
    if aim is None:
        return row | {"ratio": None, "aim": None, "holds": None}
    return row | {"ratio": round(figure / aim, 2), "aim": f"<= {aim:g}", "holds": figure <= aim}


if __name__ == "__main__":
    print(json.dumps(main()))
