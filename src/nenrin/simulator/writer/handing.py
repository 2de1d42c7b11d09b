"""Deeds between sales and customer success: handoffs, promises, feedback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nenrin.customers.models import Account, Contact
from nenrin.foundation.calendar import add_business_days
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.work import feedback, handoffs, promises
from nenrin.work.handoffs import Promised, Question, Said
from nenrin.work.models import Handoff, Promise

_WORDS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "prose" / "handing.yaml").read_text(encoding="utf-8")
)
ITEMS = ("purpose", "success", "people", "deal", "schedule", "literacy")
#: Customers older than this were handed over before anybody wrote it down here, but for those told of by hand.
KNOWN_DAYS = 3 * 365
SELLER, LEAD = "yamaguchi", "mori"
#: Existing customers that signed for another site lately, with the days since and how far their handoff is.
AGAIN = {"thriving": (4, "sent"), "ramp": (9, "returned"), "promoter": (2, "draft")}


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's handoff, with its own random stream."""

    customer: Customer
    book: Book
    today: date
    rng: np.random.Generator

    def say(self, *path: str) -> str:
        """Return one of the sentences at a path, in the customer's language, with its people in it."""
        found: Any = _WORDS
        for step in path:
            found = found[step]
        row = found[int(self.rng.integers(len(found)))] if isinstance(found, list) else found
        return self.fill(str(row["en" if self.customer.language == "en" else "ja"]))

    def fill(self, words: str) -> str:
        people = self.customer.contacts
        boss = next((one for one in people if one.role == "decision_maker"), people[0])
        person = next((one for one in people if one.role != "decision_maker"), people[0])
        place = person.department.in_(self.customer.language)
        return words.format(person=person.name, boss=boss.name, department=place)

    @property
    def account(self) -> Any:
        return self.book.accounts[self.customer.key]

    @property
    def keeper(self) -> str:
        """The colleague who looks after the account as it stands; whoever leads onboardings where nobody does."""
        owner = Account.objects.values_list("owner_id", flat=True).get(pk=self.account.pk)
        return next((key for key, member in self.book.ground.members.items() if member.pk == owner), LEAD)

    def by(self, key: str) -> Any:
        return self.book.ground.actor(key)


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield the handoffs of who came in the last years, the promises in them, and what sales was told since."""
    newest = sorted((one for one in world.customers if not one.story), key=lambda one: one.since)[-1]
    for customer in world.customers:
        is_known = customer.story or (world.today - customer.since).days <= KNOWN_DAYS
        if not customer.contacts or not is_known:
            continue
        case = Case(customer, book, world.today, stream(world.seed, "handing", customer.key))
        if customer is newest and (world.today - customer.since).days < 60:
            yield from _begun(case, customer.since - timedelta(9), "waiving")
        else:
            yield from _handed(case)
        yield from _told(case)
    for customer in world.customers:
        if customer.story in AGAIN:
            days, how = AGAIN[customer.story]
            case = Case(customer, book, world.today, stream(world.seed, "again", customer.key))
            yield from _begun(case, world.today - timedelta(days), how)


def _handed(case: Case) -> Iterator[Deed]:
    """A handoff that was accepted: opened at the signature, sent within days, judged after some months."""
    signed = case.customer.since - timedelta(7)
    sent = add_business_days(signed, int(case.rng.integers(1, 8)))
    accepted = add_business_days(sent, int(case.rng.integers(0, 4)))
    opened: list[Handoff] = []
    asks = case.customer.story == "stuck" or case.rng.random() < 0.15
    yield Deed(case.book.at(signed, 15), 6, _open(case, signed, opened))
    yield Deed(case.book.at(sent, 11), 6, lambda at: _send(case, opened[0], at))
    if asks:
        yield Deed(case.book.at(sent, 16), 6, lambda at: _return(case, opened[0], at))
        yield Deed(case.book.at(accepted, 17), 6, lambda at: _answer(case, opened[0], at))
    yield Deed(case.book.at(accepted, 18), 7, lambda at: _accept(case, opened[0], at))
    judged = accepted + timedelta(100)
    if judged <= case.today:
        yield Deed(case.book.at(judged, 10), 7, lambda at: _judge(case, opened[0], at))
    yield from _settled(case, accepted)


def _open(case: Case, signed: date, opened: list[Handoff]) -> Act:
    def act(at: datetime) -> None:
        opened.append(handoffs.open(case.account, signed_on=signed, by=case.by(SELLER), at=at))

    return act


def _send(case: Case, handoff: Handoff, at: datetime) -> None:
    _fill(case, handoff, ITEMS, int(case.rng.integers(1, 3)), at)
    handoffs.send(handoff, by=case.by(SELLER), at=at)


def _fill(case: Case, handoff: Handoff, items: tuple[str, ...], promised: int, at: datetime, **extra: Said) -> None:
    said = {item: Said(case.say(item)) for item in items} | extra
    people = list(Contact.objects.filter(account=case.account).values_list("pk", flat=True))
    picked = case.rng.permutation(len(_WORDS["promises"]))[:promised]
    rows = [_promise(case, int(place), handoff.signed_on) for place in picked]
    fit = "good" if case.rng.random() < 0.8 else "partial"
    handoffs.fill(handoff, said, people=people, promised=rows, fit_expected=fit, by=case.by(SELLER), at=at)


def _promise(case: Case, place: int, signed: date) -> Promised:
    row = _WORDS["promises"][place]
    due = add_business_days(signed, 10 + 12 * place)
    words = case.fill(row["en" if case.customer.language == "en" else "ja"])
    return Promised(words, due, case.book.ground.members[LEAD].pk)


def _return(case: Case, handoff: Handoff, at: datetime) -> None:
    handoffs.send_back(handoff, [Question(case.say("question"), "success")], by=case.by(LEAD), at=at)


def _answer(case: Case, handoff: Handoff, at: datetime) -> None:
    for question in handoff.questions.filter(answer=""):
        handoffs.reply(question, case.say("answer"), by=case.by(SELLER), at=at)
    handoffs.send(handoff, by=case.by(SELLER), at=at)


def _accept(case: Case, handoff: Handoff, at: datetime) -> None:
    handoffs.accept(handoff, member=case.book.ground.members[LEAD], by=case.by(LEAD), at=at)


def _judge(case: Case, handoff: Handoff, at: datetime) -> None:
    """Who is lost later was a poor fit more often than not."""
    bad = case.rng.random() < (0.65 if case.customer.is_lost else 0.12)
    found = "poor" if bad else "good" if case.rng.random() < 0.75 else "partial"
    handoffs.judge(handoff, found, by=case.by(LEAD), at=at)


def _settled(case: Case, accepted: date) -> Iterator[Deed]:
    """Promises of the sale: kept near their day, now and then waived; of late ones some are open or overdue."""
    for place in range(2):
        draw = case.rng.random()
        on = accepted + timedelta(12 + 25 * place + int(case.rng.integers(0, 12)))
        if on <= case.today and not (case.customer.story == "stuck" or draw > 0.97):
            yield Deed(case.book.at(on, 17), 8, _settle(case, place, draw))


def _settle(case: Case, place: int, draw: float) -> Act:
    def act(at: datetime) -> None:
        rows = Promise.objects.filter(account=case.account, origin="handoff").open().order_by("pk")
        row = rows.first()
        if row is not None and draw < 0.08:
            promises.waive(row, case.say("waived"), by=case.by(LEAD), at=at)
        elif row is not None:
            promises.keep(row, outcome=case.say("kept"), by=case.by(LEAD), at=at)

    return act


def _begun(case: Case, signed: date, how: str) -> Iterator[Deed]:
    """A handoff under way: half written with a waiver, a draft, sent, or sent back with a question."""
    opened: list[Handoff] = []
    yield Deed(case.book.at(signed, 15), 6, _open(case, signed, opened))
    written = min(add_business_days(signed, 1), case.today)

    def write(at: datetime) -> None:
        if how == "waiving":
            _fill(case, opened[0], ITEMS[:3], 1, at, literacy=Said(reason=case.say("waiver")))
        elif how == "draft":
            _fill(case, opened[0], ITEMS[:2], 0, at)
        else:
            _send(case, opened[0], at)

    yield Deed(case.book.at(written, 11), 7, write)
    if how == "returned":
        back = min(add_business_days(written, 2), case.today)
        yield Deed(case.book.at(back, 16), 7, lambda at: _return(case, opened[0], at))


def _told(case: Case) -> Iterator[Deed]:
    """One or two words to sales about most of the customers that stayed, with what came of them."""
    wanted = case.rng.random()
    if wanted < 0.45 or case.customer.is_lost:
        return
    kind = str(case.rng.choice(["usage", "upsell", "story", "request"]))
    on = case.today - timedelta(int(case.rng.integers(2, 120)))
    outcome = str(case.rng.choice(["", "", "talking", "done", "won"] if kind == "upsell" else ["", "talking", "done"]))
    if on > case.customer.since + timedelta(60):
        yield Deed(case.book.at(on, 14), 9, _tell(case, kind, outcome, on))


def _tell(case: Case, kind: str, outcome: str, on: date) -> Callable[[datetime], None]:
    def act(at: datetime) -> None:
        row = feedback.write(case.account, kind, case.say("feedback", kind), by=case.by(case.keeper), at=at)
        if outcome:
            said = case.say("outcome", outcome)
            feedback.follow(row, outcome, words=said, by=case.by(SELLER), at=at + timedelta(hours=26))

    return act
