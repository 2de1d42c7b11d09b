"""Shapes of step functions, as SQL text: distinct things by union, the latest thing by rank.

Each takes a SELECT of rows with half-open intervals that may overlap, and returns a SELECT of rows that can
be added up: to a count of distinct things, or to exactly one value. `:first` stands for the first day asked
for: what lies before it is not told apart.
"""

from __future__ import annotations


def union(rows: str, *values: str) -> str:
    """Each `who` of an account counted once, however many of its intervals overlap.

    `rows`: account, who, opens, closes. Returns account, opens, closes and the `values` as written: `sign` in
    them is 1 where a `who` begins to count and -1 where it ceases to, both from then on, so that they add up
    to the number of `who` on any day. Two rows for a stretch, however many intervals cover it.
    """
    return f"""
WITH chained AS (
  SELECT account, opens, closes, reached, following
  FROM (
    SELECT account, opens, closes,
      max(closes) OVER (PARTITION BY account, who ORDER BY opens
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached,
      lead(opens) OVER (PARTITION BY account, who ORDER BY opens) AS following
    FROM (
      SELECT account, who, greatest(opens, :first) AS opens, closes
      FROM ({rows}) AS intervals
      WHERE opens < closes AND closes > :first
    ) AS alive
  ) AS in_order
  WHERE {turns()}
)
{edges("chained", *values)}"""


#: Of a row with opens and closes: it counts on the day asked for.
ALIVE = "opens <= :first AND closes > :first"


def latest_on_day(rows: str, values: tuple[str, ...], *, by: tuple[str, ...] = ("account",)) -> str:
    """Of the rows alive on the day `:first`, the one with the highest `place`: `by` and `values`."""
    columns, whose = ", ".join(values), ", ".join(by)
    return f"""
SELECT {whose}, {columns}
FROM (
  SELECT {whose}, {columns}, row_number() OVER (PARTITION BY {whose} ORDER BY place DESC) AS rank
  FROM ({rows}) AS intervals
  WHERE {ALIVE}
) AS ranked
WHERE rank = 1"""


def both(one: str, other: str) -> str:
    """The rows of two SELECTs with the same columns in the same order."""
    return f"SELECT * FROM ({one}) AS one UNION ALL SELECT * FROM ({other}) AS other"


def turns(closes: str = "closes", reached: str = "reached") -> str:
    """Whether a stretch begins or ends with an interval, as `edges` tells: most neither begin nor end one."""
    return f"(({_begins(closes, reached)}) OR ({_ends(closes, reached)}))"


def _begins(closes: str, reached: str) -> str:
    return f"{closes} IS NOT NULL AND ({reached} IS NULL OR opens > {reached})"


def _covered(closes: str, reached: str) -> str:
    return f"greatest(coalesce({closes}, {reached}), coalesce({reached}, {closes}))"


def _ends(closes: str, reached: str) -> str:
    covered = _covered(closes, reached)
    return f"{covered} >= opens AND (following IS NULL OR following > {covered})"


def edges(chained: str, *values: str, closes: str = "closes", reached: str = "reached") -> str:
    """Where stretches begin and end, from a table of intervals in order; equal beginnings in any order.

    `chained`: account, opens, `closes` (NULL: an interval that counts for nothing), `reached` (the furthest
    end before it), following (the next beginning).
    """
    columns = ", ".join(values)
    return f"""
SELECT account, opens, DATE '9999-12-31' AS closes, {columns}
FROM (
  SELECT account, opens, 1 AS sign FROM {chained}
  WHERE {_begins(closes, reached)}
  UNION ALL
  SELECT account, {_covered(closes, reached)} AS opens, -1 AS sign FROM {chained}
  WHERE {_ends(closes, reached)}
) AS signed_edges"""


