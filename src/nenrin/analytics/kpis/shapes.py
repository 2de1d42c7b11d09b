"""Shapes of step functions, as SQL text: distinct things by union, the latest thing by rank.

Both take a SELECT of rows with half-open intervals and return a SELECT of rows whose intervals no longer
overlap, so that adding them up gives a count of distinct things, or exactly one value.
"""

from __future__ import annotations


def union(rows: str, *values: str, by: str = "account") -> str:
    """Each `who` of an account counted once, however many of its intervals overlap.

    `rows`: account (or `by`), who, opens, closes. Returns account, opens, closes and the `values` as written
    ("1 AS users"): pieces of the union. A piece begins where everything that opened before has closed.
    """
    columns = ", ".join((by, "greatest(opens, coalesce(reached, opens)) AS opens", "closes", *values))
    return f"""
SELECT {columns}
FROM (
  SELECT {by}, opens, closes,
    max(closes) OVER (PARTITION BY {by}, who ORDER BY opens, closes
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM ({rows}) AS intervals
  WHERE opens < closes
) AS chained
WHERE reached IS NULL OR closes > reached"""


def latest(rows: str, values: tuple[str, ...]) -> str:
    """Of the rows alive on a day, the one with the highest `place`.

    `rows`: account, opens, closes, place (BIGINT, best highest) and `values`; rows of an account with the
    same place must carry the same values, else the answer would hang on their order. Returns account,
    opens, closes and `values`, never overlapping within an account.

    Rows that close together need only a running maximum. Accounts whose rows close on different days (a
    merge undone, a fact corrected) are cut at every edge and ranked, which costs the square of their rows
    and is rare.
    """
    columns = ", ".join(values)
    ranked = ", ".join(f"alive.{value}" for value in values)
    return f"""
WITH rising AS (
  SELECT account, opens, closes, place, {columns}
  FROM (
    SELECT account, opens, closes, place, {columns},
      max(place) OVER (PARTITION BY account, closes ORDER BY opens, place DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS best
    FROM ({rows}) AS intervals
    WHERE opens < closes
  ) AS compared
  WHERE best IS NULL OR place > best
), cut AS (
  SELECT account, opens, closes AS group_closes,
    coalesce(lead(opens) OVER (PARTITION BY account, closes ORDER BY opens, place), closes) AS closes,
    place, {columns}
  FROM rising
), crossing AS (
  SELECT account FROM cut GROUP BY account HAVING min(group_closes) < max(group_closes)
), edges AS (
  SELECT cut.account, cut.opens AS day FROM cut JOIN crossing ON crossing.account = cut.account
  UNION
  SELECT cut.account, cut.closes AS day FROM cut JOIN crossing ON crossing.account = cut.account
), spans AS (
  SELECT account, day AS opens, lead(day) OVER (PARTITION BY account ORDER BY day) AS closes FROM edges
), ranked AS (
  SELECT spans.account, spans.opens, spans.closes, {ranked},
    row_number() OVER (PARTITION BY spans.account, spans.opens
      ORDER BY alive.place DESC) AS rank
  FROM spans JOIN cut AS alive
    ON alive.account = spans.account AND alive.opens <= spans.opens AND alive.closes > spans.opens
  WHERE spans.closes IS NOT NULL
)
SELECT account, opens, closes, {columns} FROM ranked WHERE rank = 1
UNION ALL
SELECT cut.account, cut.opens, cut.closes, {", ".join(f"cut.{value}" for value in values)}
FROM cut LEFT JOIN crossing ON crossing.account = cut.account
WHERE crossing.account IS NULL"""
