"""The columns that one member can choose from: the account's own, every measure, every declared attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.html import escape

from nenrin.analytics.kpis import MEASURES
from nenrin.customers import attributes
from nenrin.customers.models import Account, AttributeField
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.web import listing
from nenrin.web.accounts import columns as account_columns
from nenrin.web.accounts.columns import Column, Frame, Row

ATTRIBUTE = "attr."
#: Keys by which columns stood in addresses before every measure had one.
FORMER = {
    "active_share": "active_user_share",
    "weekly_users": "weekly_active_users",
    "urgent": "urgent_tickets_open",
}
_YES, _NO = Text("Yes", "はい"), Text("No", "いいえ")
_SHOWN_ALREADY = {"mrr", "days_to_notice", *(column.needs for column in account_columns.COLUMNS if column.needs)}
MEASURED = tuple(account_columns.of_measure(one) for key, one in MEASURES.items() if key not in _SHOWN_ALREADY)


@dataclass(frozen=True)
class Columns:
    """All columns by group, in the order of the chooser."""

    groups: Sequence[tuple[Text, Sequence[Column]]]

    @classmethod
    def of(cls, member: Member) -> Columns:
        """One query: the declared attributes."""
        declared = [field for field in attributes.declared() if visible(member, FieldClass(field.field_class))]
        groups = [
            (Text("Account", "顧客"), account_columns.COLUMNS),
            (Text("Measures", "指標"), MEASURED),
            (Text("Attributes", "独自項目"), tuple(_attribute(field) for field in declared)),
        ]
        return cls([(name, columns) for name, columns in groups if columns])

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        return {column.key: column for _, columns in self.groups for column in columns}

    @cached_property
    def sorts(self) -> Mapping[str, str]:
        """What an order may be called, and the column of the rows (see `ordered`) that gives it."""
        return {
            "name": "name",
            **{key: column.sort or _MEASURED for key, column in self.by_key.items() if _sorts(column)},
        }

    def chosen(self, wanted: str) -> list[Column]:
        """The columns that an address names with commas between, in its order; the default ones where it names none."""
        keys = dict.fromkeys(FORMER.get(key, key) for key in wanted.split(","))
        named = [self.by_key[key] for key in keys if key in self.by_key]
        return named or [column for column in self.by_key.values() if column.is_default]

    def ordered(self, rows: QuerySet[Account], sort: str) -> QuerySet[Account]:
        """Rows by one of `sorts` ("-key" descending), those without a value last."""
        key = sort.removeprefix("-")
        column = self.by_key.get(key)
        if column is None or not (column.needs or column.event):
            return listing.ordered(rows, sort, self.sorts)
        if column.event:
            rows = rows.annotate(_sorted=FilteredRelation("risks", condition=Q(risks__event=column.event)))
        else:
            rows = rows.annotate(_sorted=FilteredRelation("measures", condition=Q(measures__measure=column.needs)))
        value = F("_sorted__p" if column.event else "_sorted__value")
        first = value.desc(nulls_last=True) if sort.startswith("-") else value.asc(nulls_last=True)
        return rows.order_by(first, "pk")


_MEASURED = "_sorted__value"


def _sorts(column: Column) -> bool:
    return bool(column.sort or column.needs)


def _attribute(field: AttributeField) -> Column:
    def export(row: Row, frame: Frame) -> object:
        stands = row.account.attributes.get(field.key)
        if isinstance(stands, bool):
            return (_YES if stands else _NO).in_(frame.language)
        return date.fromisoformat(stands) if stands and field.kind == AttributeKind.DATE else stands

    def cell(row: Row, frame: Frame) -> str:
        stands = export(row, frame)
        if stands is None or stands == "":
            return "—"
        if isinstance(stands, date):
            return format.day(stands, frame.language)
        if isinstance(stands, int | float):
            return format.number(stands, frame.language, 0 if float(stands).is_integer() else 2)
        return escape(str(stands))

    key = ATTRIBUTE + field.key
    return Column(
        key, Text(field.name_en, field.name_ja), cell, export, f"attributes__{field.key}",
        is_number=field.kind == AttributeKind.NUMBER, editable=key, attribute=field.key,
    )  # fmt: skip
