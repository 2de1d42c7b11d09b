"""Mails and lines that the tests of mail speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import outbox, sending
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Tokyo: within the window of sending
LATER = AT + timedelta(minutes=6)  # the hold is over
MISAKI = Actor("member", "7", "佐藤 美咲")


def line(port: int, **rules: Any) -> None:
    """Mails go to a sink on this port."""
    told: dict[str, Any] = {
        "host": "127.0.0.1", "port": port, "security": "none", "from_address": "cs@tsumugi.example",
        "from_name": "つむぎワークス",
    }  # fmt: skip
    sending.configure(by=MISAKI, at=AT, **(told | rules))


def put(to: str = "tanaka@hinata.example", *, key: str = "", by: Actor = SYSTEM, **more: Any) -> Mail:
    told: dict[str, Any] = {"subject": "更新のご案内", "text": "こんにちは。", "kind": Kind.ACCOUNT, "at": AT}
    return outbox.put(to=Address(to, "田中 由美"), key=key or f"k:{to}", by=by, **(told | more))


def state(mail: Mail) -> str:
    return Mail.objects.values_list("state", flat=True).get(pk=mail.pk)
