"""The command line as somebody meets it who has made a mistake: one clear line, a remedy and the right status."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from nenrin.cli import COMMANDS
from nenrin.foundation import logs
from tests.flows.running import Installation, free_port, install

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def nenrin(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("home"), "--name", "年輪テスト")


def call(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    base = Installation(home, {}).environment
    return subprocess.run(
        [sys.executable, "-m", "nenrin", *words],
        env=base | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *said: str, status: int = 1) -> None:
    """One line on standard error, with these words, and no trace."""
    assert done.returncode == status, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    for words in said:
        assert words in done.stderr, done.stderr


def test_every_command_explains_itself(tmp_path: Path) -> None:
    program = (
        "from click.testing import CliRunner\nfrom nenrin.cli import COMMANDS, main\n"
        "for name in COMMANDS:\n"
        "    told = CliRunner().invoke(main, [name, '--help'])\n"
        "    assert told.exit_code == 0 and 'Usage:' in told.output and len(told.output) > 150, (name, told.output)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=Installation(tmp_path, {}).environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = call(tmp_path, "--help").stdout
    assert all(f"\n  {name} " in listed for name in COMMANDS)


@pytest.mark.parametrize(
    "words", [("nonsense",), ("health", "--as-of", "yesterday"), ("import",), ("export", "everything")]
)
def test_wrong_usage_ends_with_status_two(tmp_path: Path, words: tuple[str, ...]) -> None:
    refused(call(tmp_path, *words), "Usage:", status=2)


@pytest.mark.parametrize("words", [
    ("intake",), ("health",), ("users", "list"), ("export", "accounts"), ("refresh",), ("serve", "--port", "1"),
    ("users", "reset", "ken@nenrin.example"),
])  # fmt: skip
def test_a_home_that_is_not_there_says_what_to_do(tmp_path: Path, words: tuple[str, ...]) -> None:
    if words[0] == "serve":
        words = ("serve", "--port", str(free_port()))
    refused(call(tmp_path / "new", *words), "nenrin init")


def test_a_failure_is_json_where_a_program_reads(tmp_path: Path) -> None:
    done = call(tmp_path / "new", "intake", "--json")
    refused(done)
    assert "nenrin init" in json.loads(done.stderr)["error"]


def test_a_weak_signing_key_and_odd_settings_are_refused(tmp_path: Path) -> None:
    refused(call(tmp_path, "intake", NENRIN_SECRET_KEY="short"), "32 characters")
    refused(call(tmp_path, "intake", NENRIN_PROXY_HOPS="many"), "NENRIN_PROXY_HOPS", "whole number")
    refused(call(tmp_path, "intake", NENRIN_LOG="loud"), "NENRIN_LOG", "warning, debug, info, error")
    refused(call(tmp_path, "intake", NENRIN_DEBUG="1", NENRIN_HOSTS="a.example"), "NENRIN_DEBUG")


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    refused(call(file, "init"), str(file))


def test_a_port_in_use_is_said_before_anything_starts(nenrin: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused(call(nenrin.home, "serve", "--port", str(taken.getsockname()[1])), "in use", "--port")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    nenrin = install(tmp_path / "home")
    with sqlite3.connect(nenrin.home / "nenrin.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('customers', '9999_later', '2030-01-01')"
        )
    for words in (("upgrade",), ("serve", "--port", str(free_port()))):
        refused(call(nenrin.home, *words), "newer version", "customers.9999_later")


def test_an_upgrade_is_safe_to_repeat(nenrin: Installation) -> None:
    assert "up to date" in nenrin.run("upgrade")
    nenrin.run("upgrade", "--check")


def test_a_database_that_is_held_by_another_is_named(nenrin: Installation) -> None:
    """Twenty seconds of waiting are the database's own; here another holds it for longer."""
    with sqlite3.connect(nenrin.home / "nenrin.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = call(nenrin.home, "users", "invite", "x@nenrin.example", "--name", "x", "--role", "csm")
        other.execute("ROLLBACK")
    refused(done, "another process")


def test_the_doctor_tells_programs_everything(nenrin: Installation) -> None:
    told = json.loads(call(nenrin.home, "doctor", "--json").stdout)
    assert {"version", "home", "findings"} == set(told)
    states = {finding["check"]: finding["state"] for finding in told["findings"]}
    assert states["backup"] == "warn" and states["signing key"] == "ok" and "fail" not in states.values()
    nenrin.run("backup", str(nenrin.home.parent / "copy"))
    (nenrin.home / "secret.key").chmod(0o644)
    told = json.loads(call(nenrin.home, "doctor", "--json").stdout)
    (nenrin.home / "secret.key").chmod(0o600)
    states = {finding["check"]: finding["state"] for finding in told["findings"]}
    assert states["backup"] == "ok" and states["signing key"] == "fail"


def test_an_entry_changed_by_hand_is_named_by_the_doctor(tmp_path: Path) -> None:
    """The database's own guard refuses it; whoever takes the guard away is found out."""
    nenrin = install(tmp_path / "home")
    nenrin.run("worker", "--once")
    with sqlite3.connect(nenrin.home / "nenrin.sqlite3") as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE foundation_entry SET actor_key='9' WHERE sequence=3")
        database.execute("DROP TRIGGER entry_no_change")
        database.execute("UPDATE foundation_entry SET actor_key='9' WHERE sequence=3")
    done = call(nenrin.home, "doctor")
    assert done.returncode == 1 and "breaks at entry 3" in done.stdout


def test_a_lost_phone_ends_at_the_command_line(nenrin: Installation) -> None:
    refused(call(nenrin.home, "users", "forget-second-step", nenrin.keys["admin"]["email"]), "no second step")
    refused(call(nenrin.home, "users", "forget-second-step", "x@y.example"), "no member")


def test_logs_hold_no_links_tokens_or_addresses() -> None:
    told = logs.masked(
        "Gone: /invitations/s3cr3t-x?y by 佐藤 <sato@nenrin.example> with nrn_abc-DEF\nDETAIL:  Key (email)=(a@b.example)"
    )
    for leak in ("s3cr3t", "sato", "abc-DEF", "b.example", "Key"):
        assert leak not in told


def test_a_log_for_machines_is_one_object_a_line_with_the_request(nenrin: Installation) -> None:
    os.environ["NENRIN_LOG_FORMAT"] = "json"
    try:
        with nenrin.serving() as base, pytest.raises(HTTPError) as answer:
            urlopen(f"{base}/no-such-page", timeout=60)
    finally:
        del os.environ["NENRIN_LOG_FORMAT"]
    (line,) = [line for line in (nenrin.home / "serve.log").read_text().splitlines() if "no-such-page" in line]
    told = json.loads(line)
    assert told["level"] == "warning" and told["request"] == answer.value.headers["X-Request-Id"]
