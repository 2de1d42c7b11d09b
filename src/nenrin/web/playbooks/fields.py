"""The fields of a form, from the parameters of a kind and what stands in the document or was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language

from nenrin.analytics.conditions import Field
from nenrin.playbooks.documents.params import Choices, Param, Setting
from nenrin.values import Text
from nenrin.web.segments import editing as conditions


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    name: Text
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One field of a form: `kind` as Param's; `value` as typed; a text in both languages has `en` and `ja`."""

    key: str
    label: Text
    kind: str
    value: str = ""
    en: str = ""
    ja: str = ""
    options: tuple[Option, ...] = ()
    offers: tuple[str, ...] = ()
    is_on: bool = False
    required: bool = True
    hint: Text | None = None
    lines: int = 1
    condition: Asked | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of a condition's editor; `yaml` where it is nested or was asked for so."""

    match: str
    rows: tuple[conditions.Row, ...]
    yaml: str
    is_yaml: bool


def boxes(
    params: Sequence[Param], values: Mapping[str, Any], setting: Setting, fields: Mapping[str, Field],
    earlier: Choices = (), typed: QueryDict | None = None,
) -> list[Box]:  # fmt: skip
    """A box for each parameter. `earlier` are the steps that one may refer to; `typed` what a refused form said."""
    return [_box(param, values.get(param.key), setting, fields, earlier, typed) for param in params]


def _box(
    param: Param, value: Any, setting: Setting, fields: Mapping[str, Field], earlier: Choices, typed: QueryDict | None
) -> Box:
    common = {"required": param.required, "hint": param.hint, "lines": param.lines}
    known = setting.of(param) if param.kind != "step" else earlier
    if value is None:
        value = param.default
    if param.kind == "words":
        en, ja = _both(value)
        return Box(param.key, param.name, "words", en=en, ja=ja, **common)  # type: ignore[arg-type]
    if param.kind == "condition":
        return Box(param.key, param.name, "condition", condition=asked(value, fields, typed), **common)  # type: ignore[arg-type]
    if param.kind in ("choice", "several", "step"):
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        options = tuple(Option(key, name, key in chosen) for key, name in known)
        return Box(param.key, param.name, "choice" if param.kind == "step" else param.kind, options=options, **common)  # type: ignore[arg-type]
    if param.kind == "flag":
        return Box(param.key, param.name, "flag", is_on=bool(value), **common)  # type: ignore[arg-type]
    shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    offers = tuple(name.in_(get_language() or "ja") for _, name in known)
    return Box(param.key, param.name, param.kind, value=shown, offers=offers, **common)  # type: ignore[arg-type]


def asked(
    document: Any, fields: Mapping[str, Field], typed: QueryDict | None = None, *, as_yaml: bool = False
) -> Asked:
    """A condition's editor: rows where it is a flat list, YAML where it is nested."""
    if typed is not None and ("field" in typed or "yaml" in typed):
        document = conditions.document(typed, fields)
        if typed.get("mode") == "yaml":
            return Asked("all", (), typed.get("yaml", ""), is_yaml=True)
    flat = conditions.rows(document if document is not None else {"all": []}, fields)
    if flat is None or as_yaml:
        return Asked("all", (), conditions.as_yaml(document), is_yaml=True)
    match, rows = flat
    spare = 2 if not rows else 1
    return Asked(match, (*rows, *(conditions.Row() for _ in range(spare))), "", is_yaml=False)


def _both(value: Any) -> tuple[str, str]:
    if isinstance(value, Text):
        return value.en, value.ja
    if isinstance(value, Mapping):
        return str(value.get("en", "")), str(value.get("ja", ""))
    return (str(value), str(value)) if value else ("", "")
