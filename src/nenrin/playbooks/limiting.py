"""What holds a playbook back and what it should bring, read and written: limits, holdout, hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from nenrin.analytics import conditions
from nenrin.playbooks.documents.playbooks import Again, Caps, Holdout, Hours, Hypothesis, Limits
from nenrin.playbooks.documents.problems import nearest
from nenrin.playbooks.documents.reading import Place, Reader
from nenrin.values import Text

NEVER = "never"
#: More than half left alone helps nobody.
MOST_HELD = 0.5
#: What becomes of accounts, beside their measures.
BECOMING = ("churn", "onboarding")
MEASURED = Text("churn, onboarding or a measure", "churn・onboarding・指標のいずれか")
_LIMITS = ("again_after_days", "per_hour", "per_account", "per_contact", "per_run", "hours", "approval_above",
           "cool_down_days")  # fmt: skip
_WORDS = {
    "again_after_days": Text("Again", "再登録"),
    "per_hour": Text("Runs an hour", "1時間の開始数"),
    "per_account": Text("Runs of an account a year", "1社あたり年間の実行数"),
    "per_contact": Text("Mails of a person a week", "1人あたり週のメール数"),
    "per_run": Text("Effects of a run", "1回の実行での効果の数"),
    "approval_above": Text("Approval above", "承認が必要な件数"),
    "cool_down_days": Text("Cool-down", "他のプレイブックとの間隔"),
}


def limits(reader: Reader, given: Any) -> Limits:
    top = Place("limits", Text("Limits", "歯止め"))
    usual = Limits()
    told = _mapping(reader, given, top, _LIMITS)

    def whole(key: str, high: int, otherwise: int) -> int:
        return reader.whole(told.get(key), Place(f"limits.{key}", _WORDS[key]), 0, high, otherwise)

    caps = Caps(
        whole("per_hour", 1_000_000, usual.caps.per_hour), whole("per_account", 1000, usual.caps.per_account),
        whole("per_contact", 1000, usual.caps.per_contact), whole("per_run", 1000, usual.caps.per_run),
    )  # fmt: skip
    return Limits(
        _again(reader, told), caps, _hours(reader, told.get("hours"), usual.hours),
        whole("approval_above", 1_000_000, usual.approval_above), whole("cool_down_days", 1000, usual.cool_down_days),
    )  # fmt: skip


def _again(reader: Reader, told: Mapping[str, Any]) -> Again:
    if told.get("again_after_days") == NEVER:
        return Again(None)
    here = Place("limits.again_after_days", _WORDS["again_after_days"])
    return Again(reader.whole(told.get("again_after_days"), here, 0, 3650, Again().after_days or 0))


def _hours(reader: Reader, given: Any, usual: Hours) -> Hours:
    here = Place("limits.hours", Text("Hours", "実行する時間帯"))
    told = _mapping(reader, given, here, ("from", "to", "business_days"))
    first = reader.whole(told.get("from"), here.below("from"), 0, 23, usual.first)
    last = reader.whole(told.get("to"), here.below("to"), 1, 24, usual.last)
    if last <= first:
        reader.refuse(here, f"{first}-{last}", Text("hours that end after they begin", "開始より後の終了時刻"))
        return usual
    return Hours(
        first, last, reader.flag(told.get("business_days"), here.below("business_days"), default=usual.business_days)
    )


def holdout(reader: Reader, given: Any) -> Holdout:
    here = Place("holdout", Text("Holdout", "未実施グループ"))
    told = _mapping(reader, given, here, ("share", "metric", "never", "contractual"))
    share = told.get("share", 0)
    if (
        isinstance(share, bool)
        or not isinstance(share, int | float)
        or not isfinite(share)
        or not 0 <= share <= MOST_HELD
    ):
        reader.refuse(here.below("share"), share, Text("a share from 0 to 0.5", "0〜0.5の割合"))
        share = 0
    metric = str(told.get("metric") or "")
    if metric and metric not in reader.fields and metric not in BECOMING:
        reader.refuse(here.below("metric"), metric, MEASURED,
                      nearest(metric, reader.fields))  # fmt: skip
    never = told.get("never")
    return Holdout(
        float(share), metric, None if never is None else reader.condition(never, here.below("never")),
        reader.flag(told.get("contractual"), here.below("contractual")),
    )  # fmt: skip


def hypothesis(reader: Reader, given: Any) -> Hypothesis:
    here = Place("hypothesis", Text("Hypothesis", "仮説"))
    told = _mapping(reader, given, here, ("measure", "expected", "review_on", "words"))
    measure, expected = str(told.get("measure") or ""), told.get("expected")
    if measure and measure not in reader.fields and measure not in BECOMING:
        reader.refuse(here.below("measure"), measure, MEASURED,
                      nearest(measure, reader.fields))  # fmt: skip
    if expected is not None and (isinstance(expected, bool) or not isinstance(expected, int | float)):
        reader.refuse(here.below("expected"), expected, Text("a number", "数値"))
        expected = None
    words = reader.words(told.get("words"), here.below("words"), required=False)
    on = reader.day(told.get("review_on"), here.below("review_on"))
    return Hypothesis(measure, None if expected is None else float(expected), on, words)


def _mapping(reader: Reader, given: Any, here: Place, known: tuple[str, ...]) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        reader.refuse(here, given, Text(", ".join(known), "・".join(known)))
        return {}
    for key in given:
        if key not in known:
            expected = Text(f"one of {', '.join(known)}", f"{'・'.join(known)} のどれか")
            reader.refuse(here.below(str(key)), key, expected, nearest(key, known))
    return given


def dump_limits(found: Limits) -> dict[str, Any]:
    again = NEVER if found.again.after_days is None else found.again.after_days
    caps = {"per_hour": found.caps.per_hour, "per_account": found.caps.per_account,
            "per_contact": found.caps.per_contact, "per_run": found.caps.per_run}  # fmt: skip
    hours = {"from": found.hours.first, "to": found.hours.last, "business_days": found.hours.business_days}
    return {"again_after_days": again, **caps, "hours": hours, "approval_above": found.approval_above,
            "cool_down_days": found.cool_down_days}  # fmt: skip


def dump_holdout(found: Holdout) -> dict[str, Any]:
    told = {"share": found.share or None, "metric": found.metric or None,
            "never": None if found.never is None else conditions.dump(found.never),
            "contractual": found.contractual or None}  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def dump_hypothesis(found: Hypothesis) -> dict[str, Any]:
    words = found.words.en if found.words.en == found.words.ja else {"en": found.words.en, "ja": found.words.ja}
    on = found.review_on.isoformat() if found.review_on else None
    told = {"measure": found.measure or None, "expected": found.expected, "review_on": on, "words": words or None}
    return {key: value for key, value in told.items() if value is not None}
