"""Customers on a small journey, whose criteria ask of tags, and the way their stages were told."""

from __future__ import annotations

from datetime import datetime

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.work.journeys import designs, following
from nenrin.work.models import JourneyVersion

DONE = {"field": "tags", "op": "contains", "value": "done"}
WELL = {"field": "tags", "op": "contains", "value": "well"}
DOCUMENT = {
    "name": {"en": "Small", "ja": "小さなジャーニー"},
    "stages": [
        {"stage": "onboarding", "name": {"en": "Begin", "ja": "はじめる"}, "exits": {"all": [DONE]}, "days": 10, "stuck_after": 20},
        {"stage": "adoption", "enters": {"all": [WELL]}, "days": 30},
        {"stage": "expansion"},
    ],
}  # fmt: skip


def in_use(at: datetime, key: str = "small", document: object = DOCUMENT) -> JourneyVersion:
    return designs.publish(designs.draft(key, document, by=SYSTEM, at=at), by=SYSTEM, at=at)


def customer(name: str, stage: str, *, at: datetime, **fields: object) -> Account:
    found = accounts.open(name, by=SYSTEM, at=at, status="customer", stage=stage, **fields)
    settled(at)
    return found


def settled(at: datetime) -> int:
    while journal.seal():
        pass
    return following.step(at)
