"""Contracts of generated customers: steps where seats or discounts change, an end where they left."""

from datetime import date, timedelta

import numpy as np

from nenrin.customers.terms import add_months, term_end, terms_until
from nenrin.simulator import product, records
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.market.days import Window
from nenrin.values import Text

NOTICE_MONTHS = (1, 1, 3)
REASONS: tuple[tuple[str, Text, float], ...] = (
    ("low_usage", Text("Hardly used on site", "現場で定着せず"), 0.28),
    ("price", Text("Too expensive for what was used", "費用対効果が合わない"), 0.2),
    ("competitor", Text("Moved to a competitor", "他社製品へ切り替え"), 0.16),
    ("champion_left", Text("The champion left and nobody took over", "推進者の異動・退職"), 0.14),
    ("missing_feature", Text("A needed feature was missing", "必要な機能がない"), 0.1),
    ("business_change", Text("Merged or closed the department", "部署の統合・事業撤退"), 0.07),
    ("unknown", Text("Reason not known", "理由不明"), 0.05),
)


def signed(
    economy: Economy, row: int, key: str, window: Window, rng: np.random.Generator
) -> tuple[records.Contract, records.Loss | None]:
    """Return the contract of one account as it stands today, and its loss if it left."""
    term = int(economy.contracts.term[row])
    start = window.month(int(economy.population.start[row]))
    loss = _loss(economy, row, window, rng)
    ends_on = loss.on if loss else _next_end(economy, row, start, term, window)
    steps = _steps(economy, row, start, window, loss)
    contract = records.Contract(
        key=f"C-{key}",
        plan=product.plan_for(max(step.seats for step in steps)).key,
        starts_on=start,
        term_months=term,
        ends_on=ends_on,
        auto_renews=_renews_itself(economy, row, start, ends_on, term),
        notice_months=NOTICE_MONTHS[economy.population.tier[row]],
        currency="USD" if economy.contracts.is_dollar[row] else "JPY",
        steps=steps,
        noticed_on=loss.noticed_on if loss else None,
        ended_on=loss.on if loss else None,
        end_reason=loss.reason if loss else "",
    )
    return contract, loss


def _renews_itself(economy: Economy, row: int, start: date, ends_on: date, term: int) -> bool:
    """Only a first term may run out: what has been renewed before had the clause, as nearly all have."""
    has_clause = bool(economy.contracts.auto_renews[row])
    return has_clause or term == 1 or add_months(start, term) < ends_on


def _loss(economy: Economy, row: int, window: Window, rng: np.random.Generator) -> records.Loss | None:
    left = np.flatnonzero(economy.lives.has_left[row])
    if not len(left) or window.month(int(left[0]) + 1) > window.today:
        return None
    on = window.month(int(left[0]) + 1)
    if economy.lives.is_involuntary[row, left[0]]:
        return records.Loss(on, None, "payment", Text("Payment failed for good", "支払いの滞納"))
    reason, words, _ = REASONS[int(rng.choice(len(REASONS), p=[share for _, _, share in REASONS]))]
    return records.Loss(on, add_months(on, -1), reason, words)


def _next_end(economy: Economy, row: int, start: date, term: int, window: Window) -> date:
    """Terms end where the generator's do: on the day after the anchor's month, every term."""
    anchor = window.month(int(economy.contracts.anchor[row]) + 1)
    while anchor > start:
        anchor = add_months(anchor, -term)
    return term_end(anchor, terms_until(anchor, term, max(window.today, start)), term)


def _steps(
    economy: Economy, row: int, start: date, window: Window, loss: records.Loss | None
) -> tuple[records.Step, ...]:
    """One step where the contract begins, one wherever seats change, one where the first year's discount
    runs out; none from the day on which it ends.
    """
    until = loss.on - timedelta(1) if loss else window.today
    seen: dict[date, int] = {start: _ramped(economy, row, int(economy.population.seats[row]))}
    for column in range(max(0, int(economy.population.start[row])), window.months):
        if start < window.month(column) <= until:
            seen[window.month(column)] = int(economy.lives.seats[row, column])
    if economy.contracts.discount[row] > 0 and start < add_months(start, 12) <= until:
        day = add_months(start, 12)
        seen.setdefault(day, seen[max(known for known in seen if known <= day)])
    steps = [records.Step(day, seats, _minor(economy, row, seats, start, day)) for day, seats in sorted(seen.items())]
    return tuple(
        step
        for place, step in enumerate(steps)
        if place == 0 or (step.seats, step.minor) != (steps[place - 1].seats, steps[place - 1].minor)
    )


def _ramped(economy: Economy, row: int, seats: int) -> int:
    return max(1, round(seats * float(economy.contracts.ramp[row])))


def _minor(economy: Economy, row: int, seats: int, start: date, day: date) -> int:
    discount = float(economy.contracts.discount[row]) if day < add_months(start, 12) else 0.0
    return round(seats * int(economy.contracts.price[row]) * (1 - discount))
