"""Every page in a real browser, in every language, theme and width: nothing serious found by axe, nothing sticks out.

The suite tries three of the twelve combinations (tests/web/test_every_page_in_a_browser.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
TEST = "tests/web/test_every_page_in_a_browser.py::test_every_page_is_usable_by_everyone_and_fits_its_window"


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
            TEST,
        ]
        environment = {**os.environ, "NENRIN_MATRIX": "1", "NENRIN_HOME": str(Path(folder) / "home")}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert report.exists(), done.stdout + done.stderr
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    assert cases, done.stdout + done.stderr
    return [_row(case) for case in cases]


def _row(case: ElementTree.Element) -> dict[str, Any]:
    """One combination: how many pages have a fault, which are named on standard error."""
    failed, skipped = case.find("failure"), case.find("skipped")
    if failed is None:
        failed = case.find("error")
    if failed is not None:
        print(failed.text, file=sys.stderr)
    name = case.get("name", "").partition("[")[2].rstrip("]")
    unit = (
        "not tried: " + skipped.get("message", "") if skipped is not None else "of 1 round over every page, with faults"
    )
    holds = None if skipped is not None else failed is None
    return {"name": f"pages: {name}", "figure": int(failed is not None), "unit": unit, "aim": 0, "holds": holds}
