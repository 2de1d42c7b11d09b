"""Many accounts at once: a condition as a WHERE clause of DuckDB over a frame with one row an account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nenrin.analytics.conditions import folding
from nenrin.analytics.conditions.fields import Field, Fields
from nenrin.analytics.conditions.trees import All, Any, Condition, Is, Not, Op, Scalar, leaves

_SYMBOLS = {Op.EQ: "=", Op.NE: "<>", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
_TYPES = {
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "number": "DOUBLE",
    "date": "DATE",
    "flag": "BOOLEAN",
    "tags": "VARCHAR[]",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A boolean SQL expression with `?` for each of `parameters`; NULL where it is unknown."""

    sql: str
    parameters: tuple[object, ...] = ()


class MissingColumn(KeyError):
    """The frame lacks a column that the condition asks about: add the column named."""


def matching(frame: pa.Table, condition: Condition, fields: Fields, as_of: date) -> pa.Table:
    """The rows of the frame for which the condition certainly holds, in their order.

    The frame's columns are named like the fields; those the condition does not ask about are not needed.

    >>> from nenrin.analytics.conditions.fields import standard
    >>> frame = pa.table({"account": [1, 2, 3], "nps": [-20.0, 30.0, None]})
    >>> matching(frame, Is("nps", Op.LT, (0.0,)), standard(), date(2026, 3, 1)).column("account").to_pylist()
    [1]
    """
    _require_columns(frame, condition, fields)
    found = where(condition, fields, as_of)
    with _engine().cursor() as db:
        db.register("frame", frame.append_column("place of the row", pa.array(range(len(frame)), pa.int64())))
        sql = f'SELECT "place of the row" AS place FROM frame WHERE {found.sql} ORDER BY place'
        places = db.execute(sql, list(found.parameters)).fetchall()
    return frame.take(pa.array([place for (place,) in places], pa.int64()))


def ranks(frame: pa.Table, asked: Sequence[Condition], fields: Fields, as_of: date) -> list[NDArray[np.uint8]]:
    """Of each condition its truth on each row of the frame, in their order: 0 no, 1 unknown, 2 yes.

    >>> from nenrin.analytics.conditions.fields import standard
    >>> frame = pa.table({"nps": [-20.0, 30.0, None]})
    >>> ranks(frame, [Is("nps", Op.LT, (0.0,)), Is("nps", Op.MISSING)], standard(), date(2026, 3, 1))[0].tolist()
    [2, 0, 1]
    """
    found = [where(one, fields, as_of) for one in asked]
    said = ", ".join(f'coalesce(({one.sql})::utinyint * 2, 1)::utinyint AS "{n}"' for n, one in enumerate(found))
    if not found:
        return []
    for one in asked:
        _require_columns(frame, one, fields)
    with _engine().cursor() as db:
        db.register("frame", frame)
        # This engine keeps the order of rows, unlike the lake's.
        table = db.sql(
            f"SELECT {said} FROM frame", params=[p for one in found for p in one.parameters]
        ).to_arrow_table()
    return [np.asarray(table.column(n).to_numpy(), np.uint8) for n in range(len(found))]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One for the whole process, each question with a cursor of its own: to open one takes longer than to ask."""
    return duckdb.connect(":memory:")


def where(condition: Condition, fields: Fields, as_of: date) -> Where:
    """The condition as SQL over columns named like the fields."""
    match condition:
        case Not(part):
            inner = where(part, fields, as_of)
            return Where(f"(NOT {inner.sql})", inner.parameters)
        case All(parts):
            return _joined(" AND ", "TRUE", [where(part, fields, as_of) for part in parts])
        case Any(parts):
            return _joined(" OR ", "FALSE", [where(part, fields, as_of) for part in parts])
        case Is(key, op, values):
            return _compared(fields[key], op, values, as_of)


def columns(condition: Condition, fields: Fields) -> set[str]:
    """The columns that the condition reads."""
    return set(_columns(condition, fields))


def _columns(condition: Condition, fields: Fields) -> Iterator[str]:
    for leaf in leaves(condition):
        changed = leaf.op is Op.CHANGED_BY
        yield fields[leaf.field].changes[int(leaf.values[1])] if changed else leaf.field  # type: ignore[arg-type]


def _require_columns(frame: pa.Table, condition: Condition, fields: Fields) -> None:
    for column in sorted(columns(condition, fields) - set(frame.column_names)):
        raise MissingColumn(f"the frame has no column {column!r}: {MissingColumn.__doc__}")


def _joined(word: str, empty: str, parts: Sequence[Where]) -> Where:
    if not parts:
        return Where(empty)
    return Where("(" + word.join(part.sql for part in parts) + ")", tuple(p for part in parts for p in part.parameters))


def _compared(field: Field, op: Op, values: tuple[Scalar, ...], as_of: date) -> Where:
    if op is Op.CHANGED_BY:
        amount, days = values
        column = _present(field.changes[int(days)], "number")  # type: ignore[arg-type] # a number of days
        return Where(f"({column} {'<=' if float(amount) < 0 else '>='} ?)", (amount,))  # type: ignore[arg-type]
    column = _present(field.key, field.kind)
    if field.kind == "tags":
        return _tagged(column, op, values)
    match op:
        case Op.MISSING:
            return Where(f"({column} IS NULL)")
        case Op.BETWEEN:
            return Where(f"({column} BETWEEN ? AND ?)", values)
        case Op.IN:
            return Where(f"({column} IN ({_marks(values)}))", values)
        case Op.CONTAINS:
            return Where(
                f"contains(translate({column}, ?, ?), ?)", (folding.FROM, folding.TO, folding.folded(str(values[0])))
            )
        case Op.WITHIN_LAST:
            return Where(f"({column} > ? AND {column} <= ?)", (as_of - timedelta(int(values[0])), as_of))  # type: ignore[arg-type]
        case Op.WITHIN_NEXT:
            return Where(f"({column} BETWEEN ? AND ?)", (as_of, as_of + timedelta(int(values[0]))))  # type: ignore[arg-type]
    return Where(f"({column} {_SYMBOLS[op]} ?)", values)


def _tagged(column: str, op: Op, values: tuple[Scalar, ...]) -> Where:
    if op is Op.MISSING:
        return Where(f"(len({column}) = 0)")
    return Where(f"list_has_any({column}, [{_marks(values)}])", values)


def _marks(values: tuple[Scalar, ...]) -> str:
    return ", ".join("?" for _ in values)


def _present(key: str, kind: str) -> str:
    """The column, NULL where it counts as missing: nothing, empty text, not-a-number; no tags are an empty list."""
    column = f'CAST("{key.replace(chr(34), chr(34) * 2)}" AS {_TYPES[kind]})'
    match kind:
        case "text" | "choice":
            return f"nullif({column}, '')"
        case "number":
            return f"nullif({column}, CAST('NaN' AS DOUBLE))"
        case "tags":
            return f"coalesce({column}, CAST([] AS VARCHAR[]))"
    return column
