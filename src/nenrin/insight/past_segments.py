"""A condition asked of a past day: what the lake knew of the accounts by its end, and the health that was shown."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Field
from nenrin.analytics.kpis import MEASURES, engine
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import micro
from nenrin.ingest import lakes
from nenrin.insight import past, segment_fields
from nenrin.insight.past import Past

WORDS = """
select e.* exclude as_of, a.status, a.tier, a.touch_model, a.stage, a.industry, a.region, a.customer_since,
  a.lost_on, a.tags
from rows e join accounts a on a.account = e.account
  and a.believed_from <= date '{day}' and date '{day}' < a.believed_to
order by e.account
"""


class NotKept(ValueError):
    """The past does not know this field (owners, attributes and changes of the score are known only for now)."""


def accounts_on(document: object, day: date) -> list[int]:
    """Accounts for which a condition held on a past day, by id. Raises conditions.Unreadable, NotKept."""
    known = segment_fields.fields()
    condition = conditions.parse(document, known)
    wanted = conditions.columns(condition, known)
    frame = _frame(lakes.current(), day, wanted, known)
    missing = sorted(wanted - set(frame.column_names))
    if missing:
        raise NotKept(f"{', '.join(missing)}: {NotKept.__doc__}")
    return [int(a) for a in conditions.matching(frame, condition, known, day).column("account").to_pylist()]


def _frame(lake: Lake, day: date, wanted: set[str], known: dict[str, Field]) -> pa.Table:
    measures = tuple(MEASURES[key] for key in sorted(wanted & set(MEASURES))) or (MEASURES["tenure_days"],)
    figures = engine.evaluate(lake, measures, Grid.on(day))
    with lake.session(days=(day, day)) as db:
        db.register("rows", figures)
        joined = db.sql(WORDS.format(day=day)).to_arrow_table()
    health = {key: values for key, values in _health(day, joined).items() if key in wanted}
    for key, values in health.items():
        joined = joined.append_column(key, values)
    return joined


def _health(day: date, rows: pa.Table) -> dict[str, pa.Array]:
    found: Past = past.on(day)
    records = [found.records.get(account) for account in rows.column("account").to_pylist()]
    return {
        "health.score": pa.array([None if r is None else r.score / micro.ONE for r in records], pa.float64()),
        "health.band": pa.array([None if r is None else r.shown.value for r in records], pa.string()),
        "health.coverage": pa.array([None if r is None else r.coverage for r in records], pa.float64()),
    }
