"""What each account of a part is still worth by its own risk: the same values as one by one (see accounts), for a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nenrin.analytics.forecasts.lifetimes import bridged, expectancies
from nenrin.analytics.forecasts.lifetimes.expectancies import Ahead
from nenrin.analytics.forecasts.lifetimes.lives import Life
from nenrin.insight.lifetimes import particular, values
from nenrin.insight.lifetimes.books import Book
from nenrin.insight.lifetimes.particular import Chances, Why
from nenrin.insight.lifetimes.values import Slice
from nenrin.insight.lifetimes.worths import NOTHING, Assumptions


@dataclass(frozen=True, slots=True)
class Worth:
    """In minor units of the account's currency. `why` the account's own risk is not in it; None where it is, and of who has
    given notice."""

    minor: float
    why: Why | None = None


def of_part(
    whole: Book, part: Slice, found: Sequence[Life], given: Assumptions, *, is_scoped: bool = False
) -> dict[int, Worth]:  # fmt: skip
    """Of the running accounts of a tier's part, by account; nothing without a model. `whole`: the book of all accounts, by
    which lifetimes are told whoever asks: also of a part that is of some accounts only (`is_scoped`)."""
    alive = [one for one in found if one.is_running]
    if not alive or (part.model is None and not is_scoped):
        return {}
    if is_scoped:
        told = values.of_account(whole, alive[0].account)
        if told is None or told[0].model is None:
            return {}
        part = told[0]
    return _worths(whole, part, alive, given, particular.every(alive, whole.as_of))


def _worths(
    book: Book, part: Slice, alive: Sequence[Life], given: Assumptions, told: Mapping[int, Chances | Why]
) -> dict[int, Worth]:  # fmt: skip
    model = part.model
    assert model is not None  # the caller asks for parts with one
    rate = expectancies.per_occasion(given.discount, part.term_months)
    own = {one.account: found for one in alive if isinstance(found := told[one.account], Chances)}
    steps = {one.account: book.coming.get(one.account, NOTHING) for one in alive}
    reach = max((len(one.stays) for one in own.values()), default=0)
    last = (
        max(one.passed for one in alive) + reach + max((b for one in steps.values() for b, _ in one.steps), default=0)
    )
    ahead = expectancies.ahead(model, rate, last)
    margin = given.margin * part.term_months
    out = {}
    for one in alive:
        coming, chances = steps[one.account], own.get(one.account)
        if coming.is_leaving:
            out[one.account] = Worth(0.0)
            continue
        stays = bridged.moved(chances.stays, 0.0) if chances else np.zeros(0)
        paid = one.mrr_minor * _ahead(ahead, one.passed, rate, stays)
        paid += sum(change * _ahead(ahead, one.passed, rate, stays, behind) for behind, change in coming.steps)
        found = told[one.account]
        out[one.account] = Worth(margin * paid, None if isinstance(found, Chances) else found)
    return out


def _ahead(group: Ahead, passed: int, rate: float, stays: np.ndarray, skipped: int = 0) -> float:
    """Discounted payments still to come: those of its own chances, then the group's for whoever came so far."""
    count = len(stays)
    discount = (1 + rate) ** -np.arange(1, count + 1, dtype=np.float64)
    near = float((stays * discount)[skipped:].sum())
    beyond = float(stays[-1] * discount[-1]) if count else 1.0
    later = group.of(np.array([passed + count]), max(0, skipped - count))[0]
    return near + beyond * float(later)
