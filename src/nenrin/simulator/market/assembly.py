"""Puts generated customers together."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from nenrin.simulator import records
from nenrin.simulator.economy.lives import Economy
from nenrin.simulator.economy.population import SOURCES, TIERS
from nenrin.simulator.market import agreements, relations, voices
from nenrin.simulator.market.days import Window, daily
from nenrin.simulator.names import companies
from nenrin.simulator.names.companies import Company
from nenrin.simulator.names.words import INDUSTRIES, PREFECTURES
from nenrin.simulator.streams import stream

# Lowest and highest number of employees by tier, as the tiers are defined in the product.
EMPLOYEES = ((8, 99), (100, 980), (1_000, 6_000))


def key_of(row: int) -> str:
    """Return the external key of a generated customer."""
    return f"T-{10_000 + row}"


def customers(economy: Economy, window: Window) -> list[records.Customer]:
    """Return everybody who was a customer at any time up to today (trials that were not bought are left
    out).
    """
    names = list(INDUSTRIES)
    industries = [names[each] for each in economy.population.industry]
    dollars = frozenset(int(row) for row in np.flatnonzero(economy.contracts.is_dollar))
    made = companies.invent(industries, stream(economy.seed, "companies"), english=dollars)
    was_there = economy.lives.is_alive.any(axis=1)
    return [_customer(economy, int(row), made[row], window) for row in np.flatnonzero(was_there)]


def _customer(economy: Economy, row: int, company: Company, window: Window) -> records.Customer:
    people, key = economy.population, key_of(row)
    rng = stream(economy.seed, "customer", row)
    contract, loss = agreements.signed(economy, row, key, window, rng)
    tier, english = int(people.tier[row]), not company.kana
    points = _points(economy, row, window)
    level = daily(points, window.first, window.days)
    until = loss.on if loss else window.today + timedelta(1)
    seats = _seats(contract, rng)
    known = relations.contacts(economy, row, key, company.domain, window, rng, english=english)
    incident = np.array([float(economy.shocks.incident[_column(window, day)]) for day in range(window.days)])
    speaker = voices.Speaker(key, contract.starts_on, until, seats[-1][1], level, incident, known)
    tickets, liked = voices.asked(speaker, window, rng)
    prefecture = PREFECTURES[people.prefecture[row]]
    return records.Customer(
        key=key,
        name=company.name,
        kana=company.kana,
        roman=company.roman,
        domain=company.domain,
        corporate_number=company.corporate_number,
        language="en" if english else "ja",
        industry=list(INDUSTRIES)[people.industry[row]],
        prefecture="" if english else prefecture.name.ja,
        region="海外" if english else prefecture.region.ja,
        tier=TIERS[tier],
        employees=int(np.exp(rng.uniform(*np.log(EMPLOYEES[tier])))),
        source=SOURCES[people.source[row]],
        since=contract.starts_on,
        behaviour=_behaviour(points, seats, known),
        contracts=(contract,),
        contacts=known,
        tickets=tuple(tickets),
        **_surveyed(speaker, window, rng, liked),
        touches=relations.touches(known, tier, contract.starts_on, until, window, level, rng),
        pulses=relations.pulses(tier, contract.starts_on, until, window, level, rng),
        parent=key_of(int(people.parent[row])) if people.parent[row] >= 0 else "",
        loss=loss,
    )


def _surveyed(
    speaker: voices.Speaker, window: Window, rng: np.random.Generator, liked: list[records.Answer]
) -> dict[str, Any]:
    """Return the answers, and the surveys without one, under the names that records.Customer has for them."""
    said, silent = voices.surveyed(speaker, window, rng)
    return {"answers": (*said, *liked), "unanswered": tuple(silent)}


def _points(economy: Economy, row: int, window: Window) -> tuple[tuple[date, float], ...]:
    """Adoption at the middle of each month in which the account was a customer."""
    columns = np.flatnonzero(economy.lives.is_alive[row])
    above, below = economy.preset.contrast
    level = economy.lives.adoption[row, columns]
    level = np.where(level > 0, above, below) * level
    middles = (window.month(int(column)) + timedelta(14) for column in columns)
    return tuple(zip(middles, level.tolist(), strict=True))


def _column(window: Window, day: int) -> int:
    here = window.day(day)
    return (here.year - window.first.year) * 12 + here.month - window.first.month


def _seats(contract: records.Contract, rng: np.random.Generator) -> tuple[tuple[date, int], ...]:
    """People with a log-in: a share of the seats paid that is the customer's own."""
    share = float(rng.beta(7, 2))
    return tuple((step.on, max(1, round(step.seats * share))) for step in contract.steps)


def _behaviour(
    points: tuple[tuple[date, float], ...],
    seats: tuple[tuple[date, int], ...],
    known: tuple[records.Contact, ...],
) -> records.Behaviour:
    gone = tuple((place, contact.left_on) for place, contact in enumerate(known) if contact.left_on)
    return records.Behaviour(adoption=points, seats=seats, people_stop=gone)
