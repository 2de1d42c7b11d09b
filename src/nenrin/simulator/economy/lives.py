"""Months lived: adoption, decisions, seats. One column at a time, all accounts at once."""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.economy import adoption, contracts, hazards, interventions, population
from nenrin.simulator.economy.adoption import Shocks
from nenrin.simulator.economy.contracts import Bools, Contracts
from nenrin.simulator.economy.interventions import Action, Moment, Policy
from nenrin.simulator.economy.population import Floats, Ints, Population
from nenrin.simulator.presets import Preset
from nenrin.simulator.streams import stream


@dataclass(frozen=True, slots=True)
class Lives:
    """What happened, (accounts, months) each.

    `is_alive`: a paying customer during the month. `has_left`: the decision fell at the end of this month;
    `hazard` was its probability, `is_involuntary` the share that was no decision (payment). `treated`: got
    the action this month. Values outside `is_alive` mean nothing.
    """

    adoption: Floats
    hazard: Floats
    is_alive: Bools
    is_due: Bools
    has_left: Bools
    is_involuntary: Bools
    use: Floats
    seats: Ints
    has_expanded: Bools
    has_contracted: Bools
    treated: Bools

    def monthly_churn(self, rows: Bools) -> float:
        """Realised logo churn a month of those accounts: leavers over account-months at risk."""
        return float(self.has_left[rows].sum() / self.is_alive[rows].sum())


@dataclass(frozen=True, slots=True)
class Economy:
    """One world's truth: who they are, what they signed, what would happen anyway, what happened."""

    preset: Preset
    seed: int
    first_month: int
    population: Population
    contracts: Contracts
    shocks: Shocks
    lives: Lives


def simulated(
    preset: Preset,
    seed: int,
    *,
    first_month: int = 4,
    action: Action | None = None,
    policy: Policy = "none",
    capacity: int = 0,
) -> Economy:
    """Return a whole world under one policy. The same seed under another policy is the other potential
    outcome.
    """
    people = population.drawn(preset, seed, first_month=first_month)
    signed = contracts.signed(people, seed, first_month=first_month, price_scale=preset.price_scale)
    drawn = adoption.shocks(people.tier, preset.months, seed, first_month=first_month)
    lives = _lived(_Run(preset, seed, people, signed, drawn, action, policy, capacity))
    return Economy(preset, seed, first_month, people, signed, drawn, lives)


@dataclass(frozen=True, slots=True)
class _Run:
    preset: Preset
    seed: int
    people: Population
    signed: Contracts
    drawn: Shocks
    action: Action | None
    policy: Policy
    capacity: int


def _lived(run: _Run) -> Lives:
    n, months = len(run.people), run.preset.months
    columns: dict[str, np.ndarray] = {name: np.zeros((n, months), bool) for name in _FLAGS}
    columns |= {name: np.zeros((n, months)) for name in ("adoption", "hazard", "use")}
    columns["seats"] = np.zeros((n, months), np.int64)
    luck = {
        name: stream(run.seed, name).random((n, months)) for name in ("churn", "payment", "expansion", "contraction")
    }
    luck["use"] = stream(run.seed, "use").standard_normal((n, months))
    growth = 1 + stream(run.seed, "uplift").gamma(2.0, 0.1, (n, months))
    bought = hazards.buys(
        adoption.opening(run.people.fit, np.zeros(n, np.int64), run.drawn.first),
        run.signed.trial,
        stream(run.seed, "trial end"),
    )
    state = _State(np.zeros(n), np.zeros(n), bought | (run.people.start < 0), run.people.seats.astype(float))
    for column in range(months):
        _month(run, columns, luck, growth[:, column], state, column)
    return Lives(**columns)


_FLAGS = ("is_alive", "is_due", "has_left", "is_involuntary", "has_expanded", "has_contracted", "treated")


@dataclass(slots=True)
class _State:
    """What is carried from month to month: adoption without help, what help left, who stays, seats paid."""

    own: Floats
    helped: Floats
    is_staying: Bools
    seats: Floats


def _month(
    run: _Run,
    columns: dict[str, np.ndarray],
    luck: dict[str, np.ndarray],
    growth: Floats,
    state: _State,
    column: int,
) -> None:
    people, age = run.people, column - run.people.start
    opens = (age == 0) | ((column == 0) & (age > 0))
    moved = adoption.step(state.own, people.fit, age, run.drawn, column)
    state.own = np.where(opens, adoption.opening(people.fit, age, run.drawn.first), moved)
    alive = state.is_staying & (age >= 0)
    level = _helped(run, columns, luck, state, column, age)
    use = hazards.seat_use(level, luck["use"][:, column])
    due = run.signed.due(column, people.start)
    hazard = hazards.churn(level, age, people.tier, run.signed.term > 1, due)
    unpaid = luck["payment"][:, column] < hazards.INVOLUNTARY[people.tier]
    left = alive & ((luck["churn"][:, column] < hazard) | unpaid)
    grew = alive & ~left & (luck["expansion"][:, column] < hazards.expansion(level, use))
    shrank = alive & ~left & ~grew & (luck["contraction"][:, column] < hazards.CONTRACTION)
    factor = np.where(grew, growth, np.where(shrank, hazards.CONTRACTION_FACTOR, 1.0))
    seen = {
        "adoption": level,
        "hazard": hazard,
        "use": use,
        "is_alive": alive,
        "is_due": due & alive,
        "has_left": left,
    }
    seen |= {"is_involuntary": left & unpaid, "has_expanded": grew, "has_contracted": shrank}
    seen["seats"] = np.maximum(1, np.round(state.seats)).astype(np.int64)
    for name, values in seen.items():
        columns[name][:, column] = values
    state.seats = state.seats * factor
    state.is_staying = state.is_staying & ~left


def _helped(
    run: _Run,
    columns: dict[str, np.ndarray],
    luck: dict[str, np.ndarray],
    state: _State,
    column: int,
    age: Ints,
) -> Floats:
    """Apply the action of the month, if there is one, and return adoption with all help so far."""
    state.helped = state.helped * interventions.DECAY
    if run.action is None:
        return state.own + state.helped
    level = state.own + state.helped
    dormant = (run.signed.term > 1) & run.signed.auto_renews & (level < -1.2)
    moment = Moment(level, age, dormant, hazards.seat_use(level, luck["use"][:, column]))
    chosen = interventions.assigned(run.policy, moment, run.action, run.seed, column, capacity=run.capacity)
    chosen = chosen & state.is_staying & (age >= 0)
    columns["treated"][:, column] = chosen
    state.helped = state.helped + np.where(chosen, run.action.gain(moment), 0.0)
    return state.own + state.helped
