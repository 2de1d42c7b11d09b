"""The rows of an import, a chunk at a time: read ahead, write, and note the place, in one transaction."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction

from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Lease
from nenrin.ingest.facts.knowing import Knowing
from nenrin.ingest.files import mappings, tables
from nenrin.ingest.files.fields import Manner
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.kinds.shape import Context, Kind, Result
from nenrin.ingest.files.mappings import FileMapping
from nenrin.ingest.files.records import Problem, Reader, Record, shown
from nenrin.ingest.files.tables import Row, Table
from nenrin.ingest.importing import standing
from nenrin.ingest.importing.standing import StandIns
from nenrin.ingest.models import Import, ImportedRow, RejectedRow
from nenrin.ingest.models.imports import State
from nenrin.values import Text

#: At most so many rows in a transaction, and down to half where it lasts longer than HOLD_SECONDS: others write too.
#: Smaller ones would cost more in statements than they spare those who wait.
CHUNK: Final = 500
HOLD_SECONDS: Final = 0.12
#: How often a chunk is tried again when another writer was first with the same key.
TRIES: Final = 4
CLAIM_SECONDS: Final = 60
#: Rejected cells are kept whole up to this many characters, beyond any field's limit: they come back to be corrected.
LONGEST_KEPT: Final = 4000
OUTCOMES: Final = ("created", "updated", "unchanged", "rejected")


class LostClaim(RuntimeError):
    """Another worker has this import now, or somebody cancelled it; nothing of this chunk was kept."""


@dataclass(slots=True)
class Run:
    """An import in hand: its file open at `place`, and what the whole file says about its keys."""

    row: Import
    kind: Kind
    reader: Reader
    rows: Iterator[Row]
    context: Context
    losers: dict[int, int]  # row number -> the number of the row that counts instead; 0: none does
    place: int
    is_rehearsal: bool
    stand_ins: Sequence[StandIns] = ()
    held_seconds: float = 0.0  # how long the last chunk kept the database's writer
    size: int = 0
    is_again: bool = False  # rows that are still to come were written before, under another mapping

    def continues(self, row: Import) -> bool:
        """Is this still where the database says the import stands?"""
        return row.checkpoint == self.place and self.is_rehearsal == (row.state == State.CHECKING)

    def step(self, at: datetime, holder: str) -> int:
        """Settle the next chunk; 0 at the end of the file. Raises LostClaim."""
        records = [self.reader.record(row) for row in islice(self.rows, self.size or CHUNK)]
        if not records:
            return 0
        self.context = _at(self.context, at)
        begun = time.monotonic()
        for attempt in range(TRIES):
            try:
                self._settle(records, at, holder)
                break
            except (IntegrityError, OperationalError):
                # Another import made one of these keys in the meantime (next time it is found and changed), or
                # two took their rows in different orders and the database let one go.
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.02 * (attempt + 1))
        self.held_seconds = time.monotonic() - begun
        self.size = _next_size(len(records), self.held_seconds)
        return len(records)

    def _settle(self, records: Sequence[Record], at: datetime, holder: str) -> None:
        last = records[-1].number
        if self.is_rehearsal:
            results = self._rehearsed(records)
            with transaction.atomic():
                self._note(results, records, last, at, holder)
        else:
            with transaction.atomic():
                _take_turn(self.row.kind, at)
                results = self._put(records)
                self._note(results, records, last, at, holder)
        self.place = last

    def _rehearsed(self, records: Sequence[Record]) -> list[Result]:
        """Write for real and roll back: what a dry run says is what would happen."""
        with transaction.atomic():
            if self.kind.prepare:
                self.kind.prepare(self.context)
            for each in self.stand_ins:
                each.place(records, self.context)
            results = self._put(records)
            transaction.set_rollback(True)
        return results

    def _put(self, records: Sequence[Record]) -> list[Result]:
        good = [record for record in records if not record.problems and record.number not in self.losers]
        written = {result.number: result for result in self.kind.put(good, self.context)} if good else {}
        return [self._in_the_files_words(written.get(r.number) or self._rejected(r), r) for r in records]

    def _in_the_files_words(self, result: Result, record: Record) -> Result:
        """Problems that name a field of ours name the file's column and what stands in it."""
        if not result.problems:
            return result
        return replace(result, problems=tuple(self.reader.in_the_files_words(p, record) for p in result.problems))

    def _rejected(self, record: Record) -> Result:
        problems = record.problems
        if record.number in self.losers:
            problems = (*problems, _duplicate(record, self.kind, self.losers[record.number]))
        return Result(record.number, "rejected", problems=problems)

    def _note(self, results: Sequence[Result], records: Sequence[Record], last: int, at: datetime, holder: str) -> None:
        """Where the import stands now; only if it stood where this run began and is still ours."""
        row = self.row
        rejected = [
            (result, record) for result, record in zip(results, records, strict=True) if result.outcome == "rejected"
        ]
        bulk.insert([_reject(row, result, record) for result, record in rejected])
        if not self.is_rehearsal:
            touched = [result for result in results if result.outcome in ("created", "updated")]
            again = _written_again(row, touched) if self.is_again else set()
            bulk.insert([_touched(row, result) for result in touched if result.number not in again])
        still = Import.objects.filter(pk=row.pk, state=row.state, checkpoint=self.place, claimed_by=holder)
        columns = {name: getattr(row, name) + sum(r.outcome == name for r in results) for name in OUTCOMES}
        columns |= {"rows_done": row.rows_done + len(results), "checkpoint": last}
        until = at + timedelta(seconds=CLAIM_SECONDS)
        if not still.update(claimed_until=until, rows_total=row.rows_total, notes=row.notes, **columns):
            raise LostClaim(f"import {row.pk} at row {self.place}")
        for name, value in columns.items():
            setattr(row, name, value)


