"""Playbooks as plain documents (YAML, JSON), read with errors that name the step and the field; and written back.

```yaml
playbook: low-usage
name: {en: Rescue of low use, ja: 利用低下の立て直し}
when:
  - {trigger: band_change, to: [at_risk]}
who: {field: status, op: "=", value: customer}
steps:
  - {do: open_task, title: Call them, due_days: 2, minutes: 15}
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.playbooks import limiting, steps, triggers
from nenrin.playbooks.documents import plain
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.documents.playbooks import EVERYONE, Goal, Playbook, Step, Trigger, walked
from nenrin.playbooks.documents.problems import Problem, Unreadable, nearest
from nenrin.playbooks.documents.reading import Place, Reader
from nenrin.values import Text
from nenrin.work.queue.plays import KINDS as PLAYS

KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")
MOST_STEPS, DEEPEST, MOST_TRIGGERS = 60, 4, 12
KEYS = (
    "playbook", "name", "purpose", "when", "who", "except", "steps", "goal", "exit_when", "limits", "holdout",
    "hypothesis", "with_standing", "lost_too", "play",
)  # fmt: skip
TOP = Text("", "")
ARMS = ("then", "otherwise")


def from_yaml(text: str, fields: Fields, setting: Setting) -> Playbook:
    """Raises Unreadable; what is no YAML at all is told with its line."""
    try:
        document = plain.loaded(text)
    except plain.Twice as twice:
        where, once = Text(f"Line {twice.line}", f"{twice.line}行目"), Text("each key once", "同じキーは1回だけ")
        raise Unreadable([Problem(f"line {twice.line}", where, twice.key, once)]) from None
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        where = Text(f"Line {line}", f"{line}行目")
        raise Unreadable([Problem(f"line {line}", where, "", Text("YAML", "YAML"))]) from None
    return from_dict(document, fields, setting)


def from_dict(document: object, fields: Fields, setting: Setting) -> Playbook:
    """The playbook that a document states. Raises Unreadable with every problem found in it."""
    if not isinstance(document, Mapping):
        raise Unreadable([Problem("", Text("The document", "文書"), document, Text("a playbook", "プレイブック"))])
    reader = Reader(fields, setting)
    found = _playbook(reader, document)
    if reader.problems:
        raise Unreadable(reader.problems)
    return found


@dataclass(frozen=True, slots=True)
class Stored:
    """What a stored document states: what in it is gone since, and what of it cannot be read any more at all."""

    playbook: Playbook
    gone: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def stored(document: Mapping[str, Any], fields: Fields, setting: Setting) -> Stored:
    """A document that could be read once: colleagues, segments, templates that are gone stay in it as they are."""
    reader = Reader(fields, setting, keeps=True)
    found = _playbook(reader, document)
    return Stored(found, tuple(reader.gone), tuple(reader.problems))


def _playbook(reader: Reader, document: Mapping[str, Any]) -> Playbook:
    top = Place("", TOP)
    for key in document:
        if key not in KEYS:
            expected = Text(f"one of {', '.join(KEYS)}", f"{'・'.join(KEYS)} のどれか")
            reader.refuse(top.below(str(key)), key, expected, nearest(key, KEYS))
    return Playbook(
        key=_key(reader, document.get("playbook"), top),
        name=reader.words(document.get("name"), Place("name", Text("Name", "名前"))),
        purpose=reader.words(document.get("purpose"), Place("purpose", Text("Purpose", "目的")), required=False),
        triggers=_triggers(reader, document.get("when")),
        steps=_all_steps(reader, document.get("steps")),
        audience=_asked(reader, document, "who", Text("Accounts", "対象の顧客")) or EVERYONE,
        excluded=_asked(reader, document, "except", Text("Left out", "対象外")),
        exit_when=_asked(reader, document, "exit_when", Text("Exit", "途中終了の条件")),
        goal=_goal(reader, document.get("goal")),
        limits=limiting.limits(reader, document.get("limits")),
        holdout=limiting.holdout(reader, document.get("holdout")),
        hypothesis=limiting.hypothesis(reader, document.get("hypothesis")),
        with_standing=reader.flag(document.get("with_standing"), top.below("with_standing")),
        lost_too=reader.flag(document.get("lost_too"), top.below("lost_too")),
        play=_play(reader, document.get("play")),
    )


def _key(reader: Reader, value: Any, top: Place) -> str:
    if isinstance(value, str) and KEY.fullmatch(value):
        return value
    expected = Text("small letters, digits and hyphens", "英小文字・数字・ハイフン")
    reader.refuse(Place("playbook", Text("Key", "キー")), value, expected)
    return ""


def _play(reader: Reader, given: Any) -> str:
    """The suggestion of My day that the playbook carries out; one that is gone measures nothing any more."""
    if given is None or given in PLAYS:
        return given or ""
    here = Place("play", Text("Suggestion of My day", "今日やることの提案"))
    if not reader.keeps:
        _unknown(reader, here, given, sorted(PLAYS))
    return ""


def _asked(reader: Reader, document: Mapping[str, Any], key: str, words: Text) -> Condition | None:
    given = document.get(key)
    return None if given is None else reader.condition(given, Place(key, words))


def _triggers(reader: Reader, given: Any) -> tuple[Trigger, ...]:
    found: list[Trigger] = []
    rows = reader.listed(given, Place("when", Text("Triggers", "トリガー")))
    if not rows or len(rows) > MOST_TRIGGERS:
        reader.refuse(Place("when", Text("Triggers", "トリガー")), None if not rows else len(rows),
                      Text(f"from 1 to {MOST_TRIGGERS} triggers", f"1〜{MOST_TRIGGERS}個のトリガー"))  # fmt: skip
    for n, row in enumerate(rows):
        here = Place(f"when[{n}]", Text(f"Trigger {n + 1}", f"トリガー{n + 1}"), frozenset({"trigger"}))
        kind = triggers.KINDS.get(str(row.get("trigger"))) if isinstance(row, Mapping) else None
        if kind is None:
            stood = row.get("trigger") if isinstance(row, Mapping) else row
            _unknown(reader, here.below("trigger"), stood, list(triggers.KINDS))
            continue
        named = Text(f"{here.where.en} ({kind.name.en.lower()})", f"{here.where.ja}（{kind.name.ja}）")
        found.append(Trigger(kind.key, reader.values(kind.params, row, Place(here.path, named, here.also))))
    return tuple(found)


def _all_steps(reader: Reader, given: Any) -> tuple[Step, ...]:
    numbering = _Numbering(set(), [1])
    found = _steps(reader, given, "steps", numbering, 1)
    if not found:
        reader.refuse(Place("steps", Text("Steps", "手順")), None, Text("at least one step", "1つ以上の手順"))
    keys = [one.key for one in walked(found)]
    for twin in sorted({key for key in keys if keys.count(key) > 1}):
        expected = Text("an id of its own for each step", "手順ごとに異なるid")
        reader.refuse(Place("steps", Text("Steps", "手順")), twin, expected)
    return found


class _Numbering:
    """Names for steps that have none, and how many there are by now."""

    def __init__(self, taken: set[str], count: list[int]) -> None:
        self.taken, self.count = taken, count

    def next(self) -> int:
        self.count[0] += 1
        return self.count[0]

    def name(self, given: Any, kind: str) -> str:
        if isinstance(given, str) and given.strip():
            self.taken.add(given.strip()[:40])
            return given.strip()[:40]
        stem, turn = kind, 2
        while stem in self.taken:
            stem, turn = f"{kind}_{turn}", turn + 1
        self.taken.add(stem)
        return stem


def _steps(reader: Reader, given: Any, path: str, numbering: _Numbering, depth: int) -> tuple[Step, ...]:
    found: list[Step] = []
    for n, row in enumerate(reader.listed(given, Place(path, Text("Steps", "手順")))):
        number = numbering.next()
        here = Place(f"{path}[{n}]", Text(f"Step {number}", f"手順{number}"))
        if number - 1 > MOST_STEPS or depth > DEEPEST:
            reader.refuse(
                here, None, Text(f"at most {MOST_STEPS} steps, {DEEPEST} deep", f"{MOST_STEPS}手順・{DEEPEST}階層まで")
            )
            return tuple(found)
        if (one := _step(reader, row, here, numbering, depth)) is not None:
            found.append(one)
    return tuple(found)


def _step(reader: Reader, row: Any, here: Place, numbering: _Numbering, depth: int) -> Step | None:
    kind = steps.KINDS.get(str(row.get("do"))) if isinstance(row, Mapping) else None
    if kind is None:
        _unknown(reader, here.below("do"), row.get("do") if isinstance(row, Mapping) else row, list(steps.KINDS))
        return None
    also = frozenset({"do", "id", *(ARMS if kind.arms else ())})
    named = Text(f"{here.where.en} ({kind.name.en.lower()})", f"{here.where.ja}（{kind.name.ja}）")
    values = reader.values(kind.params, row, Place(here.path, named, also))
    if not reader.keeps and (missing := kind.lacks(values)) is not None:
        reader.refuse(Place(here.path, named), None, missing)
    key = numbering.name(row.get("id"), kind.key)
    arms = [
        _steps(reader, row.get(arm), f"{here.path}.{arm}", numbering, depth + 1) if kind.arms else () for arm in ARMS
    ]
    return Step(key, kind.key, values, arms[0], arms[1])


def _unknown(reader: Reader, here: Place, stood: object, known: list[str]) -> None:
    expected = Text(f"one of {', '.join(known)}", f"{'・'.join(known)} のどれか")
    reader.refuse(here, stood, expected, nearest(stood, known))


def _goal(reader: Reader, given: Any) -> Goal | None:
    if given is None:
        return None
    here = Place("goal", Text("Goal", "目標"))
    if not isinstance(given, Mapping):
        reader.refuse(here, given, Text("name, when and within_days", "name・when・within_days"))
        return None
    condition = reader.condition(given.get("when"), here)
    within = reader.whole(given.get("within_days"), here.below("within_days"), 0, 1000)
    return Goal(reader.words(given.get("name"), here), condition, within) if condition is not None else None


def to_dict(playbook: Playbook) -> dict[str, Any]:
    """The document of a playbook; `from_dict` gives the same playbook back. What is as usual is left out."""
    asked = {"who": playbook.audience if playbook.audience != EVERYONE else None, "except": playbook.excluded,
             "exit_when": playbook.exit_when}  # fmt: skip
    goal = playbook.goal
    whole: dict[str, Any] = {
        "playbook": playbook.key,
        "name": _words(playbook.name),
        "purpose": _words(playbook.purpose),
        "when": [
            {"trigger": one.kind, **written(triggers.KINDS[one.kind].params, one.values)} for one in playbook.triggers
        ],
        **{key: conditions.dump(one) for key, one in asked.items() if one is not None},
        "steps": [_dumped(one) for one in playbook.steps],
        "goal": goal
        and {"name": _words(goal.name), "when": conditions.dump(goal.condition), "within_days": goal.within_days},
        "limits": limiting.dump_limits(playbook.limits),
        "holdout": limiting.dump_holdout(playbook.holdout),
        "hypothesis": limiting.dump_hypothesis(playbook.hypothesis),
        "with_standing": playbook.with_standing,
        "lost_too": playbook.lost_too,
        "play": playbook.play,
    }
    return {key: value for key, value in whole.items() if value not in (None, "", {}, False)}


def to_yaml(playbook: Playbook) -> str:
    return yaml.safe_dump(to_dict(playbook), allow_unicode=True, sort_keys=False, width=110)


def _dumped(step: Step) -> dict[str, Any]:
    plain = {"do": step.kind, "id": step.key, **written(steps.KINDS[step.kind].params, step.values)}
    arms = {"then": [_dumped(one) for one in step.then], "otherwise": [_dumped(one) for one in step.otherwise]}
    return plain | {key: found for key, found in arms.items() if found}


def written(params: tuple[Param, ...], values: Values) -> dict[str, Any]:
    found = {param.key: _plain(param, values.get(param.key)) for param in params}
    return {key: value for key, value in found.items() if value is not None and value not in ("", [], {})}


def _plain(param: Param, value: Any) -> Any:
    if value is None:
        return None
    if param.kind == "words":
        return _words(value)
    if param.kind == "condition":
        return conditions.dump(value)
    return list(value) if param.kind in ("several", "numbers") else value


def _words(text: Text) -> Any:
    return text.en if text.en == text.ja else {"en": text.en, "ja": text.ja}
