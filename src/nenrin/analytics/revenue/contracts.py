"""Contracts as the ledger reads them: a term, price steps, and the days on which they stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Step:
    """The price from a day on, in minor units a month, without tax.

    `list_minor`: before a discount that will end. `committed_minor`: the committed minimum of metered usage;
    `usage_minor`: its trailing three-month mean. None of them is part of `minor`.
    """

    from_on: date
    minor: int
    seats: int = 0
    list_minor: int | None = None
    committed_minor: int = 0
    usage_minor: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract as last known; days are half-open, `ended_on` is the first day without it.

    `billed_to`: the day it ended in billing, where that is before the paid service ends. `past_due_on`: since when
    a payment is overdue (its first day after the day of payment). `is_involuntary`: it ended without the customer's decision.
    """

    key: str
    account: int
    starts_on: date
    ends_on: date
    steps: Sequence[Step]
    product: str = ""
    plan: str = ""
    currency: str = "JPY"
    term_months: int = 12
    auto_renews: bool = True
    noticed_on: date | None = None
    ended_on: date | None = None
    billed_to: date | None = None
    past_due_on: date | None = None
    is_involuntary: bool = False
    is_ramp: bool = False


_DAY, _TEXT, _WHOLE = pa.date32(), pa.string(), pa.int64()
STEP = pa.struct(
    [("from_on", _DAY), ("minor", _WHOLE), ("seats", _WHOLE), ("list_minor", _WHOLE), ("committed_minor", _WHOLE),
     ("usage_minor", _WHOLE)]
)  # fmt: skip
SCHEMA = pa.schema(
    [("key", _TEXT), ("account", _WHOLE), ("starts_on", _DAY), ("ends_on", _DAY), ("steps", pa.list_(STEP)),
     ("product", _TEXT), ("plan", _TEXT), ("currency", _TEXT), ("term_months", _WHOLE), ("auto_renews", pa.bool_()),
     ("noticed_on", _DAY), ("ended_on", _DAY), ("billed_to", _DAY), ("past_due_on", _DAY),
     ("is_involuntary", pa.bool_()), ("is_ramp", pa.bool_())]
)  # fmt: skip


def table(contracts: Iterable[Contract]) -> pa.Table:
    """Contracts as columns (SCHEMA)."""
    names = [each.name for each in fields(Step)]
    rows = []
    for one in contracts:
        row = {each.name: getattr(one, each.name) for each in fields(Contract)}
        rows.append({**row, "steps": [{name: getattr(step, name) for name in names} for step in one.steps]})
    return pa.Table.from_pylist(rows, schema=SCHEMA)
