"""What a first look was asked: which column says what, what an end means, on which margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import cast

from django.http import QueryDict

from nenrin.foundation import organisation
from nenrin.ingest.files.dates import Order
from nenrin.ingest.files.mappings import FileMapping, Origin
from nenrin.insight.first_look import reading
from nenrin.insight.first_look.looking import Assumed
from nenrin.insight.first_look.settling import Ends
from nenrin.values import Text
from nenrin.web.listing import plain

#: The fields that the page asks for; a file may say more by the names of its columns.
ASKED = ("account_name", "account_key", "starts_on", "mrr", "arr", "total", "ended_on", "ends_on", "last_day",
         "term_months", "auto_renews", "product", "currency", "key")  # fmt: skip
ENDS: Mapping[str, Text] = {
    "": Text("guess from the columns", "列から判断"),
    "leaves": Text("the customer left, unless a next contract follows", "次の契約がなければ解約"),
    "renews": Text("it went on, unless a day of leaving is told", "解約日がなければ更新"),
}
ORDERS: Mapping[str, Text] = {
    Order.PLAIN: Text("as they are, if unambiguous", "一意に読める書き方のみ"),
    Order.YMD: Text("year, month, day", "年・月・日"),
    Order.MDY: Text("month, day, year", "月・日・年"),
    Order.DMY: Text("day, month, year", "日・月・年"),
    Order.ERA: Text("Japanese era", "和暦"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`mapping` with the columns that a person chose in place of the guesses."""

    mapping: FileMapping
    ends: Ends | None
    margin: float

    def assumed(self) -> Assumed:
        org = organisation.current()
        return Assumed(org.currency, org.zone, org.fiscal_start_month, self.margin, ends=self.ends)


def asked(given: QueryDict, guess: FileMapping, header: tuple[str, ...]) -> Asked:
    """From an address or a form; a column that the file lacks, or nonsense, falls back to the guess."""
    ends = given.get("ends", "")
    order = given.get("dates", "")
    mapping = replace(guess, order=Order(order)) if order in ORDERS else guess
    return Asked(
        _chosen(given, mapping, header), cast(Ends, ends) if ends in ("leaves", "renews") else None, _margin(given)
    )


def _chosen(given: QueryDict, guess: FileMapping, header: tuple[str, ...]) -> FileMapping:
    """Where the form was sent, its answers hold: also that a column says nothing."""
    if "columns" not in given:
        return guess
    kept = {key: origin for key, origin in guess.fields.items() if key not in ASKED}
    named = {key: Origin(column=column) for key in ASKED if (column := plain(given.get(key))) in header}
    return replace(guess, fields={**kept, **named})


def _margin(given: QueryDict) -> float:
    try:
        share = float(Decimal(plain(given.get("margin"))) / 100)
    except (InvalidOperation, ValueError, OverflowError):
        return Assumed().margin
    return share if 0.01 <= share <= 1 else Assumed().margin


def fields() -> list[tuple[str, Text]]:
    """The asked fields with their names."""
    names = {of.key: of.name for of in reading.FIELDS}
    return [(key, names[key]) for key in ASKED]
