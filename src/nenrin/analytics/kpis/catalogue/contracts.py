"""What is signed and paid: seats, monthly revenue, renewal, notice, tenure."""

from __future__ import annotations

from nenrin.analytics.kpis import shapes
from nenrin.analytics.kpis.catalogue.base import ACCOUNTS_SAID, EPOCH, latest
from nenrin.analytics.kpis.catalogue.terms import NEVER, PRICES, SIGNED, STOPS, TERMS
from nenrin.analytics.kpis.measures import Component, Measure, OnOneDay
from nenrin.values import Text

SUBSCRIPTIONS = Text("Subscriptions", "契約")

TERMS_NOW = Component(
    "terms_now",
    ("seats_paid", "mrr_minor"),
    """
SELECT account, greatest(believed_from, from_on) AS opens, least(believed_to, to_on) AS closes,
  seats AS seats_paid, mrr_minor
FROM prices""",
    reads=(PRICES,),
)

#: `contracted` from the first subscription on, running or not; `currencies` of the running ones.
CONTRACTED = Component(
    "contracted",
    ("contracted", "currencies"),
    shapes.both(
        shapes.union(
            "SELECT account, 0 AS who, believed_from AS opens, believed_to AS closes FROM signed",
            "sign AS contracted",
            "0 AS currencies",
        ),
        shapes.union(
            """
  SELECT account, currency AS who, greatest(believed_from, from_on) AS opens,
    least(believed_to, to_on) AS closes
  FROM prices WHERE mrr_minor <> 0""",
            "0 AS contracted",
            "sign AS currencies",
        ),
    ),
    reads=(SIGNED, PRICES),
    day=OnOneDay(
        """
SELECT account, max(contracted) AS contracted, CAST(sum(currencies) AS BIGINT) AS currencies
FROM (
  SELECT account, 1 AS contracted, 0 AS currencies FROM signed WHERE believed_from <= :first AND believed_to > :first
  UNION ALL
  SELECT account, 0 AS contracted, 1 AS currencies FROM (
    SELECT DISTINCT account, currency FROM prices
    WHERE mrr_minor <> 0 AND believed_from <= :first AND from_on <= :first AND believed_to > :first AND to_on > :first
  ) AS running
) AS all_signed
GROUP BY account""",
        reads=(SIGNED, PRICES),
    ),
)

NEXT_RENEWAL = latest(
    "next_renewal",
    ("next_renewal", "renewals"),
    f"""
  SELECT terms.account, greatest(terms.believed_from, terms.runs_from) AS opens,
    least(terms.believed_to, terms.ends_on, stops.stops_on) AS closes,
    date_diff('day', terms.ends_on, {EPOCH}) AS place,
    date_diff('day', {EPOCH}, terms.ends_on) AS next_renewal, 1 AS renewals
  FROM terms JOIN stops ON stops.account = terms.account AND stops.key = terms.key
    AND stops.believed_from = terms.believed_from""",
    reads=(TERMS, STOPS),
)

#: A deadline holds to the end of its own day; the next one is that of the next term.
NEXT_NOTICE = latest(
    "next_notice",
    ("next_notice", "notices"),
    f"""
  SELECT deadlines.account, greatest(deadlines.believed_from, deadlines.starts_on) AS opens,
    least(deadlines.believed_to, deadlines.notice_deadline + 1) AS closes,
    date_diff('day', deadlines.notice_deadline, {EPOCH}) AS place,
    date_diff('day', {EPOCH}, deadlines.notice_deadline) AS next_notice, 1 AS notices
  FROM (
    SELECT terms.account, terms.believed_from, terms.believed_to, terms.notice_deadline,
      coalesce(
        lag(terms.notice_deadline + 1) OVER (
          PARTITION BY terms.account, terms.key, terms.believed_from ORDER BY terms.ends_on),
        stops.starts_on) AS starts_on
    FROM terms JOIN stops ON stops.account = terms.account AND stops.key = terms.key
      AND stops.believed_from = terms.believed_from
    JOIN signed ON signed.account = terms.account AND signed.key = terms.key
      AND signed.believed_from = terms.believed_from
    WHERE terms.notice_deadline IS NOT NULL AND signed.noticed_on IS NULL
      AND terms.notice_deadline < stops.stops_on
  ) AS deadlines""",
    reads=(TERMS, STOPS, SIGNED),
)

