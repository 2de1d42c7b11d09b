"""Views of the facts: one per kind, with typed columns and the days on which each version was believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import duckdb

from nenrin.analytics.lake.definitions import define
from nenrin.analytics.lake.engine import file_list, quoted

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
        "is_involuntary": ("is_involuntary", "BOOLEAN"), "billed_to": ("billed_to", "DATE"),
        "is_ramp": ("is_ramp", "BOOLEAN"),
        "anchor_on": ("anchor_on", "DATE"), "notice_months": ("notice_months", "BIGINT"),
        "notice_days": ("notice_days", "INTEGER"),
    }),
    "tickets": ("ticket", {
        "priority": ("priority", "VARCHAR"), "type": ("kind", "VARCHAR"), "opened_on": ("opened_on", "DATE"),
        "resolved_on": ("resolved_on", "DATE"),
    }),
    "answers": ("answer", {
        "survey": ("survey", "VARCHAR"), "score": ("score", "DOUBLE"), "answered_on": ("answered_on", "DATE"),
        "role": ("role", "VARCHAR"), "sent_on": ("sent_on", "DATE"), "respondent": ("respondent", "VARCHAR"),
    }),
    "costs": ("cost", {
        "month": ("month", "DATE"), "category": ("category", "VARCHAR"), "minor": ("minor", "BIGINT"),
        "currency": ("currency", "VARCHAR"), "product": ("product", "VARCHAR"),
        "touch_model": ("touch_model", "VARCHAR"), "segment": ("segment", "VARCHAR"),
    }),
    "efforts": ("effort", {
        "month": ("month", "DATE"), "category": ("category", "VARCHAR"), "minutes": ("minutes", "BIGINT"),
        "product": ("product", "VARCHAR"), "touch_model": ("touch_model", "VARCHAR"), "segment": ("segment", "VARCHAR"),
    }),
    "exchange_rates": ("exchange_rate", {
        "month": ("month", "DATE"), "currency": ("currency", "VARCHAR"), "into_currency": ("into_currency", "VARCHAR"),
        "rate": ("rate", "VARCHAR"),
    }),
    "invoices": ("invoice", {
        "number": ("number", "VARCHAR"), "issued_on": ("issued_on", "DATE"), "due_on": ("due_on", "DATE"),
        "paid_on": ("paid_on", "DATE"), "minor": ("minor", "BIGINT"), "currency": ("currency", "VARCHAR"),
        "status": ("status", "VARCHAR"), "failed_payments": ("failed_payments", "INTEGER"),
        "failed_on": ("failed_on", "DATE"),
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
    "onboardings": ("onboarding", {
        "state": ("state", "VARCHAR"), "starts_on": ("starts_on", "DATE"), "due_on": ("due_on", "DATE"),
        "first_due_on": ("first_due_on", "DATE"), "first_value_on": ("first_value_on", "DATE"),
        "completed_on": ("completed_on", "DATE"), "ended_on": ("ended_on", "DATE"),
        "end_reason": ("end_reason", "VARCHAR"),
    }),
    "losses": ("loss", {"decided_on": ("decided_on", "DATE"), "reason": ("reason", "VARCHAR")}),
    "hard_events": ("hard_event", {"event": ("event", "VARCHAR"), "expires_on": ("expires_on", "DATE")}),
}  # fmt: skip

VALID_ON = """
case when valid_at < timestamptz '1900-01-03' then date '1900-01-01' else (valid_at at time zone {zone})::date end
"""
#: Kinds read for everybody, also in a session of some accounts.
COMMON = ("mapping", "sighting")
# What was said of one kind, with the day (organisation's zone) from which it is true; EVER where it always was.
SAID = """
create or replace temp view {named}_{kind} as
select key, split_part(key, '|', 1) as namespace, substr(key, strpos(key, '|') + 1) as rest, account, known_on, seq,
       gone, assumed, body,
       {valid_on} as valid_on
from {source} {filter}
"""
NOTHING = """
(select '' as key, 0::bigint as account, timestamptz '2000-01-01' as valid_at, date '2000-01-01' as known_on,
 0::bigint as seq, false as gone, false as assumed, '{}' as body where false)
"""
# `learned_from`: believed from then on by whoever asks each day anew, also where knowledge is fixed.
STARTED = """
started as (
  select *, {start} as starts, greatest(known_on, valid_on) as learned from {source}
), ended as (
  select *, coalesce(min(starts) over (
    partition by {kind} key order by known_on, seq rows between 1 following and unbounded following
  ), date '9999-12-31') as ends from started
)
"""
SURVIVED = """
coalesce(s.survivor, o.account) as account, o.key, o.valid_on,
       greatest(o.starts, coalesce(s.known_from, o.starts)) as believed_from,
       least(o.ends, coalesce(s.known_to, o.ends)) as believed_to,
       greatest(o.learned, coalesce(s.learned, o.learned)) as learned_from, o.assumed
"""
SURVIVORS = "left join survivors s on o.account = s.account and o.starts < s.known_to and s.known_from < o.ends"
# An absorbed account no longer speaks for itself; what belongs to it follows to the survivor.
BELIEVED = """
create or replace temp view {view} as
with {started}, opened as (
  select *, from_json(body, '{shape}') as it from ended where not gone and starts < ends
)
select {survived}, {columns} from opened o {survivors} where {own}
"""
OWN_BELIEVED = """
create or replace temp table own_believed as
with {started}, opened as (select * from ended where not gone and starts < ends)
select o.kind, {survived}, o.body from opened o {survivors}
where (o.kind <> 'account' or coalesce(s.survivor, o.account) = o.account)
  and coalesce(s.survivor, o.account) in (select account from wanted)
