"""From a row's cells to a record: each field's value, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from nenrin.foundation.search import normal
from nenrin.ingest.files.fields import Field, Manner, Type, Unreadable, read
from nenrin.ingest.files.mappings import FileMapping, Origin
from nenrin.ingest.files.tables import Row, visible
from nenrin.values import Text

Cells = Sequence[str]
Getter = Callable[[Cells], str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken in: its column and value, and what was expected there."""

    column: str
    value: str
    expected: Text

    def plain(self) -> dict[str, str]:
        return {
            "column": self.column,
            "value": shown(self.value),
            "en": self.expected.en,
            "ja": self.expected.ja,
        }


@dataclass(frozen=True, slots=True)
class Record:
    """A row as values: by field, by custom attribute, by further namespace. `known` where a column says it."""

    number: int
    values: Mapping[str, object]
    attributes: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    known: date | None = None
    cells: Cells = ()
    problems: tuple[Problem, ...] = ()

    def text(self, name: str) -> str:
        """The value of a text field; empty where it is blank."""
        return str(self.values.get(name) or "")


_ATTRIBUTE_TYPES = {
    "text": Type.TEXT,
    "choice": Type.TEXT,
    "number": Type.NUMBER,
    "date": Type.DATE,
    "bool": Type.BOOL,
}


class Reader:
    """Reads rows of one file by one mapping. Columns are looked up once, not once a row."""

    def __init__(self, mapping: FileMapping, fields: Sequence[Field], header: Sequence[str], manner: Manner) -> None:
        self._manner = manner
        self._constants, self._origins = dict(mapping.constants), mapping.fields
        self._places = {name: place for place, name in enumerate(header)}
        self._fields = [self._getter(of, mapping.fields[of.key]) for of in fields if of.key in mapping.fields]
        self._attributes = [
            self._getter(Field(key, Text(key, key), _ATTRIBUTE_TYPES[a.type], limit=1000), a.origin)
            for key, a in mapping.attributes.items()
        ]
        self._keys = [
            self._getter(Field(namespace, Text(column, column), Type.KEY), Origin(column=column))
            for namespace, column in mapping.keys.items()
        ]
        known = Field("known", Text("known", "known"), Type.DATE)
        self._known = self._getter(known, Origin(column=mapping.known.column)) if mapping.known.column else None

    def record(self, row: Row) -> Record:
        """The row's values; where it has problems, as far as they go."""
        if row.problem:
            return Record(row.number, {}, cells=row.cells, problems=(_unread(row),))
        problems: list[Problem] = []
        values = self._read(self._fields, row.cells, problems)
        attributes = self._read(self._attributes, row.cells, problems)
        keys = {name: str(key) for name, key in self._read(self._keys, row.cells, problems).items() if key is not None}
        known = self._read([self._known], row.cells, problems)["known"] if self._known else None
        return Record(row.number, values, attributes, keys, known, row.cells, tuple(problems))  # type: ignore[arg-type]

    def _read(
        self, fields: Sequence[tuple[Field, str, Getter]], cells: Cells, problems: list[Problem]
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for of, column, getter in fields:
            try:
                text = getter(cells)
            except Unreadable as bad:
                problems.append(Problem(column, self._original(column, cells), bad.expected))
                continue
            try:
                value = values[of.key] = read(of, text, self._manner)
            except Unreadable as bad:
                problems.append(Problem(column, text, bad.expected))
                continue
            if of.is_required and value is None:
                problems.append(Problem(column, text, Text("a value: every row needs one", "値（必須項目）")))
        return values

    def in_the_files_words(self, problem: Problem, record: Record) -> Problem:
        """A problem of a field, told of the file's column that fills it, with the cell as it stands there."""
        columns = self._origins[problem.column].columns() if problem.column in self._origins else ()
        if not columns or problem.column in self._places:
            return problem
        value = self._original(columns[0], record.cells) if len(columns) == 1 else problem.value
        return replace(problem, column=", ".join(columns), value=value or problem.value)

    def _original(self, column: str, cells: Cells) -> str:
        place = self._places.get(column)
        return cells[place] if place is not None else ""

    def _getter(self, of: Field, origin: Origin) -> tuple[Field, str, Getter]:
        names = origin.columns()
        label = ", ".join(names) or of.key
        return of, label, self._replaced(origin, self._plain(origin))

    def _plain(self, origin: Origin) -> Getter:
        if origin.value is not None:
            value = self._resolved(origin.value)
            return lambda cells: value
        if origin.formula:
            formula, places = origin.formula, {name: self._place(name) for name in origin.formula.names}
            return lambda cells: formula.result({name: get(cells) for name, get in places.items()}, self._manner)
        if origin.join:
            parts, between = [self._place(name) for name in origin.join], origin.between
            return lambda cells: between.join(part for get in parts if (part := get(cells).strip()))
        return self._place(origin.column)

    def _place(self, name: str) -> Getter:
        """A column, or a constant of the mapping where no column has the name."""
        place = self._places.get(name)
        if place is None:
            value = self._constants[name]
            return lambda cells: value
        return lambda cells: cells[place]

    def _replaced(self, origin: Origin, plain: Getter) -> Getter:
        if not origin.values and origin.otherwise is None:
            return plain
        exact = {normal(word): self._resolved(to) for word, to in origin.values.items()}
        otherwise = None if origin.otherwise is None else self._resolved(origin.otherwise)
        listed = ", ".join(origin.values)

        def replaced(cells: Cells) -> str:
            text = plain(cells)
            found = exact.get(normal(text), otherwise)
            if found is not None:
                return found
            if not text.strip():
                return ""
            raise Unreadable(Text(f"one of {listed}", f"{listed}のいずれか"))

        return replaced

    def _resolved(self, text: str) -> str:
        return self._constants.get(text[1:], text) if text.startswith("$") else text


def _unread(row: Row) -> Problem:
    if row.problem == "quote":
        return Problem("", "", Text("a quotation mark that closes", '閉じる引用符（"）'))
    _, found, width = row.problem.split(":")
    return Problem(
        "",
        " … ".join(row.cells[int(width) :]),
        Text(f"{width} cells, not {found}", f"{width}列（{found}列ある）"),
    )


def rejected(record: Record, problem: Problem) -> Record:
    return replace(record, problems=(*record.problems, problem))


def shown(text: str, limit: int = 200) -> str:
    """A cell as it can be stored and shown: bytes that could not be read as \\x.., no longer than `limit`."""
    kept = visible(text)
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
