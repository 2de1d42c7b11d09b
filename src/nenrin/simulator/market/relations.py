"""The people at a generated customer, and what our side did with them."""

from datetime import date, timedelta

import numpy as np

from nenrin.simulator import records
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import Floats
from nenrin.simulator.economy.workdays import worked, worked_by
from nenrin.simulator.market.days import Window
from nenrin.simulator.names import people
from nenrin.simulator.names.words import DEPARTMENTS, TITLES
from nenrin.simulator.product import FEATURES
from nenrin.simulator.prose import texts
from nenrin.values import Text

ROLES = ("champion", "decision_maker", "operator", "operator", "blocker")
PEOPLE_BY_TIER = (2, 3, 5)
CADENCE_DAYS = (120, 60, 30)
PULSE_CHANCE = (0.15, 0.4, 0.6)
PULSE_EVERY_DAYS = 45
LOW_REASONS = ("no_value", "no_champion", "no_executive", "support", "budget")
HIGH_REASONS = ("value", "champion", "executive", "growth")


def contacts(
    economy: Economy,
    row: int,
    key: str,
    domain: str,
    window: Window,
    rng: np.random.Generator,
    *,
    english: bool,
) -> tuple[records.Contact, ...]:
    """Return the people we know there. A champion who was transferred stays listed with the day, beside the
    successor.
    """
    count = PEOPLE_BY_TIER[economy.population.tier[row]]
    left = _champion_left(economy, row, window)
    roles = [*ROLES[:count], *(["champion"] if left else [])]
    made = people.invent(len(roles), domain, rng, english=english)
    return tuple(
        records.Contact(
            key=f"P-{key}-{place}",
            name=person.full,
            kana=person.kana,
            email=person.email,
            department=DEPARTMENTS[int(rng.integers(len(DEPARTMENTS)))],
            title=TITLES[role][int(rng.integers(len(TITLES[role])))],
            role=role,
            left_on=left if place == 0 else None,
        )
        for place, (person, role) in enumerate(zip(made, roles, strict=True))
    )


def _champion_left(economy: Economy, row: int, window: Window) -> date | None:
    leaving = np.flatnonzero(economy.shocks.champion_leaves[row] & economy.lives.is_alive[row])
    return window.month(int(leaving[-1])) if len(leaving) else None


def touches(
    known: tuple[records.Contact, ...],
    tier: int,
    since: date,
    until: date,
    window: Window,
    level: Floats,
    rng: np.random.Generator,
) -> tuple[records.Touch, ...]:
    """Return what was written down: a kickoff and a training for new customers, then at the cadence of the
    tier.
    """
    made = []
    day = max(since, window.first) + timedelta(int(rng.integers(1, 10)))
    if since >= window.first:
        made.append(_touch("kickoff", _met(day, since), known, rng))
        day += timedelta(int(rng.integers(7, 15)))
        made.append(_touch("training", _met(day, since), known, rng))
    while (day := day + timedelta(int(CADENCE_DAYS[tier] * rng.uniform(0.7, 1.6)))) < until:
        situation = _situation(float(level[(day - window.first).days]), rng)
        made.append(_touch(situation, _met(day, since), known, rng))
    return tuple(touch for touch in made if touch.on < until)


def _met(day: date, since: date) -> date:
    """The business day on which it was done: by that day, but not before they were a customer."""
    before = worked_by(day)
    return before if before > since else worked(day)


def _situation(level: float, rng: np.random.Generator) -> str:
    if rng.random() < 0.15:
        return "note"
    if level > 0.6:
        return "review_good"
    if level < -0.7:
        return "complaint" if rng.random() < 0.3 else "review_falling"
    return "renewal" if rng.random() < 0.15 else "review_plain"


def _touch(situation: str, day: date, known: tuple[records.Contact, ...], rng: np.random.Generator) -> records.Touch:
    person = known[int(rng.integers(len(known)))]
    name = Text(person.name, person.name.split(" ")[0] if person.kana else person.name)
    feature = FEATURES[int(rng.integers(len(FEATURES)))].name
    made = texts.touch(situation, rng, person=name, department=person.department, feature=feature)
    return records.Touch(day, made.channel, made.minutes, made.title, made.body)


def pulses(
    tier: int, since: date, until: date, window: Window, level: Floats, rng: np.random.Generator
) -> tuple[records.Pulse, ...]:
    """Return the owner's feeling now and then: it follows adoption, with a good deal of the owner's own
    noise.
    """
    made = []
    day = max(since, window.first) + timedelta(30)
    while (day := day + timedelta(PULSE_EVERY_DAYS)) < until:
        if rng.random() < PULSE_CHANCE[tier]:
            here = float(level[(day - window.first).days])
            grade = int(np.clip(round(4.2 + 1.1 * here + rng.normal(0, 0.8)), 1, 6))
            made.append(records.Pulse(day, grade, str(rng.choice(LOW_REASONS if grade < 4 else HIGH_REASONS))))
    return tuple(made)
