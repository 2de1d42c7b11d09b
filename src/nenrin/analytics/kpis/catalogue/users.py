"""End users: how many distinct people were active."""

from __future__ import annotations

from nenrin.analytics.kpis.catalogue.base import FRESH, MONTH, USAGE_TTL
from nenrin.analytics.kpis.catalogue.contracts import TERMS_NOW
from nenrin.analytics.kpis.measures import Component, Measure, Relation
from nenrin.values import Text

_STRETCH = 40  # days: the longest that a week may be stretched over holidays

#: `user_days` with the days on which the week and the 28 days end, and how far earlier days of the same
#: user already reach: both counts of distinct users come from one sorted pass.
PRESENCE = Relation(
    "presence",
    f"""
SELECT account, opens, week_closes, month_closes,
  max(week_closes) OVER (PARTITION BY account, "user" ORDER BY opens
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS week_reached,
  max(month_closes) OVER (PARTITION BY account, "user" ORDER BY opens
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS month_reached
FROM (
  SELECT user_days.account, user_days."user", user_days.opens,
    least(user_days.cap, calendar.week_closes) AS week_closes,
    least(user_days.cap, user_days.day + {MONTH}) AS month_closes
  FROM user_days JOIN calendar ON calendar.day = user_days.day
) AS days
WHERE opens < week_closes OR opens < month_closes""",
)

ACTIVE_USERS = Component(
    "active_users",
    ("week_users", "month_users"),
    """
SELECT account, greatest(opens, coalesce(week_reached, opens)) AS opens, week_closes AS closes,
  1 AS week_users, 0 AS month_users
FROM presence WHERE opens < week_closes AND (week_reached IS NULL OR week_closes > week_reached)
UNION ALL
SELECT account, greatest(opens, coalesce(month_reached, opens)) AS opens, month_closes AS closes,
  0 AS week_users, 1 AS month_users
FROM presence WHERE opens < month_closes AND (month_reached IS NULL OR month_closes > month_reached)""",
    reads=(PRESENCE,),
    reach_days=max(MONTH, _STRETCH),
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
    name=Text("Active users of paid seats", "ライセンス利用率"),
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
