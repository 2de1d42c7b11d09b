"""Fixtures that every room's tests share: a home of their own, the cast, an organisation, members."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings as examples

from nenrin.foundation import organisation
from nenrin.foundation.models import Organisation

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 09:00 in Tokyo

# No example has a deadline: a busy machine is no fault. A change lands or not by its own merit: there the examples are
# the same each time. Elsewhere they are new ones, and `make prove` draws them by the million.
examples.register_profile("here", deadline=None)
examples.register_profile("landing", deadline=None, derandomize=True)
examples.load_profile("landing" if os.environ.get("CI") else "here")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What drives a browser, a client or whole processes goes one after another, beside everything else."""
    if not any(item.get_closest_marker(name) for name in ("browser", "clients", "faults")):
        return (yield)
    with (Path(tempfile.gettempdir()) / f"nenrin-machine-{os.getuid()}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return (yield)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Transactional tests empty tables, which the journal's own trigger refuses: off here, proven in its own test."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON foundation_entry"
        cursor.execute(f"DROP TRIGGER entry_no_delete{on}")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    """Lake, spool and uploads of one test, apart from every other's."""
    settings.HOME = tmp_path
    settings.LAKE = tmp_path / "lake"
    settings.MEDIA_ROOT = tmp_path / "media"
    # Argon2 is slow by intention; hundreds of members would sign up in these tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()  # what one test's wrong passwords counted must not hold up another's sign-in
    return tmp_path


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def org(db: None) -> Organisation:
    """The organisation of the tests: Tokyo, fiscal year from April, yen."""
    return organisation.found("年輪テスト", at=AT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Where skips must not hide (NENRIN_STRICT_SKIPS), each skip that NENRIN_ALLOW_SKIPS does not name fails the run."""
    if not os.environ.get("NENRIN_STRICT_SKIPS"):
        return
    named = [word for word in os.environ.get("NENRIN_ALLOW_SKIPS", "").split(",") if word]
    for report in terminalreporter.stats.get("skipped", []):
        told = f"{report.nodeid}: {report.longrepr}"
        if not any(word in told for word in named):
            terminalreporter.write_line(f"NOT ALLOWED TO SKIP: {told}", red=True)
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
