"""Figures, money, days and instants as people of both languages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.foundation import format
from nenrin.values import Money, Ratio

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("minor", "ja_text", "ja_compact", "en_compact"),
    [
        (0, "0円", "0円", "¥0"),
        (9_800, "9,800円", "9,800円", "¥9,800"),
        (10_000, "10,000円", "1万円", "¥10K"),
        (1_234_567, "1,234,567円", "123.5万円", "¥1.2M"),
        (12_346_000, "12,346,000円", "1,234.6万円", "¥12.3M"),
        (99_999_999, "99,999,999円", "1億円", "¥100M"),
        (142_080_000, "142,080,000円", "1.4億円", "¥142.1M"),
        (2_500_000_000, "2,500,000,000円", "25億円", "¥2.5B"),
        (-480_000, "−480,000円", "−48万円", "−¥480K"),
    ],
)
def test_yen_are_spelt_in_text_and_shortened_by_each_language(
    minor: int, ja_text: str, ja_compact: str, en_compact: str
) -> None:
    amount = Money(minor)
    assert format.money(amount, "ja", "text") == ja_text
    assert format.money(amount, "ja", "compact") == ja_compact
    assert format.money(amount, "en", "compact") == en_compact


def test_tables_show_yen_with_a_sign_and_other_currencies_with_their_cents() -> None:
    assert format.money(Money(1_234_567), "ja") == "¥1,234,567"
    assert format.money(Money(1_250, "USD"), "ja") == "$12.50"
    assert format.money(Money(1_250, "CHF"), "en") == "CHF 12.50"
    assert format.money(Money(1_250, "USD"), "ja", "text") == "$12.50"
    assert format.money(Money(1_234_567_89, "USD"), "en", "compact") == "$1.2M"


@given(st.integers(-(10**12), 10**12))
def test_compact_yen_never_reads_ten_thousand_of_a_unit(minor: int) -> None:
    shown = format.money(Money(minor), "ja", "compact")
    assert "10,000万" not in shown
    assert (minor < 0) == shown.startswith(format.MINUS)


def test_days_read_by_language_and_never_by_month_first() -> None:
    first = date(2026, 4, 1)
    assert format.day(first, "ja") == "2026/04/01"
    assert format.day(first, "ja", "long") == "2026年4月1日(水)"
    assert format.day(first, "en") == "1 Apr 2026"
    assert format.day(first, "en", "long") == "Wed 1 Apr 2026"
    assert (format.day(first, "ja", "brief"), format.day(first, "en", "brief")) == ("04/01", "1 Apr")
    assert (format.day(first, "ja", "month"), format.day(first, "en", "month")) == ("2026年4月", "Apr 2026")


def test_an_instant_is_read_on_the_readers_clock() -> None:
    half_past = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    assert format.moment(half_past, "ja", TOKYO) == "2026/04/01 00:30"
    assert format.moment(half_past, "en", TOKYO, named_zone=True) == "1 Apr 2026 00:30 (JST)"
    assert format.as_of(half_past, "ja", TOKYO) == "2026/04/01 00:30 時点"
    assert format.as_of(date(2026, 4, 1), "en", TOKYO) == "as of 1 Apr 2026"


@pytest.mark.parametrize(
    ("days", "ja", "en"),
    [
        (37, "あと37日", "37 days left"),
        (1, "あと1日", "1 day left"),
        (0, "本日", "today"),
        (-3, "3日超過", "3 days overdue"),
    ],
)
def test_a_deadline_counts_down_through_today_into_overdue(days: int, ja: str, en: str) -> None:
    assert (format.days_left(days, "ja"), format.days_left(days, "en")) == (ja, en)


def test_the_past_is_counted_in_days_then_in_months() -> None:
    assert [format.days_ago(n, "ja") for n in (0, 1, 90, 91)] == ["本日", "1日前", "90日前", "3か月前"]
    assert [format.days_ago(n, "en") for n in (0, 1, 91)] == ["today", "1 day ago", "3 months ago"]


def test_a_span_shows_its_two_largest_units() -> None:
    assert format.duration(93_784, "ja") == "1日2時間"
    assert format.duration(93_784, "en") == "1 d 2 h"
    assert format.duration(0, "ja") == "0秒"


def test_figures_round_half_up_and_carry_a_real_minus() -> None:
    assert format.number(1_234_567) == "1,234,567"
    assert format.number(-0.04, digits=1) == "0.0"
    assert format.number(0.285, digits=2) == "0.29"
    assert format.number(Decimal("-2.5")) == "−3"
    assert format.percent(0.12345) == "12.3%"
    assert format.percent(Ratio(1, 3), digits=0) == "33%"
    assert [format.signed(n, digits=1) for n in (3, -3, 0.01)] == ["+3.0", "−3.0", "±0.0"]


@pytest.mark.parametrize(("language", "words"), [("ja", "データ不足"), ("en", "Not enough data")])
def test_what_is_missing_is_said_and_never_zero(language: str, words: str) -> None:
    assert format.number(None, language) == words
    assert format.percent(Ratio(0, 0), language) == words
    assert format.money(None, language) == words
    assert format.day(None, language) == words
    assert format.moment(None, language, TOKYO) == words
    assert format.days_left(None, language) == format.days_ago(None, language) == words
    assert format.duration(None, language) == format.size(None, language) == format.signed(None, language) == words


def test_sizes_grow_by_1024() -> None:
    assert [format.size(n) for n in (900, 1_536, 5 * 1024**2, 3 * 1024**3)] == ["900 B", "1.5 KB", "5.0 MB", "3.0 GB"]
