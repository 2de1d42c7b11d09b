"""The story of the house: usage events stop arriving, health falls, a playbook opens a task and marketing gets the account."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from nenrin.cli.loops import PROMPT, one_round
from nenrin.customers import accounts, ownership, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import drain, lakes, sources
from nenrin.insight import health_models
from nenrin.insight.models import Health, HealthModelVersion
from nenrin.playbooks.models import Run
from nenrin.work.models import Notice, Task
from tests import cast
from tests.playbooks import stage

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
LIST = "利用低下・リテンション施策"
STEPS = [stage.CALL, {"do": "share_list", "id": "list", "list": LIST}]


def quick_model(at: datetime) -> None:
    """Silence alone decides, and it shows at once: a story of ten days instead of two months."""
    health_models.install(at=at)
    standard = HealthModelVersion.objects.filter(key="standard", state="published").earliest("pk").document
    bands = {"healthy": 70, "caution": 40, "hysteresis": 0, "dwell_days": 0}
    measure = {"measure": "days_since_activity", "weight": 100, "better": "lower", "curve": [[0, 100], [8, 10]]}
    group = {"key": "usage", "name": {"en": "Usage", "ja": "利用"}, "measures": [measure]}
    document = {"key": "standard", "name": standard["name"], "position": 1, "bands": bands, "half_life_days": 0,
                "min_coverage": 0, "grace_days": 0, "groups": [group]}  # fmt: skip
    health_models.draft(document, by=SYSTEM, at=at)
    health_models.publish("standard", by=SYSTEM, at=at, note="story")


def rounds(at: datetime, until: Callable[[], bool] = lambda: False) -> None:
    """The worker: rounds of every loop until nothing moves (or the story has come so far)."""
    with time_machine.travel(at, tick=False):
        for _ in range(30):
            if not sum(one_round(at, PROMPT).values()) or until():
                return
    raise AssertionError("the loops never come to rest")


def test_health_falls_and_the_owner_has_a_task_and_marketing_the_account(org: Organisation, at: datetime) -> None:
    owner, marketer = stage.csm(), cast.member(Role.MARKETER, "近藤 彩")
    account = customer(owner, at)
    quick_model(at)
    drain.prepare(lakes.current())
    key = sources.open("product", by=SYSTEM, at=at).write_key
    rounds(at)
    track(key, at)
    rounds(at + timedelta(minutes=1))
    assert Health.objects.get(account=account).band == "healthy"

    stage.published(stage.document(steps=STEPS, playbook="retention"), at=at, by=Actor.of(owner))
    rounds(at + 7 * DAY)

    assert Health.objects.get(account=account).band == "at_risk"
    told = Entry.objects.filter(action="insight.health.fell", account=account.pk, particulars__band="at_risk")
    assert Run.objects.exclude(state="skipped").get().entry in told.values_list("pk", flat=True)
    task = Task.objects.get()
    assert (task.account, task.assignee, task.title) == (account, owner, f"{account.name}に電話")
    assert LIST in Notice.objects.get(member=marketer).text["ja"]
    shown_to(owner, f"/tasks/{task.pk}", task.title)
    shown_to(marketer, f"/accounts?tag={LIST}", account.name)
    shown_to(owner, f"/accounts/{account.pk}/timeline", "立て直し")


def customer(owner: Member, at: datetime) -> Account:
    account = accounts.open(cast.DRIFTING, keys=[("product", "drifting")], status="customer", by=SYSTEM, at=at)
    subscriptions.sign(account, by=SYSTEM, at=at, namespace="crm", key="S-1", starts_on="2026-04-01")
    ownership.assign(account, owner, by=SYSTEM, at=at)
    return account


def track(key: str, at: datetime) -> None:
    """As a Segment client sends it."""
    event = {"event": "Report Exported", "userId": "u-1", "messageId": "m-1", "context": {"groupId": "drifting"},
             "timestamp": at.isoformat()}  # fmt: skip
    basic = base64.b64encode(f"{key}:".encode()).decode()
    with time_machine.travel(at, tick=False):
        answer = Client().post("/v1/track", json.dumps(event), content_type="application/json",
                               HTTP_AUTHORIZATION=f"Basic {basic}")  # fmt: skip
    assert answer.status_code == 200


def shown_to(member: Member, address: str, words: str) -> None:
    client = Client()
    client.force_login(member)
    answer = client.get(address)
    assert answer.status_code == 200 and words in answer.content.decode(), address
