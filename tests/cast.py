"""The people and companies that tests speak of by name."""

from __future__ import annotations

from datetime import UTC, datetime

from nenrin.foundation import members
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Team
from nenrin.foundation.roles import Role

#: A thriving account, a drifting one, one in onboarding, one lost, one unknown.
THRIVING = "常磐システム開発株式会社"
DRIFTING = "東雲精機株式会社"
STARTING = "株式会社ひなた介護サービス"
LOST = "株式会社北灯ホテルズ"
UNKNOWN = "湊川電設株式会社"

PASSWORD = "rings grow every year"
_AT = datetime(2026, 1, 5, tzinfo=UTC)


def member(role: Role = Role.ADMINISTRATOR, name: str = "佐藤 美咲", *, team: str = "", language: str = "ja") -> Member:
    """A colleague in a role; the e-mail address follows from role and team."""
    group = Team.objects.get_or_create(name=team)[0] if team else None
    email = f"{role.value}{f'.{group.pk}' if group else ''}.{Member.objects.count()}@nenrin.example"
    return members.add(
        email=email, name=name, role=role, by=SYSTEM, at=_AT, team=group, password=PASSWORD, language=language
    )
