"""The SQL that a measure may use, checked on the syntax tree.

Everything else either rounds, or means something different on another engine: of nineteen shapes of query,
nine gave other answers, or none, after translation.
"""

from __future__ import annotations

from functools import lru_cache

import sqlglot
from sqlglot import exp

from nenrin.analytics.kpis.measures import Measure
from nenrin.analytics.kpis.plans import ordered

_STRUCTURE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.With, exp.CTE,
    exp.Union, exp.Subquery, exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Distinct,
    exp.Window, exp.WindowSpec, exp.Star,
)  # fmt: skip
_OPERATORS = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ,
    exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Tuple,
)  # fmt: skip
_FUNCTIONS = (
    exp.Sum, exp.Count, exp.Min, exp.Max, exp.Greatest, exp.Least, exp.Coalesce, exp.Nullif, exp.Case, exp.If,
    exp.RowNumber, exp.Lead, exp.Lag, exp.DateDiff, exp.Year, exp.Month, exp.Day, exp.Var,
)  # fmt: skip
_VALUES = (exp.Literal, exp.Null, exp.Boolean, exp.Cast, exp.DataType, exp.Placeholder)
ALLOWED = _STRUCTURE + _OPERATORS + _FUNCTIONS + _VALUES
_EXACT_TYPES = {exp.DataType.Type.BIGINT, exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT}
_COUNTED_DAYS = (exp.Least, exp.DateDiff)
_ROUNDING = "a cast may only state a date, make a sum BIGINT or a number of days INTEGER, or turn a key into VARCHAR"


class UnsupportedSql(ValueError):
    """A measure uses SQL outside the subset: the message names the measure, the construct and the remedy."""


def check(owner: str, sql: str) -> None:
    """Refuse SQL outside the subset; `owner` is named in the error.

    >>> check("measure x", "SELECT account, avg(n) AS v FROM usage GROUP BY account")
    Traceback (most recent call last):
    ...
    nenrin.analytics.kpis.subset.UnsupportedSql: measure x: Avg in "AVG(n)": use sum(...) / nullif(count(...), 0)
    """
    problem = _problem(sql)
    if problem:
        raise UnsupportedSql(f"{owner}: {problem}")


def check_measure(measure: Measure) -> None:
    """Refuse a measure any of whose SQL, its components' and their relations' included, is outside the subset.

    Whoever declares measures calls this once, the catalogue in its tests: it costs more than an evaluation.
    """
    check(f"measure {measure.key}", f"SELECT {measure.expression} AS v FROM frame")
    if measure.age:
        check(f"age of measure {measure.key}", f"SELECT {measure.age_expression} AS v FROM frame")
    for component in measure.components:
        check(f"measure {measure.key}, component {component.key}", component.sql)
        if component.day:
            check(f"measure {measure.key}, component {component.key} on one day", component.day.sql)
        for relation in ordered([component, component.day or component]):
            check(f"measure {measure.key}, relation {relation.name}", relation.sql)


def spark(sql: str) -> str:
    """The same SELECT in Spark's dialect."""
    return sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]


@lru_cache(maxsize=500)
def _problem(sql: str) -> str:
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        return f"not readable as SQL: {str(error).splitlines()[0]}"
    for node in tree.walk():
        problem = _node_problem(node)
        if problem:
            return f'{type(node).__name__} in "{node.sql(dialect="duckdb")}": {problem}'
    return ""


def _node_problem(node: exp.Expr) -> str:
    if not isinstance(node, ALLOWED):
        return _REMEDIES.get(type(node), "outside the listed subset")
    if isinstance(node, exp.Div | exp.Mod) and not _cannot_be_zero(node.expression):
        return "write nullif(..., 0) around what is divided by"
    if isinstance(node, exp.Cast) and not _is_exact(node):
        return _ROUNDING
    return ""


def _cannot_be_zero(divisor: exp.Expr) -> bool:
    return isinstance(divisor.unnest(), exp.Nullif)


def _is_exact(cast: exp.Cast) -> bool:
    """A stated date, a sum widened, days to add, a key as text: casts that lose nothing on any engine."""
    if cast.to.this == exp.DataType.Type.DATE:
        return isinstance(cast.this, exp.Literal) and cast.this.is_string
    if cast.to.this == exp.DataType.Type.INT:
        return isinstance(cast.this, _COUNTED_DAYS)
    return cast.to.this in _EXACT_TYPES and isinstance(cast.this, exp.Sum | exp.Column | exp.Count)


_REMEDIES: dict[type[exp.Expr], str] = {
    exp.Avg: "use sum(...) / nullif(count(...), 0)",
    exp.Quantile: "rank with row_number() and interpolate; engines approximate quantiles",
    exp.PercentileCont: "rank with row_number() and interpolate; engines approximate quantiles",
    exp.PercentileDisc: "rank with row_number() and interpolate; engines approximate quantiles",
    exp.Median: "rank with row_number() and interpolate; engines approximate quantiles",
    exp.ApproxDistinct: "count distinct things with shapes.union",
    exp.Round: "leave rounding to the page",
    exp.Interval: "add days to dates as integers; months come from the relation months",
    exp.IntDiv: "write / and nullif(..., 0); integer division differs between engines",
}
