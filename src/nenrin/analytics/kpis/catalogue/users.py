"""End users: how many distinct people were active."""

from __future__ import annotations

from nenrin.analytics.kpis import shapes
from nenrin.analytics.kpis.catalogue.base import FRESH, MONTH, USAGE_TTL
from nenrin.analytics.kpis.catalogue.contracts import TERMS_NOW
from nenrin.analytics.kpis.measures import Component, Measure, OnOneDay, Relation
from nenrin.values import Text

_STRETCH = 40  # days: the longest that a week may be stretched over holidays

#: The days of each end user in order, with the ends of the week and of the 28 days (NULL where they were over
#: before the day was known), and how far earlier days reach: one sorted pass for both counts, of which only the days
#: are kept on which somebody begins or ceases to count.
PRESENCE = Relation(
    "presence",
    f"""
SELECT account, opens, week_closes, month_closes, week_reached, month_reached, following
FROM (
  SELECT account, opens, week_closes, month_closes,
    max(week_closes) OVER (PARTITION BY account, "user" ORDER BY opens
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS week_reached,
    max(month_closes) OVER (PARTITION BY account, "user" ORDER BY opens
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS month_reached,
    lead(opens) OVER (PARTITION BY account, "user" ORDER BY opens) AS following
  FROM (
    SELECT account, "user", opens,
      CASE WHEN opens < week_closes THEN week_closes END AS week_closes,
      CASE WHEN opens < month_closes THEN month_closes END AS month_closes
    FROM (
      SELECT user_days.account, user_days."user", greatest(user_days.opens, :first) AS opens,
        least(user_days.cap, calendar.week_closes) AS week_closes,
        least(user_days.cap, user_days.day + {MONTH}) AS month_closes
      FROM user_days JOIN calendar ON calendar.day = user_days.day
      WHERE user_days.day > :first - {_STRETCH} AND user_days.opens < user_days.cap
    ) AS told
    WHERE opens < week_closes OR opens < month_closes
  ) AS counted
) AS in_order
WHERE {shapes.turns("week_closes", "week_reached")} OR {shapes.turns("month_closes", "month_reached")}""",
)

ACTIVE_USERS = Component(
    "active_users",
    ("week_users", "month_users"),
    shapes.both(
        shapes.edges(
            "presence",
            "sign AS week_users",
            "0 AS month_users",
            closes="week_closes",
            reached="week_reached",
        ),
        shapes.edges(
            "presence",
            "0 AS week_users",
            "sign AS month_users",
            closes="month_closes",
            reached="month_reached",
        ),
    ),
    reads=(PRESENCE,),
    reach_days=_STRETCH,
    day=OnOneDay(
        f"""
SELECT account, CAST(sum(in_week) AS BIGINT) AS week_users, CAST(sum(in_month) AS BIGINT) AS month_users
FROM (
  SELECT user_days.account, user_days."user",
    max(CASE WHEN calendar.week_closes > :first THEN 1 ELSE 0 END) AS in_week,
    max(CASE WHEN user_days.day + {MONTH} > :first THEN 1 ELSE 0 END) AS in_month
  FROM user_days JOIN calendar ON calendar.day = user_days.day
  WHERE user_days.day > :first - {_STRETCH} AND user_days.opens <= :first AND user_days.cap > :first
  GROUP BY user_days.account, user_days."user"
) AS here
GROUP BY account"""
    ),
)

WEEKLY_ACTIVE_USERS = Measure(
    key="weekly_active_users",
    name=Text("Weekly active users", "週間利用者数"),
    description=Text(
        "Distinct end users active in the last seven days; over a run of holidays the week is stretched until it"
        " holds five business days.",
        "直近7日間に利用した利用者の人数。連休中は、5営業日が含まれるまで期間を延ばして数える。",
    ),
    unit="count",
    direction="higher",
    window_days=7,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=Text("Product events", "利用ログ"),
    sql="week_users",
    components=(ACTIVE_USERS, FRESH),
    known_when="fresh > 0",
)

ACTIVE_USER_SHARE = Measure(
    key="active_user_share",
    name=Text("Active share of paid seats", "ライセンス利用率"),
    description=Text(
        "Weekly active users as a share of the paid seats; above 1 when more people use it than seats are paid.",
        "契約ライセンス数に対する週間利用者数の割合。契約数を超える利用があれば1を上回る。",
    ),
    unit="share",
    direction="higher",
    window_days=7,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=Text("Product events, subscriptions", "利用ログ・契約"),
    sql="week_users / nullif(seats_paid, 0)",
    components=(ACTIVE_USERS, TERMS_NOW, FRESH),
    known_when="fresh > 0",
)

MEASURES = (ACTIVE_USER_SHARE, WEEKLY_ACTIVE_USERS)
