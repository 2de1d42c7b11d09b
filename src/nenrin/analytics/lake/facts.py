"""Views of the facts: one per kind, with typed columns and the days on which each version was believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import duckdb

from nenrin.analytics.lake.engine import file_list, quoted

FEW_ACCOUNTS = 200
LINKING = ("key", "membership", "alias", "survivor")

# view -> kind, {column: (key in the body, DuckDB type)}
Shape = Mapping[str, tuple[str, str]]
VIEWS: dict[str, tuple[str, Shape]] = {
    "accounts": ("account", {
        "status": ("status", "VARCHAR"), "tier": ("tier", "VARCHAR"), "touch_model": ("touch_model", "VARCHAR"),
        "industry": ("industry", "VARCHAR"), "region": ("region", "VARCHAR"), "stage": ("stage", "VARCHAR"),
        "parent": ("parent", "BIGINT"), "tags": ("tags", "VARCHAR[]"), "attributes": ("attributes", "JSON"),
        "customer_since": ("customer_since", "DATE"), "lost_on": ("lost_on", "DATE"),
    }),
    "subscriptions": ("subscription", {
        "plan": ("plan", "VARCHAR"), "product": ("product", "VARCHAR"), "status": ("status", "VARCHAR"),
        "currency": ("currency", "VARCHAR"), "starts_on": ("starts_on", "DATE"), "ends_on": ("ends_on", "DATE"),
        "notice_deadline": ("notice_deadline", "DATE"), "noticed_on": ("noticed_on", "DATE"),
        "ended_on": ("ended_on", "DATE"), "auto_renews": ("auto_renews", "BOOLEAN"), "seats": ("seats", "BIGINT"),
        "mrr_minor": ("mrr_minor", "BIGINT"), "term_months": ("term_months", "BIGINT"), "steps": ("steps", "JSON"),
        "anchor_on": ("anchor_on", "DATE"), "notice_months": ("notice_months", "BIGINT"),
        "notice_days": ("notice_days", "BIGINT"),
    }),
    "tickets": ("ticket", {
        "priority": ("priority", "VARCHAR"), "type": ("kind", "VARCHAR"), "opened_on": ("opened_on", "DATE"),
        "resolved_on": ("resolved_on", "DATE"),
    }),
    "answers": ("answer", {
        "survey": ("survey", "VARCHAR"), "score": ("score", "DOUBLE"), "answered_on": ("answered_on", "DATE"),
        "role": ("role", "VARCHAR"),
    }),
    "costs": ("cost", {
        "month": ("month", "DATE"), "category": ("category", "VARCHAR"), "minor": ("minor", "BIGINT"),
        "currency": ("currency", "VARCHAR"),
    }),
    "touches": ("touch", {
        "channel": ("channel", "VARCHAR"), "direction": ("direction", "VARCHAR"), "human": ("human", "BOOLEAN"),
        "on_day": ("on", "DATE"), "minutes": ("minutes", "BIGINT"),
    }),
    "pulses": ("pulse", {
        "grade": ("grade", "BIGINT"), "expires_on": ("expires_on", "DATE"), "reasons": ("reasons", "VARCHAR[]"),
    }),
    "overrides": ("override", {
        "band": ("band", "VARCHAR"), "score": ("score", "DOUBLE"), "reason": ("reason", "VARCHAR"),
        "expires_on": ("expires_on", "DATE"),
    }),
    "hard_events": ("hard_event", {"event": ("event", "VARCHAR"), "expires_on": ("expires_on", "DATE")}),
}  # fmt: skip

# What was said of one kind, with the day (organisation's zone) from which it is true; EVER where it always was.
SAID = """
create temp view said_{kind} as
select key, split_part(key, '|', 1) as namespace, substr(key, strpos(key, '|') + 1) as rest, account, known_on, seq,
       gone, assumed, body,
       case when valid_at < timestamptz '1900-01-03' then date '1900-01-01'
            else (valid_at at time zone {zone})::date end as valid_on
from {source} {filter}
"""
NOTHING = """
(select '' as key, 0::bigint as account, timestamptz '2000-01-01' as valid_at, date '2000-01-01' as known_on,
 0::bigint as seq, false as gone, false as assumed, '{}' as body where false)
