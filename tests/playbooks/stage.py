"""A small stage for playbooks: an account with an owner, a playbook that is live, and the loops one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nenrin.customers import accounts, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.playbooks import playbooks, playing, reactions, sweeps
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run
from tests import cast

CALL = {"do": "open_task", "id": "call", "title": {"en": "Call {{account}}", "ja": "{{account}}に電話"}, "minutes": 20}
AT_RISK = {"trigger": "band_change", "to": ["at_risk"]}
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}


def document(**changes: Any) -> dict[str, Any]:
    """A playbook's document: health turns red, somebody calls. Hours are open all day unless told."""
    usual: dict[str, Any] = {
        "playbook": "rescue",
        "name": {"en": "Rescue", "ja": "立て直し"},
        "when": [AT_RISK],
        "who": CUSTOMERS,
        "steps": [CALL],
        "hypothesis": {"measure": "churn", "expected": -0.05, "review_on": "2027-04-01"},
        "limits": {"hours": {"from": 0, "to": 24, "business_days": False}, "approval_above": 0},
    }
    limits = {**usual["limits"], **changes.pop("limits", {})}
    hypothesis = {**usual["hypothesis"], **changes.pop("hypothesis", {})}
    return {**usual, **changes, "limits": limits, "hypothesis": hypothesis}


def csm(name: str = "岡田 亮") -> Member:
    return cast.member(Role.CSM, name)


def account(name: str = cast.DRIFTING, *, at: datetime, owner: Member | None = None, **fields: object) -> Account:
    found = accounts.open(name, by=SYSTEM, at=at, **{"status": "customer", **fields})
    if owner:
        ownership.assign(found, owner, by=SYSTEM, at=at)
    return found


def published(told: Mapping[str, Any], *, at: datetime, by: Actor = SYSTEM) -> PlaybookVersion:
    playbooks.draft(told, by=by, at=at)
    return playbooks.publish(Playbook.objects.get(key=told["playbook"]), by=by, at=at)


def falls(on: Account, *, at: datetime, band: str = "at_risk", by: Actor = SYSTEM) -> None:
    """What insight writes when the shown colour changes."""
    told = {"band": band, "band_before": "caution", "band_en": "at risk", "band_ja": "危険", "before": "55.0", "score": "31.0",
            "finding_en": "Use fell", "finding_ja": "利用が低下"}  # fmt: skip
    journal.record("insight.health.fell", actor=by, at=at, account=on.pk, particulars=told)


def goes_on(at: datetime) -> None:
    """The worker's loops until nothing moves."""
    for _ in range(50):
        if not journal.seal() + reactions.react(at) + playing.play(at):
            return
    raise AssertionError("the loops never come to rest")


def looks(at: datetime) -> int:
    return sweeps.sweep(at)


def looks_whole(at: datetime) -> None:
    """A look at everybody, and what comes of it."""
    sweeps.look(at)
    goes_on(at)


def only_run() -> Run:
    [run] = Run.objects.all()
    return run
