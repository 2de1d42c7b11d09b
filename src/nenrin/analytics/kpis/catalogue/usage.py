"""How the product is used: logins, events, features, the last sign of life."""

from __future__ import annotations

from nenrin.analytics.kpis import shapes
from nenrin.analytics.kpis.catalogue.base import ACCOUNTS_SAID, BUSINESS_DAYS, EPOCH, FRESH, MONTH, USAGE_TTL
from nenrin.analytics.kpis.catalogue.contracts import TERMS_NOW
from nenrin.analytics.kpis.catalogue.users import ACTIVE_USERS
from nenrin.analytics.kpis.measures import Component, Measure, OnOneDay, Relation
from nenrin.values import Text

LAST_SEEN_REACH = 90  # days; an older last activity counts as this old
EVENTS = Text("Product events", "利用ログ")

#: One row for an account, a day, and a stretch of knowledge.
USAGE_DAYS = Relation(
    "usage_days",
    """
SELECT account, day, opens, cap,
  CAST(sum(n) AS BIGINT) AS events,
  CAST(sum(CASE WHEN use = 'login' THEN n ELSE 0 END) AS BIGINT) AS logins,
  CAST(sum(CASE WHEN use = 'key_feature' THEN n ELSE 0 END) AS BIGINT) AS key_events
FROM usage
WHERE use <> 'ignore' AND event NOT IN ('$identify', '$group', '$alias')
GROUP BY account, day, opens, cap""",
)

#: What counts on one day, an account, a namespace and an event in a row: the one pass over the days of two windows.
EVENTS_NOW = Relation(
    "events_now",
    f"""
SELECT account, namespace, event,
  CAST(sum(CASE WHEN day > :first - {MONTH} THEN n ELSE 0 END) AS BIGINT) AS events_28,
  CAST(sum(CASE WHEN day <= :first - {MONTH} THEN n ELSE 0 END) AS BIGINT) AS events_before,
  max(day) AS last_day
FROM counts
WHERE event NOT IN ('$identify', '$group', '$alias') AND day > :first - {2 * MONTH} AND opens <= :first AND cap > :first
GROUP BY account, namespace, event""",
)

#: The same with what the event catalogue says of the events on that day.
USED_NOW = Relation(
    "used_now",
    """
SELECT events_now.account, coalesce(said.use, 'unmapped') AS use, coalesce(said.feature, events_now.event) AS feature,
  events_28, events_before, last_day
FROM events_now LEFT JOIN (
  SELECT namespace, event, use, feature FROM mappings WHERE believed_from <= :first AND believed_to > :first
) AS said ON said.namespace = events_now.namespace AND said.event = events_now.event
WHERE coalesce(said.use, 'unmapped') <> 'ignore'""",
    reads=(EVENTS_NOW,),
)

#: An account in a row.
USAGE_NOW = Relation(
    "usage_now",
    """
SELECT account,
  CAST(sum(events_28) AS BIGINT) AS events_28,
  CAST(sum(CASE WHEN use = 'login' THEN events_28 ELSE 0 END) AS BIGINT) AS logins_28,
  CAST(sum(CASE WHEN use = 'key_feature' THEN events_28 ELSE 0 END) AS BIGINT) AS key_events_28,
  CAST(sum(events_before) AS BIGINT) AS events_before,
  max(last_day) AS last_day
FROM used_now
GROUP BY account""",
    reads=(USED_NOW,),
)

#: Who was silent for two windows: only their older days need to be read.
SILENT_NOW = Relation(
    "silent_now",
    """
SELECT DISTINCT accounts_said.account AS account
FROM accounts_said LEFT JOIN usage_now ON usage_now.account = accounts_said.account
WHERE usage_now.account IS NULL""",
    reads=(ACCOUNTS_SAID, USAGE_NOW),
)

EVENTS_28 = Component(
    "events_28",
    ("events_28", "logins_28", "key_events_28", "events_before"),
    f"""
SELECT account, opens, least(cap, day + {MONTH}) AS closes, events AS events_28, logins AS logins_28,
  key_events AS key_events_28, 0 AS events_before
FROM usage_days WHERE day > :first - {MONTH}
UNION ALL
SELECT account, greatest(opens, day + {MONTH}) AS opens, least(cap, day + {2 * MONTH}) AS closes,
  0 AS events_28, 0 AS logins_28, 0 AS key_events_28, events AS events_before
FROM usage_days WHERE day > :first - {2 * MONTH}""",
    reads=(USAGE_DAYS,),
    reach_days=2 * MONTH,
    day=OnOneDay(
        "SELECT account, events_28, logins_28, key_events_28, events_before FROM usage_now", reads=(USAGE_NOW,)
    ),
)

