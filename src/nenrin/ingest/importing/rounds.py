"""The worker's rounds on imports: claim one, do some chunks, and commit what was done with how far it came."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.importing import chunks, undoing
from nenrin.ingest.importing.chunks import LostClaim, Run
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import AT_WORK, State
from nenrin.values import Text

log = logging.getLogger(__name__)

#: How long the database is left to others between two chunks.
GAP_SECONDS: Final = 0.005
#: How long one round may take before the other loops have their turn.
ROUND_SECONDS: Final = 1.0
CLAIM_SECONDS: Final = 60
HOLDER: Final = f"{socket.gethostname()}:{os.getpid()}"
#: Columns of an import that has not begun.
FRESH: Final[Mapping[str, Any]] = {
    "rows_total": None, "rows_done": 0, "checkpoint": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0,
    "kept_back": 0, "claimed_by": "", "claimed_until": None, "problem": {}, "notes": [],
}  # fmt: skip

#: The file in hand, open at the place where the last round of this process stopped.
_runs: dict[int, Run] = {}


def work(at: datetime, *, seconds: float = ROUND_SECONDS, holder: str = HOLDER) -> int:
    """One round: the oldest import that waits and is not another worker's. Returns how many rows were settled.

    Safe to repeat and to race: a chunk is committed only by the worker whose claim and place still stand.
    """
    row = _claimed(at, holder)
    return go_on(row, at, seconds=seconds, holder=holder) if row else 0


def _claimed(at: datetime, holder: str) -> Import | None:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at) | Q(claimed_by=holder)
    for pk in Import.objects.filter(free, state__in=AT_WORK).order_by("id").values_list("pk", flat=True)[:5]:
        if claim(pk, at, holder):
            return Import.objects.get(pk=pk)
    return None


def work_on(pk: int, at: datetime, *, seconds: float = ROUND_SECONDS, holder: str = HOLDER) -> int:
    """One round on this very import; 0 where another worker has it or nothing is left."""
    return go_on(Import.objects.get(pk=pk), at, seconds=seconds, holder=holder) if claim(pk, at, holder) else 0


def claim(pk: int, at: datetime, holder: str) -> bool:
    """Take or prolong the right to work on an import; a holder that is killed loses it when its time is up."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at) | Q(claimed_by=holder)
    until = at + timedelta(seconds=CLAIM_SECONDS)
    return bool(Import.objects.filter(free, pk=pk, state__in=AT_WORK).update(claimed_by=holder, claimed_until=until))


def go_on(row: Import, at: datetime, *, seconds: float, holder: str) -> int:
    """Work on a claimed import until it is done or the time is up."""
    try:
        return _undo(row, at, seconds) if row.state == State.UNDOING else _rows(row, at, seconds, holder)
    except BaseException as problem:
        _runs.pop(row.pk, None)  # it has read on beyond what was committed
        return _met(problem, row, at)


def _met(problem: BaseException, row: Import, at: datetime) -> int:
    """A lost claim is no failure; the database's troubles and the end of the process are the caller's."""
    if isinstance(problem, LostClaim):
        return 0
    if isinstance(problem, OperationalError | InterfaceError) or not isinstance(problem, Exception):
        raise problem
    if isinstance(problem, safety.Refused | tables.BadHeader | mappings.BadMapping | FileNotFoundError):
        return _fail(row, _text_of(problem), at)
    log.error("import %s stopped", row.pk, exc_info=problem)
    return _fail(row, _stopped(problem, row.pk), at)


def _rows(row: Import, at: datetime, seconds: float, holder: str) -> int:
    run = _run(row, at)
    deadline, done = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        settled = run.step(at, holder)
        if not settled:
            _finish(row.pk, run, at)
            return done + 1
        done += settled
        if connection.vendor == "sqlite":
            time.sleep(GAP_SECONDS)  # one writer at a time: who waits polls faster than this
    return done


def _run(row: Import, at: datetime) -> Run:
    run = _runs.get(row.pk)
    if run is None or not run.continues(row):
        _runs.clear()  # one file in hand at a time
        run = _runs[row.pk] = chunks.begin(row, at)
    return run


def _finish(pk: int, run: Run, at: datetime) -> None:
    _runs.pop(pk, None)
    row = Import.objects.get(pk=pk)
    state = State.CHECKED if row.state == State.CHECKING else State.DONE
    looked_over = {"rows_total": run.row.rows_total, "notes": run.row.notes}
    with transaction.atomic():
        standing = Import.objects.filter(pk=pk, state=row.state)
        if not standing.update(state=state, finished_at=at, claimed_until=None, **looked_over):
            return
        if state is State.DONE:
            counts = {name: getattr(row, name) for name in ("created", "updated", "unchanged", "rejected")}
            _note("finished", row, at, **counts)
    if state is State.DONE:
        # What it said is facts now, what it could not say is in the rejects: the file itself is not kept.
        (Path(settings.MEDIA_ROOT) / row.path).unlink(missing_ok=True)


def _undo(row: Import, at: datetime, seconds: float) -> int:
    deadline, done = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        taken = undoing.step(row, at)
        if not taken:
            _undone(row, at)
            return done + 1
        done += taken
        time.sleep(GAP_SECONDS)
    return done


def _undone(row: Import, at: datetime) -> None:
    kept = row.rows.filter(undone=undoing.EDITED).count()
    with transaction.atomic():
        standing = Import.objects.filter(pk=row.pk, state=State.UNDOING)
        if standing.update(state=State.UNDONE, finished_at=at, claimed_until=None, kept_back=kept):
            _note("undone", row, at, kept_back=kept)


def _fail(row: Import, text: Text, at: datetime) -> int:
    """A check that failed has begun nothing: how far it came is no place for the import itself to go on from."""
    _runs.pop(row.pk, None)
    columns = {**FRESH, "started_at": None} if row.state == State.CHECKING else {"claimed_until": None}
    columns |= {"state": State.FAILED, "problem": {"en": text.en, "ja": text.ja}, "finished_at": at}
    with transaction.atomic():
        if Import.objects.filter(pk=row.pk, state=row.state).update(**columns):
            _note("failed", row, at, reason=text.en)
    return 1


def _text_of(problem: Exception) -> Text:
    if isinstance(problem, FileNotFoundError):
        return Text(
            "The uploaded file is gone: upload it again.",
            "アップロードしたファイルがありません。もう一度アップロードしてください。",
        )
    refusal = getattr(problem, "refusal", None)
    return refusal.text if refusal else Text(str(problem), str(problem))


def _stopped(problem: Exception, pk: int) -> Text:
    row = Import.objects.get(pk=pk)
    what = type(problem).__name__
    return Text(
        f"Stopped after row {row.checkpoint} by an error of ours ({what}). What was imported is kept; resume to try again.",
        f"{row.checkpoint}行目の後、内部エラー（{what}）で中断しました。取り込み済みの行は残っています。再開できます。",
    )


def _note(verb: str, row: Import, at: datetime, **particulars: object) -> None:
    told = {"name": row.name, **particulars}
    journal.record(f"ingest.import.{verb}", actor=actor_of(row), at=at, subject=("import", row.pk), particulars=told)


def actor_of(row: Import) -> Actor:
    return chunks.actor_of(row)
