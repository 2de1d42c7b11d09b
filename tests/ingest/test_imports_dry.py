"""A dry run says what the import would do, also where rows stand on rows above them or on an earlier pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from nenrin.cli.import_ import command
from nenrin.customers.models import Account, Subscription
from nenrin.foundation.models import Organisation
from nenrin.ingest.files import mappings
from nenrin.ingest.importing import chunks
from nenrin.ingest.models import RememberedMapping
from tests.ingest.files_kit import counts, run, uploaded

FAMILY = (
    "key,name,parent_key\n" + "P,parent,\n" + "".join(f"C{n},child {n},P\n" for n in range(12)) + "X,early,L\nL,late,\n"
)
PASSES = """
kind: accounts
columns: {key: 番号, name: 会社名, employees: 従業員数}
---
kind: subscriptions
columns: {key: 番号, account_key: 番号, starts_on: 開始日, mrr: 月額, seats: {value: "5"}}
"""
CONTRACTS = "番号,会社名,従業員数,開始日,月額\nA1,甲,10,2026-01-01,1000\nA2,乙,十,2026-01-01,1000\nA3,丙,,いつか,1000\n"


def test_children_find_their_parents_of_earlier_chunks(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 5)
    dry = run(uploaded("accounts", FAMILY, at), at, dry=True)
    assert Account.objects.count() == 0
    wet = run(uploaded("accounts", FAMILY, at), at)
    assert counts(dry) == counts(wet) == (14, 0, 0, 1)
    assert dry.rejects.get().number == wet.rejects.get().number


def test_contracts_find_the_accounts_of_the_pass_before(org: Organisation, at: datetime) -> None:
    first, second = mappings.all_from_yaml(PASSES)
    content = CONTRACTS.encode()
    dry = [
        run(uploaded(m.kind, content, at), at, mapping=m, dry=True) for m in (first, replace(second, before=(first,)))
    ]
    assert (Account.objects.count(), Subscription.objects.count()) == (0, 0)
    assert all("before" not in kept.document for kept in RememberedMapping.objects.all())
    wet = [run(uploaded(m.kind, content, at), at, mapping=m) for m in (first, second)]
    # A2's employees are no number: no account, so its contract finds none; A3's contract has no day.
    assert [counts(row) for row in dry] == [counts(row) for row in wet] == [(2, 0, 0, 1), (1, 0, 0, 2)]
    assert [r.number for r in dry[1].rejects.all()] == [r.number for r in wet[1].rejects.all()] == [3, 4]


@pytest.mark.django_db(transaction=True)
def test_the_command_rehearses_every_pass_and_writes_each_ones_rejects(org: Organisation, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(CONTRACTS)
    (tmp_path / "mapping.yaml").write_text(PASSES)
    said = CliRunner().invoke(
        command,
        ["all", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "mapping.yaml"), "--dry-run",
         "--rejects", str(tmp_path / "rejects.csv")],
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "accounts: 3 rows would be read: 2 new, 0 changed, 0 unchanged, 1 rejected" in said.output
    assert "subscriptions: 3 rows would be read: 1 new, 0 changed, 0 unchanged, 2 rejected" in said.output
    assert "従業員数" in (tmp_path / "rejects-accounts.csv").read_text(encoding="utf-8-sig")
    assert "いつか" in (tmp_path / "rejects-subscriptions.csv").read_text(encoding="utf-8-sig")
    assert Account.objects.count() == 0
