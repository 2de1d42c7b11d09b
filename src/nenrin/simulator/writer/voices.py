"""Deeds of the customers' voices: tickets opened and resolved, surveys answered; and what our side spent."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from nenrin.customers.terms import add_months
from nenrin.ingest import answers, costs, tickets
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.simulator.writer.ground import DESK, SURVEYS
from nenrin.values import Money

NAMESPACE_DESK, NAMESPACE_SURVEYS, NAMESPACE_BOOKS = "desk", "surveys", "books"
# Yen a month by category, with the spread of its logarithm.
MONTHLY_COSTS = (
    ("cs", 1_600_000, 0.05),
    ("support", 600_000, 0.08),
    ("marketing", 700_000, 0.25),
    ("acquisition", 1_500_000, 0.2),
)


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


def spending(first: date, today: date, book: Book, seed: int) -> Iterator[Deed]:
    """Yield what customer success, support, marketing and acquisition cost, booked on the fifth of the next
    month.
    """
    month = first.replace(day=1)
    while add_months(month, 1) <= today:
        yield Deed(book.at(add_months(month, 1).replace(day=5), 12), 9, _booking(month, book, seed))
        month = add_months(month, 1)


def _booking(month: date, book: Book, seed: int) -> Act:
    def act(at: datetime) -> None:
        rng = stream(seed, "costs", month.isoformat())
        told = [
            costs.Told(
                f"{month:%Y-%m}-{category}",
                month,
                category,
                Money(int(yen * rng.lognormal(0, spread)), "JPY"),
            )
            for category, yen, spread in MONTHLY_COSTS
        ]
        costs.put(
            told,
            namespace=NAMESPACE_BOOKS,
            by=book.ground.actor("hasegawa"),
            at=at,
            zone=book.zone,
            knowing=on_arrival(at.date()),
        )

    return act
