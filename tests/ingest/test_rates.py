"""Exchange rates of month ends come by file, are corrected and taken back; the lake knows what was known when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import lakes, mirror, rates
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.models import ExchangeRate, RejectedRow
from tests.ingest.files_kit import counts, imported

pytestmark = pytest.mark.django_db


def standing() -> dict[str, str]:
    return dict(ExchangeRate.objects.filter(retracted_at__isnull=True).values_list("key", "rate"))


def known(on: date) -> list[tuple[date, str]]:
    with lakes.current().session(days=(on, on), known=on) as db:
        return db.sql(
            "select month, rate from exchange_rates where believed_to = date '9999-12-31' order by month"
        ).fetchall()


def test_a_file_tells_rates_and_says_of_each_wrong_cell_what_it_needs(org: Organisation, at: datetime) -> None:
    text = (
        "月,通貨,月末レート\n2026-08,usd,147.10\n2026-09,USD,\n2026-09,XXX,1\n2026-09,JPY,1\n"
        "2026-09,EUR,-3\n2026-12,USD,150\n2026-09,USD,148\n"
    )
    row = imported("rates", text, at)
    assert counts(row)[0] == 2 and counts(row)[3] == 5
    assert standing() == {"2026-08|USD|JPY": "147.1", "2026-09|USD|JPY": "148"}
    told = RejectedRow.objects.filter(of=row).values_list("number", "problems")
    assert {(number, problems[0]["column"]) for number, problems in told} == {
        (3, "月末レート"), (4, "通貨"), (5, "通貨"), (6, "月末レート"), (7, "月"),
    }  # fmt: skip


def test_a_correction_is_known_from_its_day_and_what_is_taken_back_from_then_on(
    org: Organisation, at: datetime
) -> None:
    manner = {"namespace": rates.NAMESPACE, "by": SYSTEM, "zone": lakes.current().zone}
    months = [date(2026, 8, 1), date(2026, 9, 1)]

    def put(value: str, moment: datetime) -> None:
        told = [rates.Told(month, "USD", "JPY", value) for month in months]
        rates.put(told, at=moment, knowing=on_arrival(day_of(moment, lakes.current().zone)), **manner)

    put("150", at)
    put("150", at)
    later, last = at + timedelta(days=2), at + timedelta(days=4)
    put("151", later)
    first = ExchangeRate.objects.get(month=months[0])
    rates.retract([first.pk], by=SYSTEM, at=last)
    journal.seal(1_000_000)
    mirror.mirror_all(lakes.current())
    days = [day_of(moment, lakes.current().zone) for moment in (at, later, last)]
    assert [known(day) for day in days] == [
        [(month, "150") for month in months], [(month, "151") for month in months], [(months[1], "151")],
    ]  # fmt: skip
    assert list(Entry.objects.filter(action__startswith="ingest.exchange_rate").order_by("pk").values_list("action", flat=True)) == [
        *["ingest.exchange_rate.told"] * 2, *["ingest.exchange_rate.corrected"] * 2, "ingest.exchange_rate.retracted",
    ]  # fmt: skip


@pytest.mark.parametrize("corrected", ["150", "151"])
def test_what_was_taken_back_and_is_told_again_as_history_stands_in_the_lake_too(
    corrected: str, org: Organisation, at: datetime
) -> None:
    lake = lakes.current()
    manner = {"namespace": rates.NAMESPACE, "by": SYSTEM, "zone": lake.zone}
    later, last = at + timedelta(days=2), at + timedelta(days=4)
    for value, moment in (("150", at), (corrected, last)):
        told = [rates.Told(date(2026, 8, 1), "USD", "JPY", value)]
        rates.put(told, at=moment, knowing=Knowing("lag", day_of(moment, lake.zone), 1), **manner)
        if moment == at:
            rates.retract([ExchangeRate.objects.get().pk], by=SYSTEM, at=later)
    journal.seal(1_000_000)
    mirror.mirror_all(lake)
    days = [day_of(moment, lake.zone) for moment in (at, later, last)]
    assert [known(day) for day in days] == [[(date(2026, 8, 1), "150")], [], [(date(2026, 8, 1), corrected)]]
    assert standing() == {"2026-08|USD|JPY": corrected}
