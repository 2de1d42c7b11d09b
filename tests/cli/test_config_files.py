"""The files of a configuration: a slip in them is named, never passed over in silence."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import health_models, segments
from nenrin.playbooks.models import PlaybookVersion
from nenrin.work.journeys import designs
from nenrin.work.onboarding import templates
from tests.insight.world import World

pytestmark = pytest.mark.django_db

WAVE = """
    name: Wave
    playbook: wave
    when: [{trigger: by_hand}]
    steps: [{title: Wave, id: wave, do: open_task}]
    hypothesis: {review_on: 2027-04-01, measure: churn, expected: -0.05}
    """
MODEL = """
    key: plain
    position: 9
    name: {ja: 簡易, en: Plain}
    groups:
    - {name: {ja: 利用, en: Usage}, key: usage, measures: [{weight: 100, measure: feature_depth, curve: [[0, 0], [5, 100]]}]}
    """
FILES = {
    "segments/large.yaml": "condition: {value: customer, op: '=', field: status}\nsegment: 大口\n",
    "health-models/plain.yaml": MODEL,
    "task-templates/hello.yaml": "title: Say hello\nname: Hello\n",
    "agenda-templates/quarter.yaml": "agenda: Results\nname: Quarterly review\n",
    "mail-templates/thanks.yaml": "subject_en: Thanks\nname: Thanks\nbody_en: Thank you.\nkind: account\n",
    "events/product.yaml": "namespace: product\nevents: {Signed In: login}\n",
    "policies/handoffs.yaml": "due_days: 3\nopens_itself: true\n",
    "plan-templates/hours.yaml": "name: 時間の削減\nobjectives:\n- {title: 作業時間, sort: business, figure: 月間の時間, unit: 時間}\n",
    "playbooks/wave.yaml": WAVE,
    "journeys/saas.yaml": yaml.safe_dump(next(iter(designs.ready().values())), allow_unicode=True),
    "onboarding-templates/standard.yaml": yaml.safe_dump(next(iter(templates.ready().values())), allow_unicode=True),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "configuration"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text))
    return file


@pytest.mark.parametrize("name", FILES)
def test_a_part_that_nobody_knows_is_refused_by_its_name(org: Organisation, folder: Path, name: str) -> None:
    if name.startswith("health"):
        World().begin()
    file = put(folder, name, FILES[name])
    assert run("plan", folder)[0] == 0
    file.write_text(file.read_text() + "surprise: 1\n")
    code, said = run("plan", folder)
    assert code == 1 and "surprise" in said, said


@pytest.mark.parametrize("name", FILES)
def test_a_part_that_stands_twice_is_refused_with_its_line(org: Organisation, folder: Path, name: str) -> None:
    """YAML itself would take the last one, and say nothing."""
    text = textwrap.dedent(FILES[name]).strip() + "\n"
    file = put(folder, name, text + text.split(":")[0] + ": 1\n")
    code, said = run("plan", folder)
    assert code == 1 and name in said and f"line {len(file.read_text().splitlines())}" in said, said
    assert "twice" in said


@pytest.mark.parametrize(("name", "other"), [("playbooks/wave.yaml", "greet"), ("health-models/plain.yaml", "simple")])
def test_a_renamed_file_says_another_name_than_the_document_and_is_refused(
    org: Organisation, folder: Path, name: str, other: str
) -> None:
    health_models.install(at=datetime.now(UTC))
    file = put(folder, name, FILES[name])
    assert run("apply", folder)[0] == 0
    renamed = file.rename(file.with_stem(other))
    code, said = run("plan", folder)
    assert code == 1 and file.stem in said and renamed.name in said, said
    assert run("apply", folder)[0] == 1


def test_two_segments_whose_names_come_to_one_file_are_both_taken_out(org: Organisation, folder: Path) -> None:
    now, customers = datetime.now(UTC), {"field": "status", "op": "=", "value": "customer"}
    for name in ("大口/東", "大口:東"):
        segments.save(name, customers, by=SYSTEM, at=now)
    assert run("export", folder)[0] == 0
    assert sorted(file.name for file in (folder / "segments").iterdir()) == ["大口_東-2.yaml", "大口_東.yaml"]
    assert "0 to change, 2 unchanged" in run("plan", "--prune", folder)[1]


@pytest.mark.parametrize("name", ["playbooks/wave.yml", "wave.yaml", "playbooks/old/wave.yaml", "playbooks/wave.YAML"])
def test_a_file_that_would_be_passed_over_is_named(org: Organisation, folder: Path, name: str) -> None:
    put(folder, "task-templates/hello.yaml", FILES["task-templates/hello.yaml"])
    put(folder, name, WAVE)
    code, said = run("plan", folder)
    assert code == 1 and name in said and "kind" in said, said
    assert not PlaybookVersion.objects.exists()
