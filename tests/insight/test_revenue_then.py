"""Parts of a past period hold who was in them then, by owner and by segment: what a later day brings changes none of it."""

from __future__ import annotations

import pytest

from nenrin.customers import ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.insight.revenue import books as revenue
from nenrin.insight.revenue import kpis, slices, trends
from nenrin.insight.revenue.locks import Closed
from nenrin.insight.revenue.statements import statement
from tests.insight.test_revenue import ledger, month, on, sign, told
from tests.insight.world import World, at

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = (month(text) for text in ("2026-03", "2026-04", "2026-05"))


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=on("2026-02-10"))


def member(world: World, name: str) -> Member:
    return Member.objects.create(name=name, email=f"{name}@tsumugi-works.example", is_active=True)


def assigned(world: World, account: Account, who: Member, since: str) -> None:
    world.today = on(since)
    ownership.assign(account, who, by=SYSTEM, at=world.now)


def rows(world: World, known: str, period: str) -> list[tuple[str, str, float | None]]:
    of = revenue.ledger(on(known))
    parts = slices.slices(of, "owner", month(period))
    return [(row.kpi, row.slice, row.value) for row in kpis.rows(of, month(period), "month", parts)]


def test_march_keeps_the_owner_it_had_after_a_change_in_april(world: World) -> None:
    first, second = member(world, "aoki"), member(world, "baba")
    moving, _ = sign(world, "移る社", 100, "2026-01-05")
    staying, _ = sign(world, "残る社", 40, "2026-01-05")
    sign(world, "担当なし", 7, "2026-01-05")
    for account in (moving, staying):
        assigned(world, account, first, "2026-02-10")
    world.carry()
    world.today = on("2026-04-02")
    before = rows(world, "2026-03-31", "2026-03")
    assigned(world, moving, second, "2026-04-20")
    world.today = on("2026-05-10")
    of = ledger(world)
    parts = {period: {one.key: one for one in slices.slices(of, "owner", period)} for period in (MARCH, APRIL, MAY)}
    ends = {
        period: {key: statement(of, period, "net", one).end for key, one in each.items()}
        for period, each in parts.items()
    }
    assert ends[MARCH] == {str(first.pk): 140, "": 7}
    assert ends[APRIL] == ends[MAY] == {str(first.pk): 40, str(second.pk): 100, "": 7}
    assert told(statement(of, APRIL, "net", parts[APRIL][str(second.pk)])) == {"transfer": 100, "end": 100}
    assert told(statement(of, APRIL, "net", parts[APRIL][str(first.pk)])) == {"begin": 140, "transfer": -100, "end": 40}
    again = slices.through(of, "owner", parts[MAY][str(second.pk)], [MARCH, APRIL, MAY])
    assert [int(one.after.sum()) for one in again] == [0, 1, 1]
    assert rows(world, "2026-03-31", "2026-03") == before, "as of March it reads as it did in March"
    found = trends.trend(Closed(of, None, ()), [MARCH, APRIL, MAY], "month", "mrr", "owner", parts[MAY][str(first.pk)])
    assert [one.value for one in found] == [140, 40, 40]


def test_before_the_first_owner_stands_that_one_and_whoever_was_let_go_has_none(world: World) -> None:
    who = member(world, "aoki")
    account, _ = sign(world, "移る社", 100, "2026-01-05")
    assigned(world, account, who, "2026-03-10")
    world.today = on("2026-04-10")
    ownership.release(account, by=SYSTEM, at=world.now)
    world.today = on("2026-05-10")
    of = ledger(world)
    held = {period: [one.key for one in slices.slices(of, "owner", period) if one.after.any()]
            for period in (month("2026-02"), MARCH, APRIL)}  # fmt: skip
    assert list(held.values()) == [[str(who.pk)], [str(who.pk)], [""]]


def test_a_segment_holds_in_march_who_was_in_it_in_march(world: World) -> None:
    accounts = [sign(world, f"社{n}", 10**n, "2026-01-05")[0] for n in range(3)]
    made = Segment.objects.create(name="Key", condition={}, created_at=world.now, changed_at=world.now)
    for account, entered, left in zip(
        accounts, ("2026-02-10", "2026-02-10", "2026-04-15"), (None, "2026-04-03", None), strict=True
    ):
        SegmentMembership.objects.create(
            segment=made, account=account, entered_at=at(on(entered)), left_at=at(on(left)) if left else None
        )
    world.today = on("2026-05-10")
    of = ledger(world)
    ends = []
    for period in (month("2026-01"), MARCH, APRIL, MAY):
        [part] = slices.slices(of, "segment", period)
        ends.append(
            (told(statement(of, period, "net", part)).get("transfer", 0), statement(of, period, "net", part).end)
        )
        [same] = slices.through(of, "segment", part, [period])
        assert (same.before == part.before).all() and (same.after == part.after).all()
    assert ends == [(0, 11), (0, 11), (90, 101), (0, 101)], "before it was made, its first members"
    Segment.objects.filter(pk=made.pk).update(archived_at=at(on("2026-05-02")))
    assert not slices.slices(of, "segment", MAY) and len(slices.slices(of, "segment", APRIL)) == 1
    gone = slices.at(of, "segment", slices.nobody(of, str(made.pk)), MAY)
    assert not gone.before.any() and not gone.after.any()
    unknown = slices.at(of, "segment", slices.nobody(of, "none"), MAY)
    assert not unknown.after.any()


def test_who_came_by_which_source_is_a_part(world: World) -> None:
    for n, source in enumerate(("紹介", "紹介", "展示会", "")):
        account, _ = sign(world, f"社{n}", 10**n, "2026-01-05")
        Account.objects.filter(pk=account.pk).update(source=source)
    world.today = on("2026-05-10")
    of = ledger(world)
    found = {one.name.ja: statement(of, MARCH, "net", one).end for one in slices.slices(of, "source", MARCH)}
    assert found == {"展示会": 100, "紹介": 11, "未設定": 1000}
