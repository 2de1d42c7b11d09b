"""Mails, templates, suppressions and webhooks of the permission matrix's world."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from nenrin.foundation import webhooks
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import outbox, suppressions, templates
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Suppression
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.webhooks import endpoints

if TYPE_CHECKING:
    from tests.web.matrix_world import World


def company(world: World, owner: str, account: int, canary: str, at: datetime) -> None:
    """A draft and a mail that waits, of one account."""
    told = {
        "subject": f"{canary} 様",
        "text": canary,
        "kind": Kind.ACCOUNT,
        "account_id": account,
        "by": SYSTEM,
        "at": at,
    }
    to = Address(f"{canary}@{owner}.example", canary)
    world.put("mail_draft", outbox.put(to=to, key=f"draft {owner}", draft=True, **told).pk, owner)
    world.put("mail", outbox.put(to=to, key=f"mail {owner}", **told).pk, owner)


def rest(world: World, canary: str, at: datetime) -> None:
    """What belongs to no account."""
    suppressions.add(f"{canary}@gone.example", by=SYSTEM, at=at)
    world.put("suppression", Suppression.objects.latest("pk").pk)
    saved = templates.save(
        "welcome",
        name="歓迎",
        kind="account",
        subject_ja="歓迎",
        body_ja="{{ account.name }} 様",
        by=SYSTEM,
        at=at,
    )
    world.put("mail_template", saved.pk)
    world.put("mail_template_key", saved.key)
    row, _ = endpoints.open("外部", "https://hooks.example.com/x", by=SYSTEM, at=at, events=["customers.account."])
    world.put("webhook", row.pk)
    world.put("delivery", webhooks.put(row, {"n": 1}, key="d", by=SYSTEM, at=at, event="customers.account.opened").pk)
