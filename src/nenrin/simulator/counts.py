"""Usage as counts instead of events: the fast path for worlds that no demo needs and every benchmark does."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from nenrin.simulator import product
from nenrin.simulator.economy import usage, workdays
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import Floats, Ints
from nenrin.simulator.market.assembly import key_of
from nenrin.simulator.market.days import Window
from nenrin.simulator.streams import stream

EVENTS = (product.LOGIN, *(feature.event for feature in product.FEATURES))
SCHEMA = pa.schema(
    [("key", pa.string()), ("user", pa.int32()), ("day", pa.date32()), ("event", pa.int8()), ("n", pa.int32())]
)
DAYS_A_MONTH = 30.44


def user_days(economy: Economy, window: Window, *, together: int = 200) -> Iterator[pa.Table]:
    """Yield tables of user-days, so many accounts at a time: rows (key, user, day, event, n).

    `event` is a position in EVENTS; `user` counts within the account; `n` events of that name on that day. The same
    seed gives the same rows; whoever is no customer on a day has none.
    """
    factors = workdays.factors(window.first, window.days)
    column = np.minimum((np.arange(window.days) / DAYS_A_MONTH).astype(int), window.months - 1)
    rows = np.flatnonzero(economy.lives.is_alive.any(axis=1))
    for start in range(0, len(rows), together):
        parts = [_one(economy, int(row), factors, column, window.first) for row in rows[start : start + together]]
        yield (
            pa.concat_tables(part for part in parts if part.num_rows)
            if any(p.num_rows for p in parts)
            else SCHEMA.empty_table()
        )


def _one(economy: Economy, row: int, factors: Floats, column: Ints, first: date) -> pa.Table:
    rng = stream(economy.seed, "counts", row)
    alive = economy.lives.is_alive[row, column]
    seats = np.where(alive, economy.lives.seats[row, column], 0)
    users = max(1, int(seats.max() * 0.8))
    present = np.arange(users)[:, None] < (seats * 0.8)[None, :]
    lived = usage.lived(economy.lives.adoption[row, column], factors, present, rng)
    weights = usage.breadths(users, len(product.FEATURES), float(economy.lives.adoption[row, -1]), rng)
    place, feature = usage.chosen(weights, lived.user, lived.actions, rng)
    user = np.concatenate([lived.user, lived.user[place]])
    day = np.concatenate([lived.day, lived.day[place]])
    event = np.concatenate([np.zeros(len(lived), np.int64), feature + 1])
    return _counted(key_of(row), user, day, event, first)


def _counted(key: str, user: Ints, day: Ints, event: Ints, first: date) -> pa.Table:
    kinds = len(EVENTS)
    code, n = np.unique((day * 100_000 + user) * kinds + event, return_counts=True)
    rest, kind = np.divmod(code, kinds)
    epoch = (first - date(1970, 1, 1)).days
    columns = {
        "key": pa.array([key] * len(code), pa.string()),
        "user": pa.array(rest % 100_000, pa.int32()),
        "day": pa.array((rest // 100_000 + epoch).astype(np.int32), pa.int32()).cast(pa.date32()),
        "event": pa.array(kind, pa.int8()),
        "n": pa.array(n, pa.int32()),
    }
    return pa.table(columns, schema=SCHEMA)
