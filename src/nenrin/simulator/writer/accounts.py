"""Deeds that make the customers themselves: opened, signed, grown, left, merged."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nenrin.customers import accounts, contacts, days, merges, ownership, subscriptions
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import Phase
from nenrin.customers.terms import add_months
from nenrin.simulator import records
from nenrin.simulator.names.words import INDUSTRIES
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.tracking import NAMESPACE, duplicate_key
from nenrin.simulator.writer.deeds import Deed, moment
from nenrin.simulator.writer.ground import OWN_NAMESPACE, USE_CASES, Ground

Act = Callable[[datetime], object]

CRM = "crm"
EAST = {"北海道", "東北", "関東"}
# One in so many has no owner: the list of those without one must not be empty.
OWNERLESS_EVERY = 29


@dataclass(slots=True)
class Book:
    """What has been written so far: rows by the customer's key."""

    ground: Ground
    zone: ZoneInfo
    accounts: dict[str, Account] = field(default_factory=dict)
    contracts: dict[str, Subscription] = field(default_factory=dict)
    twins: dict[str, Account] = field(default_factory=dict)

    def at(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """Return an instant of a day in the organisation's zone."""
        return moment(day, self.zone, hour=hour, minute=minute)


def owner_of(customer: Customer, place: int) -> str:
    """Return the colleague who looks after a customer: by region, in turn; empty for the few without one."""
    if not customer.story and place % OWNERLESS_EVERY == OWNERLESS_EVERY - 1:
        return ""
    pair = ("sato", "ito") if customer.region in EAST else ("nakajima", "okada")
    return "sato" if customer.story in {"drifting", "notice", "thriving", "stuck", "urgent"} else pair[place % 2]


def deeds(customer: Customer, place: int, book: Book) -> Iterator[Deed]:
    """Yield what made one customer what it is."""
    opened = customer.since - timedelta(14)
    yield Deed(book.at(opened, 9), 0, lambda at: _open(customer, book, at))
    yield Deed(book.at(opened, 9, 20), 2, lambda at: _people(customer, book, at))
    yield Deed(book.at(opened, 9, 30), 2, lambda at: _owners(customer, place, book, at))
    for contract in customer.contracts:
        yield from _contract(customer, contract, book)
    for person in customer.contacts:
        if person.left_on:
            yield Deed(book.at(max(person.left_on, opened + timedelta(1)), 0, 30), 4, _leaving(customer, person, book))
    if customer.duplicate:
        yield from _twice(customer, customer.duplicate, book)


def _open(customer: Customer, book: Book, at: datetime) -> None:
    seed = stream(1, "use case", customer.key)
    keys = [(NAMESPACE, customer.key), (CRM, f"SFA-{customer.key[2:]}")]
    if customer.behaviour.own_source:
        keys.append((OWN_NAMESPACE, customer.key))
    book.accounts[customer.key] = accounts.open(
        customer.name,
        keys=keys,
        by=book.ground.actor("yamaguchi"),
        at=at,
        kana=customer.kana,
        corporate_number=customer.corporate_number,
        domain=customer.domain,
        industry=INDUSTRIES[customer.industry].name.ja,
        employees=customer.employees,
        prefecture=customer.prefecture,
        region=customer.region,
        language=customer.language,
        currency=customer.contracts[0].currency,
        source=customer.source,
        parent=book.accounts.get(customer.parent),
        tags=list(customer.tags),
        attributes={"use_case": USE_CASES[int(seed.integers(len(USE_CASES)))]},
    )


def _people(customer: Customer, book: Book, at: datetime) -> None:
    account = book.accounts[customer.key]
    rows = [
        contacts.Row(
            account=account.pk,
            namespace=NAMESPACE,
            key=person.key,
            fields={
                "name": person.name,
                "kana": person.kana,
                "title": person.title.in_(customer.language),
                "department": person.department.in_(customer.language),
                "role": person.role,
                "language": customer.language,
                "is_verified": True,
                "emails": [person.email],
            },
        )
        for person in customer.contacts
    ]
    contacts.add_many(rows, by=book.ground.actor("yamaguchi"), at=at)


def _owners(customer: Customer, place: int, book: Book, at: datetime) -> None:
    owner = owner_of(customer, place)
    account = book.accounts[customer.key].pk
    wanted = [ownership.Wanted(account, book.ground.members["yamaguchi"].pk, Phase.SALES)]
    if owner:
        wanted.append(ownership.Wanted(account, book.ground.members[owner].pk))
    wanted.append(ownership.Wanted(account, book.ground.members["mori"].pk, Phase.ONBOARDING))
    ownership.assign_many(wanted, by=book.ground.actor("takagi"), at=at)


def _contract(customer: Customer, contract: records.Contract, book: Book) -> Iterator[Deed]:
    yield Deed(book.at(contract.starts_on, 9), 3, lambda at: _sign(customer, contract, book, at))
    for step in contract.steps[1:]:
        yield Deed(book.at(step.on, 9, 10), 4, _repricing(customer, step, book))
    if contract.noticed_on and customer.loss:
        yield Deed(book.at(contract.noticed_on, 16), 5, lambda at: _notice(customer, contract, book, at))
    elif customer.loss:
        yield Deed(book.at(customer.loss.on, 9), 5, lambda at: _end(customer, contract, book, at))


def _sign(customer: Customer, contract: records.Contract, book: Book, at: datetime) -> None:
    first = contract.steps[0]
    book.contracts[customer.key] = subscriptions.sign(
        book.accounts[customer.key],
        by=book.ground.actor("yamaguchi"),
        at=at,
        namespace=CRM,
        key=contract.key,
        plan=book.ground.plans[contract.plan],
        signed_on=contract.starts_on - timedelta(10),
        starts_on=contract.starts_on,
        ends_on=_first_end(contract),
        term_months=contract.term_months,
        auto_renews=contract.auto_renews,
        notice_months=0 if contract.term_months == 1 else contract.notice_months,
        notice_days=10 if contract.term_months == 1 else 0,
        currency=contract.currency,
        mrr_minor=first.minor,
        seats=first.seats,
    )


def _first_end(contract: records.Contract) -> date:
    """The first term may be shorter than the rest: it ends so that all later ones end where they do."""
    count = 0
    while add_months(contract.ends_on, -contract.term_months * (count + 1)) > contract.starts_on:
        count += 1
    return add_months(contract.ends_on, -contract.term_months * count)


def _repricing(customer: Customer, step: records.Step, book: Book) -> Act:
    def act(at: datetime) -> None:
        book.contracts[customer.key] = subscriptions.reprice(
            book.contracts[customer.key],
            from_on=step.on,
            mrr_minor=step.minor,
            seats=step.seats,
            by=book.ground.actor("yamaguchi"),
            at=at,
        )

    return act


def _notice(customer: Customer, contract: records.Contract, book: Book, at: datetime) -> None:
    row = Subscription.objects.select_related("plan").get(pk=book.contracts[customer.key].pk)
    row = subscriptions.give_notice(
        row,
        on=contract.noticed_on or at.date(),
        reason=_reason(customer),
        by=book.ground.actor("yamaguchi"),
        at=at,
    )
    if contract.ended_on and row.ends_on != contract.ended_on:
        subscriptions.end(row, on=contract.ended_on, reason=_reason(customer), by=book.ground.actor("yamaguchi"), at=at)


def _end(customer: Customer, contract: records.Contract, book: Book, at: datetime) -> None:
    row = book.contracts[customer.key]
    subscriptions.end(
        row,
        on=contract.ended_on or at.date(),
        reason=_reason(customer),
        by=book.ground.actor("yamaguchi"),
        at=at,
    )


def _reason(customer: Customer) -> str:
    return customer.loss.words.in_(customer.language) if customer.loss else ""


def _leaving(customer: Customer, person: records.Contact, book: Book) -> Act:
    def act(at: datetime) -> None:
        row = contacts.find_many([(NAMESPACE, person.key)])[NAMESPACE, person.key]
        contacts.leave(row, on=person.left_on or at.date(), by=book.ground.actor("sato"), at=at)

    return act


def _twice(customer: Customer, twice: records.Duplicate, book: Book) -> Iterator[Deed]:
    def open_twin(at: datetime) -> None:
        book.twins[customer.key] = accounts.open(
            twice.name,
            keys=[(CRM, twice.key), (NAMESPACE, duplicate_key(customer))],
            by=book.ground.actor("yamaguchi"),
            at=at,
            domain=customer.domain,
            industry=INDUSTRIES[customer.industry].name.ja,
        )

    def merge(at: datetime) -> None:
        survivor, absorbed = book.accounts[customer.key], book.twins[customer.key]
        merges.merge(survivor, absorbed, by=book.ground.actor("hasegawa"), at=at)

    yield Deed(book.at(twice.since, 9), 0, open_twin)
    yield Deed(book.at(twice.merged_on, 15), 9, merge)


def turns(customers: Iterable[Customer], first: date, today: date, book: Book) -> Iterator[Deed]:
    """Yield the turn of each day on which a term ends or a month begins; before the months seen, once a year.

    What a turn does stands in the journal with its day, so the days that count must be right.
    """
    since = min(customer.since for customer in customers).year
    wanted = {date(year, 1, 1) for year in range(since + 1, first.year + 1)} | {today}
    month = first
    while month <= today:
        wanted.add(month)
        month = add_months(month, 1)
    for customer in customers:
        for contract in customer.contracts:
            wanted |= {day for day in _renewals(contract) if first <= day <= today}
    for day in sorted(wanted):
        yield Deed(book.at(day, 0, 5), -1, _turning(day))


def _renewals(contract: records.Contract) -> Iterator[date]:
    day = _first_end(contract)
    while day < contract.ends_on:
        yield day
        day = add_months(contract.ends_on, -contract.term_months * _terms(contract, day) + contract.term_months)


def _terms(contract: records.Contract, day: date) -> int:
    """Return how many terms lie between a renewal and the last end."""
    last = contract.ends_on
    return round(((last.year - day.year) * 12 + last.month - day.month) / contract.term_months)


def _turning(day: date) -> Act:
    return lambda at: days.turn(day, at=at)
