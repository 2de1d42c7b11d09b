"""Raw columns to rows of the lake: ids made sound, times corrected by the sender's clock, attribution, known on.

A time is `received - (sent - original)`: what the sender's clock got wrong cancels out. Without `sent` the original
is believed. More than five minutes ahead of its arrival, before 2000, or unreadable: the arrival, with a flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from nenrin.analytics.lake.engine import quoted
from nenrin.analytics.lake.schemas import INSTANT
from nenrin.ingest.payloads.columns import LONGEST_ID
from nenrin.ingest.spool import SpooledBatch

AHEAD: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_MESSAGE: Final = 100

BATCHES = pa.schema(
    [
        ("batch", pa.int64()), ("source", pa.int32()), ("namespace", pa.string()), ("trusted", pa.bool_()),
        ("received_at", INSTANT), ("arrived_on", pa.date32()), ("policy", pa.string()), ("lag", pa.int64()),
    ]
)  # fmt: skip

# Numbers are seconds or, past the year 5138 in seconds, milliseconds since 1970.
INSTANT_OF = """
case when {column} is null then null
     when strpos({column}, '-') > 1 then epoch_us(try_cast({column} as timestamptz))
     else try_cast(case when abs(try_cast({column} as double)) > 1e11 then try_cast({column} as double) * 1000
                else try_cast({column} as double) * 1000000 end as bigint) end
"""
SOUND = "case when {value} between -2208988800000000 and 7258118400000000 then {value} end"
NORMAL = """
create or replace temp table normal as
with joined as (
  select r.*, b.source, b.namespace, b.trusted, b.arrived_on, b.policy, b.lag, b.received_at,
         epoch_us(b.received_at) as received_us, {original} as original_raw, {sent} as sent_raw,
         {stated} as stated_raw, regexp_replace(coalesce(r.message, ''), '[\\s\\x00-\\x1f\\x7f]+', '', 'g') as id
  from raw r join batches b using (batch)
), read as (
  select *, {sound_original} as original_us, {sound_sent} as sent_us, {sound_stated} as stated_us from joined
), guessed as (
  select *, received_us - (coalesce(sent_us, received_us) - original_us) as guess_us from read
), placed as (
  select *,
    guess_us > received_us + {ahead} as is_ahead,
    guess_us < {earliest} or (original is not null and original_us is null) as is_odd
  from guessed
), timed as (
  select *, case when guess_us is null or is_ahead or is_odd then received_us else guess_us end as valid_us
  from placed
)
select batch, place, source, namespace, trusted, type, name, "user", anonymous, "group", previous,
       make_timestamptz(valid_us) as valid_at, received_at, make_timestamptz(original_us) as original_at,
       make_timestamptz(sent_us) as sent_at,
       case policy when 'lag' then least({day_of_lag}, arrived_on)
            when 'column' then least(coalesce({day_of_stated}, arrived_on), arrived_on) else arrived_on end as known_on,
       case when id = '' then 'nrn-' || batch || '-' || place
            when length(id) > {longest} then left(id, {kept}) || '#' || md5(id) else id end as event_id,
       case when "group" is not null then 'g:' || "group" when "user" is not null then 'u:' || "user"
            else 'a:' || anonymous end as key,
       concat_ws(',', nullif(flags, ''), case when is_ahead then 'skew' end, case when is_odd then 'odd_time' end,
         case when id = '' and message is not null then 'blank_id' when length(id) > {longest} then 'long_id' end,
         case when policy = 'lag' then 'assumed' end) as flags,
       properties, traits, context,
       hash(type, name, "user", anonymous, "group", previous, original, properties, traits) as body_hash,
       greatest(length("user"), length(anonymous), length("group"), length(previous)) > {longest_id} as has_long_id
from timed
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a source's facts become known: on arrival, as the event states (`receivedAt`), or a lag after being true.

    Nothing is known later than on the day of its arrival; a lag is an assumption and flagged as one.
    """

    known_at: str
    lag: timedelta = timedelta(0)


ON_ARRIVAL = Policy("arrival")


def normalise(
    db: duckdb.DuckDBPyConnection, rows: pa.Table, batches: Sequence[SpooledBatch], *, zone: ZoneInfo,
    closed_through: date | None, policies: Mapping[int, Policy],
) -> None:  # fmt: skip
    """Make the temp table `normal`: the lake's columns but `day`, and place, trusted, previous, body_hash, has_long_id.

    What arrives on a day that is already closed is known on the first open one.
    """
    db.register("raw", rows)
    db.register("batches", _batches(batches, zone, closed_through, policies))
    db.execute(_sql(zone))
    db.unregister("raw")
    db.unregister("batches")


def _sql(zone: ZoneInfo) -> str:
    day = "(make_timestamptz({us}) at time zone " + quoted(zone.key) + ")::date"
    return NORMAL.format(
        original=INSTANT_OF.format(column="original"), sent=INSTANT_OF.format(column="sent"),
        stated=INSTANT_OF.format(column="stated"), sound_original=SOUND.format(value="original_raw"),
        sound_sent=SOUND.format(value="sent_raw"), sound_stated=SOUND.format(value="stated_raw"),
        ahead=AHEAD // timedelta(microseconds=1), earliest=int(EARLIEST.timestamp() * 1_000_000),
        day_of_lag=day.format(us="valid_us + lag"), day_of_stated=day.format(us="stated_us"),
        longest=LONGEST_MESSAGE, kept=LONGEST_MESSAGE - 33, longest_id=LONGEST_ID,
    )  # fmt: skip


def _batches(
    batches: Sequence[SpooledBatch], zone: ZoneInfo, closed_through: date | None, policies: Mapping[int, Policy]
) -> pa.Table:
    rows = []
    for batch in batches:
        policy = policies.get(batch.source, ON_ARRIVAL)
        rows.append(
            {
                "batch": batch.id, "source": batch.source, "namespace": batch.namespace, "trusted": batch.trusted,
                "received_at": batch.received_at, "arrived_on": arrival_day(batch.received_at, zone, closed_through),
                "policy": policy.known_at, "lag": policy.lag // timedelta(microseconds=1),
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=BATCHES)


def arrival_day(at: datetime, zone: ZoneInfo, closed_through: date | None) -> date:
    """The day on which what arrives now becomes known: never one that is closed."""
    day = at.astimezone(zone).date()
    return day if closed_through is None else max(day, closed_through + timedelta(days=1))
