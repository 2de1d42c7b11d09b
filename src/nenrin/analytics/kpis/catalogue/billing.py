"""Invoices: how many are overdue, for how long, and how often collecting one has failed."""

from __future__ import annotations

from nenrin.analytics.kpis.catalogue.base import EPOCH, heard, latest
from nenrin.analytics.kpis.catalogue.terms import NEVER
from nenrin.analytics.kpis.measures import Component, Measure, Relation
from nenrin.values import Text

INVOICE_TTL = 95  # days without an invoice of any account after which the source is stale: a quarter and some days
INVOICES = Text("Invoices", "請求書")

INVOICES_HEARD = heard("invoice", within_days=INVOICE_TTL)

#: The versions of invoices that are to be paid or were, read from the lake once.
INVOICES_SAID = Relation(
    "invoices_said",
    """
SELECT account, believed_from, believed_to, issued_on, due_on, paid_on, failed_payments, failed_on
FROM invoices WHERE status IN ('open', 'paid') AND minor > 0""",
)

_OVERDUE = f"""
  SELECT account, greatest(believed_from, due_on + 1) AS opens, least(believed_to, coalesce(paid_on, {NEVER})) AS closes,
    due_on
  FROM invoices_said WHERE due_on IS NOT NULL"""

OVERDUE = Component(
    "overdue",
    ("overdue",),
    f"SELECT account, opens, closes, 1 AS overdue FROM ({_OVERDUE}) AS overdue_invoices WHERE opens < closes",
    reads=(INVOICES_SAID,),
)

OLDEST_OVERDUE = latest(
    "oldest_overdue",
    ("oldest_overdue",),
    f"""
  SELECT account, opens, closes, date_diff('day', due_on, {EPOCH}) AS place,
    date_diff('day', {EPOCH}, due_on) AS oldest_overdue
  FROM ({_OVERDUE}) AS overdue_invoices WHERE opens < closes""",
    reads=(INVOICES_SAID,),
)

_UNPAID = f"""
  SELECT account, greatest(believed_from, coalesce(failed_on, issued_on)) AS opens,
    least(believed_to, coalesce(paid_on, {NEVER})) AS closes, failed_payments AS place,
    failed_payments AS most_failed
  FROM invoices_said WHERE failed_payments > 0"""

MOST_FAILED = latest(
    "most_failed",
    ("most_failed",),
    f"SELECT account, opens, closes, place, most_failed FROM ({_UNPAID}) AS unpaid WHERE opens < closes",
    reads=(INVOICES_SAID,),
)

OVERDUE_INVOICES = Measure(
    key="overdue_invoices",
    name=Text("Overdue invoices", "支払い遅延の請求書"),
    description=Text(
        "Invoices whose day of payment has passed and that are not paid at the end of the day; missing where no"
        " invoice of any account came in for 95 days.",
        "当日終了時点で支払期限を過ぎ、未払いの請求書の件数。どの顧客の請求書も95日間届いていなければデータなし。",
    ),
    unit="count",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=INVOICE_TTL,
    source=INVOICES,
    sql="overdue",
    components=(OVERDUE, INVOICES_HEARD),
    known_when="overdue > 0 OR invoice_heard > 0",
    owner="finance",
    group="relationship",
)

DAYS_OVERDUE = Measure(
    key="days_overdue",
    name=Text("Days overdue", "支払い遅延日数"),
    description=Text(
        "Days since the oldest unpaid invoice fell due; 0 where none is overdue.",
        "未払いの請求書のうち最も古いものの支払期限からの日数。遅延がなければ0。",
    ),
    unit="days",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=INVOICE_TTL,
    source=INVOICES,
    sql="CASE WHEN overdue > 0 THEN day_number - oldest_overdue ELSE 0 END",
    components=(OVERDUE, OLDEST_OVERDUE, INVOICES_HEARD),
    known_when="overdue > 0 OR invoice_heard > 0",
    owner="finance",
    group="relationship",
)

FAILED_PAYMENTS = Measure(
    key="failed_payments",
    name=Text("Failed payments", "支払い失敗回数"),
    description=Text(
        "How often collecting an invoice that is still unpaid has failed, for the invoice with the most failures; two"
        " and more are a sign of churn that the customer may not have decided.",
        "未払いの請求書の支払いが失敗した回数（最も多い請求書の回数）。2回以上は、顧客の意思によらない解約の兆し。",
    ),
    unit="count",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=INVOICE_TTL,
    source=INVOICES,
    sql="most_failed",
    components=(MOST_FAILED, INVOICES_HEARD),
    known_when="most_failed > 0 OR invoice_heard > 0",
    owner="finance",
    group="relationship",
)

MEASURES = (OVERDUE_INVOICES, DAYS_OVERDUE, FAILED_PAYMENTS)
