"""The event catalogue as a file: out, planned, in, and back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import catalogue
from nenrin.ingest.catalogue import Seen
from nenrin.ingest.models import EventName

pytestmark = pytest.mark.django_db
FILE = """namespace: product
events:
  Signed In: login
  Report Exported: {use: key_feature, feature: reports}
  Paid: {use: first_value}
"""


@pytest.fixture
def folder(org: Organisation, at: datetime, tmp_path: Path) -> Path:
    catalogue.count([Seen("product", "Signed In", 480, at, at), Seen("product", "Health Check", 9_000, at, at)])
    catalogue.map_many([("product", "Health Check", "ignore", "")], by=SYSTEM, at=at)
    return tmp_path


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def uses() -> dict[str, tuple[str, str]]:
    rows = EventName.objects.exclude(use="unmapped").values_list("name", "use", "feature")
    return {name: (use, feature) for name, use, feature in rows}


def test_a_file_maps_unmaps_and_is_taken_back(folder: Path) -> None:
    (folder / "events").mkdir()
    (folder / "events" / "product.yaml").write_text(FILE)
    code, said = run("plan", folder)
    assert code == 0 and "3 names mapped; 4 change, with 9,480 events counted so far" in said
    assert uses() == {"Health Check": ("ignore", "")}, "a plan keeps nothing"
    assert run("apply", folder)[0] == 0
    assert uses() == {
        "Signed In": ("login", ""), "Report Exported": ("key_feature", "reports"), "Paid": ("first_value", "")
    }  # fmt: skip
    assert run("rollback")[0] == 0
    assert uses() == {"Health Check": ("ignore", "")}
    assert EventName.objects.get(name="Signed In").events == 480


def test_what_goes_out_comes_in_unchanged(folder: Path) -> None:
    out = folder / "out"
    assert run("export", out)[0] == 0
    assert (out / "events" / "product.yaml").read_text() == (
        "namespace: product\nevents:\n  Health Check:\n    use: ignore\n"
    )
    assert "0 to change" in run("plan", out)[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("events: {Paid: login}", "its name is missing"),
        ("namespace: product\nevents: [Paid]", "names with what each stands for"),
        ("namespace: product\nevents: {Paid: paying}", "one of login, key_feature"),
        ("namespace: product\nevents: {Paid: {use: login, feature: x}}", "with key_feature alone"),
        ("namespace: product\nmappings: {}\nevents: {}", "mappings: not a part"),
        ("namespace: product\nevents: {'': login}", "a name of 1 to 200 characters"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_by_its_part(folder: Path, text: str, why: str) -> None:
    (folder / "events").mkdir()
    (folder / "events" / "a.yaml").write_text(text)
    code, said = run("apply", folder)
    assert code != 0 and why in said, said
    assert uses() == {"Health Check": ("ignore", "")}
