"""What we knew of each account at the end of a day: the measures that health reads, the health that was shown, and the
contract's calendar.

Closed days are read as health stored them; days before anything was stored are evaluated as known at their own end.
Both say the same: what a day knew never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nenrin.analytics.kpis import MEASURES, Grid, evaluate
from nenrin.analytics.lake import Lake
from nenrin.analytics.lake.engine import file_list
from nenrin.analytics.lake.tables import Table
from nenrin.analytics.revenue.paths import Whole, number
from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.insight import history

Floats = NDArray[np.float64]
HEALTH, CHANGE = "health_score", "health_change"
#: Days over which the change of health is taken.
BACK = 30
#: What our own people enter: its share is said on the model's card.
BY_HAND = ("pulse",)
_HIGH = 2**31
STATED = """
select r.place, a.tier, s.term_months
from rows r
left join (
  select r.place, any_value(coalesce(a.tier, '')) as tier from rows r join accounts a on a.account = r.account
    and a.believed_from <= r.as_of and r.as_of < a.believed_to group by r.place
) a on a.place = r.place
left join (
  select r.place, max_by(greatest(coalesce(s.term_months, 1), 1), coalesce(s.mrr_minor, 0)) as term_months
  from rows r join subscriptions s on s.account = r.account and s.believed_from <= r.as_of and r.as_of < s.believed_to
    and s.starts_on <= r.as_of and (s.ended_on is null or s.ended_on > r.as_of) group by r.place
) s on s.place = r.place
order by r.place
"""


@dataclass(frozen=True, slots=True)
class Features:
    """Rows by (account, day as a number): values (nan: missing), tier, and the term in months of the largest contract
    (0: none runs)."""

    account: Whole
    day: Whole
    values: Mapping[str, Floats]
    tier: NDArray[np.object_]
    term: Whole

    def __len__(self) -> int:
        return len(self.account)

    def taken(self, places: Whole) -> Features:
        values = {key: column[places] for key, column in self.values.items()}
        return Features(self.account[places], self.day[places], values, self.tier[places], self.term[places])

    def find(self, account: Whole, day: Whole) -> Whole:
        """Where each pair stands; -1 where nothing was known of it."""
        own, asked = self.account * _HIGH + self.day, account * _HIGH + day
        if not len(own):
            return np.full(len(asked), -1)
        order = np.argsort(own, kind="stable")
        place = order[np.minimum(np.searchsorted(own[order], asked), len(own) - 1)]
        return np.where(own[place] == asked, place, -1)


def on(lake: Lake, days: Iterable[date], *, accounts: Sequence[int] | None = None) -> Features:
    """Every account's features at the end of each of these days."""
    wanted = sorted(set(days))
    stored = _stored(lake, wanted)
    rest = [day for day in wanted if day not in stored]
    parts = [_read(lake, sorted(stored), accounts)] if stored else []
    parts += [_evaluated(lake, rest, accounts)] if rest else []
    account, day = (np.concatenate([part[n] for part in parts]) if parts else np.zeros(0, np.int64) for n in range(2))
    values = {key: np.concatenate([part[2][key] for part in parts]) if parts else np.zeros(0) for key in MEASURES}
    tier, term = _stated(lake, account, day)
    return Features(account, day, {**values, **_health(lake, account, day, accounts)}, tier, term)


def _stored(lake: Lake, days: Sequence[date]) -> set[date]:
    """Those of the days whose health is stored."""
    found = _of_days(lake, history.scores_table(lake), days, None, "distinct day")
    return set(found.column("day").to_pylist())


def _read(lake: Lake, days: Sequence[date], accounts: Sequence[int] | None) -> tuple[Whole, Whole, dict[str, Floats]]:
    rows = _of_days(lake, history.scores_table(lake), days, accounts, "account, day")
    account, day = _whole(rows, "account"), _numbers(rows)
    order = np.lexsort((day, account))
    account, day = account[order], day[order]
    own = account * _HIGH + day
    values = {key: np.full(len(account), np.nan) for key in MEASURES}
    for one in days:  # a day at a time: all measures of all days at once would not fit
        told = _of_days(lake, history.values_table(lake), [one], accounts, "account, day, measure, value")
        _fill(values, told, np.searchsorted(own, _whole(told, "account") * _HIGH + _numbers(told)))
    return account, day, values


