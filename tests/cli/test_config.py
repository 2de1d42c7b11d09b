"""`nenrin config`: the configuration out as files, looked at, in at once or not at all, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.insight import segments
from nenrin.insight.models import HealthModelVersion, Segment
from nenrin.playbooks import playbooks
from nenrin.playbooks.models import ConfigurationChange, PlaybookVersion
from nenrin.work import task_templates
from nenrin.work.handing import policies
from nenrin.work.models import PlanTemplate
from tests.cast import THRIVING
from tests.insight.world import World
from tests.playbooks.stage import document

pytestmark = pytest.mark.django_db
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.subscribe(made.open(THRIVING), seats=1)
    made.use(THRIVING, times=5)
    made.refresh()
    segment = segments.save("契約中/全社", CUSTOMERS, by=SYSTEM, at=made.now)
    entered = {"trigger": "segment", "segment": str(segment.pk), "move": "entered"}
    row = playbooks.draft(document(when=[entered]), by=SYSTEM, at=made.now)
    playbooks.publish(row.playbook, by=SYSTEM, at=made.now)
    task_templates.save("call", name="Call", title="Call them", by=SYSTEM, at=made.now)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "configuration"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_what_goes_out_comes_in_unchanged(world: World, folder: Path) -> None:
    assert run("export", folder)[0] == 0
    assert sorted(str(file.relative_to(folder)) for file in folder.glob("*/*")) == [
        *(f"health-models/{name}.yaml" for name in ("onboarding", "standard", "tech_touch")),
        "playbooks/rescue.yaml", "segments/契約中_全社.yaml", "task-templates/call.yaml",
    ]  # fmt: skip
    assert "segment: 契約中/全社" in (folder / "playbooks" / "rescue.yaml").read_text(), "by name, not by number"
    code, said = run("plan", folder)
    assert code == 0 and "0 to change, 6 unchanged" in said
    assert run("apply", folder) == (0, "nothing differs from what is live\n")


def test_a_plan_tells_who_changes_and_keeps_nothing(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "health-models" / "standard.yaml", "half_life_days: 14", "half_life_days: 3")
    changed(folder / "segments" / "契約中_全社.yaml", "value: customer", "value: prospect")
    entries = Entry.objects.count()
    code, said = run("plan", folder)
    assert code == 0 and "half-life in days: 14 -> 3" in said and "accounts change colour" in said
    assert "0 accounts in it: 0 enter, 1 leave" in said and "2 to change, 4 unchanged" in said
    assert Entry.objects.count() == entries and not HealthModelVersion.objects.filter(number=2).exists()
    told = json.loads(run("plan", folder, "--json")[1])
    assert {one["what"] for one in told["changes"]} == {"changed"} and told["unchanged"] == 4


def test_all_is_taken_at_once_and_taken_back(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "health-models" / "standard.yaml", "half_life_days: 14", "half_life_days: 3")
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    digest = json.loads(run("plan", folder, "--json")[1])["plan"]
    code, said = run("apply", folder, "--plan", digest, "--note", "faster")
    assert code == 0 and "configuration #1" in said
    assert HealthModelVersion.objects.get(key="standard", number=2).note == "faster"
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue at once"
    entry = Entry.objects.get(action="playbooks.configuration.applied")
    assert entry.particulars["documents"] == ["health-models/standard", "playbooks/rescue"]
    assert run("rollback")[0] == 0
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue"
    assert run("plan", folder)[1].count("(changed)") == 2
    assert run("rollback")[0] != 0, "nothing is left to take back"
    assert [row["undone_by"] for row in json.loads(run("history", "--json")[1])] == [None, 2]


def test_one_wrong_document_and_none_is_taken(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    changed(folder / "health-models" / "tech_touch.yaml", "measure: nps", "measure: mps")
    code, said = run("apply", folder)
    assert code != 0 and "there is no such measure" in said and "health-models/tech_touch" in said
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue"
    assert not ConfigurationChange.objects.exists() and run("plan", folder)[0] == 1


def test_a_playbook_may_name_a_segment_that_comes_with_it(world: World, folder: Path) -> None:
    run("export", folder)
    (folder / "segments" / "new.yaml").write_text(
        "segment: 新しい顧客\ncondition: {field: status, op: '=', value: customer}\n"
    )
    changed(folder / "playbooks" / "rescue.yaml", "segment: 契約中/全社", "segment: 新しい顧客")
    code, said = run("apply", folder)
    assert code == 0, said
    made = Segment.objects.get(name="新しい顧客")
    assert PlaybookVersion.objects.get(state="live").document["when"][0]["segment"] == str(made.pk)


def test_what_is_not_among_the_files_is_put_away_only_when_asked(world: World, folder: Path) -> None:
    run("export", folder)
    (folder / "playbooks" / "rescue.yaml").unlink()
    assert "0 to change" in run("plan", folder)[1]
    assert "- playbooks/rescue (gone)" in run("plan", folder, "--prune")[1]
    assert run("apply", folder, "--prune")[0] == 0 and not PlaybookVersion.objects.filter(state="live").exists()
    assert run("rollback")[0] == 0 and PlaybookVersion.objects.filter(state="live").exists()


def test_a_plan_that_no_longer_holds_is_not_carried_out(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    digest = json.loads(run("plan", folder, "--json")[1])["plan"]
    changed(folder / "playbooks" / "rescue.yaml", "Rescue at once", "Rescue today")
    code, said = run("apply", folder, "--plan", digest)
    assert code != 0 and "look at a new plan" in said and not ConfigurationChange.objects.exists()


def test_what_somebody_changed_since_is_not_overwritten_unasked(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "task-templates" / "call.yaml", "title: Call them", "title: Write to them")
    run("apply", folder)
    task_templates.save("call", name="Call", title="Visit them", by=SYSTEM, at=world.now)
    code, said = run("rollback")
    assert code != 0 and "task-templates/call: changed since" in said
    assert (
        run("rollback", "--force")[0] == 0 and run("plan", folder / "task-templates" / "call.yaml")[1].count("~") == 1
    )


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("playbooks/a.yaml", "{", "is no YAML"),
        ("playbooks/a.yaml", "- 1", "a document with named parts"),
        ("recipes/a.yaml", "a: 1", "no folder of a kind"),
        ("segments/a.yaml", "note: x", "its name is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_was_expected(
    org: Organisation, folder: Path, name: str, text: str, why: str
) -> None:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text)
    code, said = run("plan", folder)
    assert code != 0 and why in said and name in said


def test_plan_templates_and_the_policy_of_handoffs_go_out_and_come_in(world: World, folder: Path) -> None:
    run("export", folder)
    assert not (folder / "policies").exists(), "what stands at its default needs no file"
    for kind in ("plan-templates", "policies"):
        (folder / kind).mkdir()
    template = folder / "plan-templates" / "hours.yaml"
    template.write_text(
        "name: 時間の削減\nobjectives:\n- {title: 作業時間, sort: business, figure: 月間の時間, unit: 時間}\n"
        "milestones:\n- {title: 計測する, side: theirs, after: 5}\n"
    )
    policy = folder / "policies" / "handoffs.yaml"
    policy.write_text("due_days: 3\nopens_itself: true\n")
    assert run("apply", folder)[0] == 0
    assert policies.current().due_days == 3 and PlanTemplate.objects.get(key="hours").name == "時間の削減"
    other = folder.parent / "again"
    run("export", other)
    assert json.loads(run("plan", other, "--json")[1])["changes"] == []
    changed(policy, "due_days: 3", "due_days: 99")
    changed(template, "side: theirs", "side: nobody")
    status, said = run("plan", folder)
    assert status == 1 and "policies/handoffs" in said and "milestones.0" in said
    assert run("rollback")[0] == 0
    assert policies.current().due_days != 3 and not PlanTemplate.objects.filter(archived_at__isnull=True).exists()
