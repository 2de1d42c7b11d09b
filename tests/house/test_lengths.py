"""What `make endure` runs: every file loads, and what could not be tried is told and not counted as held."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ENDURE = Path(__file__).parents[2] / "endure"
#: The reliability of the product at length: kills, both databases, disk, clock, load, mail, suspension, pages.
NAMES = {"door_load", "kills", "mail", "pages", "postgres_kills", "suspensions", "trouble"}


def loaded(name: str) -> ModuleType:
    spec = spec_from_file_location(f"endure_{name}", ENDURE / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_is_missing_at_length() -> None:
    assert {file.stem for file in ENDURE.glob("*.py")} >= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_runs_at_length_can_be_loaded(name: str) -> None:
    assert callable(loaded(name).run)


@pytest.mark.parametrize(
    ("inside", "holds"),
    [("", True), ("<failure>{'/': ['label']}</failure>", False), ('<skipped message="no chromium"/>', None)],
)
def test_a_combination_of_pages_holds_fails_or_was_not_tried(inside: str, holds: bool | None) -> None:
    case = ElementTree.fromstring(f'<testcase name="test_every_page[ja-light-390]">{inside}</testcase>')
    row = loaded("pages")._row(case)
    assert (row["name"], row["holds"]) == ("pages: ja-light-390", holds)


def test_trouble_that_this_machine_cannot_make_neither_holds_nor_fails() -> None:
    def unable(folder: Path, rounds: int) -> tuple[int, str]:
        pytest.skip("NO RIGHT TO MOUNT")

    row = loaded("trouble")._tried("full disks", unable, 1)
    assert (row["figure"], row["holds"]) == (None, None) and "NO RIGHT TO MOUNT" in row["unit"]