"""
OWN_VIEW = """
create or replace temp view {view} as
select account, key, valid_on, believed_from, believed_to, learned_from, assumed, {columns}
from (select *, from_json(body, '{shape}') as it from own_believed where kind = '{kind}') o
"""
# All versions of what ever concerned the wanted accounts, whoever it concerned before or after.
OWN_SAID = """
select kind, key, account, known_on, seq, gone, assumed, body, {valid_on} as valid_on
from read_parquet({files}, hive_partitioning = true) where {chosen}
"""
PRICE_STEPS = """
create or replace temp view price_steps as
select account, key, valid_on, believed_from, believed_to, learned_from, assumed, currency, step.from_on, step.mrr_minor, step.seats
from (select *, unnest(from_json(steps, '[{"from_on":"DATE","mrr_minor":"BIGINT","seats":"BIGINT"}]')) as step
      from subscriptions where steps is not null)
"""
# Every moment of a mapped name is covered, by `unmapped` before the first mapping and after a retraction.
MAPPINGS = """
create or replace temp table mappings as
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


def valid_on(zone: ZoneInfo) -> str:
    """The day of the zone from which a version is true, of a row of the table."""
    return VALID_ON.format(zone=quoted(zone.key))


def declare(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], kinds: Iterable[str], *, zone: ZoneInfo,
    known: date | None, named: str = "said",
) -> None:  # fmt: skip
    """The views `said_<kind>`: the versions that may be known, and all of the kinds that make links."""
    for kind in kinds:
        found = files.get(kind)
        source = f"read_parquet({file_list(found)}, hive_partitioning = false)" if found else NOTHING
        chosen = f"where known_on <= date '{known}'" if known and kind not in LINKING else ""
        view = SAID.format(named=named, kind=kind, source=source, valid_on=valid_on(zone), filter=chosen)
        define(db, f"{named}_{kind}", view)


def believe(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], *, zone: ZoneInfo, known: date | None
) -> None:
    """The views of docs/lake.md, over `said_<kind>` and `survivors`."""
    declare(db, files, sorted({kind for kind, _ in VIEWS.values()}), zone=zone, known=known)
    for view, (kind, shape) in VIEWS.items():
        own = "coalesce(s.survivor, o.account) = o.account" if kind == "account" else "true"
        started = STARTED.format(start=_start(known), source=f"said_{kind}", kind="")
        db.execute(
            BELIEVED.format(
                view=view, started=started, shape=_json(shape), columns=_columns(shape), own=own, survived=SURVIVED,
                survivors=SURVIVORS,
            )
        )  # fmt: skip
    db.execute(PRICE_STEPS)
    apply_catalogue(db, known)


def believe_own(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], *, zone: ZoneInfo, known: date | None,
    concerned: Collection[int], moved: Collection[tuple[str, str]],
) -> None:  # fmt: skip
    """The same views of the accounts in `wanted`, all over one table that is read once.

    `concerned`: the wanted accounts and all that were merged into them. `moved`: (kind, key) of the facts that
    have been of more than one account, which are looked for by their key as well.
    """
    shown = {kind: files.get(kind, ()) for kind, _ in VIEWS.values()}
    _read_own(db, shown, zone, known, concerned, moved)
    started = STARTED.format(start=_start(known), source="own_facts", kind="kind,")
    db.execute(OWN_BELIEVED.format(started=started, survived=SURVIVED, survivors=SURVIVORS))
    for view, (kind, shape) in VIEWS.items():
        define(db, view, OWN_VIEW.format(view=view, kind=kind, shape=_json(shape), columns=_columns(shape)))
    define(db, "price_steps", PRICE_STEPS)
    apply_catalogue(db, known)


def apply_catalogue(db: duckdb.DuckDBPyConnection, known: date | None) -> None:
    """The table `mappings`, over `said_mapping`."""
    last = "and believed_to = date '9999-12-31'" if known else ""
    from_day = "date '1900-01-01'" if known else "known_on"
    define(db, "mappings", MAPPINGS.format(from_day=from_day, last=last), reads="said_mapping")


def _read_own(
    db: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[str]], zone: ZoneInfo, known: date | None,
    concerned: Collection[int], moved: Collection[tuple[str, str]],
) -> None:  # fmt: skip
    limit = f" and known_on <= date '{known}'" if known else ""
    theirs = f"account in ({', '.join(str(account) for account in sorted(concerned)) or 'null'})"
    db.execute(f"create or replace temp table own_facts as {_said_by(files, zone, theirs + limit)}")
    if not moved:
        return
    mine = {(kind, key) for kind, key in db.execute("select distinct kind, key from own_facts").fetchall()}
    keys = mine & set(moved)
    if keys:
        named = ", ".join(f"({quoted(kind)}, {quoted(key)})" for kind, key in sorted(keys))
        others = f"(kind, key) in ({named}) and not coalesce({theirs}, false){limit}"
        few = {kind: files[kind] for kind, _ in keys}
        db.execute(f"insert into own_facts {_said_by(few, zone, others)}")


def _said_by(files: Mapping[str, Sequence[str]], zone: ZoneInfo, chosen: str) -> str:
    paths = [path for found in files.values() for path in found]
    if not paths:
        return f"select '' as kind, *, date '2000-01-01' as valid_on from {NOTHING} where false"
    return OWN_SAID.format(valid_on=valid_on(zone), files=file_list(paths), chosen=chosen)


def _start(known: date | None) -> str:
    return "valid_on" if known else "greatest(known_on, valid_on)"


def _json(shape: Shape) -> str:
    return "{" + ", ".join(f'"{name}":"{kind}"' for name, kind in shape.values()) + "}"


def _columns(shape: Shape) -> str:
    return ", ".join(f'o.it."{name}" as {column}' for column, (name, _) in shape.items())
