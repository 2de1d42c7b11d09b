"""Tickets: how many for each user, how many urgent ones open, for how long."""

from __future__ import annotations

from nenrin.analytics.kpis.catalogue.base import EPOCH, FRESH, MONTH, heard, latest
from nenrin.analytics.kpis.catalogue.terms import NEVER
from nenrin.analytics.kpis.catalogue.users import ACTIVE_USERS
from nenrin.analytics.kpis.measures import Component, Measure, Relation
from nenrin.values import Text

TICKET_TTL = 30  # days without a ticket of any account after which the source is stale
TICKETS = Text("Tickets", "問い合わせ")

TICKETS_HEARD = heard("ticket", within_days=TICKET_TTL)

#: The versions of tickets, read from the lake once.
TICKETS_SAID = Relation(
    "tickets_said",
    "SELECT account, believed_from, believed_to, opened_on, resolved_on, priority FROM tickets",
)

TICKETS_28 = Component(
    "tickets_28",
    ("tickets_28",),
    f"""
SELECT account, greatest(believed_from, opened_on) AS opens,
  least(believed_to, opened_on + {MONTH}) AS closes, 1 AS tickets_28
FROM tickets_said""",
    reads=(TICKETS_SAID,),
)

_URGENT = f"""
  SELECT account, greatest(believed_from, opened_on) AS opens,
    least(believed_to, coalesce(resolved_on, {NEVER})) AS closes, opened_on
  FROM tickets_said WHERE priority = 'urgent'"""

URGENT = Component(
    "urgent",
    ("urgent_open",),
    f"SELECT account, opens, closes, 1 AS urgent_open FROM ({_URGENT}) AS urgent_tickets",
    reads=(TICKETS_SAID,),
)

OLDEST_URGENT = latest(
    "oldest_urgent",
    ("oldest_urgent",),
    f"""
  SELECT account, opens, closes, date_diff('day', opened_on, {EPOCH}) AS place,
    date_diff('day', {EPOCH}, opened_on) AS oldest_urgent
  FROM ({_URGENT}) AS urgent_tickets""",
    reads=(TICKETS_SAID,),
)

TICKETS_PER_ACTIVE_USER = Measure(
    key="tickets_per_active_user",
    name=Text("Tickets per active user", "利用者1人あたり問い合わせ数"),
    description=Text(
        "Tickets opened in the last 28 days for each end user active in them; missing where nobody was.",
        "直近28日間の問い合わせ数を同じ期間の利用者数で割った値。利用者がいなければデータなし。",
    ),
    unit="per_user",
    direction="lower",
    window_days=MONTH,
    empty="zero",
    ttl_days=TICKET_TTL,
    source=Text("Tickets, product events", "問い合わせ・利用ログ"),
    sql="tickets_28 / nullif(month_users, 0)",
    components=(TICKETS_28, ACTIVE_USERS, FRESH, TICKETS_HEARD),
    known_when="fresh > 0 AND ticket_heard > 0",
    group="support",
)

URGENT_TICKETS_OPEN = Measure(
    key="urgent_tickets_open",
    name=Text("Open urgent tickets", "未解決の緊急問い合わせ"),
    description=Text(
        "Urgent tickets that are open at the end of the day.",
        "当日終了時点で未解決の、緊急の問い合わせの件数。",
    ),
    unit="count",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=TICKET_TTL,
    source=TICKETS,
    sql="urgent_open",
    components=(URGENT, TICKETS_HEARD),
    known_when="urgent_open > 0 OR ticket_heard > 0",
    group="support",
)

URGENT_TICKET_AGE = Measure(
    key="urgent_ticket_age",
    name=Text("Age of the oldest urgent ticket", "緊急問い合わせの経過日数"),
    description=Text(
        "Days since the oldest urgent ticket that is still open was opened; 0 where none is.",
        "未解決の緊急問い合わせのうち最も古いものの経過日数。なければ0。",
    ),
    unit="days",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=TICKET_TTL,
    source=TICKETS,
    sql="CASE WHEN urgent_open > 0 THEN day_number - oldest_urgent ELSE 0 END",
    components=(URGENT, OLDEST_URGENT, TICKETS_HEARD),
    known_when="urgent_open > 0 OR ticket_heard > 0",
    group="support",
)

MEASURES = (TICKETS_PER_ACTIVE_USER, URGENT_TICKETS_OPEN, URGENT_TICKET_AGE)
