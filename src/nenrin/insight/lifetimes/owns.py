"""What each account of a part is still worth by its own risk: the same values as one by one (see accounts), for a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


def of_list(
    whole: Book, found: Iterable[Life], given: Assumptions, parts: Iterable[Slice] = ()
) -> dict[int, Worth | None]:  # fmt: skip
    """Of the running accounts of any list, by account: by the lifetimes of its tier and term, as on its own page; None where
    those have no model. `whole`: the book of all accounts, by which lifetimes are told whoever asks; `parts`: the tiers'
    where they are worked out already."""
    alive = [one for one in found if one.is_running]
    if not alive:
        return {}
    told = particular.every(alive, whole.as_of)
    known = {(one.tier, one.term_months): one for one in parts}
    out: dict[int, Worth | None] = {}
    for key, own in _by_tier(whole, alive).items():
        part = known.get(key) or _part(whole, own[0])
        out |= dict.fromkeys(one.account for one in own)
        out |= _worths(whole, part, own, given, told) if part.model else {}
    return out


def _by_tier(book: Book, alive: Sequence[Life]) -> dict[tuple[str, int], list[Life]]:
    """By tier and length of term."""
    out: dict[tuple[str, int], list[Life]] = {}
    for one in alive:
        out.setdefault((book.tiers.get(one.account, ""), one.term_months), []).append(one)
    return out


def _part(whole: Book, one: Life) -> Slice:
    found = values.of_account(whole, one.account)
    return found[0] if found else values.nobody()


def _worths(
    book: Book, part: Slice, alive: Sequence[Life], given: Assumptions, told: Mapping[int, Chances | Why]
) -> dict[int, Worth]:  # fmt: skip
    model = part.model
    assert model is not None  # asked of parts with one
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
