"""A second baseline of the start: with a reason, from complete figures alone, the first kept as it was."""

from __future__ import annotations

from datetime import date

import pytest

from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry
from nenrin.ingest import imports
from nenrin.ingest.models import Import
from nenrin.insight.models import Progress, Segment, StartBaseline
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, baselines, results
from nenrin.insight.start.measuring import Missing
from tests.insight.test_revenue_rates import quote
from tests.insight.test_start import begin, judged, later, read, sign
from tests.insight.test_start import world as world  # the company with a first day
from tests.insight.world import World

pytestmark = pytest.mark.django_db
WHY = "最初の取り込みに重複があった"


def take(world: World, why: str = WHY, seen: int | None = 1) -> StartBaseline:
    return baselines.take(world.today, why=why, seen=seen, by=SYSTEM, at=world.now)


def ready(world: World) -> None:
    """Ten days on, everything read."""
    begin(world)
    later(world, 10)
    judged(world)
    world.carry()
    read(world)


def entries() -> int:
    return Entry.objects.filter(action="insight.start.baseline_replaced").count()


def test_a_new_baseline_holds_and_the_first_stays_as_it_was(world: World) -> None:
    ready(world)
    first = baselines.live()
    assert first is not None
    was = {key: (figure.value, figure.n) for key, figure in baselines.figures(first).items()}
    made = take(world)
    assert (made.number, made.taken_on, made.note) == (2, world.today, WHY)
    assert baselines.live() == made and baselines.every() == [made, first]
    assert {key: (figure.value, figure.n) for key, figure in baselines.figures(first).items()} == was
    entry = Entry.objects.get(action="insight.start.baseline_replaced")
    assert entry.particulars["number"] == 2 and entry.particulars["why"] == WHY
    assert Entry.objects.filter(action="insight.start.baseline_taken").count() == 1


def test_the_result_is_counted_from_the_one_that_holds_or_from_the_one_that_is_asked_for(world: World) -> None:
    ready(world)
    take(world)
    later(world, 110)
    now, then = results.result(world.now), results.result(world.now, 1)
    assert now is not None and (now.baseline.number, now.days) == (2, 100)
    assert then is not None and (then.baseline.number, then.days) == (1, 110)
    assert results.result(world.now, 3) is None


def test_the_worker_takes_no_second_one(world: World) -> None:
    ready(world)
    take(world)
    later(world, 20)
    assert baselines.step(world.now) == 0 and StartBaseline.objects.count() == 2


def test_two_who_begin_anew_at_once_begin_once(world: World) -> None:
    ready(world)
    take(world, seen=1)
    with pytest.raises(Conflict) as refused:
        take(world, seen=1)
    assert (refused.value.asked, refused.value.stands, refused.value.theirs["why"]) == (1, 2, WHY)
    assert StartBaseline.objects.count() == 2 and entries() == 1


@pytest.mark.parametrize("why", ["", "  ", "x" * 301])
def test_without_a_reason_nothing_is_kept(world: World, why: str) -> None:
    ready(world)
    with pytest.raises(Refused) as refused:
        take(world, why)
    assert refused.value.faults[0].field == "why" and StartBaseline.objects.count() == 1


def test_before_the_first_there_is_nothing_to_follow(world: World) -> None:
    answers.answer("renewal", "2-5", by=SYSTEM, at=world.now)
    world.carry()
    with pytest.raises(Refused) as refused:
        take(world, seen=None)
    assert refused.value.faults[0].text == baselines.NONE_YET and not StartBaseline.objects.exists()


def test_figures_that_are_not_complete_are_not_kept(world: World) -> None:
    ready(world)
    Progress.objects.update(refreshed_on=None)
    with pytest.raises(Refused, match="not complete"):
        take(world)
    read(world)
    file = imports.upload("accounts", source="crm", name="a.csv", content=[b"name\nx\n"], by=SYSTEM, at=world.now)
    Import.objects.filter(pk=file.pk).update(state="running")
    with pytest.raises(Refused, match="being imported"):
        take(world)
    assert StartBaseline.objects.count() == 1 and entries() == 0


def test_figures_without_an_exchange_rate_are_not_kept(world: World) -> None:
    """On the first days of a month nobody has told its rate: who pays in dollars is in no figure, so none is frozen."""
    ready(world)
    quote(world, "2026-02", "150", lag=True)
    policies.publish({"currency": "month_end"}, by=SYSTEM, at=world.now)
    sign(world, "灯台", currency="USD", mrr_minor=1_000_00)
    world.carry()
    read(world)
    with pytest.raises(Refused, match="1 paying account, for want of the exchange rate"):
        take(world)
    assert baselines.waiting(world.today) == [], "the first one stands"
    StartBaseline.objects.all().delete()
    assert baselines.waiting(world.today) == [Missing("USD", "JPY", date(2026, 3, 1), 1)]
    assert baselines.freeze(world.today, by=SYSTEM, at=world.now) is None and not StartBaseline.objects.exists()
    quote(world, "2026-03", "160", lag=True)
    world.carry()
    read(world)
    assert baselines.waiting(world.today) == []
    first = baselines.freeze(world.today, by=SYSTEM, at=world.now)
    assert first is not None and first.number == 1


def test_a_part_that_is_gone_is_not_begun_with_again(world: World) -> None:
    everyone = {"all": [{"field": "status", "op": "=", "value": "customer"}]}
    row = Segment.objects.create(name="顧客", condition=everyone, created_at=world.now, changed_at=world.now)
    ready(world)
    answers.answer("renewal", "2-5", f"segment:{row.pk}", by=SYSTEM, at=world.now)
    Segment.objects.filter(pk=row.pk).update(archived_at=world.now)
    world.carry()
    read(world)
    with pytest.raises(Refused, match="no longer there"):
        take(world)