#: When each account began and ceased to use each key feature.
FEATURE_TURNS = Relation(
    "feature_turns",
    shapes.union(
        f"""
  SELECT account, coalesce(feature, event) AS who, opens, least(cap, day + {MONTH}) AS closes
  FROM usage WHERE use = 'key_feature' AND day > :first - {MONTH}""",
        "sign AS features_used",
    ),
)

FEATURES_USED = Component(
    "features_used",
    ("features_used",),
    "SELECT account, opens, closes, features_used FROM feature_turns",
    reads=(FEATURE_TURNS,),
    reach_days=MONTH,
    day=OnOneDay(
        """
SELECT account, count(DISTINCT feature) AS features_used
FROM used_now
WHERE use = 'key_feature' AND events_28 > 0
GROUP BY account""",
        reads=(USED_NOW,),
    ),
)


def _mapped(key: str, use: str, who: str) -> Component:
    """How many things the event catalogue maps to this use, as believed on the day; the same for everyone."""
    rows = f"SELECT 0 AS account, {who} AS who, believed_from AS opens, believed_to AS closes FROM mappings"
    today = f"""
SELECT count(DISTINCT {who}) AS {key} FROM mappings
WHERE use = '{use}' AND believed_from <= :first AND believed_to > :first"""
    steps = shapes.union(f"{rows} WHERE use = '{use}'", f"sign AS {key}")
    return Component(key, (key,), steps, everyone=True, day=OnOneDay(today))


#: What is mapped to nothing cannot have been counted: without a mapping there is no silence to speak of.
LOGINS_MAPPED = _mapped("logins_mapped", "login", "event")
FEATURES_MAPPED = _mapped("features_mapped", "key_feature", "coalesce(feature, event)")

LAST_ACTIVE = Component(
    "last_active",
    ("last_active", "ever_active"),
    shapes.latest(
        f"""
  SELECT account, opens, cap AS closes, date_diff('day', {EPOCH}, day) AS place,
    date_diff('day', {EPOCH}, day) AS last_active, 1 AS ever_active
  FROM (
    SELECT account, greatest(opens, :first) AS opens, cap, max(day) AS day
    FROM usage_days
    GROUP BY account, greatest(opens, :first), cap
  ) AS active_days""",
        ("last_active", "ever_active"),
    ),
    reads=(USAGE_DAYS,),
    reach_days=LAST_SEEN_REACH,
    day=OnOneDay(
        f"""
SELECT account, date_diff('day', {EPOCH}, last_day) AS last_active, 1 AS ever_active
FROM (
  SELECT account, last_day FROM usage_now
  UNION ALL
  SELECT usage.account, max(usage.day) AS last_day
  FROM usage JOIN silent_now ON silent_now.account = usage.account
  WHERE usage.day >= :first - {LAST_SEEN_REACH} AND usage.day <= :first - {2 * MONTH}
    AND usage.use <> 'ignore' AND usage.event NOT IN ('$identify', '$group', '$alias')
    AND usage.opens <= :first AND usage.cap > :first
  GROUP BY usage.account
) AS last_days""",
        reads=(USAGE_NOW, SILENT_NOW),
    ),
)

SINCE_ACTIVE = f"""
CASE WHEN ever_active > 0 THEN least(day_number - last_active, {LAST_SEEN_REACH}) ELSE {LAST_SEEN_REACH} END"""

EVENTS_28D = Measure(
    key="events_28d",
    name=Text("Events in 28 days", "28日間の利用ログ数"),
    description=Text(
        "Product events of the last 28 days, without those that the event catalogue ignores.",
        "直近28日間の利用ログの件数。イベントカタログで「対象外」としたものを除く。",
    ),
    unit="count",
    direction="higher",
    window_days=MONTH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=EVENTS,
    sql="events_28",
    components=(EVENTS_28, FRESH),
    known_when="fresh > 0",
)

