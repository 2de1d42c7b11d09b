"""Customers whose health, use and contracts say what a test needs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nenrin.customers import accounts, ownership, products, subscriptions
from nenrin.customers.models import Account, Plan, Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.ingest import answers, tickets
from nenrin.ingest.facts import knowing
from nenrin.insight.models import CurrentMeasure, Health, HealthModelVersion, Risk, RiskModelVersion
from tests import cast

TODAY = date(2026, 11, 24)
TOKYO = ZoneInfo("Asia/Tokyo")


def plan(key: str, product: str, at: datetime, **limits: int) -> Plan:
    sold = products.save(product, name=product.title(), by=SYSTEM, at=at)
    return products.save_plan(key, product=sold, name=key.title(), limits=limits, by=SYSTEM, at=at)


def customer(
    name: str = cast.THRIVING, *, at: datetime, owner: Member | None = None, mrr: int = 100_000, seats: int = 20,
    on: Plan | None = None, **fields: object,
) -> Account:  # fmt: skip
    found = accounts.open(name, by=SYSTEM, at=at, status="customer", **fields)
    if owner:
        ownership.assign(found, owner, by=SYSTEM, at=at)
    signed(found, at=at, mrr=mrr, seats=seats, on=on)
    found.refresh_from_db()
    return found


def signed(account: Account, *, at: datetime, mrr: int, seats: int = 20, on: Plan | None = None) -> Subscription:
    return subscriptions.sign(
        account, starts_on=date(2026, 1, 1), term_months=12, mrr_minor=mrr, seats=seats, plan=on, by=SYSTEM, at=at
    )


def health(account: Account, band: str, score: float = 82) -> None:
    version, _ = HealthModelVersion.objects.get_or_create(
        key="standard",
        number=1,
        defaults={"document": {}, "state": "published", "created_at": _at(), "changed_at": _at()},
    )
    fields = {
        "as_of": TODAY,
        "at": _at(),
        "today": score,
        "score": score,
        "band": band,
        "since": TODAY,
        "coverage": 1.0,
    }
    Health.objects.update_or_create(account=account, defaults={**fields, "version": version})


def used(account: Account, share: float, people: float) -> None:
    for measure, value in (("active_user_share", share), ("weekly_active_users", people)):
        fields = {"value": value, "as_of": TODAY}
        CurrentMeasure.objects.update_or_create(account=account, measure=measure, defaults=fields)


def likely(account: Account, p: float, *, state: str = "trusted") -> None:
    version, _ = RiskModelVersion.objects.get_or_create(
        event="expansion", number=1, defaults={"state": state, "known_on": TODAY, "learned_at": _at(), "card": {"shows_probability": state == "trusted"}}
    )  # fmt: skip
    Risk.objects.create(
        account=account, event="expansion", as_of=TODAY, at=_at(), version=version, p=p, low=p / 2, high=p * 1.5,
        minor=account.mrr_minor,
    )  # fmt: skip


def ticket(account: Account, *, at: datetime, priority: str = "urgent", kind: str = "problem") -> None:
    told = tickets.Told(
        f"T-{account.pk}-{kind}", account.pk, at - timedelta(days=3), title="障害", priority=priority, kind=kind
    )
    tickets.put(
        [told], namespace="desk", by=SYSTEM, at=at, zone=TOKYO, knowing=knowing.on_arrival(organisation.today(at))
    )


def detractor(account: Account, *, at: datetime) -> None:
    told = answers.Told(f"A-{account.pk}", account.pk, "nps", 3, at - timedelta(days=5))
    answers.put(
        [told], namespace="survey", by=SYSTEM, at=at, zone=TOKYO, knowing=knowing.on_arrival(organisation.today(at))
    )


def _at() -> datetime:
    return datetime(2026, 11, 24, tzinfo=ZoneInfo("UTC"))
