"""From the segment form's rows to a condition's document, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.http import QueryDict
from django.utils.translation import get_language

from nenrin.analytics.conditions import Field
from nenrin.analytics.conditions.trees import Op
from nenrin.values import Text

OPS: dict[Op, Text] = {
    Op.EQ: Text("is", "が次の値"),
    Op.NE: Text("is not", "が次の値以外"),
    Op.LT: Text("is below / before", "が未満・より前"),
    Op.LE: Text("is at most", "が以下"),
    Op.GT: Text("is above / after", "が超・より後"),
    Op.GE: Text("is at least", "が以上"),
    Op.BETWEEN: Text("is between (two values)", "が範囲内（2つの値）"),
    Op.IN: Text("is one of (values)", "がいずれか（複数の値）"),
    Op.CONTAINS: Text("contains", "に含む"),
    Op.MISSING: Text("is missing", "のデータがない"),
    Op.WITHIN_LAST: Text("is in the last (days)", "が過去（日数）以内"),
    Op.WITHIN_NEXT: Text("is in the next (days)", "が今後（日数）以内"),
    Op.CHANGED_BY: Text("changed by (points, days)", "の増減（点, 日数）"),
}
_SEVERAL = (Op.IN, Op.BETWEEN)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as typed."""

    field: str = ""
    op: str = ""
    value: str = ""


def document(form: QueryDict, fields: Mapping[str, Field]) -> Any:
    """The condition that the form states: its YAML where it was written so, else its rows."""
    if form.get("mode") == "yaml":
        try:
            return yaml.safe_load(form.get("yaml", "")) or {"all": []}
        except yaml.YAMLError:
            return form.get("yaml", "")
    typed = zip(form.getlist("field"), form.getlist("op"), form.getlist("value"), strict=False)
    parts = [_part(Row(*row), fields) for row in typed if row[0]]
    return {"any" if form.get("match") == "any" and parts else "all": parts}


def rows(found: object, fields: Mapping[str, Field]) -> tuple[str, list[Row]] | None:
    """(all or any, rows) of a document that is a flat list of comparisons; None for one that is nested."""
    if not isinstance(found, Mapping):
        return None
    if "field" in found:
        return "all", [_row(found, fields)]
    match = "any" if "any" in found else "all"
    parts = found.get(match)
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) and "field" in part for part in parts):
        return None
    return match, [_row(part, fields) for part in parts]


def choices(fields: Mapping[str, Field]) -> list[str]:
    """Every word that a value may be chosen from, each once: offered while typing."""
    language = get_language() or "ja"
    said = (name.in_(language) for field in fields.values() for _key, name in field.choices)
    return list(dict.fromkeys(word for word in said if word))


def as_yaml(found: object) -> str:
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False)


def _row(part: Mapping[str, Any], fields: Mapping[str, Field]) -> Row:
    value, language = part.get("value", ""), get_language() or "ja"
    field = fields.get(str(part["field"]))
    spoken = _spoken(field, language) if field else {}
    words = [spoken.get(word, word) for word in map(_plain, value if isinstance(value, list) else [value])]
    if "days" in part:
        words.append(_plain(part["days"]))
    return Row(str(part["field"]), str(part.get("op", "")), ", ".join(words))


def _spoken(field: Field, language: str) -> dict[str, str]:
    """Choices by key in words; of two that are called the same, each keeps its key."""
    words = [name.in_(language) for _key, name in field.choices]
    return {key: word for (key, _), word in zip(field.choices, words, strict=True) if words.count(word) == 1}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _part(row: Row, fields: Mapping[str, Field]) -> dict[str, Any]:
    part: dict[str, Any] = {"field": row.field, "op": row.op}
    field = fields.get(row.field)
    words = [word.strip() for word in row.value.replace("、", ",").split(",") if word.strip()]
    if row.op == Op.MISSING:
        return part
    if row.op == Op.CHANGED_BY:
        return part | dict(zip(("value", "days"), [_number(word) for word in words], strict=False))
    if row.op in (Op.WITHIN_LAST, Op.WITHIN_NEXT):
        return part | {"value": _number(row.value)}
    values = _typed(words if row.op in _SEVERAL else [row.value.strip()], field)
    return part | {"value": values if row.op in _SEVERAL else values[0]}


def _typed(words: Sequence[str], field: Field | None) -> list[Any]:
    if field is None or field.kind not in ("number", "flag"):
        keys = {word: key for key, name in (field.choices if field else ()) for word in (name.ja, name.en)}
        return [keys.get(word, word) for word in words]
    if field.kind == "flag":
        return [{"true": True, "false": False, "はい": True, "いいえ": False}.get(word.lower(), word) for word in words]
    return [_number(word) for word in words]


def _number(word: str) -> Any:
    """A number where it is one; else the word, for the reader to name."""
    try:
        found = float(word.replace(",", "").replace("−", "-"))
    except ValueError:
        return word
    return int(found) if found.is_integer() else found
