"""`nenrin config`: models out as files, previewed, in again; nothing is taken where one file is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.foundation.models import Organisation
from nenrin.insight.models import HealthModelVersion
from tests.cast import THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.subscribe(made.open(THRIVING), seats=1)
    made.use(THRIVING, times=5)
    made.refresh()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def test_what_goes_out_comes_in_unchanged(world: World, folder: Path) -> None:
    assert run("export", folder)[0] == 0
    assert sorted(file.name for file in folder.iterdir()) == ["onboarding.yaml", "standard.yaml", "tech_touch.yaml"]
    code, said = run("import", folder)
    assert code == 0 and said.count("unchanged") == 3
    assert not HealthModelVersion.objects.filter(state="draft").exists()


def test_a_changed_file_is_previewed_and_published_and_taken_back(world: World, folder: Path) -> None:
    run("export", folder)
    file = folder / "standard.yaml"
    file.write_text(file.read_text().replace("half_life_days: 14", "half_life_days: 3"))
    code, said = run("preview", file)
    assert code == 0 and "half-life in days: 14 -> 3" in said and "of 1 accounts change colour" in said
    code, said = run("import", folder, "--publish", "--note", "faster")
    assert code == 0 and "standard v2 live from" in said
    assert run("roll-back", "standard", 1)[1].startswith("standard v3 live from")
    assert run("roll-back", "standard", 9)[0] != 0
    assert run("publish", "standard")[0] != 0


def test_one_wrong_file_and_none_is_taken(world: World, folder: Path) -> None:
    run("export", folder)
    file = folder / "standard.yaml"
    file.write_text(file.read_text().replace("half_life_days: 14", "half_life_days: 3"))
    wrong = folder / "tech_touch.yaml"
    wrong.write_text(wrong.read_text().replace("measure: nps", "measure: mps"))
    code, said = run("import", folder, "--publish")
    assert code != 0 and "there is no such measure" in said and "tech_touch.yaml" in said
    assert not HealthModelVersion.objects.filter(key="standard", number=2).exists()
