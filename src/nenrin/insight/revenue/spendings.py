"""Costs and hours as known on a day, read from the lake, in the reporting currency."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import duckdb

from nenrin.analytics.economics.spending import Entry, Spending
from nenrin.analytics.revenue.periods import month_start
from nenrin.ingest import lakes
from nenrin.insight.revenue import rates
from nenrin.insight.revenue.books import Ledger

_LAST = "believed_to = date '9999-12-31' and month is not null"
_ON = "coalesce(product, ''), coalesce(touch_model, ''), coalesce(segment, '')"
COSTS = f"select month, category, minor, account, {_ON}, currency from costs where {_LAST} and minor is not null"
HOURS = f"select month, category, minutes, account, {_ON} from efforts where {_LAST} and minutes is not null"
#: The views of the lake that they are read from, and the rates at which a ledger counts them.
READ = ("costs", "efforts", "exchange_rates")
KEPT = 4
_kept: OrderedDict[tuple[object, ...], Spending] = OrderedDict()
_lock = Lock()


def spending(ledger: Ledger) -> Spending:
    """What was known of costs and hours when the ledger was; kept in memory until the lake tells other ones."""
    lake = lakes.current()
    key = (str(lake.path), lake.fingerprint(READ), ledger.known, repr(ledger.policy))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    with lake.session(days=(ledger.known, ledger.known), known=ledger.known) as db:
        made = read(db, ledger)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def read(db: duckdb.DuckDBPyConnection, ledger: Ledger) -> Spending:
    exchange, costs, left_out = ledger.book.exchange, [], 0
    for month, category, minor, account, product, touch_model, segment, currency in db.sql(COSTS).fetchall():
        amount = rates.spent(exchange, month, currency, minor, ledger.known)
        if amount is None:
            left_out += 1
        else:
            costs.append(Entry(month_start(month), category, amount, account, product, touch_model, segment))
    hours = [Entry(month_start(row[0]), *row[1:]) for row in db.sql(HOURS).fetchall()]
    return Spending(tuple(costs), tuple(hours), left_out)
