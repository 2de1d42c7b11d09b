"""Random contracts of a few accounts, and what they pay worked out one day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.policies import Policy

FIRST = date(2025, 1, 1)
DAYS = 500


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


@st.composite
def contract(draw: st.DrawFn, *, rich: bool = False, least: int = 0) -> Contract:
    start = draw(st.integers(0, DAYS))
    length = draw(st.integers(1, 300))
    plain = st.just((None, 0, 0))
    extra = (
        plain
        if not rich
        else st.tuples(st.sampled_from([None, 0, 40]), st.sampled_from([0, 0, 25]), st.sampled_from([0, 0, 70]))
    )
    prices = draw(
        st.lists(
            st.tuples(st.integers(-20, 320), st.integers(least, 500), st.integers(0, 9), extra), min_size=1, max_size=4
        )
    )
    unique = {start + offset: (minor, seats, *more) for offset, minor, seats, more in prices}
    how = draw(st.sampled_from(["open", "ended", "noticed", "fixed"]))
    return Contract(
        f"c{draw(st.integers(0, 10**9))}", draw(st.integers(1, 4)), day(start), day(start + length),
        tuple(
            Step(day(on), minor, seats, None if off is None else minor + off, committed, usage)
            for on, (minor, seats, off, committed, usage) in sorted(unique.items())
        ),
        draw(st.sampled_from(["a", "b"])), draw(st.sampled_from(["basic", "pro"])),
        term_months=draw(st.sampled_from([1, 6, 12])), auto_renews=how != "fixed",
        noticed_on=day(start) if how == "noticed" else None,
        ended_on=day(start + draw(st.integers(0, length))) if how == "ended" else None,
        billed_to=draw(st.none() | st.integers(start, start + length).map(day)) if rich else None, is_ramp=rich and draw(st.booleans()),
    )  # fmt: skip


#: Some contracts with keys of their own.
contracts = st.lists(contract(), min_size=1, max_size=8, unique_by=lambda one: one.key)
#: The same with discounts that end, commitments, metered usage, ends of billing and ramp deals.
rich_contracts = st.lists(contract(rich=True), min_size=1, max_size=8, unique_by=lambda one: one.key)
#: The same with amounts below zero here and there.
lowered_contracts = st.lists(contract(rich=True, least=-60), min_size=1, max_size=8, unique_by=lambda one: one.key)


def rate(told: Sequence[Contract], account: int, on: date, policy: Policy) -> int:
    """What an account pays on a day under a policy that counts ramp deals step by step, told plainly. Amounts below zero
    lower what it pays, and stand for nothing where it pays nothing else."""
    prices = [_price(one, on, policy) for one in told if one.account == account and _runs(one, on, policy)]
    return sum(prices) if max(prices, default=0) > 0 else 0


def _runs(one: Contract, on: date, policy: Policy) -> bool:
    stops = one.ended_on or (one.ends_on if one.noticed_on or not one.auto_renews else None)
    earlier = {"request": one.noticed_on, "billing": one.billed_to, "service": None}[policy.churn_recognition]
    known = [day for day in (stops, earlier) if day is not None]
    return one.starts_on <= on and all(on < day for day in known)


def _price(one: Contract, on: date, policy: Policy) -> int:
    held = ([step for step in one.steps if step.from_on <= on] or list(one.steps[:1]))[-1]
    price = held.minor
    if policy.coupons == "ignore" and held.list_minor is not None:
        price = held.list_minor
    return price + {"none": 0, "committed": held.committed_minor, "trailing": held.usage_minor}[policy.usage]
