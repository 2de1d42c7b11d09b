"""`nenrin first-look` on a bare machine: these tests have no database, so any question to one would fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nenrin.cli.first_look import command


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    rows = ["契約番号,会社名,契約開始日,契約満了日,月額,解約日"]
    rows += [f"{i},残る{i}社,2024-04-01,2025-03-31,10000," for i in range(36)]
    rows += [f"x{i},去る{i}社,2024-04-01,2025-03-31,10000,2026-06-01" for i in range(4)]
    rows += ["y,壊れた社,いつか,2025-03-31,10000,"]
    file = tmp_path / "契約.csv"
    file.write_bytes("\r\n".join(rows).encode("cp932"))
    return file


def run(*words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)


def test_churn_and_value_come_from_a_file_as_an_office_saves_it(contracts: Path) -> None:
    found = run(contracts, "--as-of", "2026-11-24", "--lang", "ja")
    assert found.exit_code == 0
    assert "解約率（社数・12か月）: 10.00%  （3.96%〜23.1%）" in found.output
    assert "42行目・列 契約開始日: 「いつか」" in found.stderr


def test_programs_read_everything(contracts: Path) -> None:
    told = json.loads(run(contracts, "--as-of", "2026-11-24", "--json").output)
    assert told["figures"]["logo_churn_year"]["value"] == pytest.approx(0.1)
    assert told["customers"] == 40 and told["left_out"][0]["row"] == 42
    assert told["columns"]["starts_on"] == "契約開始日"
    assert {each["key"] for each in told["caveats"]} >= {"unread", "margin", "ends"}


def test_the_page_stands_alone(contracts: Path, tmp_path: Path) -> None:
    page = tmp_path / "look.html"
    assert run(contracts, "--as-of", "2026-11-24", "--html", page, "--lang", "ja").exit_code == 0
    text = page.read_text()
    assert "10.00%" in text and "このファイルでは分からないこと" in text and "壊れた" not in text.split("<ul")[0]
    assert "http://" not in text and "<script" not in text and "<link" not in text


def test_what_no_column_says_is_asked_for_by_name(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("だれ,いつから,いくら\n甲社,2025-04-01,1000\n")
    refused = run(file)
    assert refused.exit_code == 1 and "--column starts_on=COLUMN" in refused.stderr and "だれ" in refused.stderr
    told = run(
        file, "--column", "account_name=だれ", "--column", "starts_on=いつから", "--column", "mrr=いくら", "--json"
    )
    assert json.loads(told.output)["figures"]["mrr"]["value"] == 1000
    wrong = run(file, "--column", "nonsense=だれ")
    assert wrong.exit_code == 1 and "expected FIELD=COLUMN" in wrong.stderr


def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    refused = run(file)
    assert (
        refused.exit_code == 1 and refused.stderr.startswith("nenrin: empty.csv: ") and refused.stderr.count("\n") == 1
    )
