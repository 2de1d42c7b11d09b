"""What only the simulator knows: written beside a world so that any estimate can be held against it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nenrin.simulator.economy import adoption, hazards, lives
from nenrin.simulator.economy.interventions import ACTIONS, Policy
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import TIERS, Floats, Ints
from nenrin.simulator.streams import stream


def risk(economy: Economy, column: int, horizon: int, *, paths: int = 64) -> Floats:
    """Return P(leaves in the `horizon` months from the end of month `column`), knowing adoption now and
    nothing later.

    Shape (accounts,); NaN for those who are no customers after that month. By simulation of `paths` futures
    each with its own noise, champions and payments: a Monte Carlo error of at most .5/sqrt(paths).
    """
    people, signed, lived = economy.population, economy.contracts, economy.lives
    stays = lived.is_alive[:, column] & ~lived.has_left[:, column]
    rows = np.flatnonzero(stays)
    rng = stream(economy.seed, "oracle", column, horizon)
    level = np.repeat(lived.adoption[rows, column][:, None], paths, axis=1)
    survival = np.ones_like(level)
    fit, start, tier = people.fit[rows, None], people.start[rows], people.tier[rows]
    for ahead in range(column + 1, column + 1 + horizon):
        level = _futures(level, (fit, (ahead - start)[:, None], tier[:, None]), ahead, economy.first_month, rng)
        due = signed.due(ahead, people.start)[rows]
        leaving = hazards.churn(
            level, (ahead - start)[:, None], tier[:, None], (signed.term[rows] > 1)[:, None], due[:, None]
        )
        survival *= (1 - leaving) * (1 - hazards.INVOLUNTARY[tier])[:, None]
    answer = np.full(len(people), np.nan)
    answer[rows] = 1 - survival.mean(axis=1)
    return answer


def _futures(
    level: Floats, who: tuple[Floats, Ints, Ints], ahead: int, first_month: int, rng: np.random.Generator
) -> Floats:
    fit, age, tier = who
    month = (first_month - 1 + ahead) % 12 + 1
    season = adoption.TRANSFER_SEASON if month in adoption.TRANSFER_MONTHS else 1.0
    moved = adoption.PERSISTENCE * level + (1 - adoption.PERSISTENCE) * adoption.target(fit, age)
    moved += adoption.NOISE * rng.standard_normal(level.shape)
    moved += adoption.CHAMPION_LOSS * (rng.random(level.shape) < adoption.CHAMPION_LOSS_CHANCE * season)
    moved += adoption.VALUE_GAIN * (rng.random(level.shape) < adoption.VALUE_CHANCE[tier])
    return moved + adoption.INCIDENT_COST * (rng.random((1, level.shape[1])) < adoption.INCIDENT_CHANCE)


@dataclass(frozen=True, slots=True)
class Effect:
    """One action's true effect. Columns of length n, each treated minus untreated under the same random
    numbers.

    `months` kept as a customer, `revenue` in yen a month summed over the world, `yen` what the treatment
    cost.
    """

    action: str
    months: Floats
    revenue: Floats
    yen: Floats

    @property
    def value(self) -> float:
        """Net yen of treating everybody it is meant for."""
        return float((self.revenue - self.yen).sum())

    @property
    def best_value(self) -> float:
        """Net yen of treating exactly those whom it pays to treat: no policy can do better account by
        account.
        """
        return float(np.maximum(self.revenue - self.yen, 0).sum())


def effect(economy: Economy, action_key: str, *, policy: Policy = "all") -> Effect:
    """Return each account's true effect of one action: both potential outcomes, one set of random numbers."""
    action = ACTIONS[action_key]
    preset, seed, first = economy.preset, economy.seed, economy.first_month
    untreated = lives.simulated(preset, seed, first_month=first).lives
    treated = lives.simulated(preset, seed, first_month=first, action=action, policy=policy).lives
    price = economy.contracts.price[:, None] * np.where(economy.contracts.is_dollar, 1.5, 1.0)[:, None]
    return Effect(
        action=action_key,
        months=(treated.is_alive.sum(axis=1) - untreated.is_alive.sum(axis=1)).astype(float),
        revenue=((treated.is_alive * treated.seats - untreated.is_alive * untreated.seats) * price).sum(axis=1),
        yen=treated.treated.sum(axis=1) * float(action.yen),
    )


def account_months(economy: Economy) -> pa.Table:
    """Return the truth of every account-month lived: one row for each month in which an account was a
    customer.
    """
    lived = economy.lives
    row, column = np.nonzero(lived.is_alive)
    months = {
        name: getattr(lived, name)[row, column]
        for name in (
            "adoption",
            "hazard",
            "use",
            "seats",
            "is_due",
            "has_left",
            "is_involuntary",
            "has_expanded",
        )
    }
    months["champion_left"] = economy.shocks.champion_leaves[row, column]
    tiers = np.array(TIERS)[economy.population.tier[row]]
    ages = column - economy.population.start[row]
    return pa.table({"account": row, "month": column, "tier": tiers, "age": ages, **months})


def export(economy: Economy, folder: Path, *, horizons: tuple[int, ...] = (3, 6)) -> list[Path]:
    """Write the truth: account-months, oracle risk now, effects (Parquet) and what made them (JSON); return
    the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = economy.preset.months - 1
    risks = {f"risk_{horizon}": risk(economy, last, horizon) for horizon in horizons}
    effects = [effect(economy, key) for key in ACTIONS]
    tables = {
        "account_months": account_months(economy),
        "risks": pa.table({"account": np.arange(len(economy.population)), "fit": economy.population.fit, **risks}),
        "effects": pa.table({"account": np.arange(len(economy.population)), **_effect_columns(effects)}),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    made = {"preset": asdict(economy.preset), "seed": economy.seed, "first_month": economy.first_month}
    made["policy_value_yen"] = {each.action: {"all": each.value, "best": each.best_value} for each in effects}
    (folder / "world.json").write_text(json.dumps(made, indent=2), encoding="utf-8")
    return [*(folder / f"{name}.parquet" for name in tables), folder / "world.json"]


def _effect_columns(effects: list[Effect]) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for each in effects:
        columns |= {f"{each.action}_months": each.months, f"{each.action}_revenue": each.revenue}
    return columns
