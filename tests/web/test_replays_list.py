"""The list of stored replays: the newest of each playbook or all that are kept, found, ordered, each to be looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from nenrin.foundation.models import Organisation
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion
from tests.playbooks import stage
from tests.web.test_value_pages import body, signed_in, table

pytestmark = pytest.mark.django_db


def report(fired: int) -> dict[str, Any]:
    return {
        "firings": [], "months": [], "overlaps": [], "notes": [], "fired": fired, "accounts": fired, "inside": 0, "too_soon": 0,
        "busiest_day": 1, "held_out": 0, "outcomes": {"left": 0, "stayed": fired, "open": 0, "decided": 0}, "onboarding": None,
        "effort": {"minutes": 10 * fired, "owners": 1, "mean_a_week": 1.0, "worst_a_week": 2},
        "mails": {"mean": 0.0, "most_a_week": None, "sent": 0, "stopped": 0}, "caught": {"leavers": 4, "caught": fired, "median_days": 30.0},
    }  # fmt: skip


def stored(version: PlaybookVersion, at: datetime, fired: int | None, state: str = "done") -> PlaybookReplay:
    return PlaybookReplay.objects.create(
        version=version, document=version.document, first=at.date() - timedelta(90), last=at.date(), state=state,
        report=report(fired) if fired is not None else {}, problem={"en": "No data", "ja": "データなし"}, asked_at=at,
    )  # fmt: skip


@pytest.fixture
def client(org: Organisation, at: datetime) -> Client:
    rescue = stage.published(stage.document(), at=at)
    other = stage.published(stage.document(playbook="other", name={"en": "Other", "ja": "別"}), at=at)
    stage.published(stage.document(playbook="third", name={"en": "Third", "ja": "三つ目"}), at=at)
    for fired in (1, 3):
        stored(rescue, at, fired)
    stored(other, at, 2)
    return signed_in()


def told(client: Client, question: str = "") -> list[tuple[str, str]]:
    head, *rows = table(body(client, f"/replays/export.csv{question}"))
    place = head.index("Fired")
    return [(row[0], row[place]) for row in rows]


def test_the_newest_of_each_stands_in_the_list_and_all_when_asked(client: Client) -> None:
    assert told(client) == [("Other", "2"), ("Rescue", "3"), ("Third", "")]
    assert told(client, "?which=all") == [("Other", "2"), ("Rescue", "3"), ("Rescue", "1"), ("Third", "")]
    assert told(client, "?sort=-fired&which=all") == [("Rescue", "3"), ("Other", "2"), ("Rescue", "1"), ("Third", "")]
    assert told(client, "?q=resc") == [("Rescue", "3")] and told(client, "?state=none") == [("Third", "")]
    nothing = body(client, "/replays?q=zzz")
    assert 'class="empty"' in nothing and 'href="/replays"' in nothing and "export.csv" not in nothing
    assert 'aria-sort="descending"' in body(client, "/replays?sort=-fired")


def test_one_that_failed_is_told_so_and_found_by_its_state(client: Client, at: datetime) -> None:
    version = PlaybookVersion.objects.get(playbook__key="third")
    stored(version, at, None, "failed")
    assert told(client, "?state=failed") == [("Third", "")] and "No data" in body(client, "/replays?state=failed")


def test_a_kept_replay_is_looked_at_and_says_that_it_is_not_the_newest(client: Client) -> None:
    old, new = PlaybookReplay.objects.filter(version__playbook__key="rescue").order_by("pk")
    shown = body(client, "/replays?which=all")
    assert f"/playbooks/rescue/replay?stored={old.pk}" in shown and f"stored={new.pk}" not in shown
    page = body(client, f"/playbooks/rescue/replay?stored={old.pk}")
    assert "A replay that was kept" in page and "A replay that was kept" not in body(client, "/playbooks/rescue/replay")
    elsewhere = PlaybookReplay.objects.get(version__playbook__key="other")
    assert client.get(f"/playbooks/rescue/replay?stored={elsewhere.pk}").status_code == 404
    assert client.get("/playbooks/rescue/replay?stored=nonsense").status_code == 200
