"""Conditions as plain documents (JSON, YAML), read with errors that say where, what, and what was expected.

```yaml
all:
  - {field: tier, op: in, value: [enterprise, mid]}
  - {field: health.score, op: changed_by, value: -10, days: 30}
  - any:
      - {field: nps, op: "<", value: 0}
      - {field: nps, op: missing}
  - not: {field: tags, op: contains, value: pilot}
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from nenrin.analytics.conditions import operands
from nenrin.analytics.conditions.fields import Field, Fields
from nenrin.analytics.conditions.problems import Problem, Unreadable
from nenrin.analytics.conditions.trees import All, Any, Condition, Is, Not, Op
from nenrin.values import Text

DEEPEST = 12
MOST_PARTS = 200
_GROUPS = ("all", "any", "not")
_EVERYTHING = All(())


def parse(document: object, fields: Fields) -> Condition:
    """The condition that a document states; raises `Unreadable` with every problem found in it.

    >>> from nenrin.analytics.conditions.fields import standard
    >>> parse({"field": "mrr", "op": ">=", "value": 50000}, standard())
    Is(field='mrr', op=<Op.GE: '>='>, values=(50000.0,))
    """
    reader = _Reader(fields, [])
    found = reader.condition(document, "", 1)
    if reader.problems:
        raise Unreadable(tuple(reader.problems))
    return found


def dump(condition: Condition) -> dict[str, object]:
    """The document of a condition; `parse` gives the same condition back."""
    match condition:
        case All(parts):
            return {"all": [dump(part) for part in parts]}
        case Any(parts):
            return {"any": [dump(part) for part in parts]}
        case Not(part):
            return {"not": dump(part)}
        case Is(field, op, values):
            return {"field": field, "op": str(op)} | operands.dump(op, values)


@dataclass(slots=True)
class _Reader:
    fields: Fields
    problems: list[Problem]
    parts: int = 0

    def condition(self, document: object, path: str, depth: int) -> Condition:
        self.parts += 1
        if depth > DEEPEST or self.parts > MOST_PARTS:
            return self._refuse(path, "…", Text(f"at most {DEEPEST} levels and {MOST_PARTS} parts",
                                                f"{DEEPEST}階層・{MOST_PARTS}項目まで"))  # fmt: skip
        if not isinstance(document, Mapping):
            return self._refuse(path, document, Text("all, any, not or a comparison", "all・any・not または比較"))
        groups = [key for key in _GROUPS if key in document]
        if not groups:
            return self._comparison(document, path)
        if len(document) > 1:
            return self._refuse(
                path, sorted(map(str, document)), Text("one of all, any, not alone", "all・any・not のどれか1つ")
            )
        return self._group(groups[0], document[groups[0]], f"{path}.{groups[0]}" if path else groups[0], depth)

    def _group(self, word: str, inner: object, path: str, depth: int) -> Condition:
        if word == "not":
            return Not(self.condition(inner, path, depth + 1))
        if not isinstance(inner, list) or (word == "any" and not inner):
            return self._refuse(path, inner, Text("a list of conditions", "条件のリスト"))
        parts = tuple(self.condition(part, f"{path}[{place}]", depth + 1) for place, part in enumerate(inner))
        return All(parts) if word == "all" else Any(parts)

    def _comparison(self, document: Mapping[object, object], path: str) -> Condition:
        unknown = sorted(str(key) for key in document if key not in ("field", "op", "value", "days"))
        if unknown:
            return self._refuse(path, unknown[0], Text("field, op, value or days", "field・op・value・days"),
                                _nearest(unknown[0], ["field", "op", "value", "days", *_GROUPS]))  # fmt: skip
        field = self._field(document.get("field"), path)
        op = self._op(document.get("op"), field, path) if field else None
        if field is None or op is None:
            return _EVERYTHING
        try:
            return Is(field.key, op, operands.parse(field, op, document))
        except operands.WrongOperand as wrong:
            return self._refuse(_below(path, wrong.part), wrong.value, wrong.expected, wrong.nearest)

    def _field(self, key: object, path: str) -> Field | None:
        if isinstance(key, str) and key in self.fields:
            return self.fields[key]
        expected = Text("the key of a field", "項目のキー")
        self._refuse(_below(path, "field"), key, expected, _nearest(str(key), list(self.fields)))
        return None

    def _op(self, word: object, field: Field, path: str) -> Op | None:
        allowed = [str(op) for op in field.ops]
        if isinstance(word, str) and word in allowed:
            return Op(word)
        listed = ", ".join(allowed)
        expected = Text(f"one of {listed} for {field.key}", f"{field.key} には {listed} のどれか")
        self._refuse(_below(path, "op"), word, expected, _nearest(str(word), allowed))
        return None

    def _refuse(self, path: str, value: object, expected: Text, nearest: str | None = None) -> Condition:
        self.problems.append(Problem(path or "(top)", value, expected, nearest))
        return _EVERYTHING


def _below(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _nearest(word: str, words: list[str]) -> str | None:
    return next(iter(get_close_matches(word, words, n=1, cutoff=0.5)), None)
