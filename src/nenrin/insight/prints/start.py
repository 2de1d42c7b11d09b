"""The result since the start on one page of paper, as `start.typ` lays it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nenrin.foundation import format, organisation
from nenrin.insight.prints import setting
from nenrin.insight.revenue import words as revenue_words
from nenrin.insight.start import words
from nenrin.insight.start.focus import PROBLEMS
from nenrin.insight.start.results import Line, Result
from nenrin.values import Text

LABELS = {
    "title": Text("Since the start", "開始時との比較"),
    "problem": Text("Greatest problem", "最大の課題"),
    "figure": Text("Figure", "指標"),
    "baseline": Text("Baseline", "基準値"),
    "now": Text("Now", "現在"),
    "difference": Text("Difference", "差"),
    "verdict": Text("What may be said", "判定"),
    "interval": Text("in brackets the 95% interval", "かっこ内は95%信頼区間"),
    "done": Text("What was done since", "この間に行ったこと"),
    "honest": Text("What this does not show", "この結果から言えないこと"),
    "policy": Text("How this is counted", "数え方"),
}


def pdf(of: Result, language: str, at: datetime) -> bytes:
    """In one language. Raises setting.CannotPrint."""
    return setting.pdf("start", document(of, language, at), at)


def document(of: Result, language: str, at: datetime) -> dict[str, Any]:
    """Every word and figure of the print; the layout adds none."""
    org = organisation.current()
    version = Text("Metric policy, version {n}.", "指標ポリシー 第{n}版。").fill(n=of.policy.version)
    earlier = words.counted_then(of)
    return {
        "language": language[:2],
        "labels": {key: label.in_(language) for key, label in LABELS.items()},
        "organisation": org.name,
        "stamp": format.as_of(at, language, ZoneInfo(org.zone)),
        "about": words.about(of).in_(language),
        "problem": PROBLEMS[of.focus.problem].in_(language) if of.focus.is_answered else "",
        "summary": words.summary(of).in_(language),
        "earlier": earlier.in_(language) if earlier else "",
        "lines": [_line(line, of, language) for line in of.lines],
        "overlap": words.OVERLAP.in_(language),
        "done": [{"name": deed.name.in_(language), "count": format.number(deed.count, language)} for deed in of.deeds],
        "honest": words.HONEST.in_(language),
        "policy": revenue_words.policy(of.policy).in_(language),
        "version": version.in_(language),
    }


def _line(of: Line, result: Result, language: str) -> dict[str, Any]:
    then, now = result.baseline.currency, result.policy.reporting_currency
    told = {
        "name": of.sort.name,
        "before": words.value(of.sort, of.before, then),
        "before_reach": words.reach(of.sort, of.before.interval, then),
        "after": words.value(of.sort, of.after, now),
        "after_reach": words.reach(of.sort, of.after.interval, now),
        "change": words.change(of, now),
        "change_reach": words.change_reach(of, now),
        "verdict": words.verdict(of, result),
    }
    return {key: text.in_(language) for key, text in told.items()} | {"kind": of.verdict or "", "main": of.is_main}
