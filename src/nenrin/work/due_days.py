"""Whether a day makes sense as the day by which a person is to have done something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nenrin.foundation import format
from nenrin.foundation.calendar import add_business_days, holiday_name, is_business_day
from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is odd about a day, and the business day that could stand in its place. Nothing is refused for it."""

    words: Text
    instead: date


def doubt(day: date | None, today: date) -> Doubt | None:
    """None for no day, and for a business day that is not past.

    >>> doubt(date(2026, 11, 27), date(2026, 11, 24)) is None
    True
    >>> doubt(date(2026, 11, 28), date(2026, 11, 24)).words.en
    'Sat 28 Nov 2026 is no business day. The next one is Mon 30 Nov 2026.'
    >>> doubt(date(2020, 1, 1), date(2026, 11, 24)).instead
    datetime.date(2026, 11, 25)
    """
    if day is None or (day >= today and is_business_day(day)):
        return None
    instead = add_business_days(max(day, today), 1)
    said, better = (Text(*(format.day(one, language, "long") for language in ("en", "ja"))) for one in (day, instead))
    following = Text(f"The next one is {better.en}.", f"次の営業日は{better.ja}です。")
    if day < today:
        following = Text(f"The next business day is {better.en}.", following.ja)
        return Doubt(Text(f"{said.en} has passed. {following.en}", f"{said.ja}は過ぎています。{following.ja}"), instead)
    en, ja = (f" ({holiday_name(day, 'en')})", f"（{holiday_name(day)}）") if holiday_name(day) else ("", "")
    return Doubt(
        Text(f"{said.en}{en} is no business day. {following.en}", f"{said.ja}{ja}は休業日です。{following.ja}"), instead
    )
