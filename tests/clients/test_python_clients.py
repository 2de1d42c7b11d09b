"""Unmodified Python clients point at us by their host setting; every event arrives once, under the right account."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from posthog import Posthog
from rudderstack.analytics.client import Client as Rudder
from segment.analytics.client import Client as Segment

from tests.clients.conftest import Running

pytestmark = pytest.mark.clients

SUITE = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "segment_points_at_us",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:django",
]
NAMES = {"Report Opened": 12, "Export Finished": 5, "$identify": 1, "$group": 1, "$page": 1}


def _say_everything(client: Segment | Rudder, user: str, group: str) -> None:
    client.identify(user, {"email": f"{user}@example.com", "name": "山田太郎"})
    client.group(user, group, {"name": "株式会社アクメ", "plan": "pro", "mrr": 100.5})
    for number in range(12):
        client.track(user, "Report Opened", {"number": number, "nan": float("nan"), "text": "😀"})
    for _ in range(5):
        client.track(user, "Export Finished")
    client.page(user, "Docs", "Home")
    client.flush()
    client.join()


@pytest.mark.parametrize("is_gzip", [False, True])
def test_segment_analytics_python(running: Running, is_gzip: bool) -> None:
    trouble: list[object] = []
    client = Segment(
        running.write_key,
        host=running.base,
        gzip=is_gzip,
        on_error=lambda error, items: trouble.append(error),
        timeout=10,
    )
    _say_everything(client, f"segment-{is_gzip}", f"acct_segment_{is_gzip}")
    assert trouble == []
    running.until(f"segment-{is_gzip}", f"acct_segment_{is_gzip}", NAMES)


def test_rudder_sdk_python(running: Running) -> None:
    trouble: list[object] = []
    client = Rudder(running.write_key, host=running.base, on_error=lambda error, items: trouble.append(error))
    _say_everything(client, "rudder", "acct_rudder")
    assert trouble == []
    running.until("rudder", "acct_rudder", NAMES)


@pytest.mark.parametrize(("mode", "is_gzip"), [("v0", False), ("v0", True), ("v1", False)])
def test_posthog_python(running: Running, mode: str, is_gzip: bool) -> None:
    user, group = f"posthog-{mode}-{is_gzip}", f"acct_posthog_{mode}_{is_gzip}"
    trouble: list[object] = []
    client = Posthog(
        running.write_key,
        host=running.base,
        gzip=is_gzip,
        capture_mode=mode,
        on_error=lambda error, items: trouble.append(error),
        disable_geoip=True,
    )
    client.set(distinct_id=user, properties={"email": f"{user}@example.com"})
    client.group_identify("company", group, {"name": "株式会社アクメ"}, distinct_id=user)
    for number in range(12):
        client.capture("Report Opened", distinct_id=user, properties={"number": number}, groups={"company": group})
    client.shutdown()
    assert trouble == []
    running.until(user, group, {"Report Opened": 12, "$identify": 1, "$group": 1})


def test_the_suite_published_in_segments_wheel_passes_against_us(
    running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its own tests, sent to us instead of api.segment.io. They use a key of nobody and expect 200, as Segment answers.

    Without `test_should_timeout`, which expects any server to need more than a tenth of a millisecond.
    """
    monkeypatch.setenv("NENRIN_COMPAT_200", "1")
    with running.installation.serving() as base:
        told = {"NENRIN_TEST_HOST": base, "PYTHONPATH": str(Path(__file__).parent)}
        done = subprocess.run(
            [
                *SUITE,
                "-k",
                "not test_should_timeout",
                "-c",
                os.devnull,
                "--rootdir",
                str(tmp_path),
                "--pyargs",
                "segment.analytics.test",
            ],
            env={key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"} | told,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
    assert done.stdout, done.stderr[-3000:]
    closing = done.stdout.splitlines()[-1]
    passed = re.search(r"(\d+) passed", closing)
    assert passed and int(passed[1]) >= 130 and "failed" not in closing, done.stdout[-3000:]
