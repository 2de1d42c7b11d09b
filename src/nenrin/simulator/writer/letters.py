"""Deeds of mails: what went out in the last weeks, what waits for approval, and the few that met with trouble."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from nenrin.customers.models import Account, Contact
from nenrin.foundation import webhooks
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import claims, events, outbox, outcomes, suppressions, templates, unsubscribes
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.events import Report
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.mail.transport import Outcome
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.webhooks import endpoints
from nenrin.simulator.prose.letters import DRAFTS, SENT, TEMPLATES, Letter
from nenrin.simulator.records import Customer
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed

#: As if a mail server had taken them; none is set up in a demo, and nothing leaves it.
LINE = Line("smtp", "smtp.example.com", 587, "starttls", "", "", "cs@tsumugi-works.example", from_name="つむぎワークス")
#: Which of the mails that went out met with something else than delivery.
FATES = {3: "unknown", 7: "bounced", 11: "failed", 14: "stopped"}
#: And one that was held back: a playbook meant it for somebody who has left.
WITHHELD = 5
MOST_SENT = 24


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield templates a month ago, letters of the last weeks, and this morning's drafts."""
    month_ago = world.today - timedelta(35)
    yield Deed(book.at(month_ago, 9), 9, _templates(book))
    yield Deed(book.at(month_ago, 9, 30), 9, _endpoint(book))
    written = [each for each in world.customers if each.contacts and not each.is_lost and each.since < month_ago]
    for place, customer in enumerate(written[:MOST_SENT]):
        on = world.today - timedelta(2 + place % 28)
        yield Deed(book.at(on, 9 + place % 8, 7 * place % 60), 9, _sent(customer, book, place))
    stories = [each for each in written if each.story] or written
    for place, letter in enumerate(DRAFTS):
        fitting = [each for each in stories if each.language == letter.language] or stories
        customer = fitting[place % len(fitting)]
        yield Deed(book.at(world.today - timedelta(1), 18, place), 9, _drafted(customer, book, letter, place))


def _templates(book: Book) -> Act:
    def act(at: datetime) -> None:
        by = book.ground.actor("hasegawa")
        for key, name, words in TEMPLATES:
            templates.save(key, name=name, kind=Kind.ACCOUNT.value, by=by, at=at, **dict[str, Any](words))

    return act


def _endpoint(book: Book) -> Act:
    """A webhook that waits to be started: a demo tells nobody anything."""

    def act(at: datetime) -> None:
        by = book.ground.actor("hasegawa")
        row, _ = endpoints.open("社内データ基盤", "https://hooks.example.com/nenrin", by=by, at=at)
        endpoints.disable(row, why="接続先の準備待ち", by=by, at=at)
        webhooks.put(row, {"text": "接続テスト"}, key="demo:hello", event="nenrin.test", by=by, at=at)

    return act


def _sent(customer: Customer, book: Book, place: int) -> Act:
    letter = SENT[place % len(SENT)]

    def act(at: datetime) -> None:
        held = "left" if place == WITHHELD else ""
        mail = _put(customer, book, letter, f"demo:sent:{place}", book.ground.actor("sato"), at, withheld=held)
        if mail is not None and not held:
            handed_over(mail, FATES.get(place, "delivered"), at)

    return act


def handed_over(mail: Mail, fate: str, at: datetime) -> None:
    """Let a mail that is due meet its fate, as if a server had answered."""
    for claimed in claims.take(LINE, at, holder="demo").mails:
        if claimed.pk != mail.pk or not claims.begin(claimed, at):
            claims.release([claimed], at)
        elif fate == "unknown":
            outcomes.settle(claimed, Outcome("unknown", "ConnectionResetError: connection reset by peer"), at=at)
        elif fate == "failed":
            outcomes.settle(claimed, Outcome("permanent", "554 5.7.1 message refused by policy"), at=at)
        elif fate == "bounced":
            outcomes.settle(claimed, Outcome("no_mailbox", "550 5.1.1 user unknown"), at=at)
        else:
            outcomes.settle(claimed, Outcome("taken"), at=at)
            events.take(Report("delivered", message_id=mail.message_id), at=at + timedelta(seconds=4))
    if fate == "stopped":
        unsubscribes.stop(unsubscribes.Ticket(mail.address_key, Kind.ACCOUNT), at=at + timedelta(hours=3))


def _drafted(customer: Customer, book: Book, letter: Letter, place: int) -> Act:
    def act(at: datetime) -> None:
        _put(customer, book, letter, f"demo:draft:{place}", SYSTEM, at, draft=True, expires_at=at + timedelta(14))
        if place == 0:
            by = book.ground.actor("hasegawa")
            suppressions.add("@freemail.example", note="個人用アドレスへの送信を停止", by=by, at=at)

    return act


def _put(
    customer: Customer, book: Book, letter: Letter, key: str, by: Actor, at: datetime, **more: Any
) -> Mail | None:  # more: as outbox.put
    return written(book.accounts[customer.key], letter, key, by, at, language=customer.language, **more)


def written(
    account: Account, letter: Letter, key: str, by: Actor, at: datetime, *, language: str, **more: Any
) -> Mail | None:  # more: as outbox.put
    """A letter to the first contact of an account who has an address."""
    contact = Contact.objects.filter(account=account, left_on__isnull=True, emails__isnull=False).order_by("id").first()
    if contact is None:
        return None
    names = {"contact": contact.name, "account": account.name}
    subject, words = (part.in_(language).format(**names) for part in (letter.subject, letter.text))
    return outbox.put(
        to=Address(contact.emails.all()[0].address, contact.name), subject=subject, text=words, kind=Kind.ACCOUNT,
        key=key, language=language, account_id=account.pk, contact_id=contact.pk, by=by, at=at,
        why=letter.why, hold=timedelta(), **more,
    )  # fmt: skip
