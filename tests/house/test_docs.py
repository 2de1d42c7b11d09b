"""What a newcomer can type, set or call stands in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nenrin.cli import COMMANDS

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()
DOCS = "\n".join(f.read_text() for f in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"nenrin {command}" in DOCS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_table_of_commands(command: str) -> None:
    assert re.search(rf"^\|[^|]*`nenrin {command}`[^|]*\| \S", CONFIGURATION, re.M)


def test_a_number_that_changes_a_run_at_length_is_documented_with_its_default() -> None:
    code = "\n".join(f.read_text() for folder in ("bench", "endure") for f in (ROOT / folder).glob("*.py"))
    wanted = re.findall(r'environ\.get\(\s*"(NENRIN_[A-Z_]+)", "(\d+)"', code)
    rows = {name: row for row in CONFIGURATION.splitlines() for name in re.findall(r"NENRIN_[A-Z_]+", row[:60])}
    assert wanted
    assert [f"{name} {default}" for name, default in wanted if f"{int(default):,}" not in rows.get(name, "")] == []


def test_every_setting_is_documented() -> None:
    code = "\n".join(f.read_text() for f in (ROOT / "src").rglob("*.py"))
    names = set(re.findall(r'"(NENRIN_[A-Z_]+)"', code))
    assert names - set(re.findall(r"NENRIN_[A-Z_]+", CONFIGURATION)) == set()


@pytest.mark.parametrize("target", re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
def test_every_make_target_is_documented(target: str) -> None:
    assert f"make {target}" in DOCS


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "http" not in lock and "--index" not in lock.replace("--no-emit-index-url", "")
    assert "--hash=sha256:" in lock


def test_the_readme_stands_in_both_languages() -> None:
    en, ja = ((ROOT / name).read_text() for name in ("README.md", "README.ja.md"))
    assert "README.ja.md" in en and "README.md" in ja
    assert "make demo" in en and "make demo" in ja
