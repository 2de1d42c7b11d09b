"""A mapping: which column fills which field, and how this file writes what can be written in several ways.

A small declarative form, kept as JSON and written as YAML (docs/import.md); not a language: no conditions, no loops.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

import yaml

from nenrin.foundation.search import normal
from nenrin.ingest.files import encodings
from nenrin.ingest.files.dates import Order
from nenrin.ingest.files.fields import Field
from nenrin.ingest.files.formulas import BadFormula, Formula, parsed
from nenrin.ingest.files.numerals import Dash
from nenrin.ingest.files.tables import Reading

Duplicates = Literal["last", "first", "error"]
Policy = Literal["arrival", "lag", "column"]
AttributeType = Literal["text", "number", "date", "bool", "choice"]


class BadMapping(ValueError):
    """The mapping cannot be used as written: the message names the place, and what would be accepted there."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's text comes from: one column, a constant, a formula, or several columns joined.

    `values` replaces what the cell says (a target `$name` is a constant of the mapping); `otherwise` is for what it
    does not list.
    """

    column: str = ""
    value: str | None = None
    formula: Formula | None = None
    join: tuple[str, ...] = ()
    between: str = " "
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None

    def columns(self) -> tuple[str, ...]:
        if self.formula:
            return self.formula.names
        return self.join or ((self.column,) if self.column else ())


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column kept as a custom attribute of the account; declared at the first import if it is not yet."""

    origin: Origin
    type: AttributeType = "text"
    en: str = ""
    ja: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """When we could have known a row: on `arrival`, `lag` days after it was true, or as a `column` says."""

    policy: Policy = "arrival"
    days: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class FileMapping:
    kind: str
    fields: Mapping[str, Origin]
    source: str = ""
    namespace: str = "product"
    reading: Reading = field(default_factory=Reading)
    order: Order = Order.PLAIN
    dash: Dash = "ask"
    decimal: Literal[".", ","] = "."
    duplicates: Duplicates = "last"
    known: Known = Known()
    constants: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)  # further namespaces -> column
    before: tuple[FileMapping, ...] = ()  # the passes before this one over the same file; for a dry run

    def columns(self) -> set[str]:
        """Every column that this mapping needs in the file."""
        origins = [*self.fields.values(), *(a.origin for a in self.attributes.values())]
        named = {name for origin in origins for name in origin.columns()} | set(self.keys.values())
        return (named | ({self.known.column} if self.known.column else set())) - set(self.constants)


_TOP = ("kind", "source", "namespace", "encoding", "delimiter", "header", "sheet", "dates", "dash", "decimal", "duplicates",
        "known", "constants", "columns", "attributes", "keys", "before")  # fmt: skip
_ORIGIN = ("column", "value", "compute", "join", "between", "values", "otherwise")


