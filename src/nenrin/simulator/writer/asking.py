"""Deeds of surveys: people asked by mail after a training or a question, and what most of them answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from nenrin.customers.models import Contact
from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import fates, surveys
from nenrin.foundation.models import Mail
from nenrin.simulator.records import Customer
from nenrin.simulator.world import World
from nenrin.simulator.writer import letters
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.values import Language

_WORDS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "prose" / "asking.yaml").read_text(encoding="utf-8")
)
#: Who is asked has been a customer for so many days, so that there is something to ask about.
KNOWN_DAYS = 120
ASKER = "sato"


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield every survey, an answer a day or two later where there is one, and the count of what went out."""
    known = world.today - timedelta(KNOWN_DAYS)
    people = [each for each in world.customers if not each.story and not each.is_lost and each.since < known]
    for place, (row, customer) in enumerate(zip(_WORDS["asked"], reversed(people), strict=False)):
        on = world.today - timedelta(row["ago"])
        made: list[SurveyAsk] = []
        yield Deed(book.at(on, 10, 3 * place), 9, _ask(customer, book, row, place, made))
        if row["score"] is not None:
            answered = book.at(on + timedelta(1 + place % 2), 9 + place % 8, 20)
            yield Deed(answered, 9, _answer(customer, row, made))


def _ask(customer: Customer, book: Book, row: dict[str, Any], place: int, made: list[SurveyAsk]) -> Act:
    language: Language = "en" if customer.language == "en" else "ja"

    def act(at: datetime) -> None:
        account = book.accounts[customer.key]
        there = Contact.objects.filter(account=account, left_on__isnull=True, emails__isnull=False)
        contact = there.order_by("-id").first()
        if contact is None:
            return
        asked = surveys.Question(
            account=account, contact=contact, address=contact.emails.all()[0].address, survey=row["survey"],
            key=f"demo:survey:{place}", language=language, subject=_WORDS["subjects"][row["survey"]][language],
            intro=_WORDS["intros"][row["survey"]][language],
            more={"hold": timedelta(), "draft": row.get("fate") == "draft"},
        )  # fmt: skip
        made.append(surveys.ask(asked, by=book.ground.actor(ASKER), at=at))
        if row.get("fate") != "draft":
            letters.handed_over(Mail.objects.get(pk=made[0].mail or 0), row.get("fate", "delivered"), at)
            fates.follow(at + timedelta(minutes=1))

    return act


def _answer(customer: Customer, row: dict[str, Any], made: list[SurveyAsk]) -> Act:
    words = row["en" if customer.language == "en" else "ja"]

    def act(at: datetime) -> None:
        for one in made:
            surveys.answer(one, row["score"], words, at=at)

    return act
