"""`nenrin config plan`: which plays would fire, whatever they hear health by."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import catalogue
from nenrin.ingest.catalogue import Seen
from nenrin.insight import health_models, segments
from nenrin.insight.models import Health, HealthModelVersion, Segment
from nenrin.playbooks.configuration import imagining
from nenrin.playbooks.models import Run
from tests.cast import DRIFTING, THRIVING
from tests.insight.world import SPACE, World
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
#: Nothing but use: 30 points without any, 50 with some; red below 40.
GROUPS = [{
    "key": "usage", "name": {"en": "Usage", "ja": "利用"},
    "measures": [{"measure": "events_28d", "weight": 100, "curve": [[0, 30], [5, 50]]}],
}]  # fmt: skip
BANDS = {"healthy": 80, "caution": 40, "hysteresis": 0, "dwell_days": 0}
RED = {"field": "health.band", "op": "=", "value": "at_risk"}


@pytest.fixture
def world(org: Organisation) -> World:
    """Of two accounts one is used, and yellow; the other is red. Four playbooks hear of red, and others of a fall of use."""
    made = World().begin()
    plain = {"half_life_days": 0, "min_coverage": 0, "grace_days": 0, "bands": BANDS, "groups": GROUPS}
    made.model(**plain, caps=[], hard_events=[], typical={"default": 30})
    for name in (THRIVING, DRIFTING):
        made.subscribe(made.open(name))
    catalogue.count([Seen(SPACE, "signed_in", 15, made.now, made.now)])
    catalogue.map_event(SPACE, "signed_in", use="login", by=SYSTEM, at=made.now)
    for _ in range(3):
        made.use(THRIVING, times=5)
        made.end_day()
    made.refresh()
    assert dict(Health.objects.values_list("account__name", "band")) == {THRIVING: "caution", DRIFTING: "at_risk"}
    red = segments.save("危険な顧客", RED, by=SYSTEM, at=made.now)
    hearing: dict[str, dict[str, Any]] = {
        "Colour": {"trigger": "band_change", "to": ["at_risk"]},
        "Condition": {"trigger": "condition", "is": RED},
        "Segment": {"trigger": "segment", "segment": str(red.pk), "move": "entered"},
        "Fall": {"trigger": "score_fall", "points": 15, "days": 1},
        "Measure": {"trigger": "measure", "measure": "events_28d", "op": "<", "value": 1},
        "Limit": {"trigger": "tickets", "count": 1, "days": 7},
    }
    for name, trigger in hearing.items():
        told = stage.document(playbook=name.lower(), name={"en": name, "ja": name}, when=[trigger])
        stage.published(told, at=made.now)
    return made


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    assert run("export", tmp_path)[0] == 0
    return tmp_path


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def lets_in(said: str) -> dict[str, str]:
    """The plays that would fire, by name, with whom."""
    return dict(re.findall(r"“(\w+)” lets in 1 account: (\S+)", said))


def kept() -> tuple[object, ...]:
    """All that a plan must leave as it is."""
    health = Health.objects.order_by("account").values_list("account", "score", "band", "version")
    return Entry.objects.count(), Run.objects.count(), list(health), HealthModelVersion.objects.count()


def test_a_play_that_asks_for_the_colour_is_told_however_it_asks(folder: Path) -> None:
    before = kept()
    changed(folder / "health-models" / "standard.yaml", "caution: 40", "caution: 60")
    said = run("plan", folder)[1]
    assert "1 of 2 accounts change colour" in said
    assert lets_in(said) == dict.fromkeys(("Colour", "Condition", "Segment"), THRIVING)
    assert kept() == before


def test_what_others_write_meanwhile_is_not_told_as_if_it_came_of_the_plan(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = Segment.objects.get(name="危険な顧客")
    trigger = {"trigger": "segment", "segment": str(red.pk), "move": "left"}
    stage.published(stage.document(playbook="left", name={"en": "Left", "ja": "Left"}, when=[trigger]), at=world.now)
    show, entered = imagining._show, Entry.objects.filter(action="insight.segment.entered")

    def shown(found: Any, accounts: Any, at: datetime) -> None:
        show(found, accounts, at)
        for one in entered.filter(recorded_at=at):
            one.pk, one.action, one.recorded_at = None, "insight.segment.left", at - timedelta(seconds=1)
            one.save(force_insert=True)

    monkeypatch.setattr(imagining, "_show", shown)
    changed(folder / "health-models" / "standard.yaml", "caution: 40", "caution: 60")
    assert lets_in(run("plan", folder)[1]) == dict.fromkeys(("Colour", "Condition", "Segment"), THRIVING)


def test_a_change_of_the_event_catalogue_tells_colours_and_plays(folder: Path) -> None:
    before = kept()
    changed(folder / "events" / f"{SPACE}.yaml", "login", "ignore")
    said = run("plan", folder)[1]
    assert f"{THRIVING}: caution -> at risk" in said and "1 of 2 accounts change colour" in said
    assert lets_in(said) == dict.fromkeys(("Colour", "Condition", "Segment", "Fall", "Measure"), THRIVING)
    assert kept() == before


def test_a_model_that_is_put_away_tells_who_is_judged_no_more(folder: Path) -> None:
    before = kept()
    (folder / "health-models" / "standard.yaml").unlink()
    said = run("plan", folder, "--prune")[1]
    assert f"{THRIVING}: caution -> not judged" in said and f"{DRIFTING}: at risk -> not judged" in said
    assert lets_in(said) == {}
    assert kept() == before


def test_a_model_that_hands_its_accounts_on_tells_their_colours_and_plays(world: World, folder: Path) -> None:
    """The next model sees the same account red."""
    plain = {**_live("standard"), "key": "later", "position": 900, "bands": {**BANDS, "caution": 60}}
    health_models.draft(plain, by=SYSTEM, at=world.now)
    health_models.publish("later", by=SYSTEM, at=world.now)
    run("export", folder)
    (folder / "health-models" / "standard.yaml").unlink()
    said = run("plan", folder, "--prune")[1]
    assert f"{THRIVING}: caution -> at risk" in said
    assert lets_in(said) == dict.fromkeys(("Colour", "Condition", "Segment"), THRIVING)


def _live(key: str) -> dict[str, Any]:
    return dict(HealthModelVersion.objects.filter(key=key).latest("number").document)


def test_a_condition_is_counted_by_those_who_may_come_in(world: World, folder: Path) -> None:
    for name, status in (
        ("解約した会社", "lost"),
        ("別の会社", "lost"),
        ("試用の会社", Status.INTERNAL_TEST),
        ("商談中の会社", "prospect"),
    ):
        world.open(name, key=name)
        Account.objects.filter(name=name).update(status=status)
    told = stage.document(playbook="all", name={"en": "All", "ja": "全社"}, when=[{"trigger": "by_hand"}])
    told["except"] = {"field": "status", "op": "=", "value": "prospect"}
    (folder / "playbooks" / "all.yaml").write_text(json.dumps(told | {"who": {"all": []}}))
    said = run("plan", folder)[1]
    assert "Its condition holds for 2 accounts that may come in now" in said
    assert "4 others may not: customers who have left 2, provisional or a test 1, left out by the condition 1" in said
