"""Subscriptions as stretches of days: which term runs, which price holds, when a notice is due."""

from __future__ import annotations

from nenrin.analytics.kpis.measures import Relation

NEVER = "DATE '9999-12-31'"
_SAME_VERSION = "{a}.account = {b}.account AND {a}.key = {b}.key AND {a}.believed_from = {b}.believed_from"


def _same_version(a: str, b: str) -> str:
    return _SAME_VERSION.format(a=a, b=b)


#: The versions of subscriptions, read from the lake once.
SIGNED = Relation(
    "signed",
    """
SELECT account, key, believed_from, believed_to, starts_on, ends_on, notice_deadline, noticed_on, ended_on,
  auto_renews, term_months, mrr_minor, seats, currency, anchor_on, notice_months, notice_days
FROM subscriptions""",
)

#: Ends of terms and their notice deadlines: the stated one, then, for a subscription that renews by itself,
#: every later one as the terms roll over, as far as the next deadline after the last day. Months are counted by
#: the relation `months`, so that the 31st becomes a shorter month's last day in every engine alike, and from the
#: day of the anchor, so that it is the 31st again in a longer one. The notice of a later term lies the contract's
#: months and days before its end. Facts from before these were told have neither: there the stated end is the
#: anchor, and a deadline keeps its day of the month where it lies whole months before the end, else its distance.
TERM_ENDS = Relation(
    "term_ends",
    """
WITH stated AS (
  SELECT account, key, believed_from, believed_to, starts_on, ends_on, notice_deadline, term_months,
    CASE WHEN auto_renews AND term_months > 0 AND ended_on IS NULL THEN 1 ELSE 0 END AS rolls,
    12 * year(ends_on) + month(ends_on) AS end_month,
    greatest(day(ends_on), CASE WHEN day(ends_on + 1) = 1 THEN coalesce(day(anchor_on), 0) ELSE 0 END) AS end_day,
    notice_months, coalesce(notice_days, 0) AS notice_days,
    12 * year(notice_deadline + 1) + month(notice_deadline + 1) AS notice_month,
    day(notice_deadline + 1) AS notice_day,
    CASE WHEN day(notice_deadline + 1) = day(ends_on) THEN 1 ELSE 0 END AS by_month,
    greatest(:last, coalesce(noticed_on, :last)) AS asked_on
  FROM signed
  WHERE ends_on IS NOT NULL
)
SELECT account, key, believed_from, believed_to, starts_on, ends_on, notice_deadline
FROM stated
UNION ALL
SELECT rolled.account, rolled.key, rolled.believed_from, rolled.believed_to, rolled.starts_on,
  rolled.next_end AS ends_on,
  CASE WHEN notice_deadline IS NULL THEN NULL
    WHEN notice_months IS NOT NULL
    THEN months.first_on + CAST(least(day(next_end), months.days) AS INTEGER) - 2 - notice_days
    WHEN by_month = 1
    THEN months.first_on + CAST(least(notice_day, months.days) AS INTEGER) - 2
    ELSE next_end - CAST(date_diff('day', notice_deadline, ends_on) AS INTEGER) END AS notice_deadline
FROM (
  SELECT stated.account, stated.key, stated.believed_from, stated.believed_to, stated.starts_on,
    stated.ends_on, stated.notice_deadline, stated.notice_day, stated.by_month, stated.notice_months,
    stated.notice_days,
    coalesce(months.month - stated.notice_months, stated.notice_month + months.month - stated.end_month)
      AS notice_month,
    months.first_on + CAST(least(stated.end_day, months.days) AS INTEGER) - 1 AS next_end
  FROM stated JOIN months ON months.month > stated.end_month
    AND months.month <= 12 * year(stated.asked_on) + month(stated.asked_on) + 2 * stated.term_months
      + greatest(coalesce(stated.end_month - stated.notice_month, 0), coalesce(stated.notice_months, 0) + 1)
    AND (months.month - stated.end_month) % nullif(stated.term_months, 0) = 0
  WHERE stated.rolls = 1
) AS rolled LEFT JOIN months ON months.month = rolled.notice_month""",
    reads=(SIGNED,),
)

#: The running term of each day: [the end before, the end).
TERMS = Relation(
    "terms",
    """
SELECT account, key, believed_from, believed_to, ends_on, notice_deadline,
  coalesce(lag(ends_on) OVER (PARTITION BY account, key, believed_from ORDER BY ends_on), starts_on,
    believed_from) AS runs_from
FROM term_ends""",
    reads=(TERM_ENDS,),
)

#: When each version of a subscription says it stops: on the day it was ended; else, once notice is given or
#: where nothing renews by itself, with the term in which that happened; else never.
STOPS = Relation(
    "stops",
    f"""
SELECT signed.account, signed.key, signed.believed_from, signed.believed_to,
  coalesce(signed.starts_on, signed.believed_from) AS starts_on,
  signed.mrr_minor, signed.seats, signed.currency,
  CASE
    WHEN signed.ended_on IS NOT NULL THEN signed.ended_on
    WHEN signed.auto_renews AND signed.noticed_on IS NULL THEN {NEVER}
    WHEN noticed.ends_on IS NOT NULL THEN noticed.ends_on
    ELSE coalesce(signed.ends_on, {NEVER})
  END AS stops_on
FROM signed LEFT JOIN (
  SELECT signed.account, signed.key, signed.believed_from,
    min(term_ends.ends_on) AS ends_on
  FROM signed JOIN term_ends ON {_same_version("term_ends", "signed")}
  WHERE signed.auto_renews AND term_ends.ends_on > signed.noticed_on
  GROUP BY signed.account, signed.key, signed.believed_from
) AS noticed ON {_same_version("noticed", "signed")}""",
    reads=(SIGNED, TERM_ENDS),
)

#: The price and the seats of each stretch: the steps, and before the first of them what the contract states.
PRICES = Relation(
    "prices",
    f"""
WITH steps AS (
  SELECT account, key, believed_from, from_on, mrr_minor, seats,
    coalesce(lead(from_on) OVER (PARTITION BY account, key, believed_from ORDER BY from_on), {NEVER})
      AS to_on,
    min(from_on) OVER (PARTITION BY account, key, believed_from) AS first_on
  FROM price_steps
)
SELECT stops.account, stops.key, stops.believed_from, stops.believed_to, stops.currency,
  greatest(stops.starts_on, steps.from_on) AS from_on, least(stops.stops_on, steps.to_on) AS to_on,
  coalesce(steps.mrr_minor, stops.mrr_minor, 0) AS mrr_minor, coalesce(steps.seats, stops.seats, 0) AS seats
FROM stops JOIN steps ON {_same_version("steps", "stops")}
UNION ALL
SELECT stops.account, stops.key, stops.believed_from, stops.believed_to, stops.currency,
  stops.starts_on AS from_on, least(stops.stops_on, coalesce(earliest.first_on, {NEVER})) AS to_on,
  coalesce(stops.mrr_minor, 0) AS mrr_minor, coalesce(stops.seats, 0) AS seats
FROM stops LEFT JOIN (
  SELECT DISTINCT account, key, believed_from, first_on FROM steps
) AS earliest ON {_same_version("earliest", "stops")}""",
    reads=(STOPS,),
)
