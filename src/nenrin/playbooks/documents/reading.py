"""The fields of a kind, read from plain values: what does not fit is named, everything else is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite
from typing import Any

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.documents.problems import Problem, nearest
from nenrin.values import Text

LONGEST = 5_000
_TEXT = Text("a text", "文字列")
_WORDS = Text(
    f"a text, or one in each language (en, ja), of at most {LONGEST:,} characters",
    f"文字列、または言語ごとの文（en・ja）、各{LONGEST:,}文字まで",
)
_FLAG = Text("true or false", "true か false")
_LIST = Text("a list", "リスト")


@dataclass(slots=True)
class Reader:
    """Reads one document: what its fields may ask for, and the problems found so far.

    With `keeps`, a choice of this installation that is gone stays as it was written, and is told under `gone`: what
    is live already goes on, and each step decides what it does without it.
    """

    fields: Fields
    setting: Setting
    problems: list[Problem] = field(default_factory=list)
    keeps: bool = False
    gone: list[Problem] = field(default_factory=list)

    def values(self, params: Sequence[Param], given: Mapping[str, Any], at: Place) -> Values:
        """The values of a kind's parameters; unknown keys are named with the nearest known one."""
        known = [param.key for param in params]
        for key in given:
            if key not in known and key not in at.also:
                self.refuse(at.below(str(key)), key, Text(f"one of {', '.join(known) or 'nothing'}",
                                                          f"{'・'.join(known) or 'なし'} のどれか"), nearest(key, known))  # fmt: skip
        return {param.key: self._value(param, given.get(param.key), at) for param in params}

    def _value(self, param: Param, value: Any, at: Place) -> Any:
        here = at.field(param)
        if value is None or value == "" or value == []:
            if param.required and param.default is None:
                self.refuse(here, None, _EXPECTED.get(param.kind, _TEXT))
            return param.default
        return _READ[param.kind](self, param, value, here)

    def words(self, value: Any, here: Place, *, required: bool = True) -> Text:
        """A text in both languages; one that is given once stands for both."""
        if isinstance(value, str) and len(value) <= LONGEST and (value.strip() or not required):
            return Text(value.strip(), value.strip())
        if isinstance(value, Mapping) and value.keys() <= {"en", "ja"}:
            en, ja = (str(value.get(one) or "").strip() for one in ("en", "ja"))
            if (en or ja or not required) and max(len(en), len(ja)) <= LONGEST:
                return Text(en or ja, ja or en)
        if value is None and not required:
            return Text("", "")
        self.refuse(here, value, _WORDS)
        return Text("", "")

    def whole(self, value: Any, here: Place, low: float, high: float, default: int = 0) -> int:
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_between(value, low, high):
            self.refuse(here, value, Text(f"a whole number from {low:g} to {high:g}", f"{low:g}〜{high:g}の整数"))
            return default
        return int(value)

    def flag(self, value: Any, here: Place, *, default: bool = False) -> bool:
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(here, value, _FLAG)
            return default
        return value

    def day(self, value: Any, here: Place) -> date | None:
        if value is None or value == "" or type(value) is date:
            return value or None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.refuse(here, value, Text("a day such as 2026-04-01", "2026-04-01 形式の日付"))
            return None

    def condition(self, value: Any, here: Place) -> Condition | None:
        """The one grammar of conditions; its own problems are told with their place in the playbook."""
        try:
            return conditions.parse(value, self.fields)
        except conditions.Unreadable as unreadable:
            found = [
                Problem(f"{here.path}.{one.path}", here.where, one.value, one.expected, one.nearest)
                for one in unreadable.problems
            ]
            kept = self._kept(value) if self.keeps else None
            (self.problems if kept is None else self.gone).extend(found)
            return kept

    def _kept(self, value: Any) -> Condition | None:
        """The condition with choices that are gone: it holds for nobody who does not carry them still."""
        try:
            return conditions.parse(value, {key: replace(one, choices=()) for key, one in self.fields.items()})
        except conditions.Unreadable:
            return None

    def listed(self, value: Any, here: Place) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(here, value, _LIST)
            return []
        return value

    def refuse(self, here: Place, value: object, expected: Text, near: str | None = None) -> None:
        self.problems.append(Problem(here.path, here.where, value, expected, near))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the document one is: for programs and for people. `also` are keys that belong to the place itself."""

    path: str
    where: Text
    also: frozenset[str] = frozenset()

    def below(self, key: str) -> Place:
        path = f"{self.path}.{key}" if self.path else key
        words = Text(f"{self.where.en}, {key}", f"{self.where.ja}の{key}") if self.where.en else Text(key, key)
        return Place(path, words)

    def field(self, param: Param) -> Place:
        where = Text(f"{self.where.en}, {param.name.en}", f"{self.where.ja}の{param.name.ja}")
        return Place(f"{self.path}.{param.key}" if self.path else param.key, where)


def _is_between(value: float, low: float, high: float) -> bool:
    return isfinite(value) and low <= value <= high and float(value).is_integer()


def _text(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    if isinstance(value, str) and value.strip() and len(value) <= LONGEST and "\0" not in value:
        return value.strip()
    reader.refuse(here, value, _TEXT)
    return param.default


def _words(reader: Reader, param: Param, value: Any, here: Place) -> Text:
    found = reader.words(value, here, required=param.required)
    for name in merging.unknown(f"{found.en} {found.ja}"):
        listed = ", ".join(merging.GAPS)
        reader.refuse(here, f"{{{{{name}}}}}", Text(f"one of {listed} in a gap", f"差し込みは {listed} のどれか"),
                      nearest(name, merging.GAPS))  # fmt: skip
    return found


def _number(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        reader.refuse(here, value, Text("a number", "数値"))
        return param.default
    if not param.low <= value <= param.high:
        bounds = Text(f"a number from {param.low:g} to {param.high:g}", f"{param.low:g}〜{param.high:g}の数値")
        reader.refuse(here, value, bounds)
        return param.default
    return int(value) if float(value).is_integer() else float(value)


def _numbers(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    wanted = value if isinstance(value, list) else [value]
    found = [reader.whole(one, here, param.low, param.high, -1) for one in wanted]
    return tuple(sorted({one for one in found if one >= 0}, reverse=True)) or param.default


def _choice(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    known = [key for key, _ in reader.setting.of(param)]
    if str(value) in known:
        return str(value)
    expected = Text(f"one of {', '.join(known) or 'none yet'}", f"{'・'.join(known) or '（まだありません）'} のどれか")
    if reader.keeps and param.source:
        reader.gone.append(Problem(here.path, here.where, value, expected, nearest(value, known)))
        return str(value)
    reader.refuse(here, value, expected, nearest(value, known))
    return param.default


def _several(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    wanted = value if isinstance(value, list) else [value]
    return tuple(one for each in wanted if (one := _choice(reader, param, each, here)) is not None) or param.default


def _flag(reader: Reader, param: Param, value: Any, here: Place) -> bool:
    return reader.flag(value, here, default=bool(param.default))


def _condition(reader: Reader, param: Param, value: Any, here: Place) -> Any:
    return reader.condition(value, here)


_READ: dict[str, Callable[[Reader, Param, Any, Place], Any]] = {
    "text": _text, "words": _words, "number": _number, "numbers": _numbers, "choice": _choice, "several": _several,
    "flag": _flag, "condition": _condition, "step": _text,
}  # fmt: skip
_EXPECTED = {
    "words": _WORDS,
    "number": Text("a number", "数値"),
    "numbers": Text("whole numbers", "整数のリスト"),
    "choice": Text("one of the choices", "選択肢の1つ"),
    "several": Text("one or more of the choices", "選択肢の1つ以上"),
    "condition": Text("a condition", "条件"),
    "step": Text("the key of a step", "手順のキー"),
}
