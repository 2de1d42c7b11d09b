"""A large company for the pages, written past the verbs: 20,000 accounts with all that their pages show."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar

import pyarrow as pa
from bench import _filled
from django.db import models

from nenrin.analytics.lake.schemas import FACTS
from nenrin.customers import days
from nenrin.customers.models import Account, AccountKey, AccountTag, Assignment, Contact, Subscription, Tag
from nenrin.foundation import bulk, journal, members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Member
from nenrin.foundation.roles import Role
from nenrin.foundation.search import index_text
from nenrin.ingest import lakes
from nenrin.insight import health_models, history, refresh
from nenrin.insight.modelling import configuration
from nenrin.insight.models import DailyScore, Health, HealthDetail, Progress, Ring

M = TypeVar("M", bound=models.Model)
MEMBERS, TAGS, SCORED_DAYS, TOLD_EACH, YEARS = 40, 30, 90, 12, 2
STAGES = ("onboarding", "adoption", "expansion")
INDUSTRIES = ("製造", "小売", "金融", "医療", "物流", "教育", "建設", "情報通信")
TIERS = (("enterprise", "high", 2000), ("mid_market", "low", 300), ("smb", "tech", 40))


def fill(contacts: int, *, now: datetime) -> None:
    """Everything the pages read beside the lake that was laid; each step tells its seconds on the error stream."""
    today = now.date()
    for name, step in (
        ("rules and members", lambda: _people(now)),
        ("accounts", lambda: _accounts(_filled.ACCOUNTS, now, today)),
        ("subscriptions", lambda: _subscriptions(now, today)),
        ("contacts", lambda: _contacts(contacts, now)),
        ("facts", _facts),
        ("health", lambda: refresh.run(today, at=now)),
        ("history", lambda: _history(today)),
        ("journal", lambda: _told(now)),
    ):
        begun = perf_counter()
        step()
        print(f"{name}: {perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)


def _people(now: datetime) -> None:
    days.install(by=SYSTEM, at=now)
    health_models.install(at=now)
    for number in range(MEMBERS):
        email = f"csm-{number}@nenrin.example"
        members.add(email=email, name=f"担当 {number:02}", role=Role.CSM, by=SYSTEM, at=now, password=None)
    Tag.objects.bulk_create([Tag(name=f"区分{number:02}") for number in range(TAGS)])


def _accounts(count: int, now: datetime, today: date) -> None:
    owners = list(Member.objects.order_by("pk").values_list("pk", flat=True))
    made = [_account(number, owners[number % len(owners)], now, today) for number in range(count)]
    _insert(made)
    _insert((AccountKey(account=a, namespace="product", key=f"acct-{n}") for n, a in enumerate(made)))
    tags = list(Tag.objects.all())
    pairs = ((a, tags[(n * 7 + m * 11) % TAGS]) for n, a in enumerate(made) for m in range(n % 4))
    _insert((AccountTag(account=a, tag=tag) for a, tag in pairs))
    held = (Assignment(account=a, member_id=a.owner_id, phase="primary", since_on=today) for a in made if a.owner_id)
    _insert(held)


def _account(number: int, owner: int, now: datetime, today: date) -> Account:
    tier, touch, employees = TIERS[number % 3]
    name, domain = f"株式会社{number:05d}商事", f"c{number}.example"
    return Account(
        name=name, domain=domain, employees=employees, industry=INDUSTRIES[number % 8], status="customer",
        stage=STAGES[number % 3], tier=tier, touch_model=touch, owner_id=owner if number % 50 else None,
        customer_since=today - timedelta(days=400 + 365 * (number % YEARS)), search=index_text(name, "", domain, ""),
        mrr_minor=10_000 + 37 * number, seats=10 + number % 200, plan_name="標準",
        renewal_on=today + timedelta(days=1 + number % 365), term_from=today - timedelta(days=365 - number % 365),
        notice_on=today + timedelta(days=number % 335) if number % 10 else None, created_at=now, changed_at=now,
    )  # fmt: skip


def _subscriptions(now: datetime, today: date) -> None:
    _insert(_subscription(account, now, today) for account in Account.objects.order_by("pk"))


def _subscription(account: Account, now: datetime, today: date) -> Subscription:
    assert account.customer_since and account.renewal_on and account.term_from
    return Subscription(
        account=account, status="active", starts_on=account.customer_since, term_from=account.term_from,
        ends_on=account.renewal_on, anchor_on=account.customer_since, notice_deadline=account.notice_on,
        mrr_minor=account.mrr_minor, seats=account.seats, created_at=now, changed_at=now,
    )  # fmt: skip


def _contacts(count: int, now: datetime) -> None:
    keys = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    made = (
        Contact(
            account_id=keys[n % len(keys)], name=f"田中 {n:06d}", title="課長", search=index_text(f"田中 {n:06d}"),
            created_at=now, changed_at=now,
        )
        for n in range(count)
    )  # fmt: skip
    _insert(made)


def _facts() -> None:
    """What the database has of each account and its contract, told after what the lake was made with."""
    at = datetime(_filled.FIRST.year, _filled.FIRST.month, _filled.FIRST.day, tzinfo=UTC)
    common = {"valid_at": at, "known_on": _filled.FIRST, "recorded_at": at, "seq": 2, "gone": False, "assumed": False}
    stood, signed = Account.objects.all(), Subscription.objects.all()
    rows = [dict(common, kind="account", key=str(a.pk), account=a.pk, body=_state(a)) for a in stood]
    rows += [
        dict(common, kind="subscription", key=f"s-{s.account_id}", account=s.account_id, body=_signed(s))
        for s in signed
    ]
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="bench", version=9)


def _state(account: Account) -> str:
    body = {"status": account.status, "tier": account.tier, "touch_model": account.touch_model, "tags": [],
            "industry": account.industry, "region": "", "parent": None, "stage": account.stage, "attributes": {},
            "customer_since": str(account.customer_since), "lost_on": None}  # fmt: skip
    return json.dumps(body)


def _signed(row: Subscription) -> str:
    body: dict[str, Any] = {
        "plan": "standard", "product": "core", "starts_on": str(row.starts_on), "ends_on": str(row.ends_on),
        "notice_deadline": row.notice_deadline and str(row.notice_deadline), "auto_renews": True, "status": "active",
        "seats": row.seats, "mrr_minor": row.mrr_minor, "currency": "JPY", "term_months": 12, "noticed_on": None,
        "ended_on": None,
        "steps": [{"from_on": str(row.starts_on), "mrr_minor": row.mrr_minor, "seats": row.seats}],
    }  # fmt: skip
    return json.dumps(body)


def _history(today: date) -> None:
    """Ninety stored days and the closed terms of every account, as the tick leaves them."""
    details = list(HealthDetail.objects.all())
    for detail in details:
        last = detail.now["day"]
        detail.closed, detail.before = ({**detail.now, "day": day} for day in (last - 1, last - 30))
    HealthDetail.objects.bulk_create(
        details, update_conflicts=True, unique_fields=["account"], update_fields=["closed", "before"]
    )
    Progress.objects.filter(pk=1).update(scored_through=today - timedelta(days=1), refreshed_on=today)
    for number, day in enumerate((today - timedelta(30), today - timedelta(1)), start=1):
        live = configuration.between(day, day)
        lake = lakes.current()
        history.append(lake, [refresh.next_day(lake, day, live, [])], live, version=number)
    scored = list(Health.objects.values_list("account_id", "score", "band", "version_id"))
    made = (
        DailyScore(account_id=a, day=today - timedelta(n + 1), today=s, score=max(0, s - n % 13),
                   band=band if a % 97 else "at_risk", coverage=1, version_id=version)
        for n in range(SCORED_DAYS) for a, s, band, version in scored
    )  # fmt: skip
    _insert(made)
    rings = (
        Ring(account_id=a, number=n, closed_on=today - timedelta(365 * (YEARS - n)), band=band, score=s, growth=4.0)
        for a, s, band, _ in scored for n in range(YEARS)
    )  # fmt: skip
    _insert(rings)


def _told(now: datetime) -> None:
    """What people wrote: a dozen notes an account, sealed as they are, read by nobody."""
    keys = list(Account.objects.values_list("pk", flat=True))
    for number in range(TOLD_EACH):
        at = now - timedelta(days=number * 7)
        particulars = {"added": "区分01", "removed": "—"}
        drafts = [journal.Draft("customers.account.tagged", SYSTEM, at, pk, (), particulars) for pk in keys]
        journal.record_many(drafts)
    while journal.seal():
        continue
    last = journal.Entry.objects.latest("sequence").sequence or 0
    Cursor.objects.update(sequence=last)


def _insert(rows: Iterable[M]) -> None:
    turns: Iterator[M] = iter(rows)
    while chunk := list(islice(turns, 20_000)):
        bulk.insert(chunk)
