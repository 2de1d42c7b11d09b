"""What a dry run must take as standing: accounts that rows above, or an earlier pass over the same file, would make.

Every chunk of a dry run is rolled back, so that a child would not find a parent of an earlier chunk, nor a contract
the account of its own row. Before a chunk is tried, the accounts it speaks of are made for it and rolled back with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from nenrin.customers import accounts
from nenrin.ingest.files.fields import Manner
from nenrin.ingest.files.kinds import KINDS, customers
from nenrin.ingest.files.kinds.shape import Context
from nenrin.ingest.files.mappings import FileMapping
from nenrin.ingest.files.records import Reader, Record
from nenrin.ingest.files.tables import Table

#: How a row may speak of an account, and what of the account answers to it.
_SPOKEN: Final = (("parent_key", "key"), ("account_key", "key"), ("corporate_number", "corporate_number"),
                  ("account_name", "name"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Announced:
    """An account that the file would make, and the number of its row."""

    number: int
    namespace: str
    key: str
    fields: dict[str, str]


@dataclass(slots=True)
class StandIns:
    """The accounts that a dry run has read of, by what rows call them: some hundred bytes each."""

    own: bool  # are they of this very pass: then those above a row only
    _called: dict[tuple[str, str], Announced] = field(default_factory=dict)

    def announce(self, record: Record, namespace: str) -> None:
        fields = {name: text for name in ("name", "corporate_number") if (text := record.text(name))}
        made = Announced(record.number, namespace, record.text("key"), fields)
        for name, text in (("key", made.key), *fields.items()):
            self._called.setdefault((name, text), made)

    def place(self, records: Sequence[Record], context: Context) -> None:
        """Make those that these rows speak of, in a transaction that the caller rolls back."""
        first = records[0].number
        spoken = {
            id(made): made
            for record in records
            for name, called in _SPOKEN
            if (made := self._called.get((called, record.text(name)))) and (not self.own or made.number < first)
        }
        pairs = {(made.namespace, made.key): made for made in spoken.values()}
        stand = accounts.find_many(pairs)
        rows = [accounts.Row(fields=made.fields, keys=[pair]) for pair, made in pairs.items() if pair not in stand]
        customers.written(
            rows, lambda some: accounts.put_many(some, by=context.by, at=context.at), is_known=lambda row: False
        )


def announced(
    table: Table, mapping: FileMapping, losers: Callable[[int], bool], manner: Callable[[FileMapping], Manner]
) -> list[StandIns]:
    """The accounts that this pass (where it makes accounts with parents) and those before it would make."""
    own = [(mapping, True)] if mapping.kind == "accounts" and "parent_key" in mapping.fields else []
    passes = own + [(each, False) for each in mapping.before if each.kind == "accounts"]
    found = []
    for each, is_own in passes:
        stand_ins = StandIns(is_own)
        reader = Reader(each, KINDS["accounts"].fields, table.header, manner(each))
        for record in _readable(table, reader):
            if not (is_own and losers(record.number)):
                stand_ins.announce(record, each.namespace)
        found.append(stand_ins)
    return found


def _readable(table: Table, reader: Reader) -> Iterator[Record]:
    rows = table.rows()
    while some := list(islice(rows, 500)):
        yield from (record for record in map(reader.record, some) if not record.problems)
