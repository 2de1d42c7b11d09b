"""A whole world on one day: stories and generated customers together."""

from dataclasses import dataclass
from datetime import date

from nenrin.simulator.economy import lives
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.market import assembly
from nenrin.simulator.market.days import Window
from nenrin.simulator.presets import Preset
from nenrin.simulator.records import Customer
from nenrin.simulator.stories import reading

#: Enough, and no more, for what the product asks before it gives a figure: ten customers won in the last twelve months
#: (CAC, payback), ten of the standard health model's that left within its two years (its backtest), thirty a year ago (churn).
DEMO = Preset(
    "demo", accounts=80, months=25, stock=0.5, seat_scale=0.18, price_scale=4.0, contrast=(1.4, 7.0), tiers=(0.50, 0.40, 0.10)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """Everything there is to tell. `truth` made the generated customers; stories come first."""

    today: date
    seed: int
    window: Window
    customers: tuple[Customer, ...]
    truth: Economy

    @property
    def stories(self) -> tuple[Customer, ...]:
        """The hand-written ones."""
        return tuple(customer for customer in self.customers if customer.story)

    def story(self, key: str) -> Customer:
        """Return the customer of one story."""
        return next(customer for customer in self.stories if customer.story == key)


def built(preset: Preset = DEMO, *, seed: int = 2026, today: date, with_stories: bool = True) -> World:
    """Return the world that ends on `today`: same arguments, same world."""
    window = Window.until(today, preset.months)
    economy = lives.simulated(preset, seed, first_month=window.first.month)
    told = reading.told(today, seed) if with_stories else []
    return World(today, seed, window, (*told, *assembly.customers(economy, window)), economy)
