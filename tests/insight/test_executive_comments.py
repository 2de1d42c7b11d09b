"""Comments beside the dashboard's figures: kept with their period, as known on a day, taken back, erased."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nenrin.customers import accounts, contacts
from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation, PersonalPart
from nenrin.foundation.roles import Role
from nenrin.insight import privacy
from nenrin.insight.executive import comments, questions
from nenrin.insight.models import BoardComment
from tests.cast import DRIFTING, member
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def world(org: Organisation) -> World:
    made = World(today=TODAY)
    made.carry()
    return made


def said(world: World, words: str = "大口の解約が1件あった", **place: str) -> BoardComment:
    return comments.write(
        words, kpi=place.get("kpi", "grr"), grain="month", day=TODAY, dimension=place.get("dimension", ""),
        within=place.get("within", ""), value=0.91, by=Actor.of(member(Role.HEAD)), at=world.now,
    )  # fmt: skip


def read(day: date = TODAY, **asked: object) -> list[str]:
    return [row.words for row in comments.of(questions.ask(day, TODAY, **asked))]  # type: ignore[arg-type]


def test_a_comment_stands_beside_its_figure_in_its_period(world: World) -> None:
    row = said(world)
    assert (row.kpi, row.start_on, row.value) == ("grr", date(2026, 11, 1), 0.91)
    assert read() == ["大口の解約が1件あった"]
    assert read(date(2026, 10, 31), known=TODAY) == [] and read(grain="quarter") == []
    told = Entry.objects.get(action="insight.comment.written")
    assert told.particulars["period_ja"] == "2026年11月" and "words" not in told.particulars


def test_said_twice_is_said_once(world: World) -> None:
    author = Actor.of(member(Role.EXECUTIVE))
    words = {"grain": "month", "day": TODAY, "by": author, "at": world.now}
    first = comments.write(" 同じ言葉 ", **words)  # type: ignore[arg-type]
    assert comments.write("同じ言葉", **words) == first  # type: ignore[arg-type]
    assert Entry.objects.filter(action="insight.comment.written").count() == 1


@pytest.mark.parametrize(("words", "kpi"), [("", ""), ("  \n ", ""), ("x" * 1001, ""), ("x", "zodiac")])
def test_nothing_too_long_and_nothing_on_what_there_is_not(world: World, words: str, kpi: str) -> None:
    with pytest.raises(Refused):
        comments.write(words, kpi=kpi, grain="month", day=TODAY, by=SYSTEM, at=world.now)
    assert not BoardComment.objects.exists()


def test_what_was_said_later_was_not_known_before(world: World) -> None:
    said(world)
    assert read(TODAY - timedelta(days=1), known=TODAY - timedelta(days=1)) == []


def test_whoever_sees_some_accounts_only_reads_none(world: World) -> None:
    said(world)
    assert read(accounts=[]) == []


def test_words_on_costs_are_for_who_may_see_costs(world: World) -> None:
    said(world, "獲得費用が上がった", kpi="cac")
    assert read() == ["獲得費用が上がった"] and read(sees_costs=False) == []


def test_a_comment_taken_back_is_gone_and_stays_in_the_journal(world: World) -> None:
    row = said(world)
    comments.withdraw(row, by=SYSTEM, at=world.now)
    comments.withdraw(row, by=SYSTEM, at=world.now)
    assert read() == [] and Entry.objects.filter(action="insight.comment.withdrawn").count() == 1


def test_whoever_is_named_in_a_comment_can_be_forgotten(world: World) -> None:
    account = accounts.open(DRIFTING, by=SYSTEM, at=world.now)
    person = contacts.add(account, "山田 花子", by=SYSTEM, at=world.now)
    whole, beside, other = (
        said(world, words) for words in ("山田花子さんの異動で縮小", f"{DRIFTING}の山田様が退職", "山田うどん様が拡大")
    )
    gone = said(world, "山田 花子さんから連絡")
    comments.withdraw(gone, by=SYSTEM, at=world.now)
    journal.seal()
    assert len(privacy.exported(person)["board_comments"]) == 2
    privacy.erase(person, by=SYSTEM, at=world.now)
    assert set(read()) == {"—", other.words} and {whole.pk, beside.pk} <= set(
        BoardComment.objects.filter(words="—").values_list("pk", flat=True)
    )
    kept = [part.payload for part in PersonalPart.objects.filter(entry__action="insight.comment.written")]
    assert kept.count({}) == 3 and {"words": other.words} in kept
    assert privacy.exported(person)["board_comments"] == []
