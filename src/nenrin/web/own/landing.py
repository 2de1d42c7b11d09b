"""Where a member arrives after signing in."""

from __future__ import annotations

from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role

#: Those who look after accounts begin with their day.
THEIR_DAY = frozenset({Role.CSM, Role.ONBOARDING, Role.HEAD})


def of(member: Member) -> str:
    """The name of the page."""
    return "my-day" if Role(member.role) in THEIR_DAY else "home"