def merged(rows: str, *, by: str = "account") -> str:
    """The union of the intervals of each `by`, as intervals, for what is joined to others.

    `rows`: `by`, opens, closes. Returns the same columns; what touches is one.
    """
    return f"""
SELECT {by}, min(opens) AS opens, max(closes) AS closes
FROM (
  SELECT {by}, opens, closes,
    sum(starts) OVER (PARTITION BY {by} ORDER BY opens, closes
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
  FROM (
    SELECT {by}, opens, closes,
      CASE WHEN max(closes) OVER (PARTITION BY {by} ORDER BY opens, closes
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= opens THEN 0 ELSE 1 END AS starts
    FROM ({rows}) AS intervals
    WHERE opens < closes
  ) AS marked
) AS numbered
GROUP BY {by}, island"""


_LATEST = """
WITH rising AS (
  SELECT {whose}, opens, closes, place, {columns}
  FROM (
    SELECT {whose}, opens, closes, place, {columns},
      max(place) OVER (PARTITION BY {whose}, closes ORDER BY opens, place DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS best
    FROM ({rows}) AS intervals
    WHERE opens < closes
  ) AS compared
  WHERE best IS NULL OR place > best
), cut AS (
  SELECT {whose}, opens, closes AS group_closes,
    coalesce(lead(opens) OVER (PARTITION BY {whose}, closes ORDER BY opens, place), closes) AS closes,
    place, {columns}
  FROM rising
), crossing AS (
  SELECT {whose} FROM cut GROUP BY {whose} HAVING min(group_closes) < max(group_closes)
), edges AS (
  SELECT {cut}, cut.opens AS day FROM cut JOIN crossing ON {crossing}
  UNION
  SELECT {cut}, cut.closes AS day FROM cut JOIN crossing ON {crossing}
), spans AS (
  SELECT {whose}, day AS opens, lead(day) OVER (PARTITION BY {whose} ORDER BY day) AS closes FROM edges
), ranked AS (
  SELECT {spans}, spans.opens, spans.closes, {ranked},
    row_number() OVER (PARTITION BY {spans}, spans.opens
      ORDER BY alive.place DESC) AS rank
  FROM spans JOIN cut AS alive
    ON {alive} AND alive.opens <= spans.opens AND alive.closes > spans.opens
  WHERE spans.closes IS NOT NULL
)
SELECT {whose}, opens, closes, {columns} FROM ranked WHERE rank = 1
UNION ALL
SELECT {cut}, cut.opens, cut.closes, {cut_columns}
FROM cut LEFT JOIN crossing ON {crossing}
WHERE crossing.account IS NULL"""


def _names(values: tuple[str, ...], by: tuple[str, ...]) -> dict[str, str]:
    """The lists of columns, and the equalities between tables, that `_LATEST` is filled with."""
    listed = {table: ", ".join(f"{table}.{key}" for key in by) for table in ("cut", "spans")}
    pairs = {"crossing": "cut", "alive": "spans"}
    equal = {one: " AND ".join(f"{one}.{key} = {other}.{key}" for key in by) for one, other in pairs.items()}
    return {
        "whose": ", ".join(by), "columns": ", ".join(values), "ranked": ", ".join(f"alive.{value}" for value in values),
        "cut_columns": ", ".join(f"cut.{value}" for value in values), **listed, **equal,
    }  # fmt: skip


def latest(rows: str, values: tuple[str, ...], *, by: tuple[str, ...] = ("account",)) -> str:
    """Of the rows alive on a day, the one with the highest `place`.

    `rows`: the columns `by`, opens, closes, place (BIGINT, best highest) and `values`; rows of one `by` with the
    same place must carry the same values, else the answer would hang on their order. Returns `by`, opens, closes
    and `values`, never overlapping within one `by`.

    Rows that close together need only a running maximum. What has rows that close on different days (a
    merge undone, a fact corrected) is cut at every edge and ranked, which costs the square of its rows
    and is rare.
    """
    return _LATEST.format(**_names(values, by), rows=rows)
