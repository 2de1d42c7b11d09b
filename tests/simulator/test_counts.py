"""Large worlds are told as counts: as many as events would be, only where there was a customer, the same every time."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from nenrin.simulator import counts
from nenrin.simulator.economy import lives
from nenrin.simulator.market.days import Window
from nenrin.simulator.presets import Preset

SMALL = Preset("small", accounts=40, months=6, seat_scale=0.3)
WINDOW = Window.until(date(2026, 11, 22), SMALL.months)


def _all(seed: int) -> pa.Table:
    economy = lives.simulated(SMALL, seed, first_month=WINDOW.first.month)
    return pa.concat_tables(counts.user_days(economy, WINDOW, together=7))


def test_the_same_seed_counts_the_same() -> None:
    assert _all(1).equals(_all(1))
    assert not _all(1).equals(_all(2))


def test_every_count_is_positive_and_within_the_window() -> None:
    table = _all(1)
    assert table.num_rows > 1_000
    assert pc.min(table["n"]).as_py() >= 1
    assert WINDOW.first <= pc.min(table["day"]).as_py() <= pc.max(table["day"]).as_py() <= WINDOW.today
    assert set(table["event"].to_pylist()) == set(range(len(counts.EVENTS)))


def test_a_person_logs_in_once_on_a_day_of_use() -> None:
    logins = _all(1).filter(pc.equal(_all(1)["event"], 0))
    assert pc.max(logins["n"]).as_py() == 1
