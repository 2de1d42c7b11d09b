"""One file of contracts, row by row: what each says, and why others were left out. Nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from nenrin.customers.names import matching
from nenrin.ingest.files import mappings, tables
from nenrin.ingest.files.fields import Field, Manner
from nenrin.ingest.files.kinds.subscriptions import FIELDS as CONTRACT_FIELDS
from nenrin.ingest.files.mappings import FileMapping, Origin
from nenrin.ingest.files.records import Problem, Reader, Record
from nenrin.ingest.files.tables import Reading
from nenrin.values import Money, Text

#: As for an import, but a row needs no key of its own.
FIELDS: tuple[Field, ...] = tuple(replace(of, is_required=of.key == "starts_on") for of in CONTRACT_FIELDS)
WHO = ("account_key", "corporate_number", "account_name")
PRICES = ("mrr", "arr", "total")
#: What a file must say of every contract: any one of the fields named.
NEEDS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "account": (Text("whose contract it is", "どの顧客の契約か"), WHO),
    "start": (Text("the day on which it starts", "契約の開始日"), ("starts_on",)),
    "price": (Text("what it costs", "契約の金額"), PRICES),
}


class Unclear(ValueError):
    """The file has no column that says one of the things needed: name the column, or rename it in the file."""

    def __init__(self, missing: Sequence[str], header: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing, self.header = tuple(missing), tuple(header)

    @property
    def text(self) -> Text:
        en = ", ".join(f"{NEEDS[need][0].en} ({' or '.join(_names(need, 'en'))})" for need in self.missing)
        ja = "、".join(f"{NEEDS[need][0].ja}（{'・'.join(_names(need, 'ja'))}）" for need in self.missing)
        listed = ", ".join(self.header[:30])
        return Text(
            f"No column says {en}. The file has: {listed}.", f"{ja}を示す列がありません。ファイルの列: {listed}。"
        )


def _names(need: str, language: str) -> list[str]:
    """The fields that would say it, as people call them."""
    return [of.name.in_(language) for of in FIELDS if of.key in NEEDS[need][1]]


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it stands; `ends_on` and `ended_on` are the first day without, `minor` is a month's price."""

    number: int
    key: str
    account: str
    name: str
    starts_on: date
    minor: int
    currency: str
    product: str
    ends_on: date | None = None
    term_months: int | None = None
    auto_renews: bool | None = None
    noticed_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A row that does not count, with every reason."""

    number: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The file as read: `fields` are those that a column fills, `rows` how many there are besides blank ones."""

    name: str
    header: tuple[str, ...]
    mapping: FileMapping
    lines: tuple[Line, ...]
    left: tuple[Left, ...]

    @property
    def rows(self) -> int:
        return len(self.lines) + len(self.left)

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.mapping.fields)


def proposed(path: Path, reading: Reading | None = None) -> FileMapping:
    """The columns by their names. Raises safety.Refused and tables.BadHeader."""
    table = tables.opened(path, reading)
    return replace(mappings.suggested("subscriptions", FIELDS, table.header), reading=table.reading)


def lacking(mapping: FileMapping) -> list[str]:
    """What of the needed no column says yet."""
    return [need for need, (_, fields) in NEEDS.items() if not set(fields) & set(mapping.fields)]


def assigned(mapping: FileMapping, columns: Mapping[str, str]) -> FileMapping:
    """The mapping with fields filled by columns that a person named."""
    return replace(mapping, fields={**mapping.fields, **{key: Origin(column=name) for key, name in columns.items()}})


def told(path: Path, mapping: FileMapping, *, zone: ZoneInfo, currency: str, name: str = "") -> Told:
    """Every row. Raises Unclear, mappings.BadMapping, safety.Refused and tables.BadHeader."""
    table = tables.opened(path, mapping.reading)
    if missing := lacking(mapping):
        raise Unclear(missing, table.header)
    mapping = mappings.checked(mapping, FIELDS, table.header)
    manner = Manner(zone, mapping.order, mapping.dash, mapping.decimal)
    reader = Reader(mapping, FIELDS, table.header, manner)
    lines: list[Line] = []
    left: list[Left] = []
    for row in table.rows():
        record = reader.record(row)
        found = _line(record, reader, mapping.fields, currency)
        (lines if isinstance(found, Line) else left).append(found)  # type: ignore[arg-type]
    return Told(name or path.name, tuple(table.header), mapping, tuple(lines), tuple(left))