LOGINS_PER_SEAT_WEEK = Measure(
    key="logins_per_seat_week",
    name=Text("Logins per seat and week", "1ライセンスあたり週間ログイン数"),
    description=Text(
        "Logins of the last 28 days for each paid seat and each five business days in them. Missing until the event"
        " catalogue maps an event to logins.",
        "直近28日間のログイン数を、契約ライセンス数と期間内の営業日数(5営業日=1週)で割った値。"
        "イベントカタログでログインに対応付けたイベントがなければデータなし。",
    ),
    unit="per_week",
    direction="higher",
    window_days=MONTH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=Text("Product events, subscriptions", "利用ログ・契約"),
    sql="5 * logins_28 / nullif(seats_paid * business_days_28, 0)",
    components=(EVENTS_28, LOGINS_MAPPED, BUSINESS_DAYS, TERMS_NOW, FRESH),
    known_when="fresh > 0 AND logins_mapped > 0",
)

FEATURE_BREADTH = Measure(
    key="feature_breadth",
    name=Text("Breadth of key features", "主要機能の利用の幅"),
    description=Text(
        "Key features used in the last 28 days, as a share of the key features in the event catalogue. Missing until"
        " the catalogue maps an event to a key feature.",
        "イベントカタログに登録した主要機能のうち、直近28日間に使われた機能の割合。主要機能の登録がなければデータなし。",
    ),
    unit="share",
    direction="higher",
    window_days=MONTH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=EVENTS,
    sql="features_used / nullif(features_mapped, 0)",
    components=(FEATURES_USED, FEATURES_MAPPED, FRESH),
    known_when="fresh > 0 AND features_mapped > 0",
)

FEATURE_DEPTH = Measure(
    key="feature_depth",
    name=Text("Depth of key features", "主要機能の利用の深さ"),
    description=Text(
        "Key-feature events of the last 28 days for each active end user and each five business days in them. Missing"
        " until the event catalogue maps an event to a key feature.",
        "直近28日間の主要機能の利用回数を、利用者数と期間内の営業日数(5営業日=1週)で割った値。"
        "イベントカタログに主要機能の登録がなければデータなし。",
    ),
    unit="per_week",
    direction="higher",
    window_days=MONTH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=EVENTS,
    sql="CASE WHEN month_users = 0 THEN 0 ELSE 5 * key_events_28 / nullif(month_users * business_days_28, 0) END",
    components=(EVENTS_28, FEATURES_MAPPED, ACTIVE_USERS, BUSINESS_DAYS, FRESH),
    known_when="fresh > 0 AND features_mapped > 0",
)

USAGE_TREND = Measure(
    key="usage_trend",
    name=Text("Usage trend", "利用の増減"),
    description=Text(
        "Events per business day in the last 28 days, divided by those in the 28 days before. 1 is unchanged; 0 after"
        " 56 silent days. Missing until the account has been seen for 56 days.",
        "直近28日間の1営業日あたり利用ログ数を、その前の28日間の値で割った比率。1で横ばい、56日間利用がなければ0。"
        "初めて利用を確認してから56日が経つまではデータなし。",
    ),
    unit="ratio",
    direction="higher",
    window_days=2 * MONTH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=EVENTS,
    sql=(
        "CASE WHEN events_28 = 0 THEN 0"
        " ELSE events_28 * business_days_before / nullif(events_before * business_days_28, 0) END"
    ),
    components=(EVENTS_28, BUSINESS_DAYS, FRESH),
    known_when="followed > 0",
)

DAYS_SINCE_ACTIVITY = Measure(
    key="days_since_activity",
    name=Text("Days since last activity", "最終利用からの日数"),
    description=Text(
        "Days since anybody at the account last used the product; 90 means three months or longer.",
        "顧客の誰かが最後に製品を使ってからの日数。90は3か月以上を表す。",
    ),
    unit="days",
    direction="lower",
    window_days=LAST_SEEN_REACH,
    empty="zero",
    ttl_days=USAGE_TTL,
    source=EVENTS,
    sql=SINCE_ACTIVE,
    components=(LAST_ACTIVE, FRESH),
    known_when="fresh > 0",
)

MEASURES = (
    LOGINS_PER_SEAT_WEEK,
    FEATURE_BREADTH,
    FEATURE_DEPTH,
    USAGE_TREND,
    DAYS_SINCE_ACTIVITY,
    EVENTS_28D,
)
