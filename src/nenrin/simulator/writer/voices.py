"""Deeds of the customers' voices: tickets opened and resolved, surveys sent and answered."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from nenrin.ingest import answers, tickets
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.simulator.writer.ground import DESK, SURVEYS

NAMESPACE_DESK, NAMESPACE_SURVEYS = "desk", "surveys"


def deeds(customers: Sequence[Customer], book: Book, by_file: Collection[str] = ()) -> Iterator[Deed]:
    """Yield the tickets and answers of all customers, without those whose keys come by file.

    What reaches the desk or the surveys at one moment is brought in together, as their systems would.
    """
    opened, solved, said = (
        defaultdict[datetime, list[tuple[str, tickets.Told]]](list),
        defaultdict[datetime, list[tuple[str, tickets.Told]]](list),
        defaultdict[datetime, list[tuple[str, answers.Told]]](list),
    )
    for customer in customers:
        for ticket in customer.tickets:
            if ticket.key in by_file:
                continue
            began = book.at(ticket.opened_on, ticket.hour)
            opened[began].append((customer.key, _ticket(customer, ticket, None, book)))
            if ticket.resolved_on:
                ended = max(book.at(ticket.resolved_on, 17), book.at(ticket.opened_on, ticket.hour, 50))
                solved[ended].append((customer.key, _ticket(customer, ticket, ended, book)))
        for told in (*surveys(customer, book), *replies(customer, book)):
            if told.key not in by_file:
                at = told.answered_at or book.at(told.sent_on or customer.since, 13)
                said[at].append((customer.key, told))
    yield from (Deed(at, 7, partial(_reported, rows, book)) for at, rows in opened.items())
    yield from (Deed(at, 8, partial(_reported, rows, book)) for at, rows in solved.items())
    yield from (Deed(at, 7, partial(_surveyed, rows, book)) for at, rows in said.items())


def surveys(customer: Customer, book: Book) -> Iterator[answers.Told]:
    """What was sent to its people, as known on the day of sending."""
    for answer in customer.answers:
        if answer.sent_on and answer.sent_on >= customer.since:
            yield replace(_reply(customer, answer, book), score=None, answered_at=None, comment="")
    for asked in customer.unanswered:
        person = next(each for each in customer.contacts if each.key == asked.respondent)
        yield answers.Told(asked.key, 0, asked.survey, role=person.role, respondent=person.name, sent_on=asked.on)


def replies(customer: Customer, book: Book) -> Iterator[answers.Told]:
    """What its people answered."""
    for answer in customer.answers:
        yield _reply(customer, answer, book)


def _reply(customer: Customer, answer: records.Answer, book: Book) -> answers.Told:
    return answers.Told(
        key=answer.key,
        account=0,
        survey=answer.survey,
        score=answer.score,
        answered_at=book.at(answer.on, 14),
        role=answer.role,
        respondent=respondent(customer, answer).name,
        comment=answer.comment.in_(customer.language) if answer.comment else "",
        sent_on=answer.sent_on,
    )


def respondent(customer: Customer, answer: records.Answer) -> records.Contact:
    """The contact who answered; where only the role is known, the first one in it."""
    named = [each for each in customer.contacts if each.key == answer.respondent]
    fitting = [each for each in customer.contacts if each.role == answer.role]
    return (named or fitting or list(customer.contacts))[0]


def _ticket(customer: Customer, ticket: records.Ticket, resolved_at: datetime | None, book: Book) -> tickets.Told:
    return tickets.Told(
        key=ticket.key,
        account=0,
        opened_at=book.at(ticket.opened_on, ticket.hour),
        resolved_at=resolved_at,
        title=ticket.title.in_(customer.language),
        kind=ticket.kind,
        priority=ticket.priority,
        requester=customer.contacts[-1].name,
    )


def _reported(rows: Sequence[tuple[str, tickets.Told]], book: Book, at: datetime) -> None:
    told = [replace(one, account=book.accounts[key].pk) for key, one in rows]
    tickets.put(told, namespace=NAMESPACE_DESK, by=DESK, at=at, zone=book.zone, knowing=on_arrival(at.date()))


def _surveyed(rows: Sequence[tuple[str, answers.Told]], book: Book, at: datetime) -> None:
    told = [replace(one, account=book.accounts[key].pk) for key, one in rows]
    answers.put(told, namespace=NAMESPACE_SURVEYS, by=SURVEYS, at=at, zone=book.zone, knowing=on_arrival(at.date()))
