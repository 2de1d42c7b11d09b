"""Journeys as files: out, looked at with what they mean to accounts, in, and back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import timezone

from nenrin.cli.config import command
from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import segments
from nenrin.work.journeys import designs
from nenrin.work.models import Journey, JourneyVersion, StageStay
from tests.work import journeys_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(org: Organisation) -> Account:
    """On its sixteenth day in a stage of ten."""
    begun = timezone.now() - timedelta(days=15)
    world.in_use(begun)
    found = world.customer("白樺メディカル", "onboarding", at=begun)
    accounts.change(found, tags=["done"], by=SYSTEM, at=timezone.now())
    StageStay.objects.update(since=begun)
    return found


@pytest.fixture
def file(account: Account, tmp_path: Path) -> Path:
    assert run("export", tmp_path)[0] == 0
    return tmp_path / "journeys" / "small.yaml"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, text
    file.write_text(text.replace(before, after, 1))


def test_a_journey_goes_out_and_comes_in_unchanged(file: Path) -> None:
    assert "order: 0" in file.read_text() and "小さなジャーニー" in file.read_text()
    code, said = run("plan", file)
    assert code == 0 and "0 to change, 1 unchanged" in said


def test_what_marketing_does_and_the_kpi_come_in_and_go_out_by_file(file: Path, tmp_path: Path) -> None:
    told = "stage: adoption\n  marketing:\n  - en: Invite\n    ja: 招待\n  kpi:\n    key: upsell_rate\n    target: 15 %"
    changed(file, "stage: adoption", told)
    code, said = run("apply", file)
    assert code == 0, said
    [live] = designs.in_use()
    stage = designs.shown(live).find("adoption")
    assert stage and [one.ja for one in stage.marketing] == ["招待"] and stage.kpi and stage.kpi.key == "upsell_rate"
    assert run("export", tmp_path)[0] == 0
    assert "招待" in file.read_text() and "key: upsell_rate" in file.read_text()
    changed(file, "key: upsell_rate", "key: upsel_rate")
    assert run("plan", file)[0] != 0


def test_the_plan_names_who_stands_otherwise_and_who_may_change_stage(file: Path, account: Account) -> None:
    changed(file, "days: 10", "days: 5")
    changed(file, "stuck_after: 20", "stuck_after: 12")
    changed(file, "value: done", "value: finished")
    code, said = run("plan", file)
    assert code == 0 and "1 become stuck: 白樺メディカル" in said, said
    assert "1 account on it: 0 come, 0 leave" in said and "ready to change stage" not in said
    changed(file, "value: finished", "value: do")
    accounts.change(account, tags=["do"], by=SYSTEM, at=timezone.now())
    assert "1 would be ready to change stage, from Begin to Adoption: 白樺メディカル" in run("plan", file)[1]
    assert JourneyVersion.objects.count() == 1, "a plan keeps nothing"
    account.refresh_from_db()
    assert account.stage == "onboarding"


def test_a_journey_is_taken_in_and_taken_back(file: Path) -> None:
    changed(file, "days: 10", "days: 7")
    changed(file, "order: 0", "order: 3")
    assert run("apply", file)[0] == 0
    [version] = designs.in_use()
    assert version.document["stages"][0]["days"] == 7 and version.journey.position == 3
    assert run("rollback")[0] == 0
    [version] = designs.in_use()
    assert version.document["stages"][0]["days"] == 10 and version.journey.position == 0


def test_a_journey_may_come_with_its_segment_and_tells_who_comes_onto_it(file: Path, account: Account) -> None:
    (file.parents[1] / "segments").mkdir(exist_ok=True)
    (file.parents[1] / "segments" / "new.yaml").write_text(
        "segment: 完了\ncondition: {field: tags, op: contains, value: done}\n"
    )
    (file.parent / "special.yaml").write_text(
        "name: {en: Special, ja: 特別}\nfor: {segment: 完了}\nstages:\n- {stage: adoption}\n"
    )
    code, said = run("plan", file.parents[1])
    assert code == 0 and "1 account on it: 1 comes, 0 leave" in said, said
    assert "1 stand in a stage that it no longer has: 白樺メディカル" in said
    assert run("apply", file.parents[1])[0] == 0
    assert designs.in_use()[0].journey.key == "special" and segments.Segment.objects.filter(name="完了").exists()
    assert run("rollback")[0] == 0
    assert Journey.objects.get(key="special").archived_at and len(designs.in_use()) == 1


def test_what_cannot_be_taken_is_told_with_its_place(file: Path) -> None:
    changed(file, "days: 10", "days: 0")
    code, said = run("plan", file)
    assert code == 1 and "stages[0].days" in said
    changed(file, "days: 0", "days: 10")
    changed(file, "order: 0", "order: first")
    assert run("plan", file)[0] == 1 and "order" in run("plan", file)[1]
