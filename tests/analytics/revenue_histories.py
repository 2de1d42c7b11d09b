"""Random contracts of a few accounts, and what they pay worked out one day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from nenrin.analytics.revenue.contracts import Contract, Step

FIRST = date(2025, 1, 1)
DAYS = 500


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


@st.composite
def contract(draw: st.DrawFn) -> Contract:
    start = draw(st.integers(0, DAYS))
    length = draw(st.integers(1, 300))
    prices = draw(
        st.lists(st.tuples(st.integers(-20, 320), st.integers(0, 500), st.integers(0, 9)), min_size=1, max_size=4)
    )
    unique = {start + offset: (minor, seats) for offset, minor, seats in prices}
    how = draw(st.sampled_from(["open", "ended", "noticed", "fixed"]))
    return Contract(
        f"c{draw(st.integers(0, 10**9))}", draw(st.integers(1, 4)), day(start), day(start + length),
        tuple(Step(day(on), minor, seats) for on, (minor, seats) in sorted(unique.items())),
        draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["basic", "pro"])),
        term_months=draw(st.sampled_from([1, 6, 12])), auto_renews=how != "fixed",
        noticed_on=day(start) if how == "noticed" else None,
        ended_on=day(start + draw(st.integers(0, length))) if how == "ended" else None,
    )  # fmt: skip


#: Some contracts with keys of their own.
contracts = st.lists(contract(), min_size=1, max_size=8, unique_by=lambda one: one.key)


def rate(told: Sequence[Contract], account: int, on: date) -> int:
    """What an account pays on a day, told plainly."""
    return sum(_price(one, on) for one in told if one.account == account and _runs(one, on))


def _runs(one: Contract, on: date) -> bool:
    stops = one.ended_on or (one.ends_on if one.noticed_on or not one.auto_renews else None)
    return one.starts_on <= on and (stops is None or on < stops)


def _price(one: Contract, on: date) -> int:
    held = [step for step in one.steps if step.from_on <= on] or list(one.steps[:1])
    return held[-1].minor
