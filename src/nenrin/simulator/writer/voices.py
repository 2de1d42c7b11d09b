"""Deeds of the customers' voices: tickets opened and resolved, surveys answered."""

from collections.abc import Collection, Iterator
from datetime import datetime

from nenrin.ingest import answers, tickets
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.simulator.writer.ground import DESK, SURVEYS

NAMESPACE_DESK, NAMESPACE_SURVEYS = "desk", "surveys"


def deeds(customer: Customer, book: Book, by_file: Collection[str] = ()) -> Iterator[Deed]:
    """Yield the tickets and answers of one customer, without those whose keys come by file."""
    for ticket in customer.tickets:
        if ticket.key in by_file:
            continue
        yield Deed(book.at(ticket.opened_on, ticket.hour), 7, _ticket(customer, ticket, None, book))
        if ticket.resolved_on:
            solved = max(book.at(ticket.resolved_on, 17), book.at(ticket.opened_on, ticket.hour, 50))
            yield Deed(solved, 8, _ticket(customer, ticket, solved, book))
    for answer in customer.answers:
        if answer.key in by_file:
            continue
        yield Deed(book.at(answer.on, 14), 7, _answer(customer, answer, book))


def _ticket(customer: Customer, ticket: records.Ticket, resolved_at: datetime | None, book: Book) -> Act:
    def act(at: datetime) -> None:
        told = tickets.Told(
            key=ticket.key,
            account=book.accounts[customer.key].pk,
            opened_at=book.at(ticket.opened_on, ticket.hour),
            resolved_at=resolved_at,
            title=ticket.title.in_(customer.language),
            kind=ticket.kind,
            priority=ticket.priority,
            requester=customer.contacts[-1].name,
        )
        tickets.put([told], namespace=NAMESPACE_DESK, by=DESK, at=at, zone=book.zone, knowing=on_arrival(at.date()))

    return act


def _answer(customer: Customer, answer: records.Answer, book: Book) -> Act:
    def act(at: datetime) -> None:
        person = next((each for each in customer.contacts if each.role == answer.role), customer.contacts[0])
        told = answers.Told(
            key=answer.key,
            account=book.accounts[customer.key].pk,
            survey=answer.survey,
            score=answer.score,
            answered_at=at,
            role=answer.role,
            respondent=person.name,
            comment=answer.comment.in_(customer.language) if answer.comment else "",
        )
        answers.put(
            [told],
            namespace=NAMESPACE_SURVEYS,
            by=SURVEYS,
            at=at,
            zone=book.zone,
            knowing=on_arrival(at.date()),
        )

    return act