#: Day numbers of the beginning: as stated for the account, and of its earliest subscription.
SINCE = Component(
    "since",
    ("since", "since_stated"),
    f"""
SELECT account, greatest(believed_from, customer_since) AS opens,
  least(believed_to, coalesce(lost_on, {NEVER})) AS closes,
  date_diff('day', {EPOCH}, customer_since) AS since, 1 AS since_stated
FROM accounts_said
WHERE customer_since IS NOT NULL AND key = CAST(account AS VARCHAR)""",
    reads=(ACCOUNTS_SAID,),
)
FIRST_CONTRACT = latest(
    "first_contract",
    ("first_contract", "contracts_begun"),
    f"""
  SELECT account, greatest(believed_from, starts_on) AS opens, believed_to AS closes,
    date_diff('day', starts_on, {EPOCH}) AS place, date_diff('day', {EPOCH}, starts_on) AS first_contract,
    1 AS contracts_begun
  FROM signed""",
    reads=(SIGNED,),
)
#: 1 from the day on which the account left.
LOST = Component(
    "lost",
    ("lost",),
    """
SELECT account, greatest(believed_from, lost_on) AS opens, believed_to AS closes, 1 AS lost
FROM accounts_said
WHERE lost_on IS NOT NULL AND key = CAST(account AS VARCHAR)""",
    reads=(ACCOUNTS_SAID,),
)

TENURE = """
CASE WHEN lost > 0 THEN NULL WHEN since_stated > 0 THEN day_number - since
  WHEN contracts_begun > 0 THEN day_number - first_contract END"""

SEATS_PAID = Measure(
    key="seats_paid",
    name=Text("Paid seats", "契約ライセンス数"),
    description=Text(
        "Seats of the subscriptions that run on the day, by their price steps; missing where none are counted.",
        "当日有効な契約のライセンス数(料金の段階に応じる)。ライセンス数の定めがなければデータなし。",
    ),
    unit="count",
    direction="neutral",
    window_days=0,
    empty="missing",
    ttl_days=None,
    source=SUBSCRIPTIONS,
    sql="nullif(seats_paid, 0)",
    components=(TERMS_NOW,),
    group="commercial",
)

MRR = Measure(
    key="mrr",
    name=Text("MRR", "MRR"),
    description=Text(
        "Monthly recurring revenue of the subscriptions that run on the day, in minor units of their currency, tax"
        " excluded; 0 after the last one ended; missing without any contract, or while they run in several"
        " currencies.",
        "当日有効な契約の月額経常収益(税抜、通貨の最小単位)。契約終了後は0。契約がない場合、または複数通貨が混在する間はデータなし。",
    ),
    unit="minor",
    direction="higher",
    window_days=0,
    empty="zero",
    ttl_days=None,
    source=SUBSCRIPTIONS,
    sql="CASE WHEN currencies <= 1 THEN mrr_minor END",
    components=(TERMS_NOW, CONTRACTED),
    known_when="contracted > 0",
    group="commercial",
)

DAYS_TO_RENEWAL = Measure(
    key="days_to_renewal",
    name=Text("Days to renewal", "更新日までの日数"),
    description=Text(
        "Days until the earliest end of a running term, when the next one begins; automatic renewals roll over.",
        "有効な契約のうち最も早い更新日までの日数。自動更新の契約は次の期間へ繰り越す。",
    ),
    unit="days",
    direction="neutral",
    window_days=0,
    empty="missing",
    ttl_days=None,
    source=SUBSCRIPTIONS,
    sql="CASE WHEN renewals > 0 THEN next_renewal - day_number END",
    components=(NEXT_RENEWAL,),
    group="commercial",
)

DAYS_TO_NOTICE = Measure(
    key="days_to_notice",
    name=Text("Days to notice deadline", "更新拒絶期限日までの日数"),
    description=Text(
        "Days until the next day on which a renewal can still be refused; 0 on that day itself.",
        "更新を断る通知ができる最後の日までの日数。当日は0。",
    ),
    unit="days",
    direction="neutral",
    window_days=0,
    empty="missing",
    ttl_days=None,
    source=SUBSCRIPTIONS,
    sql="CASE WHEN notices > 0 THEN next_notice - day_number END",
    components=(NEXT_NOTICE,),
    group="commercial",
)

TENURE_DAYS = Measure(
    key="tenure_days",
    name=Text("Days as a customer", "契約開始からの日数"),
    description=Text(
        "Days since the account became a customer: as stated, else since its first subscription began. Missing"
        " after it left.",
        "顧客になってからの日数。登録された日付、なければ最初の契約の開始日から数える。解約後はデータなし。",
    ),
    unit="days",
    direction="neutral",
    window_days=0,
    empty="missing",
    ttl_days=None,
    source=Text("Accounts, subscriptions", "顧客・契約"),
    sql=TENURE,
    components=(SINCE, FIRST_CONTRACT, LOST),
    group="commercial",
)

MEASURES = (DAYS_TO_RENEWAL, DAYS_TO_NOTICE, SEATS_PAID, MRR, TENURE_DAYS)
