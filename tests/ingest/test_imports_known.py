"""When rows of a file could be known: from its arrival, unless it is said to be history."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nenrin.cli.import_ import command
from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from tests.insight.world import World

ROWS = "key,account_key,starts_on,term_months,mrr,seats\nS-1,acme,2026-01-10,12,1000,5\n"


@pytest.fixture
def file(org: Organisation, tmp_path: Path) -> Path:
    accounts.open("Acme", keys=[("product", "acme")], by=SYSTEM, at=World().now)
    path = tmp_path / "contracts.csv"
    path.write_text(ROWS)
    return path


def imported(file: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["subscriptions", str(file), *words])


def signed() -> dict[str, object]:
    """The first fact of the subscription, as the mirror will read it."""
    entries = Entry.objects.filter(action__startswith="customers.subscription.").order_by("id")
    told = [fact for entry in entries for fact in entry.particulars["facts"] if fact["kind"] == "subscription"]
    first: dict[str, object] = told[0]
    return first


def test_a_file_is_news_of_its_day_unless_it_is_said_to_be_history(file: Path) -> None:
    assert imported(file).exit_code == 0
    assert signed().get("known_on") is None


@pytest.mark.parametrize(("word", "known"), [("lag:0", "2026-01-10"), ("lag:5", "2026-01-15"), ("lag", "2026-01-10")])
def test_history_counts_from_when_it_was_true_and_is_marked_as_assumed(file: Path, word: str, known: str) -> None:
    answer = imported(file, "--known", word)
    assert answer.exit_code == 0, answer.output
    assert (signed()["known_on"], signed()["assumed"]) == (known, True)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("yesterday", "known.policy"),
        ("lag:soon", "days from 0 to 3650"),
        ("lag:9999", "days from 0 to 3650"),
        ("column", "goes with a column"),
    ],
)
def test_a_policy_that_there_is_not_is_refused_in_one_line(file: Path, word: str, why: str) -> None:
    answer = imported(file, "--known", word)
    assert answer.exit_code == 1 and why in answer.stderr, answer.output
    assert not Entry.objects.filter(action__startswith="customers.subscription.").exists()
