"""What `make bench`, `make prove` and `make endure` leave behind."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = "def run():\n    return [{'name': 'door: %s', 'figure': %s, 'unit': 's', 'aim': '<= 2', 'holds': %s}]\n"


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, over a project with a folder of benchmarks and nothing else."""
    spec = spec_from_file_location("figures_tried", ROOT / "scripts" / "figures.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "bench").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    return module


def told(figures: ModuleType) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((figures.RESULTS / "bench.json").read_text())
    return rows


def test_every_row_has_every_field_and_a_missed_aim_fails_the_run(figures: ModuleType) -> None:
    (figures.ROOT / "bench" / "door.py").write_text(GOOD % ("p99", 1, True))
    assert figures.main("bench", None) == 0
    assert told(figures) == [dict.fromkeys(figures.FIELDS) | {
        "name": "door: p99", "figure": 1, "unit": "s", "aim": "<= 2", "holds": True,
    }]  # fmt: skip
    (figures.ROOT / "bench" / "late.py").write_text(GOOD % ("slow", 3, False))
    assert figures.main("bench", "late") == 1
    assert [row["holds"] for row in told(figures)] == [True, False]


def test_a_benchmark_that_breaks_off_loses_no_other_result(figures: ModuleType) -> None:
    (figures.ROOT / "bench" / "alone.py").write_text("def run():\n    raise OSError('no room')\n")
    (figures.ROOT / "bench" / "door.py").write_text(GOOD % ("p99", 1, True))
    assert figures.main("bench", None) == 1
    assert [(row["name"], row["holds"]) for row in told(figures)] == [("alone: broke off", False), ("door: p99", True)]


def test_a_new_run_leaves_no_row_of_an_older_one(figures: ModuleType) -> None:
    """Names may hold figures ("2,000 histories"): the newest run of a file is all that stands of it."""
    (figures.ROOT / "bench" / "door.py").write_text(GOOD % ("of 20 events", 1, False))
    figures.main("bench", "door")
    (figures.ROOT / "bench" / "door.py").write_text(GOOD % ("of 2,000 events", 1, True))
    figures.main("bench", "door")
    assert [row["name"] for row in told(figures)] == ["door: of 2,000 events"]


def test_a_name_that_is_not_there_says_which_are(figures: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    (figures.ROOT / "bench" / "door.py").write_text(GOOD % ("p99", 1, True))
    assert figures.main("bench", "dor") == 2
    assert "door" in capsys.readouterr().out
