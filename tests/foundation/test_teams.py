from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nenrin.foundation import teams
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member
from tests.cast import member

AT = datetime(2026, 11, 24, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_a_team_is_opened_renamed_and_closed_and_its_members_stay() -> None:
    team = teams.open(" 東日本チーム ", by=SYSTEM, at=AT)
    csm = member(team=team.name)
    teams.rename(team, "東日本第一", by=SYSTEM, at=AT)
    teams.close(team, by=SYSTEM, at=AT)
    assert Member.objects.get(pk=csm.pk).team is None
    assert [e.action for e in Entry.objects.filter(action__startswith="foundation.team").order_by("id")] == [
        "foundation.team.opened", "foundation.team.renamed", "foundation.team.closed",
    ]  # fmt: skip


def test_two_teams_never_share_a_name() -> None:
    teams.open("東日本", by=SYSTEM, at=AT)
    west = teams.open("西日本", by=SYSTEM, at=AT)
    for again in (
        lambda: teams.open("東日本", by=SYSTEM, at=AT),
        lambda: teams.rename(west, "東日本", by=SYSTEM, at=AT),
    ):
        with pytest.raises(teams.TeamExists):
            again()
    with pytest.raises(teams.TeamExists):
        teams.open("  ", by=SYSTEM, at=AT)
