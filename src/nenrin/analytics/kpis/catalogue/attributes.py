"""Custom numeric attributes of accounts as measures, declared by each installation."""

from __future__ import annotations

import re

from nenrin.analytics.kpis.measures import Component, Direction, Measure
from nenrin.values import Text

PREFIX = "attribute:"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_SCALE = 1_000_000  # contributions are whole numbers: six decimals of an attribute are kept


class UnusableAttribute(ValueError):
    """An attribute becomes a measure only under a key of letters, digits and underscores: rename its key."""


def attribute(key: str, name: Text, *, direction: Direction = "neutral") -> Measure:
    """The measure `attribute:<key>`: the number the account's attribute was believed to have on the day.

    Missing where the account has none, or what it has is no number.

    >>> attribute("monthly_charges", Text("Monthly charges", "月額料金")).key
    'attribute:monthly_charges'
    """
    if not _KEY.fullmatch(key):
        raise UnusableAttribute(f"{key!r}: {UnusableAttribute.__doc__}")
    return Measure(
        key=f"{PREFIX}{key}",
        name=name,
        description=Text(
            f"The account's attribute {name.en}, as last recorded.", f"顧客に登録された項目「{name.ja}」の値。"
        ),
        unit="count",
        direction=direction,
        window_days=0,
        empty="missing",
        ttl_days=None,
        source=Text("Account attributes", "顧客のカスタム項目"),
        sql=f"attribute_{key} / nullif({_SCALE}, 0)",
        components=(_component(key),),
        known_when=f"has_attribute_{key} > 0",
        group="profile",
    )


def _component(key: str) -> Component:
    value, has = f"attribute_{key}", f"has_attribute_{key}"
    number = f"try_cast(attributes ->> '$.{key}' AS DECIMAL(18, 6))"
    return Component(
        value,
        (value, has),
        f"""
SELECT account, believed_from AS opens, believed_to AS closes, CAST(number * {_SCALE} AS BIGINT) AS {value}, 1 AS {has}
FROM (SELECT account, believed_from, believed_to, {number} AS number FROM accounts) AS attributed
WHERE number IS NOT NULL""",
    )