def from_yaml(text: str) -> FileMapping:
    """A mapping from YAML. Raises BadMapping with the line of a syntax error."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise BadMapping(f"not YAML: {' '.join(str(problem).split())}") from None
    return from_document(document)


def all_from_yaml(text: str) -> list[FileMapping]:
    """The mappings of a file with one or several documents (`---` between): one pass each over the same table."""
    try:
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as problem:
        raise BadMapping(f"not YAML: {' '.join(str(problem).split())}") from None
    if not documents:
        raise BadMapping("the mapping is empty")
    return [from_document(document) for document in documents]


def to_yaml(mapping: FileMapping) -> str:
    return yaml.safe_dump(to_document(mapping), allow_unicode=True, sort_keys=False, width=120)


def from_document(document: Any) -> FileMapping:  # Any: whatever a person wrote
    """A mapping from plain values, each place checked. Raises BadMapping."""
    top = _table("the mapping", document)
    _only("the mapping", top, _TOP)
    return FileMapping(
        kind=_word("kind", top.get("kind")),
        source=_word("source", top.get("source", "")),
        namespace=_word("namespace", top.get("namespace", "product")) or "product",
        reading=_reading(top),
        order=Order(_one_of("dates", top.get("dates", "plain"), [order.value for order in Order])),
        dash=_one_of("dash", top.get("dash", "ask"), get_args(Dash)),  # type: ignore[arg-type]
        decimal=_one_of("decimal", top.get("decimal", "."), (".", ",")),  # type: ignore[arg-type]
        duplicates=_one_of("duplicates", top.get("duplicates", "last"), get_args(Duplicates)),  # type: ignore[arg-type]
        known=known_when(top.get("known", {})),
        constants={
            name: _word(f"constants.{name}", value) for name, value in _table("constants", top.get("constants")).items()
        },
        fields={
            name: _origin(f"columns.{name}", value) for name, value in _table("columns", top.get("columns")).items()
        },
        attributes={
            name: _attribute(f"attributes.{name}", value)
            for name, value in _table("attributes", top.get("attributes")).items()
        },
        keys={name: _word(f"keys.{name}", value) for name, value in _table("keys", top.get("keys")).items()},
        before=tuple(map(from_document, _listed("before", top.get("before")))),
    )


def checked(mapping: FileMapping, fields: Sequence[Field], header: Iterable[str] | None = None) -> FileMapping:
    """The mapping, if its fields exist, the required ones are filled and its columns are in the file. Raises BadMapping."""
    known = {of.key for of in fields}
    for name in mapping.fields:
        if name not in known:
            raise BadMapping(f"columns.{name}: {mapping.kind} have no such field{_nearest(name, known)}")
    missing = [of.key for of in fields if of.is_required and of.key not in mapping.fields]
    if missing:
        raise BadMapping(f"no column is assigned to {', '.join(missing)}, which every row needs")
    if header is not None:
        _in_file(mapping, list(header))
    return mapping


def _in_file(mapping: FileMapping, header: list[str]) -> None:
    absent = sorted(mapping.columns() - set(header))
    if absent:
        raise BadMapping(
            f"the file has no column {', '.join(f'“{name}”{_nearest(name, header)}' for name in absent)};"
            f" it has {', '.join(header[:30])}"
        )


def only(mapping: FileMapping, names: Sequence[str]) -> FileMapping:
    """The mapping of some fields alone: enough to tell rows apart."""
    fields = {name: origin for name, origin in mapping.fields.items() if name in names}
    return replace(mapping, fields=fields, attributes={}, keys={}, known=Known())


def suggested(kind: str, fields: Sequence[Field], header: Sequence[str], source: str = "") -> FileMapping:
    """A first mapping: each field gets the column whose name it goes by, in either language; no column twice."""
    by_name = {normal(name): name for name in reversed(header)}
    taken: dict[str, Origin] = {}
    for of in fields:
        for name in of.names():
            column = by_name.pop(normal(name), None)
            if column is not None:
                taken[of.key] = Origin(column=column)
                break
    return FileMapping(kind=kind, source=source, fields=taken)


def to_document(mapping: FileMapping) -> dict[str, Any]:
    """The plain form: what is at its default is left out."""
    reading = mapping.reading
    document: dict[str, Any] = {"kind": mapping.kind, "source": mapping.source, "namespace": mapping.namespace,
        "encoding": reading.encoding, "delimiter": reading.delimiter, "header": reading.header, "sheet": reading.sheet,
        "dates": mapping.order.value, "dash": mapping.dash, "decimal": mapping.decimal, "duplicates": mapping.duplicates,
        "known": _plain_known(mapping.known), "constants": dict(mapping.constants),
        "columns": {name: _plain_origin(origin) for name, origin in mapping.fields.items()},
        "attributes": {name: _plain_attribute(a) for name, a in mapping.attributes.items()},
        "keys": dict(mapping.keys), "before": list(map(to_document, mapping.before))}  # fmt: skip
    return {name: value for name, value in document.items() if value not in ("", {}, [], None)}


def _plain_origin(origin: Origin) -> Any:
    if origin == Origin(column=origin.column):
        return origin.column
    plain = {"column": origin.column, "value": origin.value, "compute": origin.formula.text if origin.formula else None,
             "join": list(origin.join), "between": origin.between if origin.join else None, "values": dict(origin.values),
             "otherwise": origin.otherwise}  # fmt: skip
    return {
        name: value
        for name, value in plain.items()
        if value is not None and value not in ([], {}) and (value or name != "column")
    }


def _plain_attribute(attribute: Attribute) -> dict[str, Any]:
    origin = _plain_origin(attribute.origin)
    plain = {"column": origin} if isinstance(origin, str) else dict(origin)
    return (
        plain
        | {"type": attribute.type}
        | ({"en": attribute.en} if attribute.en else {})
        | ({"ja": attribute.ja} if attribute.ja else {})
    )


def _plain_known(known: Known) -> dict[str, Any]:
    extra: dict[str, dict[str, Any]] = {"lag": {"days": known.days}, "column": {"column": known.column}}
    return {"policy": known.policy, **extra.get(known.policy, {})}


def _reading(top: Mapping[str, Any]) -> Reading:
    encoding = _word("encoding", top.get("encoding", ""))
    if encoding:
        encoding = _encoding(encoding)
    delimiter = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(
        str(top.get("delimiter", "")), str(top.get("delimiter") or "")
    )
    if len(delimiter) > 1:
        raise BadMapping(f"delimiter: one character (or comma, tab, semicolon), not {delimiter!r}")
    header = top.get("header", 1)
    if not isinstance(header, int) or isinstance(header, bool) or not 1 <= header <= 1000:
        raise BadMapping(f"header: the number of the row with the column names, from 1, not {header!r}")
    return Reading(encoding, delimiter, header, _word("sheet", top.get("sheet", "")))


def _encoding(name: str) -> str:
    try:
        encodings.codec(name)
    except encodings.UnknownEncoding as problem:
        raise BadMapping(f"encoding: {problem}") from None
    return encodings.chosen(name)


def known_when(value: Any) -> Known:
    """A policy as a mapping states it: its name, or a table with policy, days and column. Raises BadMapping."""
    table = {"policy": value} if isinstance(value, str) else _table("known", value)
    _only("known", table, ("policy", "days", "column"))
    column = _word("known.column", table.get("column", ""))
    policy = _one_of("known.policy", table.get("policy", "column" if column else "arrival"), get_args(Policy))
    days = table.get("days", 0)
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 3650:
        raise BadMapping(f"known.days: days from 0 to 3650, not {days!r}")
    if (policy == "column") != bool(column):
        raise BadMapping("known: policy column goes with a column that holds the day, and no other policy does")
    return Known(policy, days, column)  # type: ignore[arg-type]


def _origin(place: str, value: Any) -> Origin:
    if not isinstance(value, dict):
        return Origin(column=_word(place, value))
    _only(place, value, _ORIGIN)
    if sum(name in value for name in ("column", "value", "compute", "join")) != 1:
        raise BadMapping(f"{place}: exactly one of column, value, compute, join")
    return Origin(
        column=_word(f"{place}.column", value.get("column", "")),
        value=_word(f"{place}.value", value["value"]) if "value" in value else None,
        formula=_formula(f"{place}.compute", value["compute"]) if "compute" in value else None,
        join=tuple(_word(f"{place}.join", name) for name in value.get("join", ())),
        between=str(value.get("between", " ")),
        values={
            _word(place, name): _word(f"{place}.values", to) for name, to in _table(place, value.get("values")).items()
        },
        otherwise=_word(f"{place}.otherwise", value["otherwise"]) if "otherwise" in value else None,
    )


def _attribute(place: str, value: Any) -> Attribute:
    if not isinstance(value, dict):
        return Attribute(_origin(place, value))
    plain = {name: value[name] for name in value if name not in ("type", "en", "ja")}
    kind = _one_of(f"{place}.type", value.get("type", "text"), get_args(AttributeType))
    return Attribute(_origin(place, plain), kind, _word(place, value.get("en", "")), _word(place, value.get("ja", "")))  # type: ignore[arg-type]


def _formula(place: str, text: Any) -> Formula:
    try:
        return parsed(str(text))
    except BadFormula as problem:
        raise BadMapping(f"{place}: {problem}") from None


def _table(place: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadMapping(f"{place}: names with values, not {value!r}")
    return {_word(place, name): content for name, content in value.items()}


def _listed(place: str, value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise BadMapping(f"{place}: a list, not {value!r}")
    return value or []


def _word(place: str, value: Any) -> str:
    if isinstance(value, bool):  # YAML reads Yes and No as truth
        return "Yes" if value else "No"
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    raise BadMapping(f"{place}: a text, not {value!r}")


def _one_of(place: str, value: Any, accepted: Sequence[str]) -> str:
    if value not in accepted:
        raise BadMapping(f"{place}: one of {', '.join(accepted)}, not {value!r}")
    return str(value)


def _only(place: str, table: Mapping[str, Any], accepted: Sequence[str]) -> None:
    for name in table:
        if name not in accepted:
            raise BadMapping(f"{place}: does not know {name!r}{_nearest(name, accepted)}")


def _nearest(name: str, among: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(among), n=1)
    return f" (did you mean “{found[0]}”?)" if found else ""