def _fill(values: Mapping[str, Floats], told: pa.Table, place: Whole) -> None:
    """Each measure's values to their places; measures that are no longer known are left out."""
    names = told.column("measure").combine_chunks().dictionary_encode()
    code, value = names.indices.to_numpy(), told.column("value").to_numpy()
    for at, key in enumerate(names.dictionary.to_pylist()):
        if key in values:
            own = code == at
            values[key][place[own]] = value[own]


def _evaluated(
    lake: Lake, days: Sequence[date], accounts: Sequence[int] | None
) -> tuple[Whole, Whole, dict[str, Floats]]:
    found = evaluate(lake, tuple(MEASURES.values()), Grid(tuple(days)), accounts=accounts)
    values = {key: np.asarray(found.column(key).to_numpy(zero_copy_only=False), dtype=np.float64) for key in MEASURES}
    return _whole(found, "account"), _numbers(found, "as_of"), values


def _stated(lake: Lake, account: Whole, day: Whole) -> tuple[NDArray[np.object_], Whole]:
    """Tier and term as told by then."""
    if not len(account):
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64)
    rows = pa.table(
        {
            "place": np.arange(len(account)),
            "account": account,
            "as_of": pa.array(day.astype(np.int32)).cast(pa.date32()),
        }
    )
    first = _date(int(day.min()))
    with lake.session(days=(first, first), known=None) as db:
        db.register("rows", rows)
        found = db.sql(STATED).to_arrow_table()
    tier = np.array([tier or "" for tier in found.column("tier").to_pylist()], dtype=object)
    return tier, np.array([term or 0 for term in found.column("term_months").to_pylist()], dtype=np.int64)


def _health(lake: Lake, account: Whole, day: Whole, accounts: Sequence[int] | None) -> dict[str, Floats]:
    """The score that was shown on the day, and by how much it had moved in the days before; missing where too little
    was known for one."""
    days = {int(n) for n in np.unique(day)}
    wanted = [_date(n) for n in sorted(days | {n - BACK for n in days})]
    told = _of_days(lake, history.scores_table(lake), wanted, accounts, "account, day, score, shown")
    told = told.filter(pc.not_equal(told.column("shown"), Band.UNKNOWN.value))
    own = _whole(told, "account") * _HIGH + _numbers(told)
    order = np.argsort(own, kind="stable")
    own, score = own[order], _whole(told, "score")[order] / micro.ONE
    now, before = (_found(own, score, account * _HIGH + when) for when in (day, day - BACK))
    return {HEALTH: now, CHANGE: now - before}


def _found(own: Whole, values: Floats, asked: Whole) -> Floats:
    """The value of each key that is asked for, of ascending keys; nan where there is none."""
    if not len(own):
        return np.full(len(asked), np.nan)
    place = np.minimum(np.searchsorted(own, asked), len(own) - 1)
    return np.where(own[place] == asked, values[place], np.nan)


def _of_days(lake: Lake, table: Table, days: Sequence[date], accounts: Sequence[int] | None, columns: str) -> pa.Table:
    """Rows of a stored history on these days alone."""
    files = table.files(sorted({f"{day:%Y-%m}" for day in days}))
    names = [name.strip().removeprefix("distinct ") for name in columns.split(",")]
    if not files:
        return pa.schema([table.schema.field(name) for name in names]).empty_table()
    own = "" if accounts is None else f" and account in ({', '.join(str(int(a)) for a in accounts) or 'null'})"
    listed = ", ".join(f"date '{day}'" for day in days)
    source = f"read_parquet({file_list(files)}, hive_partitioning = false)"
    with lake.connection() as db:
        return db.sql(f"select {columns} from {source} where day in ({listed}){own}").to_arrow_table()


def _whole(table: pa.Table, name: str) -> Whole:
    return np.asarray(table.column(name).to_numpy(), dtype=np.int64)


def _numbers(table: pa.Table, name: str = "day") -> Whole:
    return np.asarray(table.column(name).cast(pa.date32()).cast(pa.int32()).to_numpy(), dtype=np.int64)


def _date(n: int) -> date:
    return date(1970, 1, 1) + timedelta(n)


def first_use(lake: Lake) -> date | None:
    """The day of the first event of anybody."""
    with lake.session(days=None, known=None) as db:
        found = db.sql("select min(day) from raw_beats").fetchall()
    return found[0][0] if found else None


def evening(begins: date) -> date:
    """The day whose end knows what may be used of a period that begins on `begins`."""
    return begins - timedelta(1)


def evening_number(begins: date) -> int:
    return number(evening(begins))
