"""What tickets, survey answers and costs have in common as facts: stated by others, corrected, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.ingest.facts import upserts
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.facts.upserts import Wanted, Written
from nenrin.ingest.models.facts import Imported

M = TypeVar("M", bound=Imported)


class Told(Protocol):
    """What another system says of one thing. `known` is the day we could know it, where the file says so."""

    @property
    def key(self) -> str: ...
    @property
    def known(self) -> date | None: ...
    def columns(self) -> dict[str, Any]: ...  # Any: a model's column values


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes entries, when, and from when on their facts are known."""

    by: Actor
    at: datetime
    zone: ZoneInfo
    knowing: Knowing
    stated: date | None = None

    def day(self, instant: datetime) -> date:
        return day_of(instant, self.zone)

    def live(self) -> Pen:
        """A change of what we knew already is news of today, whatever the file's policy for history is."""
        return Pen(self.by, self.at, self.zone, on_arrival(self.knowing.today))


@dataclass(frozen=True, slots=True)
class Noun(Generic[M]):
    """One of these facts: its table, its word in codes and in the lake, and the entries that say what became of a row."""

    model: type[M]
    word: str
    drafts: Callable[[Written[M], Pen], Iterable[journal.Draft]]

    def put(
        self, told: Sequence[Told], *, namespace: str, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
    ) -> list[Written[M]]:
        """Make rows stand as told, each known by its key; what stands so already is left alone. Safe to repeat.

        A row that had been taken back comes again as news of today, also from a file of history: what was known of it
        until now is that it was taken back.
        """
        with transaction.atomic():
            written = upserts.upsert(self.model, [Wanted(namespace, t.key, t.columns()) for t in told], at=at)
            journal.record_many(
                draft
                for each, t in zip(written, told, strict=True)
                if each.outcome != "unchanged"
                for draft in self.drafts(each, _pen(each, Pen(by, at, zone, knowing, t.known)))
            )
        return written

    def retract(self, ids: Sequence[int], *, by: Actor, at: datetime) -> None:
        """Take rows back, known from now on; safe to repeat. Journal: ingest.<word>.retracted."""
        with transaction.atomic():
            journal.record_many(
                journal.Draft(
                    f"ingest.{self.word}.retracted", by, at, row.account_id, [(self.word, row.pk)],
                    {"fact": {**self.fact(row, {}), "gone": True}},
                )
                for row in upserts.retract(self.model, ids, at=at)
            )  # fmt: skip

    def restore(self, row: M, before: Mapping[str, Any], *, by: Actor, at: datetime, zone: ZoneInfo) -> None:
        """Give a row the columns it had before; known from now on. Journal: as for any correction."""
        for name, value in before.items():
            setattr(row, name, value)
        row.version, row.changed_at = row.version + 1, at
        with transaction.atomic():
            row.save()
            put_back: Written[M] = Written("updated", row, dict(before), row.version)
            journal.record_many(self.drafts(put_back, Pen(by, at, zone, on_arrival(day_of(at, zone)))))

    def fact(self, row: M, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": self.word, "key": str(row.pk), "body": body}

    def draft(
        self,
        action: str,
        row: M,
        pen: Pen,
        valid_at: datetime,
        body: Mapping[str, Any],
        *,
        valid_on: date | None = None,
        said: Mapping[str, Any] | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> journal.Draft:
        """One entry with its fact, true from `valid_at` (`valid_on` where the day is known without a clock).

        `said` is for the sentence, `personal` what names a person; blank parts of it are left out.
        """
        marks = pen.knowing.marks(valid_on or pen.day(valid_at), pen.stated)
        particulars = {**(said or {}), "fact": {**self.fact(row, body), **marks}}
        kept = {name: text for name, text in (personal or {}).items() if text}
        return journal.Draft(
            f"ingest.{self.word}.{action}", pen.by, pen.at, row.account_id, [(self.word, row.pk)], particulars, kept,
            valid_at, row.version,
        )  # fmt: skip


def _pen(written: Written[M], pen: Pen) -> Pen:
    """A row that comes back knows nothing before it was taken back."""
    return pen.live() if written.outcome == "created" and written.version > 1 else pen
