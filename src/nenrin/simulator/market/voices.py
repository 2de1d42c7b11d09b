"""What a generated customer says to us: tickets and survey answers."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from nenrin.simulator import records
from nenrin.simulator.economy import answers, tickets
from nenrin.simulator.economy.population import Floats
from nenrin.simulator.market.days import Window
from nenrin.simulator.product import FEATURES
from nenrin.simulator.prose import texts

NPS_MONTHS = (5, 11)
NEW_DAYS = 90
INCIDENT_TICKETS = 0.7


@dataclass(frozen=True, slots=True)
class Speaker:
    """One customer's days: adoption and incident flags (days,), from when until when it was a customer, its
    users.
    """

    key: str
    since: date
    until: date
    users: int
    level: Floats
    incident: Floats
    contacts: tuple[records.Contact, ...]


def asked(
    speaker: Speaker, window: Window, rng: np.random.Generator
) -> tuple[list[records.Ticket], list[records.Answer]]:
    """Return the tickets, and the CSAT answers that some of them brought."""
    days = np.arange(window.days)
    begin, end = (speaker.since - window.first).days, (speaker.until - window.first).days
    active = np.where((days >= begin) & (days < end), 0.6 * speaker.users, 0.0)
    is_new = ((days >= begin) & (days < begin + NEW_DAYS)).astype(float)
    drawn = tickets.asked(speaker.level, active, is_new, INCIDENT_TICKETS * speaker.incident, rng)
    made, liked = [], []
    for place in range(len(drawn)):
        ticket = _ticket(speaker, drawn, place, window, rng)
        made.append(ticket)
        if drawn.csat[place] and ticket.resolved_on:
            liked.append(_csat(ticket, int(drawn.csat[place])))
    return made, liked


def _ticket(
    speaker: Speaker, drawn: tickets.Tickets, place: int, window: Window, rng: np.random.Generator
) -> records.Ticket:
    opened = window.day(int(drawn.day[place]))
    resolved = opened + timedelta(hours=float(drawn.hours[place]))
    kind = tickets.KINDS[int(drawn.kind[place])]
    return records.Ticket(
        key=f"{speaker.key}-{place}",
        opened_on=opened,
        resolved_on=resolved if resolved <= window.today else None,
        priority=tickets.PRIORITIES[int(drawn.priority[place])],
        kind=kind,
        title=texts.ticket(kind, rng, feature=FEATURES[int(rng.integers(len(FEATURES)))].name),
        hour=int(rng.integers(9, 18)),
    )


def _csat(ticket: records.Ticket, score: int) -> records.Answer:
    resolved = ticket.resolved_on or ticket.opened_on
    return records.Answer(f"{ticket.key}-csat", "csat", score, resolved, "operator")


def surveyed(
    speaker: Speaker, window: Window, rng: np.random.Generator
) -> tuple[list[records.Answer], list[records.Asked]]:
    """Return the NPS answers of its people, and what they left unanswered: asked on the first of a month twice a
    year, answered within days; the unhappy answer less.
    """
    made, silent = [], []
    for column in range(window.months):
        month = window.month(column)
        if month.month not in NPS_MONTHS:
            continue
        for place, contact in enumerate(speaker.contacts):
            day = month + timedelta(int(rng.integers(0, 18)))
            position = np.array([speaker.level[min((day - window.first).days, window.days - 1)]])
            responds, score = answers.responds(position, rng)[0], int(answers.scores(position, rng)[0])
            words = texts.comment(score, rng) if rng.random() < 0.6 else None
            key, sent_on = (
                f"{speaker.key}-{month:%y%m}-{place}",
                month if _is_customer(speaker, month, window) else None,
            )
            if responds and _is_customer(speaker, day, window):
                made.append(records.Answer(key, "nps", score, day, contact.role, words, contact.key, sent_on))
            elif sent_on:
                silent.append(records.Asked(key, "nps", sent_on, contact.key))
    return made, silent


def _is_customer(speaker: Speaker, day: date, window: Window) -> bool:
    return max(speaker.since, window.first) <= day < min(speaker.until, window.today)