def _take_turn(kind: str, at: datetime) -> None:
    """Two imports of one kind write their chunks one after the other, so that each key is opened once."""
    name = f"import.{kind}"
    Lease.objects.get_or_create(name=name, defaults={"holder": "", "until": at, "beat_at": at})
    Lease.objects.select_for_update().get(name=name)


def _next_size(size: int, held_seconds: float) -> int:
    """As many rows as the hold allows at the pace of the last chunk."""
    fitting = int(size * HOLD_SECONDS / max(held_seconds, 0.001))
    return max(min(fitting, CHUNK), (CHUNK + 1) // 2)


def begin(row: Import, at: datetime) -> Run:
    """Open the file, look over all its keys, and stand at the row after the checkpoint."""
    kind, mapping = KINDS[row.kind], mappings.from_document(row.mapping)
    table = tables.opened(Path(settings.MEDIA_ROOT) / row.path, mapping.reading)
    mappings.checked(mapping, kind.fields, table.header)
    context = context_of(row, mapping, at)
    manner = manner_of(mapping, context)
    row.rows_total, losers = _looked_over(table, kind, mapping, manner)
    row.notes = _notes(losers, mapping)
    if kind.prepare and not context.is_rehearsal:
        kind.prepare(context)
    reader = Reader(mapping, kind.fields, table.header, manner)
    stand_ins = (
        standing.announced(table, mapping, losers.__contains__, lambda each: manner_of(each, context))
        if context.is_rehearsal
        else ()
    )
    return Run(
        row, kind, reader, table.rows(row.checkpoint), context, losers, row.checkpoint, context.is_rehearsal, stand_ins,
        is_again=row.rows.filter(number__gt=row.checkpoint).exists(),
    )  # fmt: skip


def actor_of(row: Import) -> Actor:
    return Actor("import", str(row.pk), row.name)


def context_of(row: Import, mapping: FileMapping, at: datetime) -> Context:
    own = organisation.current()
    zone = organisation.zone()
    knowing = Knowing(mapping.known.policy, day_of(at, zone), mapping.known.days)
    return Context(
        by=actor_of(row), at=at, today=day_of(at, zone), zone=zone, knowing=knowing, mapping=mapping,
        currency=own.currency, is_rehearsal=row.state == State.CHECKING, began_at=row.started_at,
    )  # fmt: skip


def manner_of(mapping: FileMapping, context: Context) -> Manner:
    return Manner(zone=context.zone, order=mapping.order, dash=mapping.dash, decimal=mapping.decimal)


def _at(context: Context, at: datetime) -> Context:
    """The same import at a later moment; its day of arrival follows the clock."""
    today = day_of(at, context.zone)
    known = context.knowing
    return Context(
        by=context.by, at=at, today=today, zone=context.zone, knowing=Knowing(known.policy, today, known.days),
        mapping=context.mapping, currency=context.currency, is_rehearsal=context.is_rehearsal, began_at=context.began_at,
    )  # fmt: skip


def _looked_over(table: Table, kind: Kind, mapping: FileMapping, manner: Manner) -> tuple[int, dict[int, int]]:
    """How many rows there are, and which do not count because another has their key (eight bytes a row in memory)."""
    fields = [of for of in kind.fields if of.key in kind.identity_fields]
    narrow = mappings.only(mapping, kind.identity_fields)
    reader = Reader(narrow, fields, table.header, manner)
    first: dict[bytes, int] = {}
    again: dict[bytes, list[int]] = {}
    count = 0
    for row in table.rows():
        count += 1
        identity = "" if row.problem else kind.identity(reader.record(row))
        if not identity:
            continue
        place = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if place in first:
            again.setdefault(place, [first[place]]).append(row.number)
        else:
            first[place] = row.number
    return count, _losers(again.values(), mapping)


def _losers(groups: Iterable[list[int]], mapping: FileMapping) -> dict[int, int]:
    losers: dict[int, int] = {}
    for numbers in groups:
        winner = {"last": numbers[-1], "first": numbers[0], "error": 0}[mapping.duplicates]
        losers |= {number: winner for number in numbers if number != winner}
    return losers


def _notes(losers: dict[int, int], mapping: FileMapping) -> list[dict[str, str]]:
    if not losers:
        return []
    some = ", ".join(map(str, sorted(losers)[:10])) + (" …" if len(losers) > 10 else "")
    rule = {"last": ("the last one counts", "最後の行を採用"), "first": ("the first one counts", "最初の行を採用"),
            "error": ("none counts", "すべて却下")}[mapping.duplicates]  # fmt: skip
    return [
        {
            "en": f"{len(losers)} rows repeat a key ({rule[0]}): {some}",
            "ja": f"キーが重複する行が{len(losers)}行（{rule[1]}）: {some}",
        }
    ]


def _duplicate(record: Record, kind: Kind, winner: int) -> Problem:
    column = kind.identity_fields[0]
    if winner:
        text = Text(
            f"a key once; row {winner} has the same one and counts",
            f"重複のないキー（同じキーの{winner}行目を採用）",
        )
    else:
        text = Text("a key once; other rows have the same one", "重複のないキー（同じキーの行がほかにある）")
    return Problem(column, record.text(column), text)


def _reject(row: Import, result: Result, record: Record) -> RejectedRow:
    cells = [shown(cell, LONGEST_KEPT) for cell in record.cells]
    problems = [problem.plain() for problem in result.problems]
    return bulk.made(RejectedRow, of_id=row.pk, number=result.number, cells=cells, problems=problems)


def _written_again(row: Import, touched: Sequence[Result]) -> set[int]:
    """Let rows that wrote the same subject before this start stand once, as it looked before both; their numbers."""
    results = {result.number: result for result in touched}
    rows = [one for one in row.rows.filter(number__in=results) if one.subject == results[one.number].subject]
    for one in rows:
        one.version, one.before = results[one.number].version, dict(results[one.number].before) | one.before
    bulk.update(rows, ["version", "before"])
    return {one.number for one in rows}


def _touched(row: Import, result: Result) -> ImportedRow:
    return bulk.made(
        ImportedRow, of_id=row.pk, number=result.number, outcome=result.outcome, subject=result.subject,
        version=result.version, before=dict(result.before),
    )  # fmt: skip