"""
BELIEVED = """
create temp {form} {view} as
with started as (
  select *, {start} as starts from said_{kind} {chosen}
), ended as (
  select *, coalesce(min(starts) over (
    partition by key order by known_on, seq rows between 1 following and unbounded following
  ), date '9999-12-31') as ends from started
), opened as (
  select *, from_json(body, '{shape}') as it from ended where not gone and starts < ends
)
select coalesce(s.survivor, o.account) as account, o.key, o.valid_on,
       greatest(o.starts, coalesce(s.known_from, o.starts)) as believed_from,
       least(o.ends, coalesce(s.known_to, o.ends)) as believed_to, o.assumed, {columns}
from opened o left join survivors s on o.account = s.account and o.starts < s.known_to and s.known_from < o.ends
where {own} {wanted}
"""
# All versions of what ever concerned the wanted accounts, whoever it concerned before or after.
CONCERNED = "where key in (select key from said_{kind} where account in ({accounts}))"
PRICE_STEPS = """
create temp view price_steps as
select account, key, valid_on, believed_from, believed_to, assumed, currency, step.from_on, step.mrr_minor, step.seats
from (select *, unnest(from_json(steps, '[{"from_on":"DATE","mrr_minor":"BIGINT","seats":"BIGINT"}]')) as step
      from subscriptions where steps is not null)
"""
# Every moment of a mapped name is covered, by `unmapped` before the first mapping and after a retraction.
MAPPINGS = """
create temp table mappings as
with said as (
  select namespace, rest as event, known_on, seq, case when gone then 'unmapped' else body->>'$.use' end as use,
         case when gone then null else body->>'$.feature' end as feature from said_mapping
  union all
  select distinct namespace, rest, date '1900-01-01', -1, 'unmapped', null from said_mapping
)
select namespace, event, use, feature, {from_day} as believed_from, believed_to from (
  select *, lead(known_on, 1, date '9999-12-31') over (partition by namespace, event order by known_on, seq) as believed_to
  from said
) where known_on < believed_to {last}
"""


def declare(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, list[str]], *, zone: ZoneInfo, known: date | None
) -> None:
    """The views `said_<kind>`: the versions that may be known, and all of the kinds that make links."""
    for kind in kinds():
        found = files.get(kind)
        source = f"read_parquet({file_list(found)}, hive_partitioning = false)" if found else NOTHING
        chosen = f"where known_on <= date '{known}'" if known and kind not in LINKING else ""
        db.execute(SAID.format(kind=kind, source=source, zone=quoted(zone.key), filter=chosen))


def believe(db: duckdb.DuckDBPyConnection, *, known: date | None, limited: bool) -> None:
    """The views of docs/lake.md, over `said_<kind>` and `survivors`; `limited` to the accounts in `wanted`.

    Then they are tables, made of what concerns the accounts in `concerned`.
    """
    few = _few_accounts(db) if limited else None
    for view, (kind, shape) in VIEWS.items():
        db.execute(_believed(view, kind, shape, known, few))
    db.execute(PRICE_STEPS)
    last = "and believed_to = date '9999-12-31'" if known else ""
    db.execute(MAPPINGS.format(from_day="date '1900-01-01'" if known else "known_on", last=last))


def _believed(view: str, kind: str, shape: Shape, known: date | None, accounts: str | None) -> str:
    return BELIEVED.format(
        view=view,
        kind=kind,
        start="valid_on" if known else "greatest(known_on, valid_on)",
        shape="{" + ", ".join(f'"{name}":"{kind}"' for name, kind in shape.values()) + "}",
        columns=_columns(shape),
        # An absorbed account no longer speaks for itself; what belongs to it follows to the survivor.
        form="view" if accounts is None else "table",
        chosen="" if accounts is None else CONCERNED.format(kind=kind, accounts=accounts),
        own="coalesce(s.survivor, o.account) = o.account" if kind == "account" else "true",
        wanted="" if accounts is None else "and coalesce(s.survivor, o.account) in (select account from wanted)",
    )


def _few_accounts(db: duckdb.DuckDBPyConnection) -> str:
    """The concerned accounts, by name where they are few: groups of rows without them are then not read."""
    found = [str(account) for (account,) in db.execute("select account from concerned").fetchall()]
    return ", ".join(found) if 0 < len(found) <= FEW_ACCOUNTS else "select account from concerned"


def _columns(shape: Shape) -> str:
    return ", ".join(f'o.it."{name}" as {column}' for column, (name, _) in shape.items())


def kinds() -> Iterable[str]:
    """Every kind that a session knows."""
    return sorted({*LINKING, "sighting", "mapping", *(kind for kind, _ in VIEWS.values())})
