"""What a playbook should change, stated before it is live: a measure, by how much, and the day on which it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from nenrin.playbooks.documents.playbooks import Playbook
from nenrin.playbooks.documents.problems import Problem, Unreadable
from nenrin.values import Text

#: After so many days a playbook is looked at again, where nobody says otherwise.
REVIEW_DAYS: Final = 90
_ASKED: Final[Mapping[str, tuple[Text, Text]]] = {
    "measure": (
        Text("what becomes better", "改善する指標"),
        Text("churn, onboarding or a measure", "churn・onboarding・指標のいずれか"),
    ),
    "expected": (Text("expected change", "期待する変化"), Text("a number other than 0", "0以外の数値")),
    "review_on": (Text("review on", "見直し予定日"), Text("a day", "日付")),
}


def check(document: Playbook) -> None:
    """Raises Unreadable, naming what is not stated: without it nobody can say later whether the playbook works."""
    told = document.hypothesis
    stated = {"measure": told.measure, "expected": told.expected, "review_on": told.review_on}
    missing = [key for key, value in stated.items() if not value]
    if missing:
        raise Unreadable(Problem(f"hypothesis.{key}", _where(key), None, _ASKED[key][1]) for key in missing)


def dated(document: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A document to begin from, with its day of review.

    >>> dated({"hypothesis": {"measure": "churn"}}, date(2026, 1, 1))["hypothesis"]
    {'review_on': '2026-04-01', 'measure': 'churn'}
    """
    usual = {"review_on": (today + timedelta(REVIEW_DAYS)).isoformat()}
    return {**document, "hypothesis": {**usual, **document.get("hypothesis", {})}}


def _where(key: str) -> Text:
    name = _ASKED[key][0]
    return Text(f"Hypothesis, {name.en}", f"仮説の{name.ja}")
