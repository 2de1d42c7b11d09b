"""Tags of the pages of costs, balance and contribution: minutes as hours."""

from __future__ import annotations

from django import template

from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.web.templatetags.nenrin import language

register = template.Library()


@register.simple_tag
def hours(minutes: int | None) -> str:
    """Minutes as hours, tenths where they are few."""
    if minutes is None:
        return format.missing(language())
    digits = 0 if minutes % 60 == 0 or minutes >= 6000 else 1
    figure = format.number(minutes / 60, language(), digits)
    return Text(f"{figure} h", f"{figure}時間").in_(language())


@register.simple_tag
def whole_money(minor: float | None, currency: str = "JPY") -> str:
    """An amount that need not be whole, rounded to the minor unit."""
    return format.money(None if minor is None else Money(round(minor), currency), language())
