"""Whose criteria hold: ready to move on, and no longer as the stage asks of who enters. Kept on the open stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from nenrin.customers.models import Account
from nenrin.work.journeys import designs, placing
from nenrin.work.journeys.criteria import Asker
from nenrin.work.journeys.documents import Document
from nenrin.work.models import JourneyVersion, StageStay

CHUNK = 500


def refresh(at: datetime) -> int:
    """Ask every stage's criteria of the accounts that stand in it; returns how many answers changed. Safe to repeat."""
    asker, versions, changed = Asker(at), designs.in_use(), 0
    for version in versions:
        design = designs.shown(version)
        changed += _silenced(version, versions, design.keys, at)
        for stage in design.stages:
            there = _there(version, versions, stage.stage)
            changed += _answered("is_ready", there, stage.exits, asker)
            changed += _answered("is_entitled", there, stage.enters, asker)
    return changed


def _there(version: JourneyVersion, versions: Sequence[JourneyVersion], stage: str) -> list[int]:
    rows = placing.on(Account.objects.filter(stage=stage), version, versions)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _silenced(version: JourneyVersion, versions: Sequence[JourneyVersion], stages: Sequence[str], at: datetime) -> int:
    """Of who stands in a stage that the journey no longer has nothing is asked."""
    outside = placing.on(Account.objects.exclude(stage__in=stages), version, versions)
    told = Q(is_ready__isnull=False) | Q(is_entitled__isnull=False)
    rows = StageStay.objects.open().filter(told, account__in=outside.order_by().values("pk"))
    return rows.update(is_ready=None, is_entitled=None, checked_at=at)


def _answered(column: str, accounts: Sequence[int], document: Document | None, asker: Asker) -> int:
    if not accounts:
        return 0
    held = asker.holding(document, accounts if len(accounts) <= CHUNK else None) if document else None
    if held is None:
        return _put(column, accounts, None, asker.at)
    yes = [key for key in accounts if key in held]
    no = [key for key in accounts if key not in held]
    return _put(column, yes, True, asker.at) + _put(column, no, False, asker.at)


def _put(column: str, accounts: Collection[int], value: bool | None, at: datetime) -> int:
    keys, changed = list(accounts), 0
    other = (
        Q(**{f"{column}__isnull": False}) if value is None else ~Q(**{column: value}) | Q(**{f"{column}__isnull": True})
    )
    for start in range(0, len(keys), CHUNK):
        rows = StageStay.objects.open().filter(other, account__in=keys[start : start + CHUNK])
        changed += rows.update(**{column: value, "checked_at": at})
    return changed
