"""Deeds of the journey: a customer comes from stage to stage, falls back where use falls, and recommends us where it thrives."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zlib import crc32

import numpy as np

from nenrin.customers import accounts
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.writer.accounts import Act, Book, owner_of
from nenrin.simulator.writer.deeds import Deed

ONBOARDING_DAYS, EXPANSION_DAYS = 26, 181
#: Of stays that ended longer ago nothing is told.
LONG_AGO_DAYS = 720
#: How often somebody looks whether a customer stands in the right stage.
LOOKED_DAYS = 30
#: Adoption below which a customer falls back, from which it may go on, and above which it recommends us; 0 is usual.
FALLEN, STEADY, WELL = -1.0, -0.4, 0.6
#: Adoption of the days before the first that is known.
BEFORE = 0.3
#: Days for which a stage is not left; in expansion more before somebody recommends us, or begins anew at another site.
SETTLED = {"adoption": 75, "expansion": 120, "advocacy": 240}
RECOMMENDS_AFTER, NEW_SITE_AFTER, LONGEST = 210, 400, 500
#: The chance at each look.
ON, RECOMMENDS, NEW_SITE, ASKS_FOR_MORE = 0.6, 0.25, 0.22, 0.2


def deeds(customer: Customer, place: int, book: Book, today: date) -> Iterator[Deed]:
    """Yield the changes of stage that are told of one customer."""
    until = customer.loss.on if customer.loss else today + timedelta(1)
    walked = [(day, stage) for day, stage in _walk(customer, until) if day < until]
    began = today - timedelta(LONG_AGO_DAYS)
    for number, (day, stage) in enumerate(walked):
        is_told = number + 1 == len(walked) or walked[number + 1][0] >= began
        if is_told:
            by = "mori" if number < 2 else owner_of(customer, place) or "takagi"
            yield Deed(book.at(day, 8), 6, _staging(customer, stage, book, by, is_live=number == 1))


def _walk(customer: Customer, until: date) -> Iterator[tuple[date, str]]:
    """Every stage with its day: onboarding until first value, adoption until about day 181, then as use goes."""
    early, late = _slack(customer.key)
    yield customer.since + timedelta(1), "onboarding"
    if customer.behaviour.features:
        return  # held up: it never came further
    yield customer.since + timedelta(ONBOARDING_DAYS + early), "adoption"
    rng, levels = stream(1, "stages", customer.key), customer.behaviour.adoption
    day, stage = customer.since + timedelta(EXPANSION_DAYS + late), "adoption"
    since = day - timedelta(SETTLED[stage])
    while day < until:
        after = _next(stage, (day - since).days, _level(levels, day), rng)
        if after != stage:
            yield day, after
            since, stage = day, after
        day += timedelta(LOOKED_DAYS)


def _next(stage: str, days: int, level: float, rng: np.random.Generator) -> str:
    """Where a customer stands after somebody has looked: `days` in its stage, with this adoption."""
    drawn = rng.random()
    if days < SETTLED[stage]:
        return stage
    if stage == "adoption":
        return "expansion" if level > STEADY and drawn < ON else stage
    if level < FALLEN:
        return "adoption"
    if stage == "advocacy":
        return "expansion" if drawn < ASKS_FOR_MORE or days >= LONGEST else stage
    if level > WELL and days >= RECOMMENDS_AFTER and drawn < RECOMMENDS:
        return "advocacy"
    return "adoption" if days >= NEW_SITE_AFTER and drawn > 1 - NEW_SITE else stage


def _level(points: tuple[tuple[date, float], ...], day: date) -> float:
    """The adoption last known on a day."""
    here = bisect_right([on for on, _ in points], day)
    return points[here - 1][1] if here else BEFORE


def _slack(key: str) -> tuple[int, int]:
    """Days by which a customer comes later to its second and third stage: one in six has a hard start, two in five
    take their time with what they have."""
    drawn = crc32(key.encode())
    early = 9 + drawn % 31 if drawn % 6 == 0 else drawn % 19 - 12
    return early, 60 + drawn // 100 % 160 if drawn % 5 < 2 else drawn // 100 % 40


def _staging(customer: Customer, stage: str, book: Book, by: str, *, is_live: bool) -> Act:
    def act(at: datetime) -> None:
        account = book.accounts[customer.key]
        columns = {"go_live": at.date()} if is_live else {}
        accounts.change(account, by=book.ground.actor(by), at=at, stage=stage, attributes=columns)

    return act
