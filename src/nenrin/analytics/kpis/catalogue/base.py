"""What every measure stands on: who is an account on a day, how many business days, is the source fresh."""

from __future__ import annotations

from nenrin.analytics.kpis import shapes
from nenrin.analytics.kpis.measures import Component, OnOneDay, Relation

EPOCH = "DATE '1970-01-01'"
USAGE_TTL = 14  # days without an event from any account after which a source is stale
MONTH = 28  # days
FOREVER_DAYS = 1_000_000  # later than any date asked for

#: The versions of accounts, read from the lake once.
ACCOUNTS_SAID = Relation(
    "accounts_said", "SELECT account, key, believed_from, believed_to, customer_since, lost_on FROM accounts"
)

#: 1 while the account exists: from the day it became known, and not while it is merged into another.
EXISTING = Component(
    "existing",
    ("existing",),
    shapes.union(
        "SELECT account, 0 AS who, believed_from AS opens, believed_to AS closes FROM accounts_said",
        "sign AS existing",
    ),
    reads=(ACCOUNTS_SAID,),
    day=OnOneDay(
        "SELECT DISTINCT account, 1 AS existing FROM accounts_said"
        " WHERE believed_from <= :first AND believed_to > :first",
        reads=(ACCOUNTS_SAID,),
    ),
)

BUSINESS_DAYS = Component(
    "business_days",
    ("business_days_28", "business_days_before"),
    f"""
SELECT day AS opens, day + {MONTH} AS closes, business AS business_days_28, 0 AS business_days_before
FROM calendar
UNION ALL
SELECT day + {MONTH} AS opens, day + {2 * MONTH} AS closes, 0 AS business_days_28,
  business AS business_days_before
FROM calendar""",
    everyone=True,
    reach_days=2 * MONTH,
)

#: A namespace is awake while anybody's event of the last days is known.
AWAKE = Relation(
    "awake",
    shapes.merged(
        f"SELECT namespace, opens, day + {USAGE_TTL} AS closes FROM beats WHERE day > :first - {USAGE_TTL}",
        by="namespace",
    ),
)

#: From when an account has been seen in a namespace, and from which day of use on.
SEEN_SPANS = Relation(
    "seen_spans",
    """
SELECT account, namespace, opens, cap, min(day) AS day
FROM seen
GROUP BY account, namespace, opens, cap""",
)


def _seen_while_awake(opens: str) -> str:
    return f"""
  SELECT seen_spans.account, 0 AS who, greatest({opens}, awake.opens) AS opens,
    least(seen_spans.cap, awake.closes) AS closes
  FROM seen_spans JOIN awake ON awake.namespace = seen_spans.namespace
    AND awake.opens < seen_spans.cap AND awake.closes > seen_spans.opens"""


#: `fresh`: the account has been seen before and a source that saw it is awake. `followed` likewise, but
#: seen for two whole windows, so that a trend against its own past means something.
FRESH = Component(
    "fresh",
    ("fresh", "followed"),
    shapes.both(
        shapes.union(_seen_while_awake("seen_spans.opens"), "sign AS fresh", "0 AS followed"),
        shapes.union(
            _seen_while_awake(f"seen_spans.opens, seen_spans.day + {2 * MONTH - 1}"),
            "0 AS fresh",
            "sign AS followed",
        ),
    ),
    reads=(SEEN_SPANS, AWAKE),
    reach_days=USAGE_TTL,
    day=OnOneDay(
        f"""
SELECT account, 1 AS fresh, max(CASE WHEN day + {2 * MONTH - 1} <= :first THEN 1 ELSE 0 END) AS followed
FROM (SELECT account, namespace, day FROM seen WHERE opens <= :first AND cap > :first) AS known
JOIN (
  SELECT DISTINCT namespace FROM beats WHERE opens <= :first AND day > :first - {USAGE_TTL} AND day <= :first
) AS awake ON awake.namespace = known.namespace
GROUP BY account"""
    ),
)


def heard(kind: str, within_days: int) -> Component:
    """1, for everyone, while a fact of this kind about any account is no older than `within_days`."""
    name = f"{kind}_heard"
    rows = f"SELECT 0 AS account, 0 AS who, opens, day + {within_days} AS closes FROM heard WHERE kind = '{kind}'"
    today = f"""
SELECT least(count(*), 1) AS {name} FROM heard
WHERE kind = '{kind}' AND opens <= :first AND day + {within_days} > :first"""
    return Component(name, (name,), shapes.union(rows, f"sign AS {name}"), everyone=True, day=OnOneDay(today))


def latest(
    key: str, values: tuple[str, ...], rows: str, *, reads: tuple[Relation, ...] = (), reach_days: int = 0
) -> Component:
    """Of what is alive on a day, the row with the highest `place` (`shapes.latest`)."""
    day = OnOneDay(shapes.latest_on_day(rows, values), reads)
    return Component(key, values, shapes.latest(rows, values), reads=reads, reach_days=reach_days, day=day)