def _line(record: Record, reader: Reader, filled: Collection[str], currency: str) -> Line | Left:
    problems = [*record.problems, *(() if record.problems else _faults(record, filled))]
    if problems:
        return Left(record.number, tuple(reader.in_the_files_words(each, record) for each in problems))
    values, own = record.values, (record.text("currency") or currency).upper()
    name = record.text("account_name") or record.text("account_key") or record.text("corporate_number")
    who = record.text("account_key") or record.text("corporate_number") or matching(name)
    starts = values["starts_on"]
    assert isinstance(starts, date)  # the field is required
    return Line(
        record.number, record.text("key"), who, name, starts, _monthly(record, own), own,
        record.text("product") or record.text("plan"), _end(record), _whole(values.get("term_months")),
        _choice(values.get("auto_renews")), _day(values.get("noticed_on")), _day(values.get("ended_on")),
    )  # fmt: skip


def _faults(record: Record, filled: Collection[str]) -> list[Problem]:
    """What makes no sense within the row; told of a field that a column fills."""
    out, values = [], record.values
    if not any(record.text(name) for name in WHO):
        out.append(Problem(_first(WHO, filled), "", Text("whose contract it is", "どの顧客の契約かの指定")))
    amounts = [(name, amount) for name in PRICES if isinstance(amount := values.get(name), Decimal)]
    if not amounts:
        out.append(Problem(_first(PRICES, filled), "", Text("an amount", "金額")))
    out += [Problem(name, f"{amount:f}", _POSITIVE) for name, amount in amounts[:1] if amount < 0]
    out += [Problem(name, f"{day}", _SPAN) for name in _DAYS if (day := _day(values.get(name))) and not _is_sound(day)]
    starts, ended = _day(values.get("starts_on")), _day(values.get("ended_on"))
    end = _end(record)
    column = "ends_on" if values.get("ends_on") else "last_day"
    if starts and end and end <= starts:
        out.append(Problem(column, f"{values.get(column)}", _after(starts)))
    if starts and ended and ended < starts:
        out.append(Problem("ended_on", f"{ended}", _after(starts)))
    return out


_DAYS = ("starts_on", "ends_on", "last_day", "noticed_on", "ended_on")
_SPAN = Text("a day between 1900 and 2200", "1900年から2200年までの日付")
_POSITIVE = Text("an amount from 0 up; book a credit as a lower price", "0以上の金額（値引きは減額後の金額で）")


def _first(names: Sequence[str], filled: Collection[str]) -> str:
    return next(name for name in names if name in filled)


def _is_sound(day: date) -> bool:
    return 1900 <= day.year <= 2200


def _after(start: date) -> Text:
    return Text(f"a day after the start ({start})", f"開始日（{start}）より後の日付")


def _end(record: Record) -> date | None:
    """The first day after the term: a renewal day as it is, the last day of a term and one."""
    if end := _day(record.values.get("ends_on")):
        return end
    last = _day(record.values.get("last_day"))
    return last + timedelta(days=1) if last and _is_sound(last) else None


def _monthly(record: Record, currency: str) -> int:
    """A month's price in minor units; a yearly one by twelve, a whole by the months of its term, never by days."""
    values = record.values
    months = _whole(values.get("term_months")) or months_between(_day(values.get("starts_on")), _end(record)) or 12
    for name, divisor in zip(PRICES, (1, 12, months), strict=True):
        amount = values.get(name)
        if isinstance(amount, Decimal):
            return Money.of(amount / divisor, currency).minor
    return 0


def months_between(start: date | None, end: date | None) -> int | None:
    """Whole months of a term, to the nearest; None where an end is missing or it is shorter than half a month.

    >>> months_between(date(2025, 4, 1), date(2026, 4, 1)), months_between(date(2025, 4, 1), date(2025, 4, 30))
    (12, 1)
    """
    if start is None or end is None:
        return None
    months = (end.year - start.year) * 12 + end.month - start.month + round((end.day - start.day) / 30)
    return months or None


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _choice(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
