"""From one file of contracts to churn, NRR and LTV: no database, small numbers, and what the file cannot tell."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.foundation.search import normal
from nenrin.insight.first_look import documents, looking, reading
from nenrin.insight.first_look.caveats import caveats
from nenrin.insight.first_look.looking import Assumed, Look
from nenrin.insight.first_look.reading import Unclear
from nenrin.insight.lifetimes import values as lifetimes
from nenrin.web.first_look import words

TODAY = date(2026, 11, 24)
HEAD = "契約番号,会社名,契約開始日,契約満了日,月額,解約日"


def look(path: Path, lines: Iterable[str], head: str = HEAD, **assumed: object) -> Look:
    file = path / "contracts.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return looking.look(file, reading.proposed(file), TODAY, Assumed(**assumed))  # type: ignore[arg-type]


def stays(n: int, name: str = "残る", price: int = 10_000) -> list[str]:
    return [f"{name}{i},{name}{i}社,2024-04-01,2025-03-31,{price}," for i in range(n)]


def leaves(n: int, on: str = "2026-06-01") -> list[str]:
    return [f"去る{i},去る{i}社,2024-04-01,2025-03-31,10000,{on}" for i in range(n)]


def keys(found: Look) -> set[str]:
    return {each.key for each in caveats(found)}


def test_four_of_forty_that_left_are_a_tenth(tmp_path: Path) -> None:
    found = look(tmp_path, [*stays(36), *leaves(4)])
    figures = found.figures
    assert figures["logo_churn_year"].value == pytest.approx(0.1)
    assert (found.base, found.left_behind) == (40, 4)
    assert figures["nrr"].value == pytest.approx(0.9) and figures["grr"].value == pytest.approx(0.9)
    assert figures["mrr"].value == 360_000 and figures["arpa"].value == 10_000
    # 1 - .9^(1/12) = .8741 % a month; 10,000 x .8 / .008741
    assert found.monthly.value == pytest.approx(0.008741, abs=1e-6)
    assert figures["ltv"].value == pytest.approx(10_000 * 0.8 / 0.0087415, rel=1e-4)


def test_the_value_lies_within_the_ends_of_the_churn_s_interval(tmp_path: Path) -> None:
    found = look(tmp_path, [*stays(36), *leaves(4)])
    low, high = found.monthly.interval or (0, 0)
    worth = found.figures["ltv"].interval
    assert worth is not None and worth.low == pytest.approx(8_000 / high) and worth.high == pytest.approx(8_000 / low)
    # Wilson of 4 in 40: 3.96 % to 23.05 %
    assert found.figures["logo_churn_year"].interval == pytest.approx((0.03958, 0.23052), abs=1e-4)


def test_a_list_of_today_s_customers_says_that_it_cannot_tell_churn(tmp_path: Path) -> None:
    found = look(tmp_path, stays(40))
    grave = [each for each in caveats(found) if each.weight == "error"]
    assert [each.key for each in grave] == ["survivors"]
    assert found.figures["logo_churn_year"].value == 0.0 and found.monthly.interval is not None
    assert found.monthly.interval.high == pytest.approx(1 - (1 - 3 / 40) ** (1 / 12))
    assert documents.document(found)["figures"]["ltv"]["high"] is None  # only a lower bound is known


def test_fewer_than_thirty_customers_a_year_ago_are_not_enough(tmp_path: Path) -> None:
    found = look(tmp_path, [*stays(20), *leaves(5)])
    assert found.figures["logo_churn_year"].value is None and found.figures["ltv"].value is None
    assert "few" in keys(found) and found.figures["mrr"].value == 200_000


def test_a_list_of_terms_takes_an_end_without_a_successor_for_a_loss(tmp_path: Path) -> None:
    head = "会社名,契約開始日,契約満了日,月額"
    terms = [f"残る{i}社,2025-04-01,2026-03-31,10000\n残る{i}社,2026-04-01,2027-03-31,10000" for i in range(36)]
    gone = [f"去る{i}社,2025-04-01,2026-03-31,10000" for i in range(4)]
    found = look(tmp_path, [*terms, *gone], head)
    assert (found.settled.ends, found.settled.is_guess, found.accounts) == ("leaves", True, 40)
    assert found.figures["logo_churn_year"].value == pytest.approx(0.1)
    renewed = look(tmp_path, [*terms, *gone], head, ends="renews")
    assert renewed.figures["logo_churn_year"].value == 0.0 and not renewed.settled.is_guess


def mixed(n: int = 48, gone: int = 12) -> list[str]:
    """Contracts of which only those that ended name an end."""
    return [
        *(f"残る{i}社,2024-04-01,,10000" for i in range(n)),
        *(f"去る{i}社,2023-0{1 + i % 9}-10,2026-0{1 + i % 9}-28,10000" for i in range(gone)),
    ]


MIXED = "会社名,契約開始日,契約終了日,月額"


def test_a_blank_end_still_runs_and_an_end_told_beside_it_is_a_day_of_leaving(tmp_path: Path) -> None:
    found = look(tmp_path, mixed(), MIXED)
    assert (found.figures["mrr"].value, found.figures["paying_accounts"].value) == (480_000, 48)
    assert found.figures["logo_churn_year"].value == pytest.approx(0.2) and (found.base, found.left_behind) == (60, 12)
    assert (found.settled.ends, found.settled.open, found.settled.overrun) == ("leaves", 48, 0)
    words = {each.key: each for each in caveats(found)}
    assert "48" in words["ends"].text.en and "48" in words["ends"].text.ja
    assert documents.document(found)["ends"] == {"means": "leaves", "is_guess": True, "open_rows": 48}
    assert all(each.weight == "note" for each in words.values())


def test_it_reads_as_the_same_file_with_days_of_leaving(tmp_path: Path) -> None:
    ends = look(
        tmp_path, [row.replace("-28,", "-27,") for row in mixed()], MIXED
    )  # the last day, not the first without
    left = look(tmp_path, mixed(), "会社名,契約開始日,解約日,月額")
    assert ends.figures == left.figures
    assert [(part.lives, part.worth) for part in ends.parts] == [(part.lives, part.worth) for part in left.parts]


def test_a_model_without_an_upper_bound_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = look(tmp_path, mixed(), MIXED)
    assert all(part.worth for part in bounded.parts) and "no_model" not in keys(bounded)
    told = lifetimes.slices

    def unbounded(*args: Any, **options: Any) -> tuple[Any, ...]:
        return tuple(replace(part, worth=endless(part.worth)) for part in told(*args, **options))

    def endless(worth: Any) -> Any:
        return replace(worth, book_interval=replace(worth.book_interval, high=math.inf))

    monkeypatch.setattr(lifetimes, "slices", unbounded)
    found = look(tmp_path, mixed(), MIXED)
    assert found.parts and not any(part.worth for part in found.parts) and "no_model" in keys(found)
    assert all(line.value.ja for line in words.lines(found))


def test_ends_that_renew_beside_blank_ones_are_warned_of(tmp_path: Path) -> None:
    found = look(tmp_path, mixed(), MIXED, ends="renews")
    grave = [each for each in caveats(found) if each.weight == "error"]
    assert found.figures["paying_accounts"].value == 60
    assert [each.key for each in grave] == ["overrun", "survivors"] and "12" in grave[0].text.ja
    assert "overrun" not in keys(look(tmp_path, stays(40), ends="renews"))  # a day of leaving has a column of its own


def test_a_row_with_a_term_and_no_end_is_over_with_its_term(tmp_path: Path) -> None:
    rows = ["甲社,2024-04-01,,12,10000", "乙社,2024-04-01,,,10000", "丙社,2026-04-01,,12,10000"]
    found = look(tmp_path, rows, "会社名,契約開始日,契約終了日,契約期間,月額")
    assert found.figures["mrr"].value == 20_000 and found.settled.open == 1


def test_a_file_in_which_nobody_pays_any_more_says_so_first(tmp_path: Path) -> None:
    found = look(tmp_path, [f"去る{i}社,2024-04-01,2025-03-31,10000" for i in range(40)], MIXED)
    first = caveats(found)[0]
    assert (first.key, first.weight) == ("nobody", "error") and found.figures["mrr"].value == 0
    assert "nobody" not in keys(look(tmp_path, stays(1)))


@pytest.mark.parametrize(
    "head",
    [
        "customer,start_date,end_date,mrr", "Customer,Start Date,End Date,MRR", "company,contract_start,contract_end,mrr",
        "company,Contract start date,Contract end date,price", "顧客名,契約開始,契約終了,月額", "会社名,契約開始日,契約終了日,月額",
    ],
)  # fmt: skip
def test_the_commonest_headings_are_heard(tmp_path: Path, head: str) -> None:
    found = look(tmp_path, mixed(3, 1), head)
    assert (found.figures["mrr"].value, found.accounts, found.settled.open) == (30_000, 4, 3)
    assert {"account_name", "starts_on", "last_day", "mrr"} == found.told.fields


def test_no_heading_speaks_of_two_fields() -> None:
    said = [(normal(name), of.key) for of in reading.FIELDS for name in of.names()]
    fields: dict[str, set[str]] = {}
    for name, key in said:
        fields.setdefault(name, set()).add(key)
    assert {name: keys for name, keys in fields.items() if len(keys) > 1} == {}


def test_a_next_term_at_another_price_is_an_expansion_and_no_second_contract(tmp_path: Path) -> None:
    dearer = [f"b{i},残る{i}社,2025-04-01,2026-03-31,10000," for i in range(36)]
    found = look(tmp_path, [*dearer, *(f"c{i},残る{i}社,2026-04-01,2027-03-31,12000," for i in range(36))])
    assert found.figures["mrr"].value == 36 * 12_000
    assert found.figures["nrr"].value == pytest.approx(1.2) and found.figures["grr"].value == pytest.approx(1.0)
    assert not found.settled.rows("overlap")


def test_two_contracts_of_one_product_at_one_time_both_count_and_are_named(tmp_path: Path) -> None:
    found = look(tmp_path, ["a,重なり社,2026-01-01,2026-12-31,10000,", "b,重なり社,2026-06-01,2027-05-31,20000,"])
    assert found.settled.rows("overlap") == (2, 3)
    assert found.figures["mrr"].value == 30_000 and "overlap" in keys(found)


def test_a_row_is_named_with_its_column_its_value_and_what_was_expected(tmp_path: Path) -> None:
    bad = [
        "a,甲社,2026-13-01,2026-12-31,10000,",
        "b,乙社,2026-06-01,2026-05-31,10000,",
        "c,,2026-06-01,2027-05-31,10000,",
        "d,丁社,2026-06-01,2027-05-31,-10000,",
        "e,戊社,2026-06-01,2027-05-31,10000,2026-05-01",
        "f,己社,2026-06-01,2027-05-31,,",
    ]
    found = look(tmp_path, [*bad, *stays(1)])
    told = [(left.number, left.problems[0].column, left.problems[0].value) for left in found.told.left]
    assert told == [
        (2, "契約開始日", "2026-13-01"), (3, "契約満了日", "2026-05-31"), (4, "会社名", ""), (5, "月額", "-10000"),
        (6, "解約日", "2026-05-01"), (7, "月額", ""),
    ]  # fmt: skip
    assert found.accounts == 1 and found.told.rows == 7 and "unread" in keys(found)


def test_the_same_key_or_the_same_words_count_once(tmp_path: Path) -> None:
    again = ["a,甲社,2026-01-01,2026-12-31,10000,", "a,甲社,2026-01-01,2026-12-31,15000,"]
    found = look(tmp_path, again)
    assert found.figures["mrr"].value == 15_000 and found.settled.rows("same") == (2,)
    twice = look(tmp_path, ["甲社,2026-01-01,10000", "甲社,2026-01-01,10000"], "会社名,契約開始日,月額")
    assert twice.figures["mrr"].value == 10_000 and twice.settled.rows("same") == (3,)


def test_another_currency_and_free_and_future_rows_are_said(tmp_path: Path) -> None:
    head = "会社名,契約開始日,月額,通貨"
    rows = ["甲社,2026-01-01,10000,JPY", "乙社,2026-01-01,10000,JPY", "丙社,2026-01-01,100,USD",
            "丁社,2026-01-01,0,JPY", "戊社,2027-01-01,10000,JPY"]  # fmt: skip
    found = look(tmp_path, rows, head)
    assert found.figures["mrr"].value == 20_000 and found.currency == "JPY"
    assert {each.mark: each.rows for each in found.settled.marked} == {"free": (5,), "ahead": (6,), "currency": (4,)}


def test_a_yearly_price_is_divided_by_months_never_by_days(tmp_path: Path) -> None:
    assert look(tmp_path, ["甲社,2026-01-01,1200000"], "会社名,契約開始日,年額").figures["mrr"].value == 100_000
    whole = look(tmp_path, ["甲社,2026-01-01,2027-12-31,2400000"], "会社名,契約開始日,契約満了日,契約金額")
    assert whole.figures["mrr"].value == 100_000


def test_a_file_without_a_start_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unclear) as refused:
        look(tmp_path, ["甲社,10000"], "会社名,月額")
    assert refused.value.missing == ("start",) and "会社名, 月額" in refused.value.text.ja


def test_one_company_in_two_spellings_is_one_customer(tmp_path: Path) -> None:
    head = "会社名,契約開始日,契約満了日,月額"
    rows = ["㈱東雲精機,2025-01-01,2025-12-31,10000", "株式会社東雲精機,2026-01-01,2026-12-31,10000"]
    found = look(tmp_path, rows, head)
    assert found.accounts == 1 and found.figures["mrr"].value == 10_000 and "by_name" in keys(found)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    left=st.lists(st.booleans(), min_size=31, max_size=45),
    prices=st.lists(st.integers(1, 99), min_size=45, max_size=45),
)
def test_retention_is_what_a_person_would_count_by_hand(tmp_path: Path, left: list[bool], prices: list[int]) -> None:
    rows = [
        f"{i},顧客{i},2024-04-01,2025-03-31,{prices[i] * 1000},{'2026-08-15' if gone else ''}"
        for i, gone in enumerate(left)
    ]
    found = look(tmp_path, rows)
    kept = sum(price for price, gone in zip(prices, left, strict=False) if not gone)
    all_of_them = sum(prices[: len(left)])
    assert found.figures["nrr"].value == pytest.approx(kept / all_of_them)
    assert found.figures["grr"].value == pytest.approx(kept / all_of_them)
    assert found.figures["logo_churn_year"].value == pytest.approx(sum(left) / len(left))
    assert found.figures["mrr"].value == kept * 1000


CELL = st.text(alphabet=st.sampled_from(list("0123456789-/年月日令和万億円,.△▲ー '\"=@abcＺ０\t")), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL), max_size=8))
def test_whatever_stands_in_the_cells_every_row_is_counted_or_named(
    tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    found = look(tmp_path, [*quoted, *stays(1)])
    blank = sum(not "".join(row).strip() for row in rows)
    assert found.told.rows == len(rows) - blank + 1
    assert all(left.problems and left.problems[0].expected.ja for left in found.told.left)
    assert documents.document(found)["rows"] == found.told.rows
